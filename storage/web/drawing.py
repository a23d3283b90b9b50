"""Charts as SVG, made here: they need no script, follow the page's colours and say in words what they show. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from html import escape
from typing import NamedTuple

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
STEPS = 5  # of colour in a map
HEIGHT = 120
LINE = 36
SIDE, HEAD = 32, 18  # pixels for names


def bars(counts: Sequence[tuple[str, int]], *, title: str) -> str:
    """A bar beside the other for each (name, count); each says both when it is pointed at."""
    most = max((count for _, count in counts), default=0)
    width = 100 / max(len(counts), 1)
    drawn = "".join(
        f'<rect class="bar" x="{n * width:.2f}%" width="{max(width - 0.6, 0.3):.2f}%"'
        f' y="{HEIGHT * (1 - count / (most or 1)):.1f}" height="{HEIGHT * count / (most or 1):.1f}">'
        f"<title>{escape(name)}: {count:,}</title></rect>"
        for n, (name, count) in enumerate(counts)
    )
    first, last = (counts[0][0], counts[-1][0]) if counts else ("", "")
    names = f'<text x="0" y="{HEIGHT + 16}">{escape(first)}</text>'
    names += f'<text x="100%" y="{HEIGHT + 16}" text-anchor="end">{escape(last)}</text>'
    told = f"{first} to {last}, at most {most:,}" if most else "nothing yet"
    return _figure(title, told, _svg(drawn + names, title, told, f'height="{HEIGHT + 20}" width="100%"'))


def lines(counts: Sequence[tuple[str, int]], *, title: str) -> str:
    """A bar below the other for each (name, count), both of which stand above it."""
    most = max((count for _, count in counts), default=0)
    drawn = "".join(
        f'<text x="0" y="{n * LINE + 14}">{escape(name)}: {count:,}</text>'
        f'<rect class="step0" x="0" y="{n * LINE + 19}" width="100%" height="10"></rect>'
        f'<rect class="bar" x="0" y="{n * LINE + 19}" width="{100 * count / (most or 1):.2f}%" height="10"></rect>'
        for n, (name, count) in enumerate(counts)
    )
    told = ", ".join(f"{name} {count:,}" for name, count in counts if count) or "nothing yet"
    return _figure(title, "", _svg(drawn, title, told, f'height="{len(counts) * LINE}" width="100%"'))


def heat(counts: Mapping[tuple[int, int], int], *, title: str) -> str:
    """Hours (0 to 23) one way, days of the week (0 is Monday) the other; counts by (day, hour)."""
    most = max(counts.values(), default=0)
    busiest = max(counts, key=lambda key: counts[key], default=None)
    told = f"busiest: {DAYS[busiest[0]]} {busiest[1]:02}h with {most:,}" if busiest else "nothing yet"
    cells = [
        Cell(
            hour,
            day,
            f"{DAYS[day]} {hour:02}h: {counts.get((day, hour), 0):,}",
            _step(counts.get((day, hour), 0), most),
        )
        for day in range(7)
        for hour in range(24)
    ]
    hours = {hour: f"{hour:02}" for hour in range(0, 24, 3)}
    return _figure(title, told, _both_ways(Map(cells, hours, dict(enumerate(DAYS)), 24), title, told))


def calendar(counts: Mapping[str, int], *, title: str, last: date, weeks: int = 53) -> str:
    """A square for each day (ISO date to count) of the weeks until `last`; a day that is not there is left open."""
    most = max(counts.values(), default=0)
    first = last - timedelta(days=last.weekday() + 7 * (weeks - 1))
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    cells = [
        Cell(n // 7, n % 7, f"{day}: {_told(count)}", _step(count, most))
        for n, (day, count) in enumerate((day, counts.get(day.isoformat())) for day in days)
    ]
    months = {n // 7: f"{day:%b}" for n, day in enumerate(days) if day.day == 1}
    told = f"{sum(day.isoformat() in counts for day in days)} of {len(days)} days"
    return _figure(title, told, _both_ways(Map(cells, months, dict(enumerate(DAYS)), 14), title, told))


class Cell(NamedTuple):
    """A square of a map: its column and row where it lies, what it says, and its class."""

    column: int
    row: int
    told: str
    step: str


class Map(NamedTuple):
    """Squares of `size` pixels, the names above their columns and those beside their rows."""

    cells: Sequence[Cell]
    heads: Mapping[int, str]
    sides: Mapping[int, str]
    size: int

    def turned(self) -> "Map":
        """The same, upright."""
        cells = [Cell(cell.row, cell.column, cell.told, cell.step) for cell in self.cells]
        return Map(cells, self.sides, self.heads, self.size)


def _both_ways(lying: Map, title: str, told: str) -> str:
    """Lying, and upright for a phone: the page shows the one that fits."""
    shown = (("lying", lying), ("upright", lying.turned()))
    return "".join(_svg(_map(each), title, told, f'class="{kind}" {_size(each)}') for kind, each in shown)


def _size(drawn: Map) -> str:
    across = max(cell.column for cell in drawn.cells) + 1
    down = max(cell.row for cell in drawn.cells) + 1
    return f'width="{SIDE + across * drawn.size}" height="{HEAD + down * drawn.size}"'


def _map(drawn: Map) -> str:
    heads = (f'<text x="{SIDE + n * drawn.size}" y="12">{name}</text>' for n, name in _apart(drawn, drawn.heads, 20))
    sides = (
        f'<text x="0" y="{HEAD + (n + 0.75) * drawn.size:.0f}">{name}</text>'
        for n, name in _apart(drawn, drawn.sides, 13)
    )
    cells = (
        f'<rect class="{cell.step}" x="{SIDE + cell.column * drawn.size}" y="{HEAD + cell.row * drawn.size}"'
        f' width="{drawn.size - 2}" height="{drawn.size - 2}"><title>{cell.told}</title></rect>'
        for cell in drawn.cells
    )
    return "".join([*heads, *sides, *cells])


def _apart(drawn: Map, names: Mapping[int, str], least: int) -> list[tuple[int, str]]:
    """Names that have `least` pixels of room each."""
    shown: list[tuple[int, str]] = []
    for n, name in sorted(names.items()):
        if not shown or (n - shown[-1][0]) * drawn.size >= least:
            shown.append((n, name))
    return shown


def _told(count: int | None) -> str:
    return "none seen" if count is None else f"{count:,}"


def _step(count: int | None, most: int) -> str:
    if not count:
        return "none" if count is None else "step0"
    return f"step{1 + min(STEPS - 1, count * STEPS // (most + 1))}"


def _figure(title: str, told: str, drawn: str) -> str:
    return (
        f'<figure class="chart" tabindex="0" role="group" aria-label="{escape(title)}"><figcaption>{escape(title)}'
        f" <span>{escape(told)}</span></figcaption>{drawn}</figure>"
    )


def _svg(drawn: str, title: str, told: str, size: str) -> str:
    return f'<svg {size} role="img" aria-label="{escape(f"{title}: {told}")}">{drawn}</svg>'
