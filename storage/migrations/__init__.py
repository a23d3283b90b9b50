"""Bring an archive of an older release to today's schema: whole or not at all, once a copy lies beside it.

Which schema an archive has stands in `archive_info`, so that Alembic's own table of versions is not used. A new step
is drafted with `python -m storage.migrations.draft`; storage.schema.SCHEMA names the newest.
"""

import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Connection, Engine, inspect, update
from sqlalchemy.exc import SQLAlchemyError

from storage import search_index
from storage.archive import Archive, utc_now
from storage.care import backup
from storage.daemon_lock import only_daemon
from storage.engine import Turns, faults_told, lock_path, open_engine, sqlite_path
from storage.errors import ArchiveError
from storage.schema import SEARCH, SEARCH_FORMER, create_search, create_views, create_words, held_schema, made_by
from storage.server import hidden
from storage.tables import archive_info

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Upgraded:
    """Schemas before and after. `copy`: the archive as it was; None if nothing was done, or it is on a server."""

    before: str
    after: str
    copy: Path | None = None


def upgrade(location: str, folder: Path = FOLDER) -> Upgraded:
    """Take the steps in `folder` that the archive lacks. Raises ArchiveError, ArchiveMissingError, ArchiveBusyError."""
    with ExitStack() as held:
        engine = open_engine(location, create=False)
        held.callback(engine.dispose)
        held.enter_context(only_daemon(location))
        turns = Turns(lock_path(location))
        held.callback(turns.close)
        held.enter_context(turns.turn())
        return _upgrade(location, engine, ScriptDirectory(str(folder)))


def _upgrade(location: str, engine: Engine, scripts: ScriptDirectory) -> Upgraded:
    after = scripts.get_current_head() or ""
    name = hidden(location)
    with faults_told(name), engine.connect() as connection:
        before = held_schema(connection, name)
    if before is None:
        raise ArchiveError(f"{name} is empty: `chronik poll` or `chronik load` makes an archive of it")
    if before > after:
        raise ArchiveError(f"{name} has schema {before}, this chronik {after}: install a newer chronik")
    if before == after:
        return Upgraded(before, after)
    steps = list(scripts.iterate_revisions(after, before))[::-1]
    copy = _copied(location, engine, before)
    try:
        _take(engine, steps)
    except SQLAlchemyError as error:
        raise ArchiveError(f"{name} could not be migrated and is as it was: {error}") from error
    return Upgraded(before, after, copy)


def _copied(location: str, engine: Engine, schema: str) -> Path | None:
    path = sqlite_path(location)
    if path is None:
        return None
    return backup(Archive(location, engine, utc_now), path.with_name(f"{path.name}.schema-{schema}"))


def _take(engine: Engine, steps: list[Script]) -> None:
    with _transaction(engine) as connection:
        for view in inspect(connection).get_view_names():
            connection.exec_driver_sql(f'DROP VIEW "{view}"')
        with Operations.context(MigrationContext.configure(connection)), warnings.catch_warnings():
            # A table that is put in another's place loses its indexes on expressions: the step makes them anew.
            warnings.filterwarnings("ignore", "Skipped unsupported reflection of expression-based index")
            for step in steps:
                step.module.upgrade()
        create_views(connection)
        create_words(connection)
        _renew_search(connection)
        _stamp(connection, steps[-1].revision)


@contextmanager
def _transaction(engine: Engine) -> Iterator[Connection]:
    """One transaction for all steps, with foreign keys checked at its end.

    SQLite changes most of a table only by putting another in its place, which its foreign keys forbid while they are
    in force (https://sqlite.org/lang_altertable.html section 7); nor can they be switched off within a transaction.
    """
    with engine.connect().execution_options(writes=True) as connection:
        _switch_foreign_keys_off(connection)
        with connection.begin():
            yield connection
            _check_references(connection)


def _switch_foreign_keys_off(connection: Connection) -> None:
    """For this connection, whose engine is given back right after the steps."""
    if connection.dialect.name == "sqlite":
        raw: Any = connection.connection.dbapi_connection
        raw.execute("PRAGMA foreign_keys = OFF")


def _check_references(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if broken is not None:
            raise ArchiveError(f"the migration would break references of {broken[0]}; the archive is as it was")


def _renew_search(connection: Connection) -> None:
    """A search index stays if it is built as it would be today; else every entry waits to be indexed again."""
    if connection.dialect.name != "sqlite":
        return
    held = set(connection.exec_driver_sql("SELECT sql FROM sqlite_schema WHERE type = 'table'").scalars())
    if {SEARCH[1], SEARCH_FORMER[1]} <= held:
        for source in (SEARCH[0], SEARCH_FORMER[0]):
            connection.exec_driver_sql(source)
        return
    for index in ("entries_fts", "former_fts"):
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {index}")
    create_search(connection)
    search_index.forget_all(connection)


def _stamp(connection: Connection, schema: str) -> None:
    for key, value in (made_by() | {"schema": schema}).items():
        connection.execute(update(archive_info).where(archive_info.c.key == key).values(value=value))
