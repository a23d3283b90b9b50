"""A table fits the terminal whatever is in it, and cuts nothing where there is no terminal."""

import re

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from ingest.cli.grid import Cell, Look, lines

cells = st.none() | st.integers() | st.floats() | st.text(max_size=80) | st.binary(max_size=40)
tables = st.integers(1, 6).flatmap(
    lambda width: st.tuples(
        st.lists(st.text(min_size=1, max_size=20), min_size=width, max_size=width),
        st.lists(st.lists(cells, min_size=width, max_size=width), max_size=8),
    )
)


def plain(line: str) -> str:
    return re.sub("\x1b\\[[0-9;]*m", "", line)


def shown(columns: list[str], *rows: list[Cell], width: int | None = None) -> list[str]:
    return list(lines(columns, rows, Look(width)))


@given(table=tables, width=st.integers(30, 200))
def test_no_line_is_wider_than_the_terminal(table: tuple[list[str], list[list[Cell]]], width: int) -> None:
    columns, rows = table
    assert all(cell_len(plain(line)) <= width for line in lines(columns, rows, Look(width, colour=True)))


@given(table=tables)
def test_nothing_that_drives_a_terminal_comes_through(table: tuple[list[str], list[list[Cell]]]) -> None:
    columns, rows = table
    for line in lines(columns, rows, Look(80)):
        assert line == line.replace("\x1b", "").replace("\u202e", "")
        assert "\n" not in line


def test_columns_are_as_wide_as_what_is_in_them() -> None:
    assert shown(["id", "title"], [1, "Wahl"], [200, "Krieg und Frieden"], width=80) == [
        " id  title",
        "───  ─────────────────",
        "  1  Wahl",
        "200  Krieg und Frieden",
    ]


def test_wide_characters_take_two_columns() -> None:
    assert shown(["a", "b"], ["平壌市", "x"], ["🙂", "x"], width=80)[2:] == ["平壌市  x", "🙂      x"]


def test_long_text_is_cut_and_short_columns_are_not() -> None:
    assert shown(["id", "text"], [12, "wort " * 40], width=30)[2] == "12  " + ("wort " * 6)[:25] + "…"


def test_a_wide_character_is_never_cut_in_half() -> None:
    assert cell_len(shown(["text"], ["平" * 40], width=30)[2]) <= 30


def test_in_a_pipe_nothing_is_cut() -> None:
    text = "wort " * 100 + "ende"
    assert shown(["text", "n"], [text, 1])[2] == f"{text}  1"


def test_null_is_a_dot_on_a_terminal_and_nothing_in_a_pipe() -> None:
    assert shown(["a", "b"], [None, "x"], width=80)[2] == "·  x"
    assert shown(["a", "b"], [None, "x"])[2] == "   x"


def test_too_many_columns_for_the_terminal_make_blocks() -> None:
    columns = [f"column_{n}" for n in range(10)]
    told = shown(columns, ["wort " * 10] * 10, width=40)
    assert len(told) == 11
    assert told[1].startswith("column_0  wort wort")


def test_lines_of_a_text_become_one() -> None:
    assert shown(["a"], ["eins\n\tzwei"], width=80)[2] == "eins zwei"


def test_rows_stream_beyond_those_that_decide_on_the_widths() -> None:
    endless = ([n] for n in iter(int, 1))
    table = lines(["n"], endless, Look())
    assert [next(table) for _ in range(3)] == ["n", "─", "0"]


def test_colours_are_there_only_where_wanted() -> None:
    def red(_column: str, _cell: Cell) -> str:
        return "31"

    assert "\x1b[31m" in "".join(lines(["a"], [["x"]], Look(80, colour=True), red))
    assert "\x1b" not in "".join(lines(["a"], [["x"]], Look(80), red))
