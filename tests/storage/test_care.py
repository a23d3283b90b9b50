"""Verify finds whatever was changed behind our back; a backup is a whole archive, also while others write."""

import random
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from saying import START, Said, rows, told, visit

from storage.archive import Archive
from storage.care import backup, compact, loose_references, verify
from storage.checksum import BUNDLE, checksum
from storage.engine import sqlite_driver
from storage.stowing import stow

TEXT = " ".join(f"Satz {n} von vielen." for n in range(20))
FLIPS = 100
CONTENT = {  # where what publishers said is kept
    "document_body": ("body",),
    "wording": ("title", "summary", "content_text", "html", "categories", "published_raw", "published_source"),
    "item": ("guid", "url", "canonical_url", "extra"),
}


def fill(path: Path, feeds: int = 3, documents: int = 8) -> None:
    """An archive of some feeds, each entry worded twice."""
    with Archive.open(str(path), create=True, now=lambda: START) as archive:
        for name in range(feeds):
            feed = archive.ensure_feed("orf", f"f{name}")
            archive.record([visit(feed, n, *said(name, n)) for n in range(documents)])
        archive.refresh_search()


def put_away(path: Path, store: Path) -> None:
    """All documents into objects, in a folder."""
    store.mkdir()
    with Archive.open(str(path)) as archive:
        assert stow(archive, store.as_uri(), START + timedelta(days=30)) > 0


def said(feed: int, n: int) -> list[Said]:
    return [
        Said(
            f"Meldung {feed} {k} ä",
            guid=f"https://o.example/{feed}/{k}",
            url=f"https://o.example/{feed}/{k}",
            text=f"{feed} {n} {k} {TEXT}",
            html=f"<p>{feed} {n} {k} {TEXT}</p>",
            at=k,
        )
        for k in range(n, n + 2)
    ]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive in which nothing is wrong, in one file."""
    path = tmp_path_factory.mktemp("care") / "whole.sqlite"
    fill(path)
    compact(str(path))
    return path


def wrong(path: Path) -> list[str]:
    """The checks that found something grave."""
    with Archive.open(str(path)) as archive:
        return [finding.check for finding in verify(archive) if finding.grave]


def changed(whole: Path, tmp_path: Path, *statements: str) -> Path:
    """A copy after some statements that are none of ours."""
    path = tmp_path / "changed.sqlite"
    path.write_bytes(whole.read_bytes())
    connection = sqlite_driver().connect(path, isolation_level=None)
    for statement in statements:
        connection.execute(statement)
    connection.close()
    return path


def test_nothing_is_wrong_with_what_we_wrote(whole: Path) -> None:
    assert wrong(whole) == []


def places(whole: Path) -> list[range]:
    """Where in the file it says what publishers said, as far as that is in one piece and said once."""
    connection, file = sqlite_driver().connect(whole), whole.read_bytes()
    connection.text_factory = bytes
    queries = [f"select {', '.join(columns)} from {table}" for table, columns in CONTENT.items()]
    found = {value for query in queries for row in connection.execute(query) for value in row if value}
    connection.close()
    return [range(at := file.index(value), at + len(value)) for value in sorted(found) if file.count(value) == 1]


def test_a_flipped_bit_in_any_stored_content_is_found_a_hundred_times_of_a_hundred(whole: Path, tmp_path: Path) -> None:
    rng, file, path = random.Random(7), whole.read_bytes(), tmp_path / "flipped.sqlite"
    stored = places(whole)
    missed = []
    for _ in range(FLIPS):
        at = rng.choice(rng.choice(stored))
        damaged = bytearray(file)
        damaged[at] ^= 1 << rng.randrange(8)
        path.write_bytes(damaged)
        if not wrong(path):
            missed.append((at, file[at - 10 : at + 10]))
    assert missed == []
    assert len(stored) > 40


@pytest.mark.parametrize("column", CONTENT["item"][:3])
def test_a_flipped_bit_in_what_names_an_entry_is_found(whole: Path, tmp_path: Path, column: str) -> None:
    flip = f"update item set {column} = 'i' || substr({column}, 2) where item_id = 3"
    assert "items" in wrong(changed(whole, tmp_path, flip))


@pytest.mark.parametrize(
    ("statement", "check"),
    [
        ("drop view entries", "views"),
        ("delete from search_line where entry_id = 1", "search index"),
        ("update search_line set wording_id = 2 where entry_id = 1", "search index"),
        ("delete from item where item_id = 1", "references"),
        ("update document set prefix_id = null where document_id = 3", "documents"),
        ("update wording set published_at = '2020-01-01T00:00:00Z' where wording_id = 1", "wordings"),
        ("update item set guid = 'another' where item_id = 1", "items"),
        ("update entries_fts_data set block = zeroblob(length(block)) where id > 100", "structure"),
    ],
)
def test_what_does_not_hold_is_named(whole: Path, tmp_path: Path, statement: str, check: str) -> None:
    found = wrong(changed(whole, tmp_path, statement))
    assert check in found or (check == "structure" and "search index" in found)


def test_one_damaged_row_hides_no_other(whole: Path, tmp_path: Path) -> None:
    texts = "update wording set title = cast(x'ff41' as text) where wording_id in (1, 5)"
    dates = "update wording set published_at = 'when?' where wording_id = 7"
    assert wrong(changed(whole, tmp_path, texts, dates)).count("wordings") == 3


def test_a_verify_beside_a_writer_finds_nothing_wrong(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    fill(path)
    with Archive.open(str(path)) as archive, Archive.open(str(path)) as other:
        findings = verify(archive)
        feed = other.ensure_feed("orf", "neu")
        seen = [next(findings, None)]
        other.record([visit(feed, 1, *said(9, 1))])
        assert [each for each in [*seen, *findings] if each and each.grave] == []


# --- backups ----------------------------------------------------------------------------------------------------------

WRITER = """
import sys
sys.path.insert(0, sys.argv[2])
from saying import Said, visit
from storage.archive import Archive
with Archive.open(sys.argv[1]) as archive:
    feed = archive.ensure_feed("orf", "andere")
    for n in range(10_000):
        archive.record([visit(feed, n, Said(f"t{n}", guid=f"g{n}", text="Wort " * 500))])
        print(n, flush=True)
"""


def test_a_backup_that_is_made_while_another_process_writes_restores_and_verifies(tmp_path: Path) -> None:
    path, folder = tmp_path / "a.sqlite", tmp_path / "copies"
    fill(path)
    folder.mkdir()
    tests = str(Path(__file__).parents[1])
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(path), tests], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    try:
        began = int(writer.stdout.readline())
        with Archive.open(str(path)) as archive:
            copy = backup(archive, folder)
        ended = int(writer.stdout.readline())
    finally:
        writer.kill()
        writer.communicate()
    assert wrong(copy) == []
    with Archive.open(str(copy)) as restored:
        ((entries,),) = rows(restored, "select count(*) from entries where feed = 'orf/andere'")
        assert began < entries <= ended + 2
        assert restored.record([visit(restored.ensure_feed("orf", "andere"), 20_000, Said("neu", guid="neu"))])


def test_compacting_changes_nothing_that_the_archive_tells(whole: Path, tmp_path: Path) -> None:
    path = changed(whole, tmp_path)
    with Archive.open(str(path)) as archive:
        before = told(archive)
    compact(str(path))
    with Archive.open(str(path)) as archive:
        assert told(archive) == before
    assert wrong(path) == []


AT = "2026-01-01T00:00:00Z"
MORE = [  # of what the archive has none
    f"insert into glimpse select 1, 1, 1, 1, 1, '{AT}', ''",
    f"insert into gap select 1, 1, 1, 2, '{AT}', null, 'open', null, 0",
    f"insert into bundle select 1, 1, {checksum({'bundle_id': 1, 'size': 1, 'body': b'x'}, BUNDLE)}, x'78'",
    "update wording set bundle_id = 1 where wording_id = 1",
]


@pytest.mark.parametrize(("table", "column", "parent"), loose_references())
def test_a_reference_that_the_database_itself_does_not_see_to_is_looked_at(
    whole: Path, tmp_path: Path, table: str, column: str, parent: str
) -> None:
    path = changed(whole, tmp_path, *MORE)
    put_away(path, tmp_path / "store")
    assert wrong(path) == []
    path = changed(
        path, tmp_path, f"update {table} set {column} = 99999 where {column} = (select max({column}) from {table})"
    )
    with Archive.open(str(path)) as archive:
        found = [finding.text for finding in verify(archive) if finding.check == "references"]
    assert f"{column} 99999 in {table} names a row of {parent} that is not there" in found
