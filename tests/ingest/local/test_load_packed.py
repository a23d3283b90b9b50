"""What lies packed is loaded as if it lay there unpacked; what is damaged costs nothing but itself."""

import gzip
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from typing import TypeAlias

import pytest
from feeds import news
from loads import asked, load

from ingest.cli.load import Told
from ingest.cli.progress import bar
from ingest.load import Loaded
from ingest.local.documents import FeedName, Names, Unreadable
from ingest.local.files import documents

NAMES = Names(FeedName("o", "news"))


Pack: TypeAlias = Callable[[Path, Mapping[str, bytes]], Path]


def zipped(path: Path, members: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as pack:
        for name, body in members.items():
            pack.writestr(name, body)
    return path


def tarred(path: Path, members: Mapping[str, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as pack:
        for name, body in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(body)
            pack.addfile(member, BytesIO(body))
    return path


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_documents_that_lie_packed_within_an_archive_are_unpacked(tmp_path: Path, pack: Pack) -> None:
    path = pack(tmp_path / "saved.tar.gz", {"a.xml": news(1), "b.xml.gz": gzip.compress(news(2))})
    assert [each.failure for each in load(tmp_path, path, names=NAMES)] == [None, None]
    assert asked(tmp_path, "select title from entries order by title") == [("Meldung Nr. 1",), ("Meldung Nr. 2",)]


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_a_damaged_member_is_told_by_its_name_and_the_others_are_loaded(tmp_path: Path, pack: Pack) -> None:
    path = pack(tmp_path / "saved.tar.gz", {"a.gz": gzip.compress(news(1))[:60], "b.xml": news(2)})
    damaged, other = load(tmp_path, path, names=NAMES)
    assert (damaged.place, other.failure) == ("saved.tar.gz!a.gz", None)
    assert (damaged.failure or "").startswith("cannot be read: ")


def test_a_member_whose_checksum_is_wrong_costs_none_of_the_others(tmp_path: Path) -> None:
    path = zipped(tmp_path / "saved.zip", {"a.xml": news(1), "b.xml": news(2)})
    path.write_bytes(path.read_bytes().replace(b"Meldung Nr. 1", b"Meldung Nr. 9"))
    assert [bool(each.failure) for each in load(tmp_path, path, names=NAMES)] == [True, False]


def test_a_member_that_unpacks_to_more_than_allowed_is_not_held_in_memory(tmp_path: Path) -> None:
    path = zipped(tmp_path / "saved.zip", {"bomb.xml.gz": gzip.compress(b"<rss>" + bytes(100_000))})
    (found,) = documents([path], max_bytes=10_000)
    assert isinstance(found, Unreadable)
    assert found.why == "is larger than 10000 bytes"


def test_a_member_without_a_time_that_any_calendar_has_is_loaded_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "saved.zip"
    with zipfile.ZipFile(path, "w") as zipped_up:
        zipped_up.writestr(zipfile.ZipInfo("a.xml", (1980, 0, 0, 0, 0, 0)), news(1))
    tape = tmp_path / "saved.tar"
    with tarfile.open(tape, "w", format=tarfile.PAX_FORMAT) as pack:
        member = tarfile.TarInfo("b.xml")
        member.size, member.mtime = len(news(2)), 10**15
        pack.addfile(member, BytesIO(news(2)))
    assert [each.failure for each in load(tmp_path, path, tape, names=NAMES)] == [None, None]
    assert asked(tmp_path, "select distinct requested_at from fetches") == [("1980-01-01T00:00:00Z",)]


def test_machines_are_told_what_failed_and_why() -> None:
    told = Told()
    with bar("loading", None, quiet=True) as shown:
        told.take(Loaded("a.xml", failure="not_a_feed: a picture"), shown, quiet=True)
    assert told.as_json()["failures"] == [{"place": "a.xml", "why": "not_a_feed: a picture"}]
    assert told.summary().startswith("1 document, 1 failed")
