"""Make an archive, and tell whether a file is one of ours and of which release."""

from collections.abc import Iterator
from datetime import datetime
from importlib.metadata import version as installed
from importlib.resources import files
from typing import Any

from sqlalchemy import Connection, Engine, insert, inspect, select, text
from sqlalchemy.exc import DatabaseError

from storage import views
from storage.columns import utc_text
from storage.engine import APPLICATION_ID
from storage.errors import ArchiveError
from storage.tables import archive_info, metadata

CONTRACT = "1"  # of the public views
MOVED_TO = "moved_to"  # key in archive_info: where the archive is now
SCHEMA = "0001"  # newest file in storage/migrations/versions
# Two articles of 2 to 4 kB do not fit into a page of 4096 bytes, so that half of it stays empty; what is larger than a
# page fills its further pages.
PAGE_BYTES = 2048

# The longest text comes first: FTS5 notes the column of every hit, but of those in the first one.
SEARCH = (
    """CREATE VIEW search_source
    -- Private: the current wordings as entries_fts indexes them. Ask `entries`.
    AS SELECT
    l.entry_id,      -- as in entries
    w.title,         -- as in entries
    w.summary,       -- as in entries
    w.content_text,  -- as in entries
    NULL AS stems    -- kept in the index alone
    FROM search_line l JOIN wording w ON w.wording_id = l.wording_id""",
    """CREATE VIRTUAL TABLE entries_fts USING fts5(
    -- Full-text index over the current wordings. May lag a minute.
    -- select e.* from entries_fts join entries e on e.entry_id = entries_fts.rowid where entries_fts match 'ukraine*'
    content_text,  -- as in entries
    title,         -- as in entries
    summary,       -- as in entries
    stems,         -- stems and compound parts, asked by `chronik search`
    content='search_source', content_rowid='entry_id', tokenize="unicode61 remove_diacritics 2")""",
)
SEARCH_FORMER = (
    """CREATE VIEW former_source
    -- Private: the former wordings as former_fts indexes them. Ask `entry_versions`.
    AS SELECT
    l.version_id,    -- as in entry_versions
    w.title,         -- as in entry_versions
    w.summary,       -- as in entry_versions
    w.content_text,  -- as in entry_versions
    NULL AS stems    -- kept in the index alone
    FROM search_former l JOIN wording w ON w.wording_id = l.wording_id""",
    """CREATE VIRTUAL TABLE former_fts USING fts5(
    -- Full-text index over former wordings, asked by `chronik search --versions`. May lag a minute.
    -- select v.* from former_fts f join entry_versions v on v.version_id = f.rowid where former_fts match 'krieg*'
    content_text,  -- as in entry_versions
    title,         -- as in entry_versions
    summary,       -- as in entry_versions
    stems,         -- stems and compound parts
    content='former_source', content_rowid='version_id', tokenize="unicode61 remove_diacritics 2")""",
)
SEARCH_ON_SERVER = (
    "CREATE TABLE entries_words (entry_id bigint PRIMARY KEY, words tsvector NOT NULL)",
    "CREATE INDEX entries_words_of ON entries_words USING gin (words)",
    "COMMENT ON TABLE entries_words IS 'Private: what the search finds: A title, B summary, C text, D stems'",
    "CREATE TABLE former_words (version_id bigint PRIMARY KEY, words tsvector NOT NULL)",
    "CREATE INDEX former_words_of ON former_words USING gin (words)",
    "COMMENT ON TABLE former_words IS 'Private: what the search finds former wordings by'",
)


def prepare(engine: Engine, *, now: datetime, name: str) -> None:
    """See that the database is an archive of this release, making it one if it is empty. Raises ArchiveError."""
    try:
        with engine.connect() as connection:
            state = _state(connection, name)
        if state == "empty":
            _create(engine, now)
    except DatabaseError as error:
        raise ArchiveError(_unreadable(name, error)) from error


def _unreadable(name: str, error: DatabaseError) -> str:
    if "not a database" in str(error.orig):
        return f"{name} is not an SQLite file: name another with -a"
    return f"{name} cannot be opened: {str(error.orig).partition(chr(10))[0]}"


def _state(connection: Connection, name: str) -> str:
    schema = held_schema(connection, name)
    if schema is None:
        return "empty"
    moved_to = connection.execute(select(archive_info.c.value).where(archive_info.c.key == MOVED_TO)).scalar()
    if moved_to is not None:
        raise ArchiveError(f"{name} was moved to {moved_to}: name that as archive, or with -a")
    if schema != SCHEMA:
        remedy = "install a newer chronik" if schema > SCHEMA else "run `chronik migrate`"
        raise ArchiveError(f"{name} has schema {schema}, this chronik {SCHEMA}: {remedy}")
    return "ready"


def held_schema(connection: Connection, name: str) -> str | None:
    """The schema that the archive has; None for an empty database. Raises ArchiveError for what is no archive."""
    if connection.dialect.name == "sqlite":
        owner = connection.exec_driver_sql("PRAGMA application_id").scalar()
        if owner not in {0, APPLICATION_ID}:
            raise ArchiveError(f"{name} belongs to another program (application_id {owner}): name another with -a")
    tables = set(inspect(connection).get_table_names())
    if "archive_info" not in tables:
        if tables:
            raise ArchiveError(f"{name} is a database, but no archive of chronik: name another with -a")
        return None
    return str(connection.execute(select(archive_info.c.value).where(archive_info.c.key == "schema")).scalar_one())


def _create(engine: Engine, now: datetime) -> None:
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            raw = connection.connection.dbapi_connection
            assert raw is not None  # noqa: S101
            # Outside of any transaction: none can be set within one. All are properties of the file, set once.
            raw.execute(f"PRAGMA page_size = {PAGE_BYTES}")
            raw.execute("PRAGMA journal_mode = WAL")
            raw.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        if "archive_info" in inspect(connection).get_table_names():
            return  # another process was quicker
        metadata.create_all(connection)
        create_views(connection)
        create_search(connection)
        create_words(connection)
        facts = made_by() | {"created_at": utc_text(now)}
        connection.execute(insert(archive_info), [{"key": key, "value": value} for key, value in facts.items()])


def made_by() -> dict[str, str]:
    """What `archive_info` says of the release that an archive was last brought to."""
    return {"contract": CONTRACT, "schema": SCHEMA, "software": f"chronik {installed('chronik')}"}


def create_views(connection: Connection) -> None:
    """Make all public views. A file has their comments in their text, a server beside it."""
    dialect = connection.dialect
    for name, statement in views.statements(dialect.name).items():
        connection.execute(text(statement.replace(":", r"\:")))
        for what, told in _commented(name, statement) if dialect.supports_comments else ():
            connection.execute(text(f"COMMENT ON {what} IS :told".replace(":told", _quoted(told))))


def _commented(view: str, statement: str) -> Iterator[tuple[str, str]]:
    about, columns = views.comments(statement)
    yield f"VIEW {view}", about
    for column, told in columns.items():
        yield f'COLUMN {view}."{column}"', told


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''").replace(":", r"\:") + "'"


def create_search(connection: Connection) -> None:
    """Make the search index, which the dialects have each of its own kind."""
    for statement in SEARCH + SEARCH_FORMER if connection.dialect.name == "sqlite" else SEARCH_ON_SERVER:
        connection.exec_driver_sql(statement)


def create_words(connection: Connection) -> None:
    """Make, anew, what our queries need that a server lacks."""
    if connection.dialect.name == "postgresql":
        server: Any = connection.connection.dbapi_connection
        server.execute(files("storage").joinpath("words.sql").read_text(encoding="utf-8"))  # of many statements
