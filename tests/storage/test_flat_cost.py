"""What a visit costs the database does not grow with the archive: its steps are counted, not its seconds."""

from pathlib import Path

import pytest
from saying import Said, visit
from sqlalchemy import PrimaryKeyConstraint, Table, UniqueConstraint

from storage.archive import Archive
from storage.records import FeedRecord
from storage.tables import metadata


def said(feed: int, first: int) -> list[Said]:
    """Ten entries, the newest first."""
    return [
        Said(f"Nr. {n}", guid=f"{feed}-{n}", url=f"https://o{feed}.at/{n}", text=f"Text {feed} {n}", at=n)
        for n in reversed(range(first, first + 10))
    ]


def feeds(archive: Archive, count: int) -> list[FeedRecord]:
    return [archive.ensure_feed(f"o{n}", "news", f"https://o{n}.at/feed") for n in range(count)]


def steps(archive: Archive, feed: FeedRecord, number: int) -> int:
    """Of SQLite's machine, for a document with two new entries and an edited one."""
    entries = [Said("Nr. 5, neu", guid=f"{number}-5", url=f"https://o{number}.at/5", at=5), *said(number, 2)[:9]]
    seen = [0]

    def tick() -> int:
        seen[0] += 1
        return 0

    with archive.alone() as connection:
        connection.set_progress_handler(tick, 1)
    archive.record([visit(feed, 9, *entries)])
    return seen[0]


def test_a_visit_takes_as_many_steps_in_a_large_archive_as_in_a_small_one(tmp_path: Path) -> None:
    cost = {}
    for size in (5, 100):
        with Archive.open(str(tmp_path / f"{size}.sqlite"), create=True) as archive:
            all_feeds = feeds(archive, size)
            for number, feed in enumerate(all_feeds):
                archive.record([visit(feed, hour, *said(number, hour)) for hour in range(2)])
            cost[size] = steps(archive, all_feeds[2], 2)
    assert 1_000 < cost[5] < 10_000
    assert cost[100] < 1.02 * cost[5]


@pytest.mark.parametrize("table", metadata.sorted_tables, ids=lambda table: table.name)
def test_every_foreign_key_begins_an_index(table: Table) -> None:
    constraints = [each for each in table.constraints if isinstance(each, PrimaryKeyConstraint | UniqueConstraint)]
    wholes = [each for each in table.indexes if each.dialect_options["sqlite"]["where"] is None]
    begun = {next((column.name for column in each.columns), None) for each in (*constraints, *wholes)}
    assert {key.parent.name for key in table.foreign_keys} <= begun
