"""What came of a feed's past, for people and for machines: its routes, its months before and after, what is missing."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from storage.records import FeedRecord, Route

if TYPE_CHECKING:
    from ingest.backfill.promise import Promise
    from ingest.backfill.repair import Repaired
    from ingest.backfill.run import Past
    from ingest.backfill.walking import Arrived, Step


@dataclass(slots=True)
class Count:
    """What one route brought in this run."""

    requests: int = 0
    new: int = 0
    known: int = 0
    changed: int = 0

    def add(self, step: "Step") -> None:
        """One request more."""
        self.requests += 1
        if (recorded := step.page.recorded) is not None:
            self.new += recorded.entries_new
            self.changed += recorded.entries_changed
            self.known += max(recorded.entries_seen - recorded.entries_new - recorded.entries_changed, 0)

    def __str__(self) -> str:
        return f"{self.new} new, {self.changed} changed, {self.known} known"

    @property
    def short(self) -> str:
        """The same where there is little room."""
        return f"+{self.new} ~{self.changed} ={self.known}"


# --- a feed's past ----------------------------------------------------------------------------------------------------

CHART = 30  # characters
MOST_MONTHS = 36  # lines; beyond, a line a year
LEVELS = "·▁▂▃▄▅▆▇█"


def past_lines(past: "Past", counts: dict[Route, Count]) -> list[str]:
    """How each route stands, entries by month before and after, and what is still missing."""
    if past.feed.url is None:
        return [f"{past.feed.name}: it has no URL, and none was found from its homepage"]
    lines = [past.feed.name]
    for route, arrived in past.arrived.items():
        lines += _route_lines(route, arrived, counts.get(route, Count()))
    return [*lines, *(f"  {line}" for line in chart(past.before, past.after)), *(f"  {m}" for m in missing(past))]


def _route_lines(route: Route, arrived: "Arrived", count: Count) -> list[str]:
    standing = f"  {route.value:<9} {arrived.state.value:<11}"
    if not count.requests:
        return [f"{standing} ({arrived.because})"]
    reached = f"back to {arrived.walk.reached[:10]}: " if arrived.walk.reached else ""
    return [f"{standing} {count}; {requests(count.requests)}", f"    {reached}{arrived.because}"]


def requests(number: int) -> str:
    """So many of them."""
    return f"{number} request" if number == 1 else f"{number} requests"


def chart(before: dict[str, int], after: dict[str, int]) -> list[str]:
    """Entries by month: what was had, and what came to it. Where there are many months, a line a year, with its months
    drawn small: how they compare with the best one.

    >>> chart({"2026-03": 2}, {"2026-03": 4, "2026-02": 1})[1]
    '2026-03       2 ->      4  ###############+++++++++++++++'
    >>> chart({"2026-03": 9, "2026-02": 7}, {"2026-03": 9, "2026-02": 7})[0]
    '2026-02       7 ->      7  ########################'
    """
    if sum(1 for month in after if month) <= MOST_MONTHS:
        return _bars(before, after, CHART)
    lines, years = _bars(_by_year(before), _by_year(after), CHART // 2), sorted(_by_year(after), key=_in_time)
    return [f"{line:<43}{_small(after, year)}".rstrip() for line, year in zip(lines, years, strict=True)]


def _bars(before: dict[str, int], after: dict[str, int], longest: int) -> list[str]:
    most = max(after.values(), default=0)
    lines = []
    for time in sorted(after, key=_in_time):
        had, has = before.get(time, 0), after[time]
        width = -(-has * longest // most)
        old = min(width * had // has, width)
        bar = "#" * old + "+" * (width - old)
        lines.append(f"{time or 'no date':<7} {had:>7} -> {has:>6}  {bar}")
    return lines


def _in_time(time: str) -> str:
    return time or "~"


def _small(after: dict[str, int], year: str) -> str:
    """The months of a year, a character each."""
    most = max(number for month, number in after.items() if month)
    numbers = [after.get(f"{year}-{month:02}", 0) for month in range(1, 13)] if year else []
    return "".join(LEVELS[-(-number * (len(LEVELS) - 1) // most)] for number in numbers)


def _by_year(months: dict[str, int]) -> dict[str, int]:
    years: Counter[str] = Counter()
    for month, entries in months.items():
        years[month[:4]] += entries
    return dict(years)


def missing(past: "Past") -> list[str]:
    """What is still missing, and why."""
    from ingest.backfill.road import OF_OUTLET

    has, arrived = sum(past.after.values()), past.arrived
    cut = {
        route: each.because for route, each in arrived.items() if each.state.value == "stopped" and not each.is_enough
    }
    lines = [_cut_short([route for route in cut if cut[route] == why], why) for why in dict.fromkeys(cut.values())]
    lines += [
        f"{route.value} is not whole: {each.because}"
        for route, each in arrived.items()
        if each.walk.offered and not each.walk.whole and each.walk.ended is not None
    ]
    lines += [
        f"{route.value} counts {each.walk.entries} entries, the archive has {has}"
        for route, each in arrived.items()
        if each.walk.entries is not None and each.walk.entries > has
    ]
    if empty := _empty_months(past.after):
        lines.append(f"no entries at all in {', '.join(empty[:6])}" + (" …" if len(empty) > 6 else ""))
    is_section = any(each.because == OF_OUTLET for each in arrived.values())
    if arrived and not (cut or is_section or any(each.walk.offered for each in arrived.values())):
        lines.append("no route leads into its past: what its window does not show can only come from files (load)")
    return [f"missing: {line}" for line in lines]


def _cut_short(routes: list[Route], because: str) -> str:
    return f"{', '.join(route.value for route in routes)} {'was' if len(routes) == 1 else 'were'} cut short: {because}"


def _empty_months(months: dict[str, int]) -> list[str]:
    named = sorted(month for month in months if month)
    if not named:
        return []
    first, last = _index(named[0]), _index(named[-1])
    return [
        f"{n // 12:04}-{n % 12 + 1:02}" for n in range(first, last) if f"{n // 12:04}-{n % 12 + 1:02}" not in months
    ]


def _index(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:7]) - 1


def past_json(past: "Past", counts: dict[Route, Count]) -> dict[str, Any]:
    return {
        "feed": past.feed.name,
        "routes": [_route_json(route, arrived, counts.get(route, Count())) for route, arrived in past.arrived.items()],
        "months_before": past.before,
        "months_after": past.after,
        "missing": [line.removeprefix("missing: ") for line in missing(past)],
    }


def _route_json(route: Route, arrived: "Arrived", count: Count) -> dict[str, Any]:
    return {
        "route": route.value,
        "state": arrived.state.value,
        "because": arrived.because,
        "requests": count.requests,
        "entries_new": count.new,
        "entries_changed": count.changed,
        "entries_known": count.known,
        "reached": arrived.walk.reached,
        "entries_promised": arrived.walk.entries,
    }


# --- gaps and promises ------------------------------------------------------------------------------------------------


GAPS = {"closed": "closed", "unclosable": "unclosable: nobody has it any more", "still_open": "still open"}


def repaired_lines(result: "Repaired") -> list[str]:
    """What became of a feed's gaps."""
    parts = [f"{number} {GAPS[name]}" for name, number in _gaps(result).items() if number]
    if not parts:
        return [f"{result.feed.name}: no open gap"]
    lines = [f"{result.feed.name}: gaps: {', '.join(parts)}; {result.recovered} entries recovered"]
    return lines + [f"  {route.value:<9} {because}" for route, because in result.because]


def _gaps(result: "Repaired") -> dict[str, int]:
    return {name: getattr(result, name) for name in GAPS}


def repaired_json(result: "Repaired") -> dict[str, Any]:
    return {
        "feed": result.feed.name,
        **_gaps(result),
        "entries_recovered": result.recovered,
        "routes": [{"route": route.value, "because": because} for route, because in result.because],
    }


def promise_lines(feed: FeedRecord, found: "list[Promise]") -> list[str]:
    """What each route promises."""
    return [feed.name, *(f"  {each.route.value:<9} {_promised(each)}" for each in found)]


def _promised(each: "Promise") -> str:
    if not each.offered:
        return f"{'could not be asked' if each.offered is None else 'not offered'} ({each.because})"
    pages = "as many requests as it takes" if each.pages is None else f"{requests(each.pages)} at most"
    parts = [pages, *([f"{each.entries} entries"] if each.entries is not None else [])]
    parts += [f"{_duration(each.lasting)} at the polite rate"] if each.lasting is not None else []
    return "offered: " + ", ".join(parts)


def _duration(span: timedelta) -> str:
    minutes = round(span.total_seconds() / 60)
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{max(minutes, 1)} min"


def promise_json(each: "Promise") -> dict[str, Any]:
    return {
        "route": each.route.value,
        "offered": each.offered,
        "because": each.because,
        "requests": each.pages,
        "entries": each.entries,
        "seconds": None if each.lasting is None else round(each.lasting.total_seconds()),
    }
