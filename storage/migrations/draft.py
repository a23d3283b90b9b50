"""Draft the next migration from what storage.tables and the migrations so far differ in. For developers only.

    python -m storage.migrations.draft "feeds remember their hub"     writes versions/0002_feeds_remember_their_hub.py
    python -m storage.migrations.draft --first                        writes 0001 anew: only until the first release

A draft is read, corrected and tested by a person: it knows no renaming and moves no data. Then SCHEMA in
storage/schema.py becomes its number.
"""

import argparse
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.autogenerate.api import AutogenContext
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.operations.ops import CreateIndexOp
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Connection, Index, create_engine
from sqlalchemy.exc import SAWarning

from storage.columns import Utc
from storage.migrations import FOLDER
from storage.tables import metadata

FIRST = "first release"
_TEXT = '''"""{title}."""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = {before!r}

Utc = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    {body}
'''


def main() -> None:
    """Write one file into `versions`."""
    parser = argparse.ArgumentParser(prog="python -m storage.migrations.draft")
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("title", nargs="?", help="what the change is, in words")
    what.add_argument("--first", action="store_true", help="write 0001 anew")
    args = parser.parse_args()
    head = None if args.first else ScriptDirectory(str(FOLDER)).get_current_head()
    title = FIRST if args.first else args.title
    path = FOLDER / "versions" / file_name(title, head)
    path.write_text(draft(title, head), encoding="utf-8")
    print(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


def file_name(title: str, before: str | None) -> str:
    """The name of the migration after the one called `before` (None: the first).

    >>> file_name("Feeds remember their hub", "0001")
    '0002_feeds_remember_their_hub.py'
    """
    return f"{_following(before)}_{re.sub(r'[^a-z0-9]+', '_', title.lower()).strip('_')}.py"


def _following(before: str | None) -> str:
    return f"{int(before or 0) + 1:04}"


def draft(title: str, before: str | None) -> str:
    """The text of the migration that makes today's tables of those that there are after `before`."""
    with create_engine("sqlite://").connect() as connection, warnings.catch_warnings():
        # entry and item name each other; SQLite does not mind in which order they are made.
        warnings.simplefilter("ignore", SAWarning)
        warnings.filterwarnings("ignore", "autogenerate skipping")  # of indexes on expressions, see _unseen
        make(connection, before)
        options = {"render_item": _render, "target_metadata": metadata}
        context = MigrationContext.configure(connection, opts=options)
        operations = produce_migrations(context, metadata).upgrade_ops
        assert operations is not None  # noqa: S101
        operations.ops += [CreateIndexOp.from_index(index) for index in _unseen(connection)]
        body = render_python_code(operations, migration_context=context, render_item=_render)
    kept = "\n".join(line for line in body.splitlines() if not line.lstrip().startswith("# ###"))
    return _TEXT.format(
        title=title[0].upper() + title[1:], revision=_following(before), before=before, body=kept.strip()
    )


def _unseen(connection: Connection) -> Iterator[Index]:
    """Indexes on expressions that are not made yet: Alembic cannot tell them from what SQLite says of its indexes."""
    made = set(connection.exec_driver_sql("SELECT name FROM sqlite_schema WHERE type = 'index'").scalars())
    for table in metadata.sorted_tables:
        for index in sorted(table.indexes, key=lambda index: str(index.name)):
            if index.name not in made and not all(isinstance(each, Column) for each in index.expressions):
                yield index


def make(connection: Connection, schema: str | None) -> None:
    """Make, in an empty database, the tables that there are after the migration called `schema`."""
    steps = list(ScriptDirectory(str(FOLDER)).iterate_revisions(schema, None))[::-1] if schema else []
    with Operations.context(MigrationContext.configure(connection)):
        for step in steps:
            step.module.upgrade()


def _render(kind: str, thing: object, _context: AutogenContext) -> str | Literal[False]:
    # A migration says what was, so it must not change with storage.tables.
    return "Utc" if kind == "type" and isinstance(thing, Utc) else False


if __name__ == "__main__":
    main()
