"""An archive of an older release comes to today's schema: whole or not at all."""

from collections.abc import Callable
from pathlib import Path

import pytest
from saying import IN_A_FILE, Said, rows, told, visit

from storage.archive import Archive
from storage.daemon_lock import only_daemon
from storage.errors import ArchiveBusyError, ArchiveError, ArchiveMissingError
from storage.migrations import Upgraded, upgrade
from storage.records import FeedRecord
from storage.schema import SCHEMA

LATER = "9999"
Steps = Callable[[str], Path]


@pytest.fixture
def full(archive: Archive, feed: FeedRecord) -> Archive:
    """An archive of this release with something in it."""
    archive.record([visit(feed, 1, Said("one", "a", text="first words")), visit(feed, 2, Said("two", "a"))])
    archive.refresh_search()
    return archive


@pytest.fixture
def steps(tmp_path: Path) -> Steps:
    """Migrations of a release to come: one step on from today's, with this body."""

    def written(body: str) -> Path:
        versions = tmp_path / "later" / "versions"
        versions.mkdir(parents=True)
        (versions / "now.py").write_text(f"revision = {SCHEMA!r}\ndown_revision = None\n")
        text = f"import sqlalchemy as sa\nfrom alembic import op\nrevision = {LATER!r}\ndown_revision = {SCHEMA!r}\n"
        (versions / "later.py").write_text(f"{text}def upgrade():\n    {body}\n")
        return versions.parent

    return written


def test_an_archive_of_today_is_left_as_it_is(full: Archive) -> None:
    assert upgrade(full.location) == Upgraded(SCHEMA, SCHEMA, None)


def test_each_step_is_taken_and_the_archive_says_so(full: Archive, steps: Steps) -> None:
    folder = steps("op.add_column('feed', sa.Column('mood', sa.Text()))")
    done = upgrade(full.location, folder)
    assert (done.before, done.after) == (SCHEMA, LATER)
    assert rows(full, "select value from archive_info where key = 'schema'") == [(LATER,)]
    assert rows(full, "select mood from feed") == [(None,)]


@IN_A_FILE
def test_a_table_can_be_replaced_though_others_refer_to_it(full: Archive, steps: Steps) -> None:
    before = told(full)
    upgrade(
        full.location,
        steps("with op.batch_alter_table('item') as item: item.alter_column('tier', new_column_name='level')"),
    )
    assert rows(full, "select count(level) from item") == [(2,)]
    assert told(full) == before


def test_views_are_those_of_this_release_afterwards(full: Archive, steps: Steps) -> None:
    with full.write() as tx:
        tx.connection.exec_driver_sql("drop view outlets")
        tx.connection.exec_driver_sql("create view outlets as select 'of old' as outlet")
    upgrade(full.location, steps("pass"))
    assert rows(full, "select outlet from outlets") == [("orf",)]


@IN_A_FILE
def test_the_search_index_stays_where_it_is_built_as_today(full: Archive, steps: Steps) -> None:
    upgrade(full.location, steps("pass"))
    assert rows(full, "select rowid from entries_fts where entries_fts match 'two'") == [(1,)]
    assert rows(full, "select * from search_pending") == []


@IN_A_FILE
def test_a_search_index_of_another_build_is_made_anew(full: Archive, steps: Steps) -> None:
    with full.write() as tx:
        tx.connection.exec_driver_sql("drop table entries_fts")
        tx.connection.exec_driver_sql("create virtual table entries_fts using fts5(title)")
    upgrade(full.location, steps("pass"))
    assert full.refresh_search() == 1
    assert rows(full, "select rowid from entries_fts where entries_fts match 'two'") == [(1,)]


@IN_A_FILE
def test_the_archive_as_it_was_lies_beside_it(full: Archive, steps: Steps) -> None:
    done = upgrade(full.location, steps("op.drop_column('wording', 'image_url')"))
    assert done.copy == Path(f"{full.location}.schema-{SCHEMA}")
    with Archive.open(str(done.copy)) as copy:
        assert told(copy)["entries"]


@pytest.mark.parametrize(
    "fault",
    [
        "op.add_column('feed', sa.Column('mood', sa.Text())); op.execute('select no_such_thing')",
        "op.add_column('feed', sa.Column('mood', sa.Text())); op.execute('delete from outlet')",
    ],
    ids=["a statement fails", "references break"],
)
def test_a_migration_that_fails_leaves_no_trace(full: Archive, steps: Steps, fault: str) -> None:
    before = told(full)
    with pytest.raises(ArchiveError, match="as it was"):
        upgrade(full.location, steps(fault))
    assert rows(full, "select value from archive_info where key = 'schema'") == [(SCHEMA,)]
    assert told(full) == before
    with pytest.raises(ArchiveError, match="mood"):
        rows(full, "select mood from feed")


def test_an_archive_of_a_release_to_come_is_refused(full: Archive, steps: Steps) -> None:
    upgrade(full.location, steps("pass"))
    with pytest.raises(ArchiveError, match="install a newer chronik"):
        upgrade(full.location)
    with pytest.raises(ArchiveError, match="install a newer chronik"):
        Archive.open(full.location)


def test_an_archive_of_an_older_release_is_not_opened_but_told_the_remedy(full: Archive) -> None:
    with full.write() as tx:
        tx.connection.exec_driver_sql("update archive_info set value = '0000' where key = 'schema'")
    with pytest.raises(ArchiveError, match="chronik migrate"):
        Archive.open(full.location)


@IN_A_FILE
def test_nothing_is_migrated_under_a_running_daemon(full: Archive, steps: Steps) -> None:
    with only_daemon(full.location), pytest.raises(ArchiveBusyError, match="daemon"):
        upgrade(full.location, steps("pass"))


def test_what_is_no_archive_is_refused_and_none_is_made(tmp_path: Path) -> None:
    with pytest.raises(ArchiveMissingError):
        upgrade(str(tmp_path / "none.sqlite"))
    (tmp_path / "empty.sqlite").touch()
    with pytest.raises(ArchiveError, match="empty"):
        upgrade(str(tmp_path / "empty.sqlite"))
    assert not (tmp_path / "none.sqlite").exists()
