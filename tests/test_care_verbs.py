"""verify, backup, compact and reparse, as people run them, on an archive that was polled."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from commands import chronik
from feeds import item, rss
from servers import Server, answer, serving

IDS = "select entry_id, version_id, version, seen_at, title, content_text, digest from entry_versions order by 2"


def edited(n: int) -> bytes:
    """A feed that edits, withdraws and brings entries at every poll."""
    said = [item(k, title=f"Meldung {k}, Stand {n}" if k % 3 == n % 3 else None) for k in range(n, n + 6)]
    return rss(reversed(said))


def write_config(folder: Path, server: Server) -> None:
    (folder / "feeds.yaml").write_text(
        "network: {spacing: 0s, per_host: 20, allow_private_hosts: [127.0.0.0/8]}\n"
        f"outlets:\n  o:\n    feeds: {{news: '{server.url('/a')}', politik: '{server.url('/b')}'}}\n"
    )


@pytest.fixture(scope="module")
def polled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an archive that was polled three times."""
    folder = tmp_path_factory.mktemp("polled")
    pages = {"/a": [answer(edited(n)) for n in range(3)], "/b": [answer(edited(n + 2)) for n in range(3)]}
    with serving(pages) as server:
        write_config(folder, server)
        for _ in range(3):
            assert chronik("poll", "--force", cwd=folder).returncode == 0
    return folder


def asked(folder: Path, query: str, archive: str = "archive.sqlite") -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(folder / archive)) as connection:
        return connection.execute(query).fetchall()


def change(archive: Path, *statements: str) -> None:
    """What is none of our doing."""
    with closing(sqlite3.connect(archive)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def test_an_archive_that_was_polled_is_whole(polled: Path) -> None:
    done = chronik("verify", "--json", cwd=polled)
    assert (done.returncode, json.loads(done.stdout)["whole"]) == (0, True)


def test_reading_again_what_was_read_live_changes_nothing_neither_entries_nor_versions_nor_ids(polled: Path) -> None:
    before = asked(polled, IDS)
    assert len(before) > 12
    told = json.loads(chronik("reparse", "--json", cwd=polled).stdout)
    assert (told["documents"] >= 4, told["otherwise"], told["entries_new"], told["entries_gone"]) == (True, 0, 0, 0)
    assert asked(polled, IDS) == before


def test_what_was_recorded_otherwise_is_put_right_in_entries_of_the_same_ids(polled: Path) -> None:
    assert chronik("backup", "worse.sqlite", cwd=polled).returncode == 0
    wrong = "update wording set image_url = 'https://wrong.example/', digest = randomblob(16)"
    change(polled / "worse.sqlite", wrong, "update item set digest = randomblob(16)")
    dry = json.loads(chronik("reparse", "--dry-run", "--json", "-a", "worse.sqlite", cwd=polled).stdout)
    assert dry["otherwise"] > 0
    assert asked(polled, "select distinct image_url from entries", "worse.sqlite") == [("https://wrong.example/",)]
    assert chronik("reparse", "-a", "worse.sqlite", cwd=polled).returncode == 0
    entries = "select entry_id, guid, title, content_text, image_url, version, versions from entries order by 1"
    assert asked(polled, entries, "worse.sqlite") == asked(polled, entries)


def test_a_backup_is_an_archive_that_answers_the_same(polled: Path) -> None:
    assert chronik("backup", "copy.sqlite", cwd=polled).returncode == 0
    assert asked(polled, IDS, "copy.sqlite") == asked(polled, IDS)
    assert chronik("verify", "-a", "copy.sqlite", cwd=polled).returncode == 0


def test_of_dated_backups_the_newest_stay(polled: Path) -> None:
    copies = polled / "copies"
    copies.mkdir()
    old = [copies / f"archive-2026010{n}T000000Z.sqlite" for n in (1, 2, 3)]
    for each in (*old, copies / "mine.sqlite"):
        each.write_bytes(b"")
    done = chronik("backup", "copies", "--keep", "2", cwd=polled)
    assert done.returncode == 0, done.stderr
    left = sorted(each.name for each in copies.iterdir() if each.suffix == ".sqlite")
    assert len(left) == 3
    assert (left[0], left[-1]) == ("archive-20260103T000000Z.sqlite", "mine.sqlite")


@pytest.mark.parametrize("keep", ["0", "-1", "all"])
def test_no_backup_is_kept_of_none(polled: Path, keep: str) -> None:
    assert chronik("backup", "copies", "--keep", keep, cwd=polled).returncode == 2


def test_compacting_keeps_all(polled: Path) -> None:
    before = asked(polled, IDS)
    assert chronik("compact", cwd=polled).returncode == 0
    assert asked(polled, IDS) == before


def test_a_damaged_archive_is_exit_1_and_says_where(polled: Path) -> None:
    assert chronik("backup", "damaged.sqlite", cwd=polled).returncode == 0
    change(polled / "damaged.sqlite", "update document_body set body = zeroblob(9) where document_id = 1")
    done = chronik("verify", "-a", "damaged.sqlite", cwd=polled)
    assert done.returncode == 1
    assert "document 1 " in done.stdout
