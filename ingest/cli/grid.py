"""A table that fits the terminal: pure layout, rows in, lines out.

Without a width (a pipe) nothing is cut. Where a terminal is too narrow for so many columns, each row becomes a block.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size

from ingest.cli.frame import printable

Cell = str | int | float | bytes | None

LOOK_AHEAD = 1_000  # rows that decide on the widths; later ones may stick out
NARROWEST = 7  # columns that would get less than this are shown as blocks
WIDEST_IN_A_PIPE = 60  # pad no further: one long text must not push all others away
GAP = "  "


@dataclass(frozen=True, slots=True)
class Look:
    """How to show rows: `width` in columns of the terminal, None where there is none; `colour` by ANSI sequences."""

    width: int | None = None
    colour: bool = False

    def dim(self, text: str) -> str:
        """Less important."""
        return f"\x1b[2m{text}\x1b[0m" if self.colour and text else text

    def bold(self, text: str) -> str:
        """Important."""
        return f"\x1b[1m{text}\x1b[0m" if self.colour and text else text

    def paint(self, text: str, code: str) -> str:
        """In a colour, given as the number of the ANSI sequence."""
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour and text else text


Colour = Callable[[str, Cell], str | None]


def no_colour(_column: str, _cell: Cell) -> None:
    """Cells as they are."""


def lines(
    columns: Sequence[str], rows: Iterable[Sequence[Cell]], look: Look, colour: Colour = no_colour
) -> Iterator[str]:
    """The table, line by line, without line ends. `colour` gives a cell the code of its colour (see Look.paint)."""
    rest = iter(rows)
    first = list(itertools.islice(rest, LOOK_AHEAD))
    widths = _widths(columns, first, look.width)
    if widths is None:
        return _blocks(columns, itertools.chain(first, rest), look)
    right = _right_aligned(len(columns), first)
    return _table(columns, right, widths, itertools.chain(first, rest), look, colour)


def _table(
    columns: Sequence[str],
    right: Sequence[bool],
    widths: Sequence[int],
    rows: Iterable[Sequence[Cell]],
    look: Look,
    colour: Colour,
) -> Iterator[str]:
    cut = look.width is not None
    heads = zip(columns, widths, right, strict=True)
    yield _line(look.bold(_fitted(printable(name), size, cut=cut, right=at_right)) for name, size, at_right in heads)
    yield look.dim(_line("─" * size for size in widths))
    for row in rows:
        cells = zip(columns, row, widths, right, strict=True)
        yield _line(
            _coloured(_fitted(_shown(cell, look), size, cut=cut, right=at_right), cell, colour(name, cell), look)
            for name, cell, size, at_right in cells
        )


def _line(cells: Iterable[str]) -> str:
    return GAP.join(cells).rstrip()


def _coloured(fitted: str, cell: Cell, code: str | None, look: Look) -> str:
    if code:
        return look.paint(fitted, code)
    return look.dim(fitted) if cell is None else fitted


def _blocks(columns: Sequence[str], rows: Iterable[Sequence[Cell]], look: Look) -> Iterator[str]:
    names = [printable(name) for name in columns]
    label = min(max(map(cell_len, names), default=0), (look.width or 80) // 2)
    room = max((look.width or 80) - label - len(GAP), NARROWEST)
    for number, row in enumerate(rows, 1):
        yield look.dim(f"── {number} ".ljust(label + len(GAP), "─"))
        for name, cell in zip(names, row, strict=True):
            shown = _fitted(_shown(cell, look), room, cut=True, right=False)
            yield _line([look.bold(_fitted(name, label, cut=True, right=False)), _coloured(shown, cell, None, look)])


def fits(columns: Sequence[str], rows: Sequence[Sequence[Cell]], look: Look) -> bool:
    """Whether the table is as wide as it wants to be, nothing cut."""
    natural = _natural(columns, rows[:LOOK_AHEAD])
    return look.width is None or sum(natural) + len(GAP) * (len(columns) - 1) <= look.width


def _natural(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> list[int]:
    natural = [cell_len(printable(name)) for name in columns]
    for row in rows:
        natural = [max(size, cell_len(_shown(cell))) for size, cell in zip(natural, row, strict=True)]
    return natural


def _widths(columns: Sequence[str], rows: Sequence[Sequence[Cell]], width: int | None) -> list[int] | None:
    natural = _natural(columns, rows)
    if width is None:
        return [min(size, WIDEST_IN_A_PIPE) for size in natural]
    room = width - len(GAP) * (len(columns) - 1)
    if sum(natural) <= room:
        return natural
    widest = _widest_that_fits(natural, room)
    return None if widest < NARROWEST else [min(size, widest) for size in natural]


def _widest_that_fits(natural: Sequence[int], room: int) -> int:
    # What narrow columns leave goes to the wide ones, in equal shares.
    left = room
    for done, size in enumerate(sorted(natural)):
        share = left // (len(natural) - done)
        if size > share:
            return share
        left -= size
    return max(natural, default=0)


def _right_aligned(count: int, rows: Sequence[Sequence[Cell]]) -> list[bool]:
    return [_numbers([row[at] for row in rows]) for at in range(count)]


def _numbers(cells: Sequence[Cell]) -> bool:
    said = [cell for cell in cells if cell is not None]
    return bool(said) and all(isinstance(cell, int | float) for cell in said)


def _shown(cell: Cell, look: Look | None = None) -> str:
    match cell:
        case None:
            return "·" if look is None or look.width is not None else ""
        case bytes():
            return f"x'{cell[:32].hex()}{'…' if len(cell) > 32 else ''}'"
        case float():
            return f"{cell:.10g}"
        case str():
            return printable(" ".join(cell.split()) if not cell.isprintable() else cell)
    return str(cell)


def cut_to(text: str, size: int) -> str:
    """Text that takes at most so many columns."""
    return text if cell_len(text) <= size else set_cell_size(text, size - 1) + "…"


def _fitted(text: str, size: int, *, cut: bool, right: bool) -> str:
    length = cell_len(text)
    if length > size:
        return cut_to(text, size) if cut else text
    blank = " " * (size - length)
    return blank + text if right else text + blank
