"""How often a feed brings entries, learned from what it showed. Pure; knows neither requests nor failures.

The rate at a time is `level x hour x weekday x boost`: a level that follows the last week, two profiles (UTC) that are
pulled towards the usual day of a newsroom until the feed has shown its own, and a boost for the last hour and a half.
Each is a Gamma-Poisson estimate: entries seen over entries expected, so that hours which no window covered count for
neither. Times are minutes since 1970-01-01T00:00Z, rates are entries a minute.
"""

import math
from collections.abc import Iterator, Sequence
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
HOUR_WEIGHT, DAY_WEIGHT = 4.0, 5.7  # expected entries that the usual profile counts for, an hour or weekday each
RUN_BREAKS = 3.0  # entries closer than this are one run: a bulk post says nothing about the next one
FORGOTTEN = 14 * DAY  # after so long without a look the level is learned anew
OLDEST = 21 * DAY


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
        return _profile(_smooth(self.hours), _smooth(self.hours_expected), USUAL_DAY, HOUR_WEIGHT)

    def week_profile(self) -> Profile:
        """Rate by day of the week (UTC, Monday first), mean 1."""
        return _profile(self.days, self.days_expected, USUAL_WEEK, DAY_WEIGHT)


def _profile(seen: Profile, expected: Profile, usual: Profile, weight: float) -> Profile:
    raw = [(n + weight * p) / (m + weight) for n, m, p in zip(seen, expected, usual, strict=True)]
    mean = sum(raw) / len(raw)
    return tuple(value / mean for value in raw)


def _smooth(counts: Profile) -> Profile:
    """An hour is like the ones beside it; few entries then tell more."""
    return tuple(
        0.25 * before + 0.5 * here + 0.25 * after
        for before, here, after in zip((counts[-1], *counts), counts, (*counts[1:], counts[0]), strict=False)
    )


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
    blank = Rhythm(now, 1.0, 3 * DAY, window=max(1, shown.window))
    if len(dates) < 2:
        return blank
    exposure = expected(replace(blank, seen=1.0, exposure=1.0), min(dates[0], now - 30.0), now)
    # Half of what it says: a window is one stretch of time, which was calm or busy.
    known = replace(blank, seen=max(1.0, 0.5 * len(dates)), exposure=max(15.0, 0.5 * exposure))
    return _counted(known, dates, dates[0], now)


def _anew(rhythm: Rhythm, shown: Shown, now: float) -> Rhythm:
    """The level of long ago says little; the profiles still hold."""
    if not shown.window:
        return replace(rhythm, until=now, burst=0.0, burst_expected=0.0)
    begun = first(shown, now)
    return replace(rhythm, until=now, seen=begun.seen, exposure=begun.exposure, burst=0.0, burst_expected=0.0)


def _followed(rhythm: Rhythm, shown: Shown, now: float) -> Rhythm:
    since = rhythm.until
    dates = _new_dates(shown, since, now)
    if shown.gap and dates:
        # Only the stretch that the window covers is known; what came before it is not none.
        since = max(since, dates[0])
    faded = _faded(rhythm, now - rhythm.until)
    count = len(dates)
    usual = expected(rhythm, since, now)
    varied = replace(faded, dispersion=_dispersion(rhythm, dates, usual, now - since))
    levelled = replace(
        varied,
        until=now,
        seen=faded.seen + count,
        exposure=faded.exposure + usual / rhythm.level,
        burst=faded.burst + count,
        burst_expected=faded.burst_expected + usual,
        window=_window(rhythm.window, shown.window),
    )
    return _kept_alive(_counted(levelled, dates, since, now))


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


def _faded(rhythm: Rhythm, took: float) -> Rhythm:
    level, burst = math.exp(-took / LEVEL_LASTS), math.exp(-took / BURST_LASTS)
    hours, days = math.exp(-took / HOURS_LAST), math.exp(-took / DAYS_LAST)
    return replace(
        rhythm,
        seen=level * rhythm.seen,
        exposure=level * rhythm.exposure,
        hours=tuple(hours * n for n in rhythm.hours),
        hours_expected=tuple(hours * n for n in rhythm.hours_expected),
        days=tuple(days * n for n in rhythm.days),
        days_expected=tuple(days * n for n in rhythm.days_expected),
        burst=burst * rhythm.burst,
        burst_expected=burst * rhythm.burst_expected,
        runs=days * rhythm.runs,
        run_sizes=days * rhythm.run_sizes,
        run_squares=days * rhythm.run_squares,
        dated=hours * rhythm.dated,
        on_marks=hours * rhythm.on_marks,
    )


def _counted(rhythm: Rhythm, dates: Sequence[float], since: float, now: float) -> Rhythm:
    """Count entries, and what was expected, by hour and weekday; and the runs that they form."""
    hours, days = list(rhythm.hours), list(rhythm.days)
    marks = 0
    for at in dates:
        hours[hour_of(at)] += 1.0
        days[weekday_of(at)] += 1.0
        marks += abs(at / 15.0 - round(at / 15.0)) < 0.0014  # within a second or so
    sizes = [size for size in runs(dates) if 2 * size <= max(4, rhythm.window)]
    counted = replace(
        rhythm,
        hours=tuple(hours),
        days=tuple(days),
        dated=rhythm.dated + len(dates),
        on_marks=rhythm.on_marks + marks,
        runs=rhythm.runs + len(sizes),
        run_sizes=rhythm.run_sizes + sum(sizes),
        run_squares=rhythm.run_squares + sum(size * size for size in sizes),
    )
    return _expectations(counted, max(since, now - WEEK), now)


def _expectations(rhythm: Rhythm, since: float, now: float) -> Rhythm:
    level, by_hour, by_day = rhythm.level, rhythm.day_profile(), rhythm.week_profile()
    hours, days = list(rhythm.hours_expected), list(rhythm.days_expected)
    for at, took in hourly(since, now):
        hour, day = hour_of(at), weekday_of(at)
        hours[hour] += level * took * by_day[day]
        days[day] += level * took * by_hour[hour]
    return replace(rhythm, hours_expected=tuple(hours), days_expected=tuple(days))


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
    if usual <= 0.2:
        return rhythm.dispersion
    lasting = BURST_LASTS / took * (1.0 - math.exp(-took / BURST_LASTS))
    mean = usual * (1.0 + (rhythm.boost - 1.0) * lasting) / rhythm.run_size
    weight = 0.05 * min(1.0, mean)
    ratio = min(25.0, (len(runs(dates)) - mean) ** 2 / mean)
    return min(8.0, max(1.0, (1.0 - weight) * rhythm.dispersion + weight * ratio))


def _window(before: float, size: int) -> float:
    """A window that shrinks is believed slowly: a cut or short document is no smaller window."""
    return max(float(size), before - 0.05 * (before - size)) if size else before


def _kept_alive(rhythm: Rhythm) -> Rhythm:
    """A feed that has been quiet for long is still worth an entry in two months."""
    if rhythm.seen >= 0.5:
        return rhythm
    return replace(rhythm, seen=rhythm.seen + 0.05, exposure=rhythm.exposure + 0.05 * 60 * DAY)
