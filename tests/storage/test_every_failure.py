"""Whichever operation of a recording fails, the archive is as before, and the next try is whole."""

from pathlib import Path

import pytest
from breaking import Broken, failing
from saying import Said, rows, told, visit

from storage.archive import Archive

FIRST = [Said(f"Nr. {n}", guid=str(n), url=f"https://o.at/{n}", at=n) for n in range(3)]
SECOND = [
    Said("Nr. 1, berichtigt", guid="1", url="https://o.at/1", at=1),
    Said("Neu", guid="9", url="https://o.at/2"),  # joins what the archive took for another entry
    Said("Noch neuer", guid="10", url="https://o.at/10"),
    Said("Dasselbe", guid="11", url="https://o.at/10"),  # and voids a key
]


def test_every_single_failure_leaves_the_archive_as_before_and_the_next_try_whole(tmp_path: Path) -> None:
    with Archive.open(str(tmp_path / "whole.sqlite"), create=True) as whole:
        feed = whole.ensure_feed("orf", "news")
        whole.record([visit(feed, 1, *FIRST)])
        before = told(whole)
        with failing(whole, 0) as seen:
            whole.record([visit(feed, 2, *SECOND)])
        after, statements = told(whole), seen[0]
    assert statements > 30
    for number in range(1, statements + 1):
        with Archive.open(str(tmp_path / f"{number}.sqlite"), create=True) as archive:
            feed = archive.ensure_feed("orf", "news")
            archive.record([visit(feed, 1, *FIRST)])
            with failing(archive, number), pytest.raises(Broken):
                archive.record([visit(feed, 2, *SECOND)])
            assert told(archive) == before, number
            archive.record([visit(feed, 2, *SECOND)])
            assert told(archive) == after, number
            assert not rows(archive, "pragma foreign_key_check")
