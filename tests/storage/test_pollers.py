"""Several processes on a server: who is there, whose work is taken over, and what none of them may do to another."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from saying import ON_A_SERVER, START, Said, visit
from sqlalchemy import update

from storage import pollers
from storage.archive import Archive
from storage.outlets import OutletBusyError
from storage.pollers import SILENT, beat, leave
from storage.tables import poller

pytestmark = ON_A_SERVER
SECOND = timedelta(seconds=1)


@pytest.fixture
def other(archive: Archive) -> Iterator[Archive]:
    """Another process's view of the same archive."""
    with Archive.open(archive.location, now=lambda: START) as opened:
        yield opened


def came(archive: Archive, name: str, verb: str = "run", clock: datetime = START) -> pollers.Company:
    with archive.write() as tx:
        return beat(tx, name, verb, clock)


def test_the_first_daemon_does_what_one_does_for_all(archive: Archive) -> None:
    assert came(archive, "a/1/x").is_first
    assert not came(archive, "b/2/y").is_first
    with archive.write() as tx:
        leave(tx, "a/1/x")
    assert came(archive, "b/2/y").is_first


def test_who_only_polls_once_is_no_daemon(archive: Archive) -> None:
    came(archive, "a/1/x", "poll")
    assert came(archive, "b/2/y").is_first


def test_who_is_silent_for_long_is_struck_off(archive: Archive) -> None:
    came(archive, "a/1/x")
    with archive.write() as tx:
        tx.connection.execute(update(poller).values(seen_at=START - SILENT - SECOND))
    company = came(archive, "b/2/y")
    assert company.somebody_died
    assert company.alive == {"b/2/y"}
    assert company.is_first


def test_nobody_is_struck_off_for_a_silence_of_the_server(archive: Archive) -> None:
    for name in ("a/1/x", "b/2/y"):
        came(archive, name)
    with archive.write() as tx:
        tx.connection.execute(update(poller).values(seen_at=START - SILENT - SECOND))
    for name in ("b/2/y", "a/1/x"):
        company = came(archive, name)
        assert (company.somebody_died, company.alive) == (False, {"a/1/x", "b/2/y"})


def test_a_clock_is_held_against_the_servers(archive: Archive) -> None:
    assert came(archive, "a/1/x", clock=START + 40 * SECOND).clock_error == 40 * SECOND
    with archive.reader() as reader:
        (told,) = pollers.pollers(reader)
    assert (told.name, told.verb, told.clock_error_s, told.feeds) == ("a/1/x", "run", 40, 0)


def test_an_outlet_is_recorded_by_one_at_a_time_and_others_go_on(archive: Archive, other: Archive) -> None:
    held, free = archive.ensure_feed("orf", "news"), archive.ensure_feed("apa", "news")
    with archive.write() as tx:
        tx.hold(held.feed_id)
        with other.write(patient=False) as theirs:
            theirs.hold(free.feed_id)
            with pytest.raises(OutletBusyError):
                theirs.hold(held.feed_id)
            assert theirs.held([held.feed_id, free.feed_id]) == {free.feed_id}
    with other.write(patient=False) as theirs:
        assert theirs.held([held.feed_id, free.feed_id]) == {held.feed_id, free.feed_id}


def test_ids_of_two_processes_never_meet(archive: Archive, other: Archive) -> None:
    with archive.write() as tx, other.write() as theirs:
        given = [*tx.ids.take("entry", 150), *theirs.ids.take("entry", 150), *tx.ids.take("entry", 150)]
    assert len(set(given)) == 450


def test_whoever_reads_by_seq_misses_nothing_though_many_write(archive: Archive) -> None:
    feeds = [archive.ensure_feed(f"o{n}", "news") for n in range(4)]
    read: dict[int, int] = {}
    last = 0

    def write(n: int) -> None:
        with Archive.open(archive.location, now=lambda: START) as own:
            for at in range(12):
                own.record([visit(feeds[n], at, *(Said(f"{k}, {at}", guid=str(k)) for k in range(at, at + 3)))])

    def look() -> int:
        with archive.reader() as reader:
            rows = reader.rows("select entry_id, seq from entries where seq > :last order by seq", {"last": last})
        read.update({row["entry_id"]: row["seq"] for row in rows})
        return rows[-1]["seq"] if rows else last

    with ThreadPoolExecutor(4) as threads:
        writing = [threads.submit(write, n) for n in range(4)]
        while not all(each.done() for each in writing):
            last = look()
        for each in writing:
            each.result()
    last = look()
    with archive.reader() as reader:
        assert read == {row["entry_id"]: row["seq"] for row in reader.rows("select entry_id, seq from entries")}
        assert min(read.values()) > 0
