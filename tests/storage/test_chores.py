"""What is done now and then: noted, so that a restart knows; backups are dated, and only the oldest go."""

from datetime import timedelta
from pathlib import Path

import pytest
from saying import IN_A_FILE, START, Said, visit
from sqlalchemy import select, update

from storage import chores
from storage.archive import Archive
from storage.chores import Chore
from storage.engine import sqlite_driver
from storage.errors import ArchiveError
from storage.records import FeedRecord
from storage.tables import document
from storage.vitals import Vitals, vitals

DAY = timedelta(days=1)


def test_a_chore_is_remembered_with_where_it_goes_on(archive: Archive) -> None:
    assert chores.last(archive, "verify") is None
    with archive.write() as tx:
        chores.note(tx, "verify", "17")
        chores.note(tx, "verify", "18")
    assert chores.last(archive, "verify") == Chore(START, "18")


def test_slices_of_a_check_go_through_all_documents_and_begin_again(archive: Archive, feed: FeedRecord) -> None:
    archive.record([visit(feed, n, Said(f"t{n}", guid=f"g{n}")) for n in range(5)])
    reached, slices = 0, []
    for _ in range(3):
        reached, findings = chores.verify_slice(archive, reached, 2)
        slices.append(reached)
        assert findings == []
    assert slices == [2, 4, 0]


def test_a_document_that_is_not_what_was_stored_is_found(archive: Archive, feed: FeedRecord) -> None:
    archive.record([visit(feed, n, Said(f"t{n}", guid=f"g{n}")) for n in range(3)])
    with archive.write() as tx:
        second = tx.connection.scalar(
            select(document.c.document_id).order_by(document.c.document_id).offset(1).limit(1)
        )
        tx.connection.execute(update(document).where(document.c.document_id == second).values(sha256=bytes(32)))
    _, findings = chores.verify_slice(archive, 0)
    assert len(findings) == 1
    assert str(second) in findings[0].text


@IN_A_FILE
def test_optimizing_empties_the_write_ahead_log(archive: Archive, feed: FeedRecord) -> None:
    archive.record([visit(feed, 1, Said("t", guid="g"))])
    log = Path(archive.location + "-wal")
    assert log.stat().st_size > 0
    chores.optimize(archive)
    assert log.stat().st_size == 0


@IN_A_FILE
def test_a_backup_is_a_whole_archive_with_its_date(archive: Archive, feed: FeedRecord, tmp_path: Path) -> None:
    archive.record([visit(feed, 1, Said("t", guid="g"))])
    copy = chores.back_up(archive, tmp_path / "new" / "copies", 3, START)
    assert copy.name == "archive-20260101T000000Z.sqlite"
    connection = sqlite_driver().connect(copy)
    assert connection.execute("select title from entries").fetchall() == [("t",)]
    connection.close()


@IN_A_FILE
def test_of_the_backups_only_the_newest_stay_and_nobody_elses_files_go(archive: Archive, tmp_path: Path) -> None:
    others = [tmp_path / "archive-mine.sqlite", tmp_path / "other-20250101T000000Z.sqlite", tmp_path / "archive-x"]
    for path in others:
        path.touch()
    (tmp_path / ".archive-20240101T000000Z.sqlite.partial").touch()
    for day in range(5):
        chores.back_up(archive, tmp_path, 2, START + day * DAY)
    copies = sorted(path.name for path in tmp_path.glob("archive-2*.sqlite"))
    assert copies == ["archive-20260104T000000Z.sqlite", "archive-20260105T000000Z.sqlite"]
    assert all(path.exists() for path in others)
    assert not list(tmp_path.glob(".*.partial"))


@IN_A_FILE
def test_a_backup_is_due_by_the_date_of_the_newest(archive: Archive, tmp_path: Path) -> None:
    assert chores.is_backup_due(archive, tmp_path, DAY, START)
    chores.back_up(archive, tmp_path, 2, START)
    assert not chores.is_backup_due(archive, tmp_path, DAY, START + DAY / 2)
    assert chores.is_backup_due(archive, tmp_path, DAY, START + DAY)
    assert chores.is_backup_due(archive, tmp_path, DAY, START - DAY)  # it was made by a clock that was ahead


@IN_A_FILE
def test_a_copy_of_a_day_to_come_is_neither_counted_nor_deleted(archive: Archive, tmp_path: Path) -> None:
    ahead = chores.back_up(archive, tmp_path, 1, START + 365 * DAY)  # the clock was wrong
    for day in range(3):
        assert chores.is_backup_due(archive, tmp_path, DAY, START + day * DAY)
        fresh = chores.back_up(archive, tmp_path, 1, START + day * DAY)
        assert not chores.is_backup_due(archive, tmp_path, DAY, START + day * DAY + DAY / 2)
        assert sorted(tmp_path.glob("archive-2*.sqlite")) == [fresh, ahead]


@IN_A_FILE
def test_a_backup_that_fails_takes_no_older_one_away(archive: Archive, tmp_path: Path) -> None:
    chores.back_up(archive, tmp_path, 1, START)
    with pytest.raises(ArchiveError, match="no backup"):
        chores.back_up(archive, tmp_path / "archive-20260101T000000Z.sqlite" / "x", 1, START)
    assert len(list(tmp_path.glob("archive-2*.sqlite"))) == 1


def test_the_vitals_of_an_archive(archive: Archive, feed: FeedRecord) -> None:
    archive.record([visit(feed, 1, Said("t", guid="g"))])
    told = vitals(archive, START)
    assert (told.feeds, told.due, told.gaps_open, told.unindexed) == (0, 0, 0, 1)  # a loaded feed is not polled
    assert (told.bytes or 0) > 0
    assert (told.log_bytes or 0) > 0 or archive.location.startswith("postgresql")
    assert Vitals().next_due_at is None
