"""An archive for each test: a real file."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from saying import START

from storage.archive import Archive
from storage.records import FeedRecord


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    with Archive.open(str(tmp_path / "archive.sqlite"), create=True, now=lambda: START) as opened:
        yield opened


@pytest.fixture
def feed(archive: Archive) -> FeedRecord:
    return archive.ensure_feed("orf", "news")


@pytest.fixture
def sport(archive: Archive) -> FeedRecord:
    return archive.ensure_feed("orf", "sport")
