"""A dump of Miniflux's database arrives with its dates; of other dumps it is told what to do about them."""

import gzip
import re
from pathlib import Path

import pytest
from loads import asked, load

from storage import dumped

HEAD = "--\n-- PostgreSQL database dump\n--\n\n\\restrict abc\n\nSET client_encoding = 'UTF8';\n\n"
END = "--\n-- PostgreSQL database dump complete\n--\n\n\\unrestrict abc\n"
ENCLOSURES = "COPY public.enclosures (id, user_id, entry_id, url, size, mime_type) FROM stdin;\n"
ENTRIES = (
    "COPY public.entries (id, user_id, feed_id, published_at, title, url, author, content, created_at, tags) "
    "FROM stdin;\n"
)
FEEDS = "COPY public.feeds (id, user_id, title, feed_url, site_url) FROM stdin;\n"
USERS = "COPY public.users (id, password) FROM stdin;\n"
ONE = (
    "1\t1\t7\t2026-03-01 07:15:00+05:45\tEins\\tund \\\\ zwei\thttps://o.example/1/\tAnn\t<p>Zeile\\nZeile</p>\t"
    '2026-03-02 05:45:01.123+05:45\t{Politik,"Wien, \\\\"schön\\\\""}\n'
)
TWO = (
    "2\t1\t7\t2026-03-03 07:15:00+00\tZwei\thttps://o.example/2/\t\t<p>Mehr</p>\t2026-03-03 07:20:00+00\t\\N\n"
    "3\t1\t7\t2026-03-03 08:15:00+00\t\t\t\t\t2026-03-03 08:20:00+00\t\\N\n"  # removed: nothing of it is left
)
DUMP = (
    f"{HEAD}{ENCLOSURES}1\t1\t1\thttps://o.example/1.mp3\t5\taudio/mpeg\n\\.\n\n{ENTRIES}{ONE}{TWO}\\.\n\n"
    f"{FEEDS}7\t1\tMeldungen\thttps://o.example/feed/\thttps://o.example/\n\\.\n\n{USERS}1\tgeheim\n\\.\n\n{END}"
)


def saved(folder: Path, dump: str | bytes, name: str = "miniflux.sql") -> Path:
    path = folder / name
    path.write_bytes(dump if isinstance(dump, bytes) else dump.encode())
    return path


@pytest.mark.parametrize("packed", [False, True])
def test_every_entry_of_a_dump_arrives_as_the_reader_kept_it(tmp_path: Path, packed: bool) -> None:
    found = load(tmp_path, saved(tmp_path, gzip.compress(DUMP.encode()) if packed else DUMP))
    assert [each.failure for each in found] == [None, None]
    assert asked(
        tmp_path, "select feed, title, url, published_at, first_seen_at, authors, categories from entries order by 4"
    ) == [
        (
            "o-example/feed",
            "Eins und \\ zwei",
            "https://o.example/1/",
            "2026-03-01T01:30:00Z",
            "2026-03-02T00:00:01Z",
            '["Ann"]',
            '["Politik","Wien, \\"schön\\""]',
        ),
        (
            "o-example/feed",
            "Zwei",
            "https://o.example/2/",
            "2026-03-03T07:15:00Z",
            "2026-03-03T07:20:00Z",
            None,
            None,
        ),
    ]
    assert asked(tmp_path, "select url, type from enclosures") == [("https://o.example/1.mp3", "audio/mpeg")]


def test_a_dump_loaded_twice_is_there_once(tmp_path: Path) -> None:
    path = saved(tmp_path, DUMP)
    load(tmp_path, path)
    again = load(tmp_path, path)
    assert all(each.recorded and each.recorded.known for each in again)


def test_a_dump_that_breaks_off_gives_what_is_whole_and_says_so(tmp_path: Path) -> None:
    found = load(tmp_path, saved(tmp_path, DUMP.partition(USERS)[0]))
    assert [each.failure for each in found] == [None, None, "breaks off: what stands before that was loaded"]
    assert asked(tmp_path, "select count(*) from entries") == [(2,)]


@pytest.mark.parametrize(
    ("dump", "told"),
    [
        (b"PGDMP\x01\x0e", "pg_restore -f dump.sql"),
        (DUMP.replace("COPY ", "INSERT INTO "), "no rows of enclosures, entries, feeds: made with --inserts"),
        (DUMP.partition(FEEDS)[0], "no rows of feeds: .*broken off"),
        (gzip.compress(DUMP.encode())[:-300], "ended before the end"),
        (DUMP.replace("(id, user_id, title, feed_url, site_url)", "(a, b, c, d, e)"), "no such column"),
    ],
)
def test_a_dump_of_no_use_is_told_with_the_remedy(tmp_path: Path, dump: str | bytes, told: str) -> None:
    (found,) = load(tmp_path, saved(tmp_path, dump))
    assert re.search(told, found.failure or "")


def test_tables_that_are_not_wanted_are_written_nowhere(tmp_path: Path) -> None:
    path, tables = saved(tmp_path, DUMP), tmp_path / "tables"
    with path.open("rb") as lines:
        assert dumped.into_sqlite(lines, tables, {"feeds"})
    assert b"Meldungen" in tables.read_bytes()
    assert b"geheim" not in tables.read_bytes()


def test_a_row_without_end_is_refused_before_it_fills_the_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dumped, "LONGEST", 100)
    (found,) = load(tmp_path, saved(tmp_path, DUMP))
    assert "a row of 100 bytes or more" in (found.failure or "")
