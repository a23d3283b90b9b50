"""An archive moves from a file to a server and back: the same rows under the same ids, whatever happens meanwhile."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest
from postgres import database
from saying import ON_A_SERVER, Said, hours, rows, told, visit
from sqlalchemy import bindparam, select, text, update

from storage.archive import Archive
from storage.care import verify
from storage.daemon_lock import only_daemon
from storage.errors import ArchiveError
from storage.export.archive import sqlite as as_archive
from storage.export.slices import Slice
from storage.moving import Move, Tell
from storage.moving_rows import fingerprint
from storage.records import FeedRecord, Visit
from storage.search import Search, search
from storage.tables import document, entry, fetch, metadata


def quiet(_what: str, _done: int, _total: int) -> None:
    """Nobody listens."""


def nobody_waits(who: str) -> None:
    raise AssertionError(f"waited for {who}")


@pytest.fixture
def filled(archive: Archive) -> Archive:
    """An archive, in a file or on a server, with wordings, HTML, a gap and texts that are packed together."""
    archive.record(history(archive.ensure_feed("orf", "alle")))
    archive.record(
        [visit(archive.ensure_feed("apa", "alle"), 1, Said("Größe", guid="x", html="<p>Größe <b>1</b></p>"))]
    )
    archive.refresh_search()
    return archive


def history(feed: FeedRecord, first: int = 0) -> list[Visit]:
    counted = [
        visit(feed, first + n, Said("Zähler", "z", text=f"{n} Kommentare", html=f"<p>{n}</p>")) for n in range(60)
    ]
    edited = [visit(feed, first + 100 + n, Said(f"Meldung {n}", "m", text=f"Fassung {n}", at=1)) for n in range(3)]
    return [*counted, *edited]


@pytest.fixture
def elsewhere(archive: Archive, tmp_path: Path, server_url: str) -> Iterator[str]:
    """Where the other kind of archive may be made."""
    if archive.on_server:
        yield str(tmp_path / "moved.sqlite")
        return
    with database(server_url, "elsewhere") as url:
        yield url


def moved(source: Archive, to: str, tell: Tell = quiet, wait: Callable[[str], None] = nobody_waits) -> None:
    with Archive.open(to, create=True, now=lambda: hours(0), references=False) as target:
        Move(source, target, tell).run(wait)


def everything(archive: Archive) -> dict[str, list[int]]:
    """All rows of all tables that are moved, each as a number."""
    stay = ("search_pending", "search_line", "search_former", "archive_info", "poller")
    with archive.read() as connection:
        return {
            name: sorted(
                fingerprint(name, dict(row), on_server=archive.on_server)
                for row in connection.execute(select(table)).mappings()
            )
            for name, table in metadata.tables.items()
            if name not in stay
        }


def titles(archive: Archive, words: str) -> list[str | None]:
    with archive.reader() as reader:
        return [hit.title for hit in search(reader, Search(words))]


def test_all_rows_are_there_under_their_ids_and_are_found(filled: Archive, elsewhere: str) -> None:
    before, words = told(filled), titles(filled, "größe OR meldung")
    moved(filled, elsewhere)
    with Archive.open(elsewhere) as target:
        assert everything(target) == everything(filled)
        assert told(target) == before
        assert titles(target, "größe OR meldung") == words != []
        assert not [found for found in verify(target) if found.grave]


def test_the_archive_lives_on_where_it_is_now(filled: Archive, elsewhere: str) -> None:
    moved(filled, elsewhere)
    with Archive.open(elsewhere) as target:
        (recorded,) = target.record([visit(target.ensure_feed("orf", "alle"), 300, Said("Neu", guid="neu"))])
        assert recorded.entries_new == 1


def test_what_was_left_behind_takes_nothing_in_and_says_where_to_go(filled: Archive, elsewhere: str) -> None:
    feed = filled.ensure_feed("orf", "alle")
    moved(filled, elsewhere)
    with pytest.raises(Exception, match="was moved to"):
        filled.record([visit(feed, 300, Said("Zu spät", guid="s"))])
    with pytest.raises(ArchiveError, match="was moved to"):
        Archive.open(filled.location)


def test_what_changes_while_it_is_moved_comes_along(filled: Archive, elsewhere: str) -> None:
    seen: list[str] = []

    def meanwhile(what: str, _done: int, _total: int) -> None:
        if what not in seen:
            seen.append(what)
            if len(seen) in {1, 4, 8, 12, 16}:
                feed = filled.ensure_feed(f"o{len(seen)}", "alle")
                filled.record(history(feed)[-3:])
                filled.record(history(filled.ensure_feed("orf", "alle"), 200 + 20 * len(seen))[-2:])

    moved(filled, elsewhere, meanwhile)
    with Archive.open(elsewhere) as target:
        assert everything(target) == everything(filled)
        assert not [found for found in verify(target) if found.grave]
        with target.reader() as reader:
            assert len(reader.rows("select distinct outlet from entries")) == 7


@pytest.mark.parametrize("at", [1, 3, 9, 20])
def test_a_move_that_was_broken_off_goes_on(filled: Archive, elsewhere: str, at: int) -> None:
    calls = 0

    def breaks(_what: str, _done: int, _total: int) -> None:
        nonlocal calls
        calls += 1
        if calls == at:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        moved(filled, elsewhere, breaks)
    filled.record(history(filled.ensure_feed("orf", "alle"), 400)[-2:])
    moved(filled, elsewhere)
    with Archive.open(elsewhere) as target:
        assert everything(target) == everything(filled)


@ON_A_SERVER
def test_a_move_begins_while_others_write_and_nobody_waits_in_a_circle(filled: Archive, elsewhere: str) -> None:
    with ThreadPoolExecutor() as threads:
        with Archive.open(filled.location) as other, other.write() as tx:
            tx.connection.execute(update(fetch).values(elapsed_ms=7))
            move = threads.submit(moved, filled, elsewhere)
            while not tx.value(text("select count(*) from pg_locks where not granted")):
                pass
            tx.connection.execute(update(document).values(content_type="text/xml"))
        move.result()
    with Archive.open(elsewhere) as target:
        assert everything(target) == everything(filled)


@ON_A_SERVER
def test_what_somebody_is_changing_just_now_is_left_until_it_is_changed(filled: Archive, elsewhere: str) -> None:
    """The other one holds the note of a second row when notes are struck out, and goes on to that of the first."""
    named = update(document).values(content_type=bindparam("said")).where(document.c.document_id == bindparam("of"))
    begun, may_go_on = Event(), Event()

    def change() -> None:
        with other.write() as tx:
            tx.connection.execute(named, [{"of": 1, "said": "a"}, {"of": 2, "said": "a"}])
        with other.write() as tx:
            tx.connection.execute(named, [{"of": 2, "said": "b"}])
            begun.set()
            may_go_on.wait()
            tx.connection.execute(named, [{"of": 1, "said": "b"}])

    def tell(what: str, _done: int, _total: int) -> None:
        if what == "fetch" and not begun.is_set():
            threads.submit(change)
            begun.wait()
        if what == "what changed meanwhile":
            may_go_on.set()

    with Archive.open(filled.location) as other, ThreadPoolExecutor() as threads:
        moved(filled, elsewhere, tell)
    with Archive.open(elsewhere) as target:
        assert everything(target) == everything(filled)
        query = "select content_type from documents where document_id <= 2"
        assert rows(target, query) == [("b",), ("b",)]


def test_the_last_seconds_wait_for_whoever_works_on_it(filled: Archive, elsewhere: str) -> None:
    waited: list[str] = []
    daemon = only_daemon(filled.location)
    daemon.__enter__()
    if filled.on_server:
        with filled.write() as tx:
            row = {"name": "m/1/a", "verb": "run", "began_at": tx.now, "seen_at": tx.now, "clock_error_s": 0}
            tx.connection.execute(metadata.tables["poller"].insert(), row)

    def wait(who: str) -> None:
        waited.append(who)
        filled.record(history(filled.ensure_feed("orf", "alle"), 400)[-2:])
        daemon.__exit__(None, None, None)
        if filled.on_server:
            with filled.write() as tx:
                tx.connection.execute(metadata.tables["poller"].delete())

    moved(filled, elsewhere, wait=wait)
    assert len(waited) == 1
    with Archive.open(elsewhere) as target:
        assert everything(target) == everything(filled)


@ON_A_SERVER
def test_a_slice_of_a_servers_archive_is_a_file_that_says_the_same(filled: Archive, tmp_path: Path) -> None:
    path = tmp_path / "slice.sqlite"
    assert as_archive(filled, Slice(), path, lambda _done: None) > 60
    with Archive.open(str(path)) as copy:
        assert told(copy) == told(filled)
        assert titles(copy, "größe OR meldung") == titles(filled, "größe OR meldung") != []
        assert not [found for found in verify(copy) if found.grave]
    filled.record(history(filled.ensure_feed("orf", "alle"), first=200))


def test_an_archive_that_is_not_empty_is_not_overwritten(filled: Archive, elsewhere: str) -> None:
    with Archive.open(elsewhere, create=True, now=lambda: hours(0)) as target:
        target.ensure_feed("andere", "news")
    with pytest.raises(ArchiveError, match="not empty"):
        moved(filled, elsewhere)


def test_a_difference_is_found_and_the_source_goes_on(filled: Archive, elsewhere: str) -> None:
    def spoils(what: str, _done: int, _total: int) -> None:
        if what == "outlet compared":
            with Archive.open(elsewhere) as target, target.write() as tx:
                tx.connection.execute(update(entry).values(versions=entry.c.versions + 1))

    with pytest.raises(ArchiveError, match="entry is not the same"):
        moved(filled, elsewhere, spoils)
    filled.record([visit(filled.ensure_feed("orf", "alle"), 300, Said("Weiter", guid="w"))])
    Archive.open(filled.location).close()
