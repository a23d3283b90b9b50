"""A PostgreSQL dump as text (`pg_dump`): some of its tables as an SQLite file, to be read as any other database.

A stranger's file: none of its statements is run, only rows of COPY are taken, and of the tables that are wanted alone:
another program's dump has passwords in others.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from storage.engine import sqlite_driver
from storage.errors import ArchiveError

CUSTOM = b"PGDMP"  # begins a dump that only pg_restore reads
LONGEST = 64 * 1024 * 1024  # bytes of one row
_TITLE = b"-- PostgreSQL database"
_COPY = re.compile(rb'COPY (?:"?\w+"?\.)?"?(\w+)"? \(([\w", ]{1,20000})\) FROM stdin;\s*$')
_ENCODING = re.compile(rb"SET client_encoding = '(\w+)'")
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_ELEMENT = re.compile(r'"((?:[^"\\]|\\.)*)"|([^,{}"]+)', re.DOTALL)


def is_dump(start: bytes) -> bool:
    """By how the file begins, unpacked."""
    return _TITLE in start[:200]


def into_sqlite(lines: IO[bytes], database: Path, wanted: Collection[str]) -> bool:
    """Write the tables of a dump that are wanted, all values as texts. False: the dump breaks off.

    Raises ArchiveError if it lacks one of them, or cannot be understood; OSError where it cannot be read.
    """
    driver, found, dump = sqlite_driver(), set[str](), Dump(lines)
    connection = driver.connect(str(database))
    try:
        for table, columns in dump.tables():
            if table in wanted and table not in found:
                found.add(table)
                _fill(connection, table, columns, dump.rows())
        connection.commit()
    except (ValueError, driver.Error) as error:
        raise ArchiveError(f"cannot be read: {error}") from error
    finally:
        connection.close()
    if lacking := sorted(set(wanted) - found):
        raise ArchiveError(
            f"has no rows of {', '.join(lacking)}: made with --inserts, broken off, or of no feed reader"
        )
    return dump.is_whole


def elements(text: str | None) -> tuple[str, ...]:
    """An array of texts as PostgreSQL writes it.

    >>> elements('{Politik,"Wien, \\\\"schön\\\\"",NULL}')
    ('Politik', 'Wien, "schön"')
    """
    found = _ELEMENT.finditer(text or "")
    each = (_ESCAPE.sub(r"\1", match[1]) if match[2] is None else match[2] for match in found if match[2] != "NULL")
    return tuple(each)


class Dump:
    """A dump, gone through once. `is_whole` when its last line was there."""

    def __init__(self, lines: IO[bytes]) -> None:
        self.is_whole = False
        self._lines = lines
        self._encoding = "utf-8"

    def tables(self) -> Iterator[tuple[str, list[str]]]:
        """Each table's name and columns. Its rows are to be had until the next one is asked for."""
        while line := self._line():
            if said := _ENCODING.match(line):
                self._encoding = said[1].decode()
            elif copy := _COPY.match(line):
                yield copy[1].decode(), re.findall(r"\w+", copy[2].decode())
            elif line.startswith(_TITLE) and line.endswith(b"dump complete\n"):
                self.is_whole = True

    def rows(self) -> Iterator[tuple[str | None, ...]]:
        """The rows of the table; None is NULL. A last one that has no end breaks off, and is none."""
        while (line := self._line()).endswith(b"\n") and line != b"\\.\n":
            yield tuple(_value(each) for each in line[:-1].decode(self._encoding, "replace").split("\t"))

    def _line(self) -> bytes:
        try:
            line = self._lines.readline(LONGEST)
        except EOFError:  # packed, and broken off
            return b""
        if len(line) == LONGEST:
            raise ValueError(f"a row of {LONGEST} bytes or more")
        return line


def _value(text: str) -> str | None:
    if "\\" not in text:
        return text
    return None if text == "\\N" else _ESCAPE.sub(lambda match: _ESCAPED.get(match[1], match[1]), text)


def _fill(connection: Any, table: str, columns: list[str], rows: Iterable[tuple[str | None, ...]]) -> None:
    """One table with its rows. Names are words, as the pattern of COPY has it."""
    named = ", ".join(f'"{each}"' for each in columns)
    connection.execute(f'CREATE TABLE "{table}" ({named})')
    places = ", ".join("?" * len(columns))
    whole = (row for row in rows if len(row) == len(columns))
    connection.executemany(f'INSERT INTO "{table}" VALUES ({places})', whole)  # noqa: S608
