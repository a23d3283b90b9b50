"""Slices of an archive as files, and what loading them gives: as the command does it, from files and back."""

import csv
import gzip
import json
import os
import re
import sys
from pathlib import Path
from xml.etree import ElementTree

import pyarrow.parquet
import pytest
from commands import chronik, start
from feeds import item, rss

from storage.archive import Archive
from storage.errors import ArchiveError
from storage.export.slices import Slice
from storage.export.warc import warc

ENTRIES = """select outlet, feed, guid, url, title, summary, content_text, published_at, authors, categories, versions,
  first_seen_at from entries order by 1, 2, 3"""
VERSIONS = """select feed, version, seen_at, replaced_at, change, title, content_text, url from entry_versions
  order by 1, 8, 3"""
SIGHTINGS = "select feed, guid, first_seen_at, last_seen_at, gone_at, withdrawn from sightings order by 1, 2, 3"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of two outlets; a wording that is changed and comes back, a formula, and an entry that goes."""
    folder = tmp_path_factory.mktemp("exported")
    one, two = item(1, title="=1+1"), item(2, title="Wahl <b>in</b> Wien")
    states = {
        "blatt/news": [[two, one], [item(3), item(2, title="Wahl verschoben"), one], [item(3), two]],
        "bote/alle": [[item(9, title="Ein Zeichen")]],
    }
    for feed, documents in states.items():
        place = folder / "saved" / feed
        place.mkdir(parents=True)
        for day, items in enumerate(documents, 1):
            (place / f"202603{day:02}T1200.xml").write_bytes(rss(items))
    lines = [
        {"path": f"saved/{feed}/202603{day:02}T1200.xml", "feed": feed, "fetched_at": f"2026-03-{day:02}T12:00:00Z"}
        for feed, documents in states.items()
        for day in range(1, len(documents) + 1)
    ]
    # The first one again: seen unchanged, an hour later.
    lines.insert(1, lines[0] | {"fetched_at": "2026-03-01T13:00:00Z"})
    (folder / "all.ndjson").write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert chronik("load", "--manifest", "all.ndjson", cwd=folder).returncode == 0
    return folder


def asked(folder: Path, query: str, archive: str = "archive.sqlite") -> list[dict[str, object]]:
    done = chronik("sql", query, "-a", archive, "--format", "json", cwd=folder)
    assert done.returncode == 0, done.stderr
    rows: list[dict[str, object]] = json.loads(done.stdout)
    return rows


def exported(folder: Path, *words: str) -> str:
    done = chronik("export", *words, cwd=folder)
    assert done.returncode == 0, done.stderr
    return done.stdout


def loaded(folder: Path, path: str, archive: str) -> None:
    done = chronik("load", path, "-a", archive, cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr


# --- and back ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["all.warc", "all.warc.gz", "all.sqlite", "all.jsonl"])
def test_an_export_that_is_loaded_gives_the_same_entries_and_versions(folder: Path, path: str) -> None:
    exported(folder, "-o", path)
    back = f"back-{path}.sqlite"
    for _ in range(2):  # twice adds nothing
        loaded(folder, path, back)
        assert asked(folder, ENTRIES, back) == asked(folder, ENTRIES)
        assert asked(folder, VERSIONS, back) == asked(folder, VERSIONS)
    if path != "all.jsonl":  # which has no windows
        assert asked(folder, SIGHTINGS, back) == asked(folder, SIGHTINGS)


def test_the_lines_of_a_summary_come_back_from_ndjson_too(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(rss([item(1, text="Wo: Weiz<br>Wann: <b>heute</b>")]))
    loaded(tmp_path, "a.xml", "archive.sqlite")
    exported(tmp_path, "-o", "all.jsonl")
    loaded(tmp_path, "all.jsonl", "back.sqlite")
    texts = "select e.summary, e.content_text, h.summary_html from entries e join entry_html h using (entry_id)"
    assert asked(tmp_path, texts, "back.sqlite") == asked(tmp_path, texts)
    assert asked(tmp_path, texts)[0]["summary"] == "Wo: Weiz\nWann: heute"


def test_wordings_of_one_instant_come_back_from_ndjson_too(tmp_path: Path) -> None:
    for name, title in (("a", "Wahl in Wien"), ("b", "Wahl in Graz")):
        (tmp_path / f"{name}.xml").write_bytes(rss([item(1, title=title), item(2)]))
    line = {"feed": "blatt/news", "fetched_at": "2026-03-01T12:00:00Z"}
    (tmp_path / "all.ndjson").write_text("".join(json.dumps(line | {"path": f"{n}.xml"}) + "\n" for n in "ab"))
    assert chronik("load", "--manifest", "all.ndjson", cwd=tmp_path).returncode == 0
    exported(tmp_path, "-o", "all.jsonl")
    loaded(tmp_path, "all.jsonl", "back.sqlite")
    titles = "select title from entry_versions order by title"
    assert asked(tmp_path, titles, "back.sqlite") == asked(tmp_path, titles)
    assert len(asked(tmp_path, titles)) == 3


def test_a_slice_as_sqlite_is_an_archive_with_the_same_ids_of_the_selected_feeds_alone(folder: Path) -> None:
    exported(folder, "blatt", "-o", "blatt.sqlite")
    query = (
        "select entry_id, title, versions, first_seen_at, last_seen_at from entries where outlet = 'blatt' order by 1"
    )
    assert asked(folder, query, "blatt.sqlite") == asked(folder, query)
    assert asked(folder, "select feed from feeds", "blatt.sqlite") == [{"feed": "blatt/news"}]
    assert asked(folder, "select outlet from outlets", "blatt.sqlite") == [{"outlet": "blatt"}]
    assert chronik("verify", "-a", "blatt.sqlite", cwd=folder).returncode == 0
    assert b"Zeichen" not in (folder / "blatt.sqlite").read_bytes()


# --- each format ------------------------------------------------------------------------------------------------------


def test_ndjson_has_all_wordings_of_an_entry(folder: Path) -> None:
    exported(folder, "blatt", "-o", "blatt.ndjson")
    told = [json.loads(line) for line in (folder / "blatt.ndjson").read_text().splitlines()]
    (edited,) = [each for each in told if each["versions"] == 3]
    assert [each["title"] for each in edited["wordings"]] == ["Wahl in Wien", "Wahl verschoben", "Wahl in Wien"]
    assert edited["sightings"][0]["first_seen_at"] == "2026-03-01T12:00:00Z"
    assert edited["categories"] == []
    assert [each["seq"] for each in told] == sorted(each["seq"] for each in told)


def test_csv_is_run_by_no_spreadsheet(folder: Path) -> None:
    exported(folder, "-o", "all.csv")
    with (folder / "all.csv").open(newline="") as file:
        titles = {row["title"] for row in csv.DictReader(file)}
    assert titles == {"'=1+1", "Wahl in Wien", "Meldung Nr. 3", "Ein Zeichen"}


def test_atom_is_a_feed_that_chronik_itself_reads(folder: Path) -> None:
    exported(folder, "-o", "all.atom")
    root = ElementTree.parse(folder / "all.atom").getroot()
    ids = [each.findtext(f"{ATOM}id") for each in root.iter(f"{ATOM}entry")]
    assert len(set(ids)) == 4
    assert all(each.findtext(f"{ATOM}updated") for each in [root, *root.iter(f"{ATOM}entry")])
    loaded(folder, "all.atom", "from-atom.sqlite")
    assert len(asked(folder, ENTRIES, "from-atom.sqlite")) == 4


def test_parquet_lies_in_folders_by_outlet_and_month(folder: Path) -> None:
    assert "4 entries" in exported(folder, "--format", "parquet", "-o", "table")
    table = pyarrow.parquet.read_table(folder / "table")
    assert sorted(table.column("title").to_pylist()) == ["=1+1", "Ein Zeichen", "Meldung Nr. 3", "Wahl in Wien"]
    assert set(table.column("outlet").to_pylist()) == {"blatt", "bote"}
    assert str(table.schema.field("first_seen_at").type) == "timestamp[ms, tz=UTC]"
    assert re.fullmatch(r"entries-\d+-\d+", next((folder / "table" / "outlet=bote").rglob("*.parquet")).stem)


def test_a_document_that_was_seen_again_is_a_revisit(folder: Path) -> None:
    exported(folder, "-o", "again.warc.gz")
    text = gzip.decompress((folder / "again.warc.gz").read_bytes())
    assert text.count(b"WARC-Type: resource") == 4
    assert text.count(b"WARC-Type: revisit") == 1
    assert b"Chronik-Feed: bote/alle" in text


# --- slices -----------------------------------------------------------------------------------------------------------


def test_only_what_changed_since_the_last_slice_is_written(folder: Path) -> None:
    whole = json.loads(exported(folder, "-o", "whole.ndjson", "--json"))
    assert whole["entries"] == 4
    after = str(whole["seq"] - 1)
    assert json.loads(exported(folder, "-o", "rest.ndjson", "--json", "--after-seq", after))["entries"] == 1
    nothing = exported(folder, "-o", "nothing.ndjson", "--after-seq", str(whole["seq"]))
    assert f"0 entries, up to seq {whole['seq']}" in nothing


def test_since_and_until_go_by_publication(folder: Path) -> None:
    days = {row["published_at"]: row["title"] for row in asked(folder, "select published_at, title from entries")}
    first = min(str(day) for day in days)
    told = exported(folder, "-o", "first.csv", "--until", first[:10])
    assert f"{sum(str(day) < first[:10] + 'U' for day in days)} entr" in told


def test_an_export_that_was_interrupted_goes_on(folder: Path) -> None:
    exported(folder, "-o", "straight.ndjson")
    lines = (folder / "straight.ndjson").read_bytes().splitlines(keepends=True)
    half = b"".join(lines[:2])
    (folder / ".resumed.ndjson.partial").write_bytes(half + b'{"torn')
    question = {"format": "ndjson", "selectors": [], "since": None, "until": None, "after_seq": 0}
    state = {"question": question, "position": json.loads(lines[1])["seq"], "done": 2, "bytes": len(half)}
    (folder / ".resumed.ndjson.state").write_text(json.dumps(state))
    assert "4 entries" in exported(folder, "-o", "resumed.ndjson")
    assert (folder / "resumed.ndjson").read_bytes() == b"".join(lines)
    assert not list(folder.glob(".resumed*"))


@pytest.mark.parametrize("form", ["ndjson", "csv", "atom"])
def test_standard_output_has_what_a_file_would_have_and_the_count_goes_elsewhere(folder: Path, form: str) -> None:
    exported(folder, "--format", form, "-o", "file")
    done = chronik("export", "--format", form, "-o", "-", cwd=folder)
    assert "4 entries" in done.stderr
    assert _undated(done.stdout) == _undated((folder / "file").read_text())


def _undated(text: str) -> str:
    return re.sub(r"<updated>.*?</updated>", "", text, count=1)


def test_a_pipe_is_written_into_and_stays_a_pipe(folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    writing = start("export", "--format", "csv", "-o", "pipe", cwd=folder)
    text = (folder / "pipe").read_text()
    assert writing.wait(60) == 0
    exported(folder, "-o", "all.csv")
    assert text == (folder / "all.csv").read_text()
    assert (folder / "pipe").is_fifo()
    for stream in (writing.stdout, writing.stderr):
        assert stream is not None
        stream.close()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["-o", "all.unknown"], "its name does not tell the format; give --format"),
        (["kurier", "-o", "all.csv"], "'kurier' names no feed of the archive"),
        (["-o", "no/such/all.csv"], "no folder no/such: make it first"),
        (["-o", "all.csv", "--since", "gestern"], "'gestern' is no date"),
        (["-o", "all.csv", "--after-seq", "-1"], "is no sequence number"),
        (["-o", "all.csv", "-a", "nowhere.sqlite"], "no archive at"),
        (["-o", "archive.sqlite"], "archive.sqlite is the archive itself: name another file"),
        (["-o", "archive.sqlite.lock", "--format", "csv"], "is the archive itself"),
        (["-o", "-"], "give --format"),
        (["-o", "-", "--format", "sqlite"], "sqlite goes into files only"),
    ],
)
def test_what_cannot_start_is_exit_2_with_one_line(folder: Path, words: list[str], said: str) -> None:
    done = chronik("export", *words, cwd=folder)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert said in done.stderr


# --- prune ------------------------------------------------------------------------------------------------------------


def test_prune_says_what_would_go_and_deletes_only_when_told_so(folder: Path) -> None:
    (folder / "pruned.sqlite").write_bytes((folder / "archive.sqlite").read_bytes())
    words = ("prune", "blatt", "--before", "2026-03-02", "-a", "pruned.sqlite")
    assert chronik(*words, cwd=folder).returncode == 2
    dry = chronik(*words, "--dry-run", cwd=folder).stdout
    assert dry.startswith("1 feeds, seen before 2026-03-02T00:00:00Z: 0 entries, 1 wordings, 1 documents, 2 attempts")
    assert len(asked(folder, VERSIONS, "pruned.sqlite")) == len(asked(folder, VERSIONS))
    assert "are deleted" in chronik(*words, "--yes", cwd=folder).stdout
    assert len(asked(folder, VERSIONS, "pruned.sqlite")) == len(asked(folder, VERSIONS)) - 1
    loaded(folder, "saved/blatt/news/20260301T1200.xml", "pruned.sqlite")
    assert chronik("verify", "-a", "pruned.sqlite", cwd=folder).returncode == 0


def test_a_warc_file_is_not_begun_where_warcio_lacks(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "warcio.warcwriter", None)
    path = folder / "lacking.warc"
    with Archive.open(str(folder / "archive.sqlite")) as archive, pytest.raises(ArchiveError, match=r"chronik\[warc\]"):
        warc(archive, Slice(), path, lambda _done: None)
    assert not list(folder.glob("*lacking*"))
