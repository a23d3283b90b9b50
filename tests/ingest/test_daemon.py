"""The daemon as a process: it ends, reloads, is alone, and outlasts an archive that cannot be written."""

import json
import os
import random
import resource
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from commands import chronik, start
from daemons import TIMES, configure, running, until
from feeds import news
from servers import Asked, Server, answer, closed_port, hang, serving

from storage.engine import sqlite_driver

RUNS = int(os.environ.get("KILLS", "10"))


def growing(asked: Asked) -> bytes:
    """One entry more with each request, ten in the window."""
    return answer(news(*range(asked.number, max(asked.number - 10, 0), -1)))


@pytest.fixture
def server() -> Iterator[Server]:
    with serving({"/a": growing, "/b": growing}) as served:
        yield served


def rows(folder: Path, query: str) -> list[tuple[object, ...]]:
    connection = sqlite_driver().connect(folder / "archive.sqlite")
    try:
        return [tuple(row) for row in connection.execute(query)]
    finally:
        connection.close()


def hears(pid: int) -> bool:
    """Whether it has a handler for SIGTERM: before that nothing of ours runs (proc(5), SigCgt)."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return True
    caught = next(line for line in status.read_text().splitlines() if line.startswith("SigCgt"))
    return bool(int(caught.split()[1], 16) >> signal.SIGTERM - 1 & 1)


def is_unmade(folder: Path) -> bool:
    """It ended before it had made the archive: whole or not at all."""
    return not (folder / "archive.sqlite").exists() or rows(folder, "select count(*) from sqlite_master") == [(0,)]


def is_whole(folder: Path) -> bool:
    """Nothing torn, nobody's lease left, a row for every document."""
    torn = "select count(*) from fetch where outcome = 'new' and document_id not in (select document_id from document)"
    leases = "select count(*) from feed where lease_by is not null"
    return (
        rows(folder, "pragma integrity_check") == [("ok",)]
        and rows(folder, "pragma foreign_key_check") == []
        and rows(folder, torn) == rows(folder, leases) == [(0,)]
    )


# --- the end ----------------------------------------------------------------------------------------------------------


def test_at_whatever_moment_it_is_asked_to_end_it_ends_in_good_order(tmp_path: Path, server: Server) -> None:
    configure(tmp_path, server, "/a", "/b")
    for run in range(RUNS):
        with running(tmp_path) as daemon:
            until(lambda: hears(daemon.process.pid))
            time.sleep(random.Random(run).random() * 2)
            assert daemon.end(signal.SIGTERM if run % 2 else signal.SIGINT) == 0, daemon.log
        assert is_unmade(tmp_path) or is_whole(tmp_path)
    asked = server.count("/a")
    with running(tmp_path) as daemon:  # whatever became of the others, this one polls
        until(lambda: server.count("/a") > asked)
        assert daemon.end() == 0
    assert is_whole(tmp_path)
    # Every answer that was reported as stored is there: windows of ten, one entry more each time, leave no hole.
    assert rows(tmp_path, "select count(*) from gaps") == [(0,)]


EARLY = """
import signal
from ingest.cli.run import Signals

class Gone:
    def __del__(self):  # what a signal's handler raises here is lost
        signal.raise_signal(signal.SIGTERM)

Signals().catch()
Gone()
print("it goes on")
"""


def test_before_anything_is_in_hand_a_signal_ends_it_wherever_it_is_met() -> None:
    ended = subprocess.run([sys.executable, "-c", EARLY], capture_output=True, text=True, timeout=30, check=True)
    assert (ended.stdout, ended.stderr) == ("", "")


def test_a_visit_that_hangs_does_not_keep_it_and_is_given_back(tmp_path: Path, server: Server) -> None:
    server.pages["/hangs"] = hang
    configure(tmp_path, server, "/hangs")
    with running(tmp_path) as daemon:
        until(lambda: server.count("/hangs") > 0)
        assert daemon.end() == 0
        assert daemon.said("1 visits were given back")
    assert is_whole(tmp_path)


def test_a_second_signal_ends_it_at_once(tmp_path: Path, server: Server) -> None:
    server.pages["/hangs"] = hang
    configure(tmp_path, server, "/hangs")
    with running(tmp_path) as daemon:
        until(lambda: server.count("/hangs") > 0)
        daemon.process.send_signal(signal.SIGTERM)
        daemon.wait_until_said("finishing 1 visits")
        daemon.process.send_signal(signal.SIGTERM)
        assert daemon.process.wait(2) == 1


def test_an_archive_that_stays_locked_does_not_keep_it(tmp_path: Path, server: Server) -> None:
    configure(tmp_path, server, "/a")
    with running(tmp_path) as daemon:
        until(lambda: server.count("/a") > 1)
        lock = sqlite_driver().connect(tmp_path / "archive.sqlite", isolation_level=None, timeout=20)
        lock.execute("begin immediate")
        assert daemon.end() in {0, 1}
        lock.close()
    assert rows(tmp_path, "pragma integrity_check") == [("ok",)]


# --- alone ------------------------------------------------------------------------------------------------------------


def test_a_second_daemon_is_refused_and_told_who_the_first_is(tmp_path: Path, server: Server) -> None:
    configure(tmp_path, server, "/a")
    with running(tmp_path) as daemon:
        daemon.wait_until_said("polling 1 feeds")
        second = chronik("run", cwd=tmp_path)
        assert second.returncode == 2
        assert f"pid {daemon.process.pid}" in second.stderr
        assert len(second.stderr.splitlines()) == 1
        assert chronik("poll", cwd=tmp_path).returncode == 0  # that is no daemon


def test_what_a_killed_one_left_behind_is_no_obstacle(tmp_path: Path, server: Server) -> None:
    configure(tmp_path, server, "/a", "/b")
    with running(tmp_path) as daemon:
        until(lambda: server.count("/a") > 1)
        daemon.process.kill()
        daemon.process.wait()
    asked = server.count("/a")
    with running(tmp_path) as daemon:
        until(lambda: server.count("/a") > asked)
        assert daemon.end() == 0
    assert is_whole(tmp_path)


# --- another configuration --------------------------------------------------------------------------------------------


def test_a_feed_that_is_added_is_polled_without_a_restart(tmp_path: Path, server: Server) -> None:
    configure(tmp_path, server, "/a")
    with running(tmp_path) as daemon:
        until(lambda: server.count("/a") > 0)
        configure(tmp_path, server, "/a", "/b")
        until(lambda: server.count("/b") > 0)
        assert daemon.end() == 0


def test_a_wrong_configuration_is_refused_and_the_old_one_stays_in_force(tmp_path: Path, server: Server) -> None:
    file = configure(tmp_path, server, "/a")
    with running(tmp_path) as daemon:
        until(lambda: server.count("/a") > 0)
        file.write_text(file.read_text() + "  zz: {feeds: {x: 'ftp://example.org/'}}\nnonsense: 1\n")
        daemon.process.send_signal(signal.SIGHUP)
        daemon.wait_until_said("feeds.yaml is refused")
        asked = server.count("/a")
        until(lambda: server.count("/a") > asked + 1)
        problems = daemon.said("feeds.yaml is refused")
        assert any("outlets.zz.feeds.x" in problem for problem in problems)
        assert any("nonsense" in problem for problem in problems)
        assert daemon.end() == 0


def test_a_hang_up_signal_while_the_file_is_away_says_so(tmp_path: Path, server: Server) -> None:
    file = configure(tmp_path, server, "/a")
    with running(tmp_path) as daemon:
        until(lambda: server.count("/a") > 0)
        file.rename(tmp_path / "away.yaml")
        daemon.process.send_signal(signal.SIGHUP)
        assert "is not there" in daemon.wait_until_said("the old one stays in force")
        assert daemon.end() == 0


def test_a_hang_up_signal_takes_the_network_settings_in(tmp_path: Path, server: Server) -> None:
    file = configure(tmp_path, server, "/a")
    with running(tmp_path) as daemon:
        until(lambda: server.count("/a") > 0)
        file.write_text("contact: https://example.org/bot\n" + file.read_text())
        daemon.process.send_signal(signal.SIGHUP)
        daemon.wait_until_said("feeds.yaml was read again")
        until(lambda: "example.org/bot" in server.asked[-1].headers["user-agent"])
        assert daemon.end() == 0


# --- gaps -------------------------------------------------------------------------------------------------------------


def test_a_gap_is_repaired_from_the_next_page_as_soon_as_it_opens(tmp_path: Path) -> None:
    newest = {"n": 10}

    def feed(asked: Asked) -> bytes:
        page = int(dict(parse_qsl(asked.query)).get("paged", "1"))
        first = newest["n"] - (page - 1) * 10
        return answer(news(*range(first, max(first - 10, 0), -1))) if first > 0 else answer(b"", 404)

    with serving({"/feed/": feed}) as server:
        configure(tmp_path, server, "/feed/", more=f"{TIMES}\nbackfill: {{spacing: 0s, wayback: null}}")
        with running(tmp_path) as daemon:
            until(lambda: server.count("/feed/") > 2)
            newest["n"], before = 25, len(server.asked)
            assert "1 closed" in daemon.wait_until_said("gaps:", 60)
            assert daemon.end() == 0
            pages = ["paged" in asked.query for asked in server.asked[before:]]
    assert pages.index(True) <= 5  # polls a second apart: it does not wait for the next round of repairs
    assert rows(tmp_path, "select state from gaps") == [("closed",)]
    assert rows(tmp_path, "select count(*) from entries") == [(25,)]


# --- trouble ----------------------------------------------------------------------------------------------------------


def test_a_locked_archive_is_waited_for_and_nobody_is_asked_meanwhile(tmp_path: Path, server: Server) -> None:
    configure(tmp_path, server, "/a", "/b")
    with running(tmp_path) as daemon:
        until(lambda: server.count("/a") > 1)
        lock = sqlite_driver().connect(tmp_path / "archive.sqlite", isolation_level=None, timeout=20)
        lock.execute("begin immediate")
        time.sleep(1)  # for what was in hand
        asked = len(server.asked)
        time.sleep(3)
        assert len(server.asked) <= asked + 2
        lock.execute("rollback")
        lock.close()
        until(lambda: len(server.asked) > asked + 4)
        assert daemon.end() == 0
    assert is_whole(tmp_path)
    assert rows(tmp_path, "select count(*) from fetch") == [(len(server.asked),)]


def test_a_full_disk_is_named_waited_for_and_costs_nothing(tmp_path: Path, server: Server) -> None:
    """Full by a limit on the size of files, which SQLite meets as a failing disk."""
    configure(tmp_path, server, "/a", "/b")
    with running(tmp_path) as daemon:
        until(lambda: server.count("/a") > 1)
        limit(daemon.process.pid, (tmp_path / "archive.sqlite-wal").stat().st_size)
        assert "disk" in daemon.wait_until_said("nothing can be written")
        time.sleep(1)
        asked = len(server.asked)
        time.sleep(2)
        assert len(server.asked) == asked
        limit(daemon.process.pid, resource.RLIM_INFINITY)
        daemon.wait_until_said("can be written again", 60)
        until(lambda: len(server.asked) > asked + 2)
        assert daemon.end() == 0
    assert is_whole(tmp_path)
    assert rows(tmp_path, "select count(*) from fetch") == [(len(server.asked),)]


def limit(pid: int, size: int) -> None:
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def test_after_a_long_stop_every_feed_is_asked_once_not_once_for_each_time_missed(
    tmp_path: Path, server: Server
) -> None:
    configure(tmp_path, server, "/a", "/b", more="defaults: {min_interval: 2s, max_interval: 2s}")
    with running(tmp_path) as daemon:
        until(lambda: server.count("/a") > 0 and server.count("/b") > 0)
        daemon.process.send_signal(signal.SIGSTOP)
        time.sleep(7)
        asked = (server.count("/a"), server.count("/b"))
        daemon.process.send_signal(signal.SIGCONT)
        time.sleep(1.5)
        assert server.count("/a") <= asked[0] + 2
        until(lambda: server.count("/a") > asked[0] and server.count("/b") > asked[1])
        assert daemon.end() == 0


# --- how it is --------------------------------------------------------------------------------------------------------


def test_health_and_measures_are_answered_where_wished(tmp_path: Path, server: Server) -> None:
    place = f"127.0.0.1:{closed_port()}"
    configure(tmp_path, server, "/a", more=f"{TIMES}\ndaemon: {{listen: '{place}'}}")
    with running(tmp_path) as daemon:
        until(lambda: server.count("/a") > 2)
        assert get(f"http://{place}/healthz") == (200, "ok\n")
        measures = get(f"http://{place}/metrics")[1]
        told = {
            name: float(value)
            for name, value in (line.rsplit(" ", 1) for line in measures.splitlines() if line[:1] != "#")
        }
        assert told['chronik_polls_total{outcome="new",reason=""}'] >= 1
        assert told["chronik_entries_new_total"] >= 1
        assert told["chronik_feeds"] == 1
        assert told["chronik_due_lateness_seconds_count"] >= 1
        assert told["chronik_parse_seconds_count"] >= 1
        assert told["chronik_archive_bytes"] > 0
        assert server.url("/a") not in measures
        assert daemon.end() == 0


def get(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=10) as answered:
            return answered.status, answered.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_a_place_to_listen_that_is_taken_is_a_line_with_its_remedy(tmp_path: Path, server: Server) -> None:
    configure(tmp_path, server, "/a", more=f"daemon: {{listen: '{server.place}'}}")
    done = chronik("run", cwd=tmp_path)
    assert done.returncode == 2
    assert "listen" in done.stderr.splitlines()[-1]


def test_every_log_record_is_one_line_whatever_a_publisher_sends(tmp_path: Path, server: Server) -> None:
    server.pages["/a"] = answer(b"nothing\r\n", 500)
    configure(tmp_path, server, "/a")
    process = start("run", cwd=tmp_path)
    until(lambda: server.count("/a") > 0)
    time.sleep(0.5)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=10)
    assert all(line[:4].isdigit() and line[10] == "T" for line in said.splitlines())
    assert "http_5xx" in said


# --- many feeds -------------------------------------------------------------------------------------------------------


def test_of_200_feeds_every_entry_is_first_seen_when_it_first_could_be(tmp_path: Path) -> None:
    """Each feed gains an entry with each request; what is stored as its first sight is that very request."""
    with serving({f"/{n}": growing for n in range(200)}) as server:
        configure(tmp_path, server, *server.pages, more="defaults: {min_interval: 3s, max_interval: 3s}")
        with running(tmp_path) as daemon:
            until(lambda: all(server.count(path) > 0 for path in server.pages), 90)
            until(lambda: len(server.asked) > 260, 60)
            assert daemon.end() == 0
    wrong = """select e.entry_id from entries e
        join entry_versions v on v.entry_id = e.entry_id and v.version = 1
        join fetches f on f.fetch_id = v.fetch_id
        where e.first_seen_at <> f.requested_at"""
    assert rows(tmp_path, wrong) == []
    seen = rows(tmp_path, "select count(distinct feed), count(*) from entries")
    recorded = rows(tmp_path, "select count(distinct feed), sum(entries_new) from fetches where route = 'live'")
    assert seen == recorded
    assert seen[0][0] == 200


def test_log_lines_are_json_objects_that_name_the_feed(tmp_path: Path, server: Server) -> None:
    configure(tmp_path, server, "/a")
    with running(tmp_path) as daemon:
        daemon.wait_until_said("1 new of 1")
        assert daemon.end() == 0
    news_line = next(record for record in daemon.log if "new of" in record["message"])
    assert news_line["feed"] == "o0/news"
    assert datetime.fromisoformat(news_line["at"]).utcoffset() == timedelta(0)
    assert json.dumps(daemon.log)
