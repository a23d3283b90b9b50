"""Statements that every visit runs: compiled once, and run by the driver itself.

SQLAlchemy takes 30 to 100 µs to run a statement that SQLite answers in 2 to 15, and a visit with news runs 40 of them.
It still writes them, converts what goes in and comes out, and names what went wrong. On a server, where the way there
is what takes time, it runs them as well.
"""

import re
from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, TypeAlias

from sqlalchemy import Connection, Dialect, Executable, Insert, Update
from sqlalchemy.dialects.sqlite.base import SQLiteDialect
from sqlalchemy.exc import DBAPIError

Convert: TypeAlias = Callable[[Any], Any] | None
_NAME = re.compile(r":(\w+)|\(__\[POSTCOMPILE_(\w+?)\]\)")


@dataclass(frozen=True, eq=False, slots=True)
class Often:
    """A statement that is run again and again: to be made once, where modules are loaded.

    `by_row`: it sets the columns that its rows have, as an insert does.
    """

    core: Executable
    by_row: bool = False

    def columns(self, row: Mapping[str, Any]) -> tuple[str, ...] | None:
        """Those that such a row sets; None: the statement says so itself."""
        return tuple(row) if self.by_row or isinstance(self.core, Insert) else None


@dataclass(frozen=True, slots=True)
class _Parameter:
    name: str
    convert: Convert
    is_list: bool


class _Program:
    """A statement as the driver takes it: its text around its parameters, and what its rows become."""

    def __init__(self, core: Any, dialect: Dialect, columns: Sequence[str] | None) -> None:
        named = SQLiteDialect(paramstyle="named")
        compiled = core.compile(dialect=named, column_keys=_settable(core, columns))
        self._fixed = {name: value for name, value in compiled.params.items() if not compiled.binds[name].required}
        self._pieces, self._parameters = _taken_apart(compiled, dialect)
        self._has_list = any(each.is_list for each in self._parameters)
        self._places = [(n, each.convert) for n, each in enumerate(self._parameters) if each.convert]
        self._taken = _getter([each.name for each in self._parameters])
        self._texts: dict[tuple[int, ...], str] = {}
        returned = [] if isinstance(core, Insert | Update) else list(getattr(core, "exported_columns", ()))
        self._converts = [(n, each) for n, each in enumerate(_out(column, dialect) for column in returned) if each]
        self._row: Any = namedtuple("Row", [column.key for column in returned])  # type: ignore[misc]

    def text(self, counts: tuple[int, ...] = ()) -> str:
        """With as many marks for each list as there are values in it."""
        if counts not in self._texts:
            left = iter(counts)
            marks = (f"({','.join('?' * next(left))})" if each.is_list else "?" for each in self._parameters)
            self._texts[counts] = "".join(
                piece for pair in zip(self._pieces, [*marks, ""], strict=True) for piece in pair
            )
        return self._texts[counts]

    def filled(self, values: Mapping[str, Any]) -> tuple[str, list[Any]]:
        """Text and parameters for these values."""
        if not self._has_list:
            return self.text(), self.line(values)
        taken: list[Any] = []
        counts = []
        for each in self._parameters:
            if each.is_list:
                many = padded([each.convert(one) for one in values[each.name]] if each.convert else values[each.name])
                counts.append(len(many))
                taken += many
            else:
                taken.append(self._one(each, values))
        return self.text(tuple(counts)), taken

    def line(self, values: Mapping[str, Any]) -> list[Any]:
        """Parameters of a statement without lists."""
        taken = list(self._taken({**self._fixed, **values} if self._fixed else values))
        for place, convert in self._places:
            taken[place] = convert(taken[place])
        return taken

    def _one(self, each: _Parameter, values: Mapping[str, Any]) -> Any:
        value = values[each.name] if each.name in values else self._fixed[each.name]
        return value if each.convert is None else each.convert(value)

    def rows(self, found: Iterable[Any]) -> list[Any]:
        """As named tuples."""
        if not self._converts:
            return list(map(self._row._make, found))
        return [self._row._make(self._converted(list(row))) for row in found]

    def _converted(self, row: list[Any]) -> list[Any]:
        for place, convert in self._converts:
            row[place] = convert(row[place])
        return row


def _taken_apart(compiled: Any, dialect: Dialect) -> tuple[list[str], list[_Parameter]]:
    pieces, parameters, end = [], [], 0
    for match in _NAME.finditer(compiled.string):
        name = match[1] or match[2]
        if name in compiled.binds:  # else it is none, but part of a text
            bind = compiled.binds[name]
            convert = bind.type.dialect_impl(dialect).bind_processor(dialect)
            pieces.append(compiled.string[end : match.start()])
            parameters.append(_Parameter(name, convert, match[2] is not None))
            end = match.end()
    return [*pieces, compiled.string[end:]], parameters


def _settable(core: Any, columns: Sequence[str] | None) -> list[str] | None:
    """Those of the names that are columns; the others are of the statement's condition."""
    return None if columns is None else [name for name in columns if name in core.table.c]


def _getter(names: Sequence[str]) -> Callable[[Mapping[str, Any]], Iterable[Any]]:
    if len(names) > 1:
        return itemgetter(*names)
    return lambda values: [values[name] for name in names]


def _out(column: Any, dialect: Dialect) -> Convert:
    convert: Convert = column.type.dialect_impl(dialect).result_processor(dialect, None)
    return convert


def padded(values: Sequence[Any]) -> list[Any]:
    """The last value again until there are 1, 2, 4, 8 …, so that few texts have to be kept, here and in SQLite.

    >>> padded([1, 2, 3])
    [1, 2, 3, 3]
    """
    return [*values, *[values[-1]] * ((1 << (len(values) - 1).bit_length()) - len(values))]


class Programs:
    """All that was compiled so far, for one engine."""

    def __init__(self) -> None:
        self._known: dict[tuple[Often, tuple[str, ...] | None], _Program] = {}

    def of(self, statement: Often, dialect: Dialect, columns: tuple[str, ...] | None = None) -> _Program:
        """`columns`: see Often.columns."""
        key = (statement, columns)
        if key not in self._known:
            self._known[key] = _Program(statement.core, dialect, columns)
        return self._known[key]


class Runner:
    """Runs statements on one connection to SQLite."""

    def __init__(self, connection: Connection, programs: Programs) -> None:
        self._driver: Any = connection.connection.dbapi_connection
        self._dialect = connection.dialect
        self._programs = programs
        self._error: type[Exception] = self._dialect.dbapi.Error  # type: ignore[union-attr] # there is a connection

    def rows(self, statement: Often, values: Mapping[str, Any]) -> list[Any]:
        """All rows, as named tuples. Raises sqlalchemy's DBAPIError."""
        program = self._programs.of(statement, self._dialect)
        text, taken = program.filled(values)
        try:
            return program.rows(self._driver.execute(text, taken))
        except self._error as error:
            raise self._told(text, error) from error

    def write(self, statement: Often, rows: Sequence[Mapping[str, Any]]) -> None:
        """For many rows, all with the same keys. Raises sqlalchemy's DBAPIError."""
        program = self._programs.of(statement, self._dialect, statement.columns(rows[0]))
        text = program.text()
        try:
            if len(rows) == 1:
                self._driver.execute(text, program.line(rows[0]))
            else:
                self._driver.executemany(text, map(program.line, rows))
        except self._error as error:
            raise self._told(text, error) from error

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """What happens in the block stays, or leaves no trace if it raises."""
        self._say("SAVEPOINT one")
        try:
            yield
        except BaseException:
            self._say("ROLLBACK TO one")
            self._say("RELEASE one")
            raise
        self._say("RELEASE one")

    def _say(self, text: str) -> None:
        try:
            self._driver.execute(text)
        except self._error as error:
            raise self._told(text, error) from error

    def _told(self, text: str, error: Exception) -> BaseException:
        return DBAPIError.instance(text, None, error, self._error, dialect=self._dialect)
