"""Ask an archive on PostgreSQL: our queries are SQLite's, and what that has other words for is put into them.

The functions and operators that PostgreSQL lacks are in words.sql; names of tables that are words of its own are
quoted, and instants come as the same text. Values stand in the query (quoted by the driver): a parameter of which
nothing but `:name is null` is asked has no type.
"""

import contextlib
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from storage.errors import ArchiveError, ArchiveMissingError

SCHEMA = "chronik_words"  # where words.sql puts its words
SETTINGS = "-c timezone=UTC -c datestyle=ISO -c client_encoding=UTF8 -c standard_conforming_strings=on"
CONNECT_SECONDS = 10
_PARTS = re.compile(
    r"""(?P<kept>--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|"[^"]*"|::)
      | :(?P<parameter>\w+) | (?P<reserved>\b(?:window|fetch)\b)(?!\s*\() | (?P<percent>%)""",
    re.VERBOSE | re.DOTALL,
)


def in_its_words(query: str) -> str:
    """A query as the driver takes it.

    >>> in_its_words("select ':a', b::text from fetch where a = :a")
    'select \':a\', b::text from "fetch" where a = %(a)s'
    """
    return _PARTS.sub(_part, query)


def _part(match: re.Match[str]) -> str:
    if match["parameter"]:
        return f"%({match['parameter']})s"
    if match["reserved"]:
        return f'"{match["reserved"]}"'
    return match[0].replace("%", "%%")


class Server:
    """One state of an archive on a server."""

    dialect = "postgresql"

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    @classmethod
    @contextlib.contextmanager
    def connected(cls, location: str) -> Iterator["Server"]:
        """Read the archive at a URL. Raises ArchiveError, ArchiveMissingError."""
        psycopg = driver()
        try:
            with psycopg.connect(url(location), **_OPTIONS, cursor_factory=psycopg.ClientCursor) as connection:
                _load_as_in_files(connection)
                connection.read_only = True
                connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
                _check(connection, location)
                yield cls(connection)
        except psycopg.Error as error:
            raise ArchiveError(f"{hidden(location)}: {_first_line(error)}") from error

    def rows(self, query: str, values: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """See storage.reading.Reader."""
        with self._connection.cursor() as cursor:
            return list(_dicts(cursor.execute(in_its_words(query), dict(values or {}))))

    def stream(self, query: str, values: Mapping[str, Any] | None = None) -> Iterator[dict[str, Any]]:
        """See storage.reading.Reader."""
        with self._connection.cursor() as cursor:
            yield from _dicts_of(cursor, cursor.stream(in_its_words(query), dict(values or {})))


def driver() -> Any:
    """psycopg. Raises ArchiveError where it is not installed."""
    try:
        import psycopg
    except ModuleNotFoundError as error:
        raise ArchiveError(f"{error.name} is not installed: pip install 'chronik[postgresql]'") from error
    return psycopg


def url(location: str) -> str:
    """The URL as libpq takes it, without the name of a driver."""
    scheme, _, rest = location.partition("://")
    return f"{scheme.partition('+')[0]}://{rest}"


def hidden(location: str) -> str:
    """The URL without its password."""
    return re.sub(r"(://[^:/@]*):[^@/]*@", r"\1:***@", location)


_OPTIONS: dict[str, Any] = {
    "options": f'{SETTINGS} -c search_path={SCHEMA},"$user",public',
    "application_name": "chronik",
    "connect_timeout": CONNECT_SECONDS,
}


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]


def _check(connection: Any, location: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select to_regclass('archive_info') is not null")
        if not cursor.fetchone()[0]:
            raise ArchiveMissingError(
                f"no archive at {hidden(location)}: `chronik poll` or `chronik load` makes one, or name another with -a"
            )


def _dicts(cursor: Any) -> Iterator[dict[str, Any]]:
    return _dicts_of(cursor, cursor)


def _dicts_of(cursor: Any, rows: Any) -> Iterator[dict[str, Any]]:
    for row in rows:
        yield dict(zip([column.name for column in cursor.description], row, strict=True))


def _load_as_in_files(connection: Any) -> None:
    from psycopg.adapt import Loader
    from psycopg.types.string import StrDumper

    class Text(StrDumper):
        """Of the type text, not of whatever it is compared with."""

        def quote(self, obj: str) -> bytes:
            return bytes(super().quote(obj)) + b"::text"

    class Instant(Loader):
        """2026-03-01 12:00:00+00 as 2026-03-01T12:00:00Z."""

        def load(self, data: Any) -> str:
            told = bytes(data).decode()
            return f"{told[:10]}T{told[11:19]}Z"

    class Number(Loader):
        """Whole ones are int."""

        def load(self, data: Any) -> int | float:
            number = Decimal(bytes(data).decode())
            return int(number) if number == number.to_integral_value() and "." not in str(number) else float(number)

    connection.adapters.register_dumper(str, Text)
    connection.adapters.register_loader("timestamptz", Instant)
    connection.adapters.register_loader("numeric", Number)
