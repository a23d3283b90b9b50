"""Whichever operation of a recording fails, the archive is as before, and the next try is whole."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from saying import Said, rows, told, visit
from sqlalchemy import event

from storage.archive import Archive

FIRST = [Said(f"Nr. {n}", guid=str(n), url=f"https://o.at/{n}", at=n) for n in range(3)]
SECOND = [
    Said("Nr. 1, berichtigt", guid="1", url="https://o.at/1", at=1),
    Said("Neu", guid="9", url="https://o.at/2"),  # joins what the archive took for another entry
    Said("Noch neuer", guid="10", url="https://o.at/10"),
    Said("Dasselbe", guid="11", url="https://o.at/10"),  # and voids a key
]


class Broken(Exception):
    """What a disk, a lock or a bug may do."""


@contextmanager
def failing_at(archive: Archive, number: int) -> Iterator[list[int]]:
    """The n-th statement that is sent to the database raises, the commit counting as the last one."""
    seen = [0]

    def count(*_: Any) -> None:
        seen[0] += 1
        if seen[0] == number:
            raise Broken

    engine = archive._engine
    event.listen(engine, "before_cursor_execute", count)
    event.listen(engine, "commit", count)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", count)
        event.remove(engine, "commit", count)


def test_every_single_failure_leaves_the_archive_as_before_and_the_next_try_whole(tmp_path: Path) -> None:
    with Archive.open(str(tmp_path / "whole.sqlite"), create=True) as whole:
        feed = whole.ensure_feed("orf", "news")
        whole.record([visit(feed, 1, *FIRST)])
        before = told(whole)
        with failing_at(whole, 0) as seen:
            whole.record([visit(feed, 2, *SECOND)])
        after, statements = told(whole), seen[0]
    assert statements > 30
    for number in range(1, statements + 1):
        with Archive.open(str(tmp_path / f"{number}.sqlite"), create=True) as archive:
            feed = archive.ensure_feed("orf", "news")
            archive.record([visit(feed, 1, *FIRST)])
            with failing_at(archive, number), pytest.raises(Broken):
                archive.record([visit(feed, 2, *SECOND)])
            assert told(archive) == before, number
            archive.record([visit(feed, 2, *SECOND)])
            assert told(archive) == after, number
            assert not rows(archive, "pragma foreign_key_check")
