"""Rows in each format are what programs, spreadsheets and people expect."""

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.cli.grid import Cell
from ingest.cli.tables import WRITERS, distinct, look_of

cells = st.none() | st.integers() | st.floats() | st.text() | st.binary()


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        return True


def written(form: str, columns: list[str], *rows: list[Cell], stream: io.StringIO | None = None) -> str:
    stream = stream or io.StringIO(newline="")
    WRITERS[form](columns, rows, stream)
    return stream.getvalue()


@given(st.lists(st.lists(cells, min_size=2, max_size=2), max_size=5))
def test_json_and_ndjson_are_valid_and_say_the_same(rows: list[list[Cell]]) -> None:
    whole = json.loads(written("json", ["a", "b"], *rows))
    lines = [json.loads(line) for line in written("ndjson", ["a", "b"], *rows).splitlines()]
    assert whole == lines
    assert len(whole) == len(rows)


@given(st.text())
def test_json_gives_text_back_as_it_was(text: str) -> None:
    assert json.loads(written("ndjson", ["a"], [text])) == {"a": text}


@given(st.text())
def test_json_holds_nothing_that_drives_a_terminal(text: str) -> None:
    line = written("ndjson", ["a"], [text]).rstrip("\n")
    assert not set(line) & {"\x1b", "\x9b", "\u202e", "\x7f", "\u2028"}


def test_an_empty_answer_is_an_empty_array() -> None:
    assert json.loads(written("json", ["a"])) == []


def test_numbers_that_json_lacks_are_null() -> None:
    assert written("ndjson", ["a", "b"], [float("inf"), float("nan")]) == '{"a": null, "b": null}\n'


def test_columns_of_one_name_are_kept_apart() -> None:
    assert distinct(["title", "title", "title_2"]) == ["title", "title_2", "title_2_2"]


@given(st.lists(st.text(alphabet=st.characters(exclude_characters="\x00")), min_size=1, max_size=3))
def test_csv_reads_back_but_for_the_mark_of_formulas(texts: list[str]) -> None:
    told = list(csv.reader(io.StringIO(written("csv", ["c"] * len(texts), list(texts)), newline="")))
    assert [cell.removeprefix("'") for cell in told[1]] == [text.removeprefix("'") for text in texts]


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", "\t=1", "\r=1", "＝1+1"])
def test_a_text_that_a_spreadsheet_would_run_is_marked(text: str) -> None:
    (cell,) = list(csv.reader(io.StringIO(written("csv", ["a"], [text]), newline="")))[1]
    assert cell == f"'{text}"


@pytest.mark.parametrize(
    ("cell", "told"), [(-5, "-5"), (-2.5, "-2.5"), ("-12,5", '"-12,5"'), ("+4%", "+4%"), (None, '""')]
)
def test_numbers_are_not_marked(cell: Cell, told: str) -> None:
    assert written("csv", ["a"], [cell]).splitlines()[1] == told


def test_markdown_keeps_a_row_in_its_line_and_a_cell_in_its_column() -> None:
    assert written("markdown", ["a", "b"], ["x|y\nz", "<b>"], [None, 1]).splitlines() == [
        "| a | b |",
        "| --- | --- |",
        "| x\\|y z | &lt;b> |",
        "|  | 1 |",
    ]


@pytest.mark.parametrize("form", list(WRITERS))
def test_no_format_lets_a_text_drive_the_terminal(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    told = written(form, ["a\x1b[2J"], ["\x1b]0;title\x07 \u202e \x9b31m"], stream=Terminal(newline=""))
    assert not set(told) & {"\x1b", "\x07", "\u202e", "\x9b"}


def test_a_pipe_gets_no_colours_and_no_width() -> None:
    assert (look_of(io.StringIO()).width, look_of(io.StringIO()).colour) == (None, False)


def test_a_terminal_gets_both_unless_colours_are_not_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "123")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert (look_of(Terminal()).width, look_of(Terminal()).colour) == (123, True)
    monkeypatch.setenv("NO_COLOR", "1")
    assert not look_of(Terminal()).colour
