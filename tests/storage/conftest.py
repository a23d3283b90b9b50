"""An archive for each test, in a real file and on a real server: whatever is asked of one holds for the other."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from postgres import database, server
from saying import START

from storage.archive import Archive
from storage.records import FeedRecord

_numbers = count(1)


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """A server with an empty archive in its database `template`."""
    with server() as url, database(url, "template") as template:
        Archive.open(template, create=True, now=lambda: START).close()
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def archive_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where an archive is, or is to be made."""
    if request.param == "sqlite":
        yield str(tmp_path / "archive.sqlite")
        return
    with database(request.getfixturevalue("server_url"), f"archive_{next(_numbers)}", "template") as url:
        yield url


@pytest.fixture(scope="module")
def server_archive(server_url: str) -> Iterator[str]:
    """An archive on the server."""
    with database(server_url, f"archive_{next(_numbers)}", "template") as url:
        yield url


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def module_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The same, for all tests of a module."""
    if request.param == "sqlite":
        yield str(tmp_path_factory.mktemp("module") / "archive.sqlite")
        return
    yield request.getfixturevalue("server_archive")


@pytest.fixture
def archive(archive_url: str) -> Iterator[Archive]:
    with Archive.open(archive_url, create=True, now=lambda: START) as opened:
        yield opened


@pytest.fixture
def feed(archive: Archive) -> FeedRecord:
    return archive.ensure_feed("orf", "news")


@pytest.fixture
def sport(archive: Archive) -> FeedRecord:
    return archive.ensure_feed("orf", "sport")
