"""How often a feed brings entries, learned from what it showed. Pure; knows neither requests nor failures.

The rate at a time is `level x hour x weekday x boost`: a level that follows the last week, two profiles (UTC) that are
pulled towards the usual day of a newsroom until the feed has shown its own, and a boost for the last hour and a half.
Each is a Gamma-Poisson estimate: entries seen over entries expected, so that hours which no window covered count for
neither. Times are minutes since 1970-01-01T00:00Z, rates are entries a minute.
"""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

HOUR, DAY, WEEK = 60.0, 1440.0, 10080.0
Profile: TypeAlias = tuple[float, ...]

# Share of a day's entries by hour, and of a week's by day (Monday first), as newsrooms have it on average; mean 1.
_NEWSROOM = (
    1.0,
    0.7,
    0.5,
    0.5,
    0.8,
    2.2,
    4.2,
    5.4,
    6.0,
    6.3,
    6.5,
    6.4,
    6.0,
    6.0,
    6.1,
    6.2,
    6.2,
    6.0,
    5.6,
    5.0,
    4.2,
    3.4,
)
USUAL_DAY: Profile = tuple(24 * share / 99.5 for share in (*_NEWSROOM, 2.6, 1.7))
USUAL_WEEK: Profile = (1.1, 1.1, 1.1, 1.1, 1.1, 0.75, 0.75)

LEVEL_LASTS = WEEK  # e-folding of what the level remembers
HOURS_LAST = 28 * DAY
DAYS_LAST = 50 * DAY
BURST_LASTS = 90.0
HOUR_WEIGHT, DAY_WEIGHT = (
    3.0,
    5.7,
)  # expected entries that the usual profile counts for, an hour or weekday each
USUAL_WEIGHT = 3.0  # the same for the stretch of hours around one ...
NEAR = 0.6  # ... of which each further one counts for so much
RUN_BREAKS = 3.0  # entries closer than this are one run: a bulk post says nothing about the next one
GAP_STANDS_FOR = 10.0  # times as long as what was seen, at most
FORGOTTEN = 14 * DAY  # after so long without a look the level is learned anew
OLDEST = 21 * DAY  # entries of the first window that are older say nothing about now
LEAST, QUIETEST = (
    0.5,
    60 * DAY,
)  # a level fades to this many entries in this time, not to nothing
MARK = 15.0  # newsrooms schedule entries on quarters of an hour


@dataclass(frozen=True, slots=True)
class Counted:
    """Entries seen and entries expected, each fading."""

    seen: float = 0.0
    expected: float = 0.0


@dataclass(frozen=True, slots=True)
class Rhythm:
    """What is known of a feed's entries until `until`. All numbers fade with time, so that it stays small."""

    until: float
    seen: float  # entries: the shape of the level's Gamma ...
    exposure: float  # ... and its rate: minutes, each weighed with the profiles
    hours: Profile = (0.0,) * 24
    hours_expected: Profile = (0.0,) * 24
    days: Profile = (0.0,) * 7
    days_expected: Profile = (0.0,) * 7
    burst: float = 0.0  # entries of the last BURST_LASTS minutes
    burst_expected: float = 0.0
    runs: float = 0.0  # runs of entries, their sizes and the squares of their sizes
    run_sizes: float = 0.0
    run_squares: float = 0.0
    dispersion: float = 1.5  # variance of the number of runs between two looks over its mean
    dated: float = 0.0  # entries with a date ...
    on_marks: float = 0.0  # ... and those of them on a quarter of an hour
    window: float = 1.0  # entries that the feed shows

    @property
    def level(self) -> float:
        """Entries a minute, averaged over the week."""
        return self.seen / self.exposure

    @property
    def run_size(self) -> float:
        """Mean size of a run; a feed without any counts as having had four single ones and a pair."""
        return (self.run_sizes + 6.0) / (self.runs + 5.0)

    @property
    def clumping(self) -> float:
        """Variance of the number of entries over its mean: runs vary in number and in size."""
        squares = (self.run_squares + 8.0) / (self.runs + 5.0)
        size = self.run_size
        return self.dispersion * size + max(0.0, squares - size * size) / size

    @property
    def boost(self) -> float:
        """How much more than usual came lately."""
        return min(8.0, max(0.6, (2.0 + self.burst) / (2.0 + self.burst_expected)))

    @property
    def marks(self) -> float:
        """Share of the entries that carry a quarter of an hour as their date; 0 until enough were seen."""
        return self.on_marks / self.dated if self.dated > 8.0 else 0.0

    def day_profile(self) -> Profile:
        """Rate by hour of the day (UTC), mean 1."""
        usual = [p * g for p, g in zip(USUAL_DAY, self._unlike_usual(), strict=True)]
        return _profile(_smooth(self.hours), _smooth(self.hours_expected), usual, HOUR_WEIGHT)

    def week_profile(self) -> Profile:
        """Rate by day of the week (UTC, Monday first), mean 1."""
        return _profile(self.days, self.days_expected, USUAL_WEEK, DAY_WEIGHT)

    def _unlike_usual(self) -> list[float]:
        """How the hours around each differ from a newsroom's usual day: what an hour that was never seen is given."""
        seen = _spread(self.hours)
        usual = _spread([m * p for m, p in zip(self.hours_expected, USUAL_DAY, strict=True)])
        return [(n + USUAL_WEIGHT) / (m + USUAL_WEIGHT) for n, m in zip(seen, usual, strict=True)]


def _profile(
    seen: Sequence[float],
    expected: Sequence[float],
    usual: Sequence[float],
    weight: float,
) -> Profile:
    raw = [(n + weight * p) / (m + weight) for n, m, p in zip(seen, expected, usual, strict=True)]
    scale = len(raw) / sum(raw)
    return tuple([value * scale for value in raw])


def _smooth(counts: Sequence[float]) -> list[float]:
    """An hour is like the ones beside it; few entries then tell more."""
    before, after = (counts[-1], *counts), (*counts[1:], counts[0])
    return [0.25 * p + 0.5 * here + 0.25 * n for p, here, n in zip(before, counts, after, strict=False)]


def _spread(counts: Sequence[float]) -> list[float]:
    """Each count with the others around the clock, less and less of them."""
    forth, back = _faded_on(counts), _faded_on(counts[::-1])[::-1]
    return [f + b - n for f, b, n in zip(forth, back, counts, strict=True)]


def _faded_on(counts: Sequence[float]) -> list[float]:
    near, carried, faded = NEAR, 0.0, []
    for count in counts:
        carried = count + near * carried
    for count in counts:
        carried = count + near * carried
        faded.append(carried)
    return faded


def hour_of(at: float) -> int:
    """Hour of the day, UTC."""
    return int(at // HOUR) % 24


def weekday_of(at: float) -> int:
    """Monday is 0; 1970-01-01 was a Thursday."""
    return (int(at // DAY) + 3) % 7


def hourly(start: float, end: float) -> Iterator[tuple[float, float]]:
    """(start, minutes) of the pieces between full hours."""
    while start < end:
        stop = min(end, (start // HOUR + 1.0) * HOUR)
        yield start, stop - start
        start = stop


def expected(rhythm: Rhythm, start: float, end: float) -> float:
    """Entries between two times by level and profiles, without the boost."""
    if end <= start:
        return 0.0
    weeks, rest = divmod(end - start, WEEK)
    hours, days = rhythm.day_profile(), rhythm.week_profile()
    covered = sum(hours[hour_of(at)] * days[weekday_of(at)] * took for at, took in hourly(end - rest, end))
    return rhythm.level * (weeks * WEEK + covered)


# --- learning ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shown:
    """What one look showed: the entries' dates (may be fewer than the entries) and how many of them were new.

    `window` counts the entries in the document; 0: it was not read, the newest one still stands.
    """

    dates: tuple[float, ...] = ()
    new: int = 0
    window: int = 0
    gap: bool = False


def learned(rhythm: Rhythm | None, shown: Shown, now: float) -> Rhythm | None:
    """The rhythm after one more look; None as long as no document was seen."""
    if rhythm is None:
        return first(shown, now) if shown.window else None
    if now < rhythm.until:  # the clock was set back: what was learned stands, from now on
        return replace(rhythm, until=now)
    if now - rhythm.until > FORGOTTEN:
        return _anew(rhythm, shown, now)
    return _followed(rhythm, shown, now)


def first(shown: Shown, now: float) -> Rhythm:
    """The first window is a sample of as many arrivals as it has entries."""
    dates = sorted(at for at in shown.dates if now - OLDEST <= at <= now)
    blank = Rhythm(now, 1.0, 2.0 * DAY, window=max(1.0, shown.window))
    if not shown.dates:  # as if it were a day's: days in which nothing came would be believed for long
        return replace(blank, exposure=DAY / blank.window)
    if len(dates) < 2:
        return blank
    covered = _covered(replace(blank, seen=1.0, exposure=1.0), min(dates[0], now - 30.0), now)
    # Half of what it says: a window is one stretch of time, which was calm or busy.
    known = replace(
        blank,
        seen=max(1.0, 0.5 * len(dates)),
        exposure=max(15.0, 0.5 * covered.weighed),
    )
    return _with_entries(known, dates, _covered(known, max(dates[0], now - WEEK), now))


def _anew(rhythm: Rhythm, shown: Shown, now: float) -> Rhythm:
    """The level of long ago says little; the profiles still hold."""
    if not shown.window:
        return replace(rhythm, until=now, burst=0.0, burst_expected=0.0)
    begun = first(shown, now)
    return replace(
        rhythm,
        until=now,
        seen=begun.seen,
        exposure=begun.exposure,
        burst=0.0,
        burst_expected=0.0,
    )


def _followed(rhythm: Rhythm, shown: Shown, now: float) -> Rhythm:
    dates = _new_dates(shown, rhythm.until, now)
    took = now - rhythm.until
    since = max(rhythm.until, dates[0]) if shown.gap and dates else rhythm.until
    covered = _covered(rhythm, since, now)
    usual, count = covered.weighed * rhythm.level, len(dates)
    level, burst = math.exp(-took / LEVEL_LASTS), math.exp(-took / BURST_LASTS)
    weekly, slowly = math.exp(-took / HOURS_LAST), math.exp(-took / DAYS_LAST)
    stands_for, told = (_for_all(took, now - since), count - 1) if since > rhythm.until else (1.0, count)
    seen = level * rhythm.seen + stands_for * told
    exposure = level * rhythm.exposure + stands_for * covered.weighed
    if seen < LEAST:  # a feed that has been quiet for long is still worth an entry in two months
        seen, exposure = seen + 0.1 * LEAST, exposure + 0.1 * LEAST * QUIETEST
    faded = Rhythm(
        now,
        seen,
        exposure,
        tuple([weekly * n for n in rhythm.hours]),
        tuple([weekly * n for n in rhythm.hours_expected]),
        tuple([slowly * n for n in rhythm.days]),
        tuple([slowly * n for n in rhythm.days_expected]),
        burst * rhythm.burst + count,
        burst * rhythm.burst_expected + usual,
        slowly * rhythm.runs,
        slowly * rhythm.run_sizes,
        slowly * rhythm.run_squares,
        _dispersion(rhythm, dates, usual, now - since),
        weekly * rhythm.dated,
        weekly * rhythm.on_marks,
        _window(rhythm.window, shown.window),
    )
    return _with_entries(faded, dates, covered)


def _for_all(took: float, seen: float) -> float:
    """For how much of the time since the last look the stretch stands that a gap has left to be seen.

    A window is the shorter the more comes: counted by their lengths, busy times would count for too little.
    """
    return min(GAP_STANDS_FOR, took / max(1.0, seen))


def _new_dates(shown: Shown, since: float, now: float) -> list[float]:
    """When the new entries came: as dated, but after the last look and before this one; undated ones evenly between."""
    if not shown.new:
        return []
    newest = sorted(shown.dates)[-shown.new :]
    if not shown.gap:
        newest = [max(at, since) for at in newest]
    undated = shown.new - len(newest)
    spread = [since + (now - since) * (i + 0.5) / undated for i in range(undated)]
    return sorted(min(at, now) for at in (*newest, *spread))


@dataclass(frozen=True, slots=True)
class Covered:
    """A stretch of time that was seen in full: its minutes weighed with the profiles, and what each hour and weekday
    should have brought."""

    weighed: float
    hours: dict[int, float]
    days: dict[int, float]


def _covered(rhythm: Rhythm, since: float, now: float) -> Covered:
    level, by_hour, by_day = rhythm.level, rhythm.day_profile(), rhythm.week_profile()
    weeks = max(0.0, (now - since) // WEEK)
    weighed = weeks * WEEK
    hours: dict[int, float] = {}
    days: dict[int, float] = {}
    for at, took in hourly(since + weeks * WEEK, now):
        hour, day = hour_of(at), weekday_of(at)
        weighed += by_hour[hour] * by_day[day] * took
        hours[hour] = hours.get(hour, 0.0) + level * by_day[day] * took
        days[day] = days.get(day, 0.0) + level * by_hour[hour] * took
    return Covered(weighed, hours, days)


def _with_entries(rhythm: Rhythm, dates: Sequence[float], covered: Covered) -> Rhythm:
    """Count entries, and what was expected, by hour and weekday; and the runs that they form."""
    hours_expected = _added(rhythm.hours_expected, covered.hours)
    days_expected = _added(rhythm.days_expected, covered.days)
    if not dates:
        return replace(rhythm, hours_expected=hours_expected, days_expected=days_expected)
    sizes = [size for size in runs(dates) if 2 * size <= max(4.0, rhythm.window)]
    return replace(
        rhythm,
        hours_expected=hours_expected,
        days_expected=days_expected,
        hours=_added(rhythm.hours, Counter(map(hour_of, dates))),
        days=_added(rhythm.days, Counter(map(weekday_of, dates))),
        dated=rhythm.dated + len(dates),
        on_marks=rhythm.on_marks + sum(map(is_marked, dates)),
        runs=rhythm.runs + len(sizes),
        run_sizes=rhythm.run_sizes + sum(sizes),
        run_squares=rhythm.run_squares + sum(size * size for size in sizes),
    )


def _added(profile: Profile, more: Mapping[int, float]) -> Profile:
    values = list(profile)
    for place, value in more.items():
        values[place] += value
    return tuple(values)


def is_marked(at: float) -> bool:
    """On a quarter of an hour, within a second.

    >>> is_marked(30.0), is_marked(31.0)
    (True, False)
    """
    return abs(at / MARK - round(at / MARK)) * MARK < 0.02


def runs(dates: Sequence[float]) -> list[int]:
    """Sizes of the runs of entries that follow one another closely; `dates` in order.

    >>> runs([0.0, 1.0, 2.0, 60.0])
    [3, 1]
    """
    sizes: list[int] = []
    for before, at in zip((-math.inf, *dates), dates, strict=False):
        if at - before > RUN_BREAKS:
            sizes.append(1)
        else:
            sizes[-1] += 1
    return sizes


def _dispersion(rhythm: Rhythm, dates: Sequence[float], usual: float, took: float) -> float:
    """How far the number of runs was from the expected one, averaged over looks that could tell."""
    if usual <= 0.2 or took <= 0.0:
        return rhythm.dispersion
    lasting = BURST_LASTS / took * (1.0 - math.exp(-took / BURST_LASTS))
    mean = usual * (1.0 + (rhythm.boost - 1.0) * lasting) / rhythm.run_size
    weight = 0.05 * min(1.0, mean)
    ratio = min(25.0, (len(runs(dates)) - mean) ** 2 / mean)
    return min(8.0, max(1.0, (1.0 - weight) * rhythm.dispersion + weight * ratio))


def _window(before: float, size: int) -> float:
    """A window that shrinks is believed slowly: a cut or short document is no smaller window."""
    return max(float(size), before - 0.05 * (before - size)) if size else before
