"""Charts as SVG, made here: they need no script, follow the page's colours and say in words what they show. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from html import escape

DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
STEPS = 5  # of colour in a map
FEW = 10  # bars


def bars(counts: Sequence[tuple[str, int]], *, title: str, height: int = 120) -> str:
    """A bar for each (name, count); each says both when it is pointed at. A few have their names below."""
    most = max((count for _, count in counts), default=0)
    width = 100 / max(len(counts), 1)
    drawn = "".join(
        f'<rect class="bar" x="{n * width:.2f}%" width="{max(width - 0.6, 0.3):.2f}%"'
        f' y="{height * (1 - count / (most or 1)):.1f}" height="{height * count / (most or 1):.1f}">'
        f"<title>{escape(name)}: {count:,}</title></rect>"
        for n, (name, count) in enumerate(counts)
    )
    names = "".join(
        f'<text x="{(n + 0.5) * width:.2f}%" y="{height + 14}" text-anchor="middle">{escape(name)}</text>'
        for n, (name, _) in enumerate(counts if len(counts) <= FEW else ())
    )
    return _figure(drawn + names, title, _range(counts, most), f'height="{height + 18}" width="100%"')


def _range(counts: Sequence[tuple[str, int]], most: int) -> str:
    return f"{counts[0][0]} to {counts[-1][0]}, at most {most:,}" if most else "nothing yet"


def heat(counts: Mapping[tuple[int, int], int], *, title: str) -> str:
    """Hours (0 to 23) across, days of the week (0 is Monday) down; counts by (day, hour)."""
    most = max(counts.values(), default=0)
    cells = "".join(
        f'<rect class="{_step(counts.get((day, hour), 0), most)}" x="{30 + hour * 24}" y="{18 + day * 24}" width="22"'
        f' height="22"><title>{DAYS[day]} {hour:02}h: {counts.get((day, hour), 0):,}</title></rect>'
        for day in range(7)
        for hour in range(24)
    )
    hours = "".join(f'<text x="{30 + hour * 24}" y="12">{hour:02}</text>' for hour in range(0, 24, 3))
    days = "".join(f'<text x="0" y="{33 + day * 24}">{name}</text>' for day, name in enumerate(DAYS))
    busiest = max(counts, key=lambda key: counts[key], default=None)
    told = f"busiest: {DAYS[busiest[0]]} {busiest[1]:02}h with {most:,}" if busiest else "nothing yet"
    return _figure(hours + days + cells, title, told, 'viewBox="0 0 608 188" width="608" height="188"')


def calendar(counts: Mapping[str, int], *, title: str, last: date, weeks: int = 53) -> str:
    """A square for each day (ISO date to count) of the weeks until `last`; a day that is not there is left open."""
    most = max(counts.values(), default=0)
    first = last - timedelta(days=last.weekday() + 7 * (weeks - 1))
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    cells = "".join(
        f'<rect class="{_step(count, most)}" x="{n // 7 * 14}" y="{n % 7 * 14}" width="12" height="12">'
        f"<title>{day}: {_told(count)}</title></rect>"
        for n, (day, count) in enumerate((day, counts.get(day.isoformat())) for day in days)
    )
    seen = sum(day.isoformat() in counts for day in days)
    return _figure(cells, title, f"{seen} of {len(days)} days", f'viewBox="0 0 {14 * weeks} 98" width="{14 * weeks}"')


def _told(count: int | None) -> str:
    return "none seen" if count is None else f"{count:,}"


def _step(count: int | None, most: int) -> str:
    if not count:
        return "none" if count is None else "step0"
    return f"step{1 + min(STEPS - 1, count * STEPS // (most + 1))}"


def _figure(drawn: str, title: str, told: str, size: str) -> str:
    return (
        f'<figure class="chart" tabindex="0" role="group" aria-label="{escape(title)}"><figcaption>{escape(title)}'
        f" <span>{escape(told)}</span></figcaption>"
        f'<svg {size} role="img" aria-label="{escape(f"{title}: {told}")}">{drawn}</svg></figure>'
    )
