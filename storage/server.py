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
# What a server, a database or a role may have set otherwise. Compiling queries takes longer than ours run.
SETTINGS = "-c timezone=UTC -c datestyle=ISO -c client_encoding=UTF8 -c standard_conforming_strings=on -c jit=off"
CONNECT_SECONDS = 10
_PARTS = re.compile(
    r"""(?P<kept>--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|"[^"]*"|::)
      | :(?P<parameter>\w+) | (?P<reserved>\b(?:window|fetch)\b)(?!\s*\() | (?P<percent>%)""",
    re.VERBOSE | re.DOTALL,
)


def asked(query: str, values: Mapping[str, Any] | None) -> tuple[str, dict[str, Any]]:
    """A query and its values as the driver takes them. What is looked for in `entries_fts` becomes a tsquery."""
    said = dict(values or {})
    for match in _MATCH.finditer(query):
        if (name := match["name"]) in said:
            said[name] = _tsquery(str(said[name]))
    return in_its_words(_MATCH.sub(_matching, query)), said


_MATCH = re.compile(r"\bentries_fts\s+match\s+(?::(?P<name>\w+)|'(?P<words>(?:[^']|'')*)')", re.IGNORECASE)


def _matching(match: re.Match[str]) -> str:
    if match["name"]:
        return f"entries_fts @@ cast(:{match['name']} as tsquery)"
    words = _tsquery(match["words"].replace("''", "'")).replace("'", "''")
    return f"entries_fts @@ '{words}'::tsquery"


def _tsquery(words: str) -> str:
    from storage.search_syntax import wish  # only where it is needed
    from storage.search_words import query as as_tsquery

    return as_tsquery(wish(words))


def in_its_words(query: str) -> str:
    r"""A query as the driver takes it.

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
            with connect(location) as connection:
                connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
                yield cls(connection)
        except psycopg.Error as error:
            raise ArchiveError(f"{hidden(location)}: {_first_line(error)}") from error

    def rows(self, query: str, values: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """See storage.reading.Reader."""
        with self._connection.cursor() as cursor:
            return list(_dicts(cursor.execute(*asked(query, values))))

    def stream(self, query: str, values: Mapping[str, Any] | None = None) -> Iterator[dict[str, Any]]:
        """See storage.reading.Reader."""
        with self._connection.cursor() as cursor:
            yield from _dicts_of(cursor, cursor.stream(*asked(query, values)))


@contextlib.contextmanager
def connect(location: str, *, settings: str = "") -> Iterator[Any]:
    """A connection that only reads, and has SQLite's words. Raises ArchiveMissingError, and what the driver raises."""
    psycopg = driver()
    with psycopg.connect(
        url(location),
        options=f'{SETTINGS} -c search_path={SCHEMA},"$user",public {settings}',
        application_name="chronik",
        connect_timeout=CONNECT_SECONDS,
        cursor_factory=psycopg.ClientCursor,
    ) as connection:
        _load_as_in_files(connection)
        connection.read_only = True
        _check(connection, location)
        connection.rollback()
        yield connection


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
    from psycopg.types.string import StrDumper, TextLoader

    class Text(StrDumper):
        """Of the type text, not of whatever it is compared with."""

        def quote(self, obj: str) -> bytes:
            return bytes(super().quote(obj)) + b"::text"

    class Instant(Loader):
        """2026-03-01 12:00:00+00 as 2026-03-01T12:00:00Z."""

        def load(self, data: Any) -> str:
            told = bytes(data).decode()
            return f"{told[:10]}T{told[11:19]}Z" if told[0].isdigit() else told  # infinity

    class Number(Loader):
        """Whole ones are int."""

        def load(self, data: Any) -> int | float:
            number = Decimal(bytes(data).decode())
            return int(number) if number == number.to_integral_value() and "." not in str(number) else float(number)

    connection.adapters.register_dumper(str, Text)
    connection.adapters.register_loader("timestamptz", Instant)
    connection.adapters.register_loader("numeric", Number)
    for name in _AS_WRITTEN.split():
        connection.adapters.register_loader(name, TextLoader)


# What JSON and files have no word for is given as the server writes it; Python's own word for it has no infinity.
_AS_WRITTEN = """
    date time timetz timestamp interval uuid inet cidr json jsonb int4range int8range numrange daterange tsrange
    tstzrange int4multirange int8multirange nummultirange datemultirange tsmultirange tstzmultirange
"""
