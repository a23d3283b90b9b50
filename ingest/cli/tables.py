"""Rows as people and programs want them: table, csv, json, ndjson, markdown, parquet. Rows stream; none is kept."""

import json
import math
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TextIO

from ingest.cli.frame import printable
from ingest.cli.grid import Cell, Look, lines
from storage.csv_lines import csv_line

# Valid JSON, but a terminal or an editor would act on them.
_UNSAFE_IN_JSON = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def look_of(stream: TextIO) -> Look:
    """How to show rows on this stream: fitted and coloured on a terminal only; NO_COLOR takes the colours away."""
    if not stream.isatty():
        return Look()
    colour = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return Look(width=shutil.get_terminal_size().columns, colour=colour)


def write_table(columns: Sequence[str], rows: Iterable[Sequence[Cell]], stream: TextIO) -> None:
    """Columns side by side."""
    for line in lines(columns, rows, look_of(stream)):
        print(line, file=stream)


def write_csv(columns: Sequence[str], rows: Iterable[Sequence[Cell]], stream: TextIO) -> None:
    """RFC 4180 with LF. NULL is an empty field, an empty text `""`.

    A text that a spreadsheet would run as a formula gets a ' in front.
    """
    keep = _on_terminal if stream.isatty() else _as_it_is
    stream.write(csv_line(columns, keep))
    stream.writelines(csv_line(row, keep) for row in rows)


def _on_terminal(text: str) -> str:
    return printable(text, keep="\n")


def _as_it_is(text: str) -> str:
    return text


def write_json(columns: Sequence[str], rows: Iterable[Sequence[Cell]], stream: TextIO) -> None:
    """One array of objects, an object a line. Blobs are hexadecimal."""
    separator = "[\n "
    for line in _objects(columns, rows):
        stream.write(separator + line)
        separator = ",\n "
    stream.write("[]\n" if separator[0] == "[" else "\n]\n")


def write_ndjson(columns: Sequence[str], rows: Iterable[Sequence[Cell]], stream: TextIO) -> None:
    """An object a line. Blobs are hexadecimal."""
    stream.writelines(line + "\n" for line in _objects(columns, rows))


def _objects(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    names = distinct(columns)
    for row in rows:
        yield json_text(dict(zip(names, map(_json_cell, row), strict=True)))


def json_text(value: object, indent: int | None = None) -> str:
    """JSON in one line (or indented), readable, with what could drive a terminal escaped."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    return _UNSAFE_IN_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _json_cell(cell: Cell) -> Cell:
    match cell:
        case bytes():
            return cell.hex()
        case float() if not math.isfinite(cell):
            return None  # JSON has no such number
    return cell


def distinct(columns: Sequence[str]) -> list[str]:
    """Names that can be keys.

    >>> distinct(["title", "title", "n"])
    ['title', 'title_2', 'n']
    """
    names: list[str] = []
    for column in columns:
        count, name = 1, column
        while name in names:
            count += 1
            name = f"{column}_{count}"
        names.append(name)
    return names


def write_markdown(columns: Sequence[str], rows: Iterable[Sequence[Cell]], stream: TextIO) -> None:
    """A table of GitHub flavoured Markdown."""
    keep = _on_terminal if stream.isatty() else _as_it_is
    _write_markdown_row([keep(_markdown_cell(name)) for name in columns], stream)
    _write_markdown_row(["---"] * len(columns), stream)
    for row in rows:
        _write_markdown_row([keep(_markdown_cell(cell)) for cell in row], stream)


def _write_markdown_row(cells: Iterable[str], stream: TextIO) -> None:
    print("| " + " | ".join(cells) + " |", file=stream)


def _markdown_cell(cell: Cell) -> str:
    if cell is None:
        return ""
    text = " ".join((cell.hex() if isinstance(cell, bytes) else str(cell)).split())
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")


Writer = Callable[[Sequence[str], Iterable[Sequence[Cell]], TextIO], None]
WRITERS: dict[str, Writer] = {
    "table": write_table,
    "csv": write_csv,
    "json": write_json,
    "ndjson": write_ndjson,
    "markdown": write_markdown,
}
FORMATS = (*WRITERS, "parquet")
SUFFIXES = {
    ".csv": "csv",
    ".json": "json",
    ".ndjson": "ndjson",
    ".jsonl": "ndjson",
    ".md": "markdown",
    ".parquet": "parquet",
}


def show_rows(columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """A table on stdout."""
    write_table(columns, rows, sys.stdout)
