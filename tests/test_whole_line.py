"""From feeds.yaml to rows that a researcher can query, by the command itself, against a server on this machine."""

import json
import random
import signal
import time
from pathlib import Path
from typing import Any

import pytest
from commands import chronik, start
from feeds import item, news, rss
from saying import told
from servers import Server, answer, hang, not_modified, serving

from storage.archive import Archive


def write_config(folder: Path, server: Server, *paths: str, **more: str) -> None:
    """A feeds.yaml whose outlets are this server's paths, each on a loopback address of its own."""
    outlets = "".join(
        f"  o{n}:\n    timezone: Europe/Vienna\n    feeds: {{news: '{server.url(path)}'}}\n"
        for n, path in enumerate(paths)
    )
    extra = "".join(f"{key}: {value}\n" for key, value in more.items())
    (folder / "feeds.yaml").write_text(
        "network: {spacing: 0s, per_host: 20, allow_private_hosts: [127.0.0.0/8]}\n" + extra + f"outlets:\n{outlets}"
    )


def query(folder: Path, sql: str) -> list[dict[str, object]]:
    done = chronik("sql", sql, "--format", "json", cwd=folder)
    assert done.returncode == 0, done.stderr
    rows: list[dict[str, object]] = json.loads(done.stdout)
    return rows


def poll(folder: Path, *words: str) -> dict[str, Any]:
    done = chronik("poll", "--json", *words, cwd=folder)
    told: dict[str, Any] = json.loads(done.stdout)
    return told | {"code": done.returncode}


def test_one_command_makes_an_archive_and_the_second_run_doubles_nothing(tmp_path: Path) -> None:
    with serving({"/a": answer(news(3, 2, 1)), "/b": answer(news(9, 8))}) as server:
        write_config(tmp_path, server, "/a", "/b")
        first = poll(tmp_path)
        again = poll(tmp_path, "--force")
    assert (first["entries_new"], first["failed"], first["code"]) == (5, 0, 0)
    assert (again["entries_new"], again["entries_changed"], again["failed"], again["code"]) == (0, 0, 0, 0)
    assert query(tmp_path, "select outlet, count(*) as n from entries group by 1 order by 1") == [
        {"outlet": "o0", "n": 3},
        {"outlet": "o1", "n": 2},
    ]


def test_a_second_poll_right_after_asks_nobody(tmp_path: Path) -> None:
    with serving({"/a": answer(news(3, 2, 1))}) as server:
        write_config(tmp_path, server, "/a")
        poll(tmp_path)
        done = chronik("poll", cwd=tmp_path)
        assert server.count("/a") == 1
    assert done.returncode == 0
    assert "nothing was due" in done.stdout


def test_validators_go_back_as_they_came(tmp_path: Path) -> None:
    tag = ("ETag", 'W/"v-1"')
    with serving({"/a": [answer(news(2, 1), 200, tag), not_modified(tag)]}) as server:
        write_config(tmp_path, server, "/a")
        poll(tmp_path)
        assert poll(tmp_path, "--force")["outcomes"] == {"not_modified": 1}  # type: ignore[comparison-overlap]
        assert server.asked[-1].headers["if-none-match"] == 'W/"v-1"'


def test_an_edit_is_a_second_version_that_show_tells_apart(tmp_path: Path) -> None:
    old, new = rss([item(1, title="Koalition einig")]), rss([item(1, title="Koalition doch uneinig")])
    with serving({"/a": [answer(old), answer(new)]}) as server:
        write_config(tmp_path, server, "/a")
        poll(tmp_path)
        assert poll(tmp_path, "--force")["entries_changed"] == 1
    assert [row["title"] for row in query(tmp_path, "select title from entry_versions order by seen_at")] == [
        "Koalition einig",
        "Koalition doch uneinig",
    ]
    diff = chronik("show", "1", "--diff", cwd=tmp_path).stdout
    assert "einig" in diff
    assert "uneinig" in diff


def test_a_feed_that_fails_hangs_or_is_none_leaves_the_others_alone(tmp_path: Path) -> None:
    pages = {
        "/good": answer(news(2, 1)),
        "/missing": answer(b"", 404),
        "/page": answer(b"<!doctype html><html><head><title>Hallo</title></head></html>"),
        "/hangs": hang,
        "/cut": answer(news(2, 1))[:-150],
    }
    with serving(pages) as server:
        write_config(tmp_path, server, *pages, defaults="{timeout: 2s}")
        done = chronik("poll", cwd=tmp_path)
    assert done.returncode == 1
    assert query(tmp_path, "select feed, reason from fetches where route = 'live' order by 1") == [
        {"feed": "o0/news", "reason": None},
        {"feed": "o1/news", "reason": "http_4xx"},
        {"feed": "o2/news", "reason": "not_a_feed"},
        {"feed": "o3/news", "reason": "timeout"},
        {"feed": "o4/news", "reason": "truncated"},
    ]
    assert query(tmp_path, "select count(*) as n from entries") == [{"n": 2}]


def test_an_outlet_without_feeds_is_looked_for_from_its_homepage(tmp_path: Path) -> None:
    page = b'<html><head><link rel="alternate" type="application/rss+xml" href="/feed/"></head></html>'
    with serving({"/": answer(page, 200, ("Content-Type", "text/html")), "/feed/": answer(news(2, 1))}) as server:
        (tmp_path / "feeds.yaml").write_text(
            "network: {spacing: 0s, allow_private_hosts: [127.0.0.0/8]}\n"
            f"outlets:\n  die-nachrichten: {{homepage: '{server.url('/')}'}}\n"
        )
        assert poll(tmp_path)["entries_new"] == 2
        assert query(tmp_path, "select feed, url from feeds") == [
            {"feed": "die-nachrichten/news", "url": server.url("/feed/")}
        ]
    assert [row["route"] for row in query(tmp_path, "select route from fetches order by fetch_id")] == [
        "discovery",
        "live",
    ]


PAGE = answer(
    b'<html><head><link rel="alternate" type="application/rss+xml" href="/feed/"></head></html>',
    200,
    ("Content-Type", "text/html"),
)


def homepage_config(folder: Path, server: Server, **feeds: str) -> None:
    """One outlet with this homepage and these feeds."""
    listed = "".join(f"\n      {slug}: {{url: '{server.url(path)}', min_interval: 1m}}" for slug, path in feeds.items())
    (folder / "feeds.yaml").write_text(
        "network: {spacing: 0s, allow_private_hosts: [127.0.0.0/8]}\n"
        f"outlets:\n  blatt:\n    homepage: '{server.url('/')}'\n    feeds: {listed}\n"
    )


def test_the_row_of_a_look_at_a_homepage_tells_of_the_page_itself(tmp_path: Path) -> None:
    with serving({"/": PAGE, "/feed/": answer(news(2, 1)), "/old": answer(b"", 404)}) as server:
        homepage_config(tmp_path, server, old="/old")
        poll(tmp_path)
        (row,) = query(tmp_path, "select url, http_status, elapsed_ms, detail from fetches where route = 'discovery'")
    assert (row["url"], row["http_status"]) == (server.url("/"), 200)
    assert row["elapsed_ms"] is not None
    assert row["detail"] == f"feeds found: {server.url('/feed/')}"


def test_a_listed_feed_that_never_worked_is_replaced_at_once_by_what_the_homepage_names(tmp_path: Path) -> None:
    with serving({"/": PAGE, "/feed/": answer(news(2, 1)), "/old": answer(b"", 404)}) as server:
        homepage_config(tmp_path, server, old="/old")
        told = poll(tmp_path)
        assert (told["entries_new"], told["failed"]) == (2, 1)
        assert query(tmp_path, "select feed, url, state from feeds order by 1") == [
            {"feed": "blatt/news", "url": server.url("/feed/"), "state": "ok"},
            {"feed": "blatt/old", "url": server.url("/old"), "state": "failing"},
        ]
        # Listing the same file again does not take out what was found.
        assert [feed["feed"] for feed in poll(tmp_path, "--force")["feeds"]] == ["blatt/news", "blatt/old"]
        assert query(tmp_path, "select count(*) as n from fetches where route = 'discovery'") == [{"n": 1}]


def test_a_feed_that_was_found_is_left_again_when_a_listed_one_works(tmp_path: Path) -> None:
    pages = {"/": PAGE, "/feed/": answer(news(2, 1)), "/old": answer(b"", 404)}
    with serving(pages) as server:
        homepage_config(tmp_path, server, old="/old")
        poll(tmp_path)
        homepage_config(tmp_path, server, old="/feed/")
        poll(tmp_path, "--force")
        states = query(tmp_path, "select feed, state from feeds order by 1")
    assert states == [{"feed": "blatt/news", "state": "unlisted"}, {"feed": "blatt/old", "state": "ok"}]


def test_no_homepage_is_looked_at_for_a_feed_whose_outlet_has_one_that_works(tmp_path: Path) -> None:
    with serving({"/": PAGE, "/feed/": answer(news(2, 1)), "/old": answer(b"", 404)}) as server:
        homepage_config(tmp_path, server, haupt="/feed/")
        poll(tmp_path)
        homepage_config(tmp_path, server, haupt="/feed/", old="/old")
        poll(tmp_path, "--force")
        assert query(tmp_path, "select route, count(*) as n from fetches group by 1") == [{"route": "live", "n": 3}]


def test_a_host_that_refuses_its_feed_is_not_asked_for_its_homepage_and_that_is_a_failure(tmp_path: Path) -> None:
    with serving({"/": PAGE, "/feed/": answer(news(2, 1)), "/old": answer(b"", 403)}) as server:
        homepage_config(tmp_path, server, old="/old")
        told = poll(tmp_path)
        assert (told["code"], told["failed"], told["outcomes"]) == (1, 1, {"failed": 1})
        assert [asked.path for asked in server.asked] == ["/old"]
    assert query(tmp_path, "select state, failures, due_because like 'back-off%' as off from feeds") == [
        {"state": "failing", "failures": 1, "off": 1}
    ]


def test_a_homepage_is_looked_at_once_a_day_however_many_feeds_its_outlet_lacks(tmp_path: Path) -> None:
    with serving({"/": answer(b"<html></html>"), "/a": answer(b"", 404), "/b": answer(b"", 404)}) as server:
        homepage_config(tmp_path, server, a="/a", b="/b")
        for _ in range(2):
            assert chronik("poll", cwd=tmp_path).returncode in {0, 1}
        assert query(tmp_path, "select reason from fetches where route = 'discovery'") == [{"reason": "not_a_feed"}]


def test_without_a_network_there_is_one_clear_line_for_each_feed(tmp_path: Path) -> None:
    (tmp_path / "feeds.yaml").write_text(
        "outlets:\n  a: {feeds: {news: 'https://a.invalid/rss'}}\n  b: {homepage: 'https://b.invalid/'}\n"
    )
    done = chronik("poll", cwd=tmp_path)
    assert done.returncode == 1
    lines = sorted(line for line in done.stdout.splitlines() if "/news" in line)
    assert [line.split(": ")[:2] for line in lines] == [["a/news", "dns"], ["b/news", "dns"]]
    # Nothing is due a moment later, which does not mean that all is well.
    again = chronik("poll", cwd=tmp_path)
    assert again.returncode == 1
    assert [line.split(": ")[:2] for line in again.stdout.splitlines()[:-1]] == [["a/news", "dns"], ["b/news", "dns"]]
    assert again.stdout.splitlines()[-1].startswith("nothing was due of 2 feeds")


# --- killed -----------------------------------------------------------------------------------------------------------


def written(folder: Path) -> list[Path]:
    """Twenty documents of a feed, each with two new articles and an edit."""
    files = []
    for n in range(20):
        path = folder / f"202603{n + 1:02}T1200.xml"
        path.write_bytes(rss([item(k, title=f"Nr. {k}, Fassung {n // 7}") for k in range(2 * n + 6, 2 * n, -1)]))
        files.append(path)
    return files


def manifest(folder: Path, files: list[Path]) -> Path:
    lines = [
        json.dumps({"path": path.name, "feed": "orf/news", "fetched_at": f"2026-03-{n + 1:02}T12:00:00Z"})
        for n, path in enumerate(files)
    ]
    (folder / "manifest.ndjson").write_text("\n".join(lines))
    return folder / "manifest.ndjson"


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    (tmp_path / "documents").mkdir()
    return manifest(tmp_path / "documents", written(tmp_path / "documents"))


def loaded(folder: Path, documents: Path, name: str) -> dict[str, list[tuple[object, ...]]]:
    done = chronik("load", "--manifest", documents, "-a", folder / name, cwd=folder)
    assert done.returncode == 0, done.stderr + done.stdout
    with Archive.open(str(folder / name)) as archive:
        return told(archive)


def test_loading_twice_adds_nothing(tmp_path: Path, documents: Path) -> None:
    once = loaded(tmp_path, documents, "a.sqlite")
    assert loaded(tmp_path, documents, "a.sqlite") == once
    assert len(once["entries"]) == 44


def test_newest_first_in_several_loads_tells_the_same(tmp_path: Path, documents: Path) -> None:
    once = loaded(tmp_path, documents, "a.sqlite")
    lines = documents.read_text().splitlines()
    for end in range(len(lines), 0, -7):
        documents.write_text("\n".join(reversed(lines[max(0, end - 7) : end])))
        several = loaded(tmp_path, documents, "b.sqlite")
    assert several == once


def test_killed_at_any_moment_and_started_again_it_is_as_if_never_killed(tmp_path: Path, documents: Path) -> None:
    whole = loaded(tmp_path, documents, "whole.sqlite")
    chance = random.Random(7)
    for _ in range(6):
        process = start("load", "--manifest", documents, "-a", tmp_path / "killed.sqlite", cwd=tmp_path)
        time.sleep(chance.uniform(0.4, 1.6))
        process.send_signal(signal.SIGKILL)
        process.communicate()
    assert loaded(tmp_path, documents, "killed.sqlite") == whole


def test_a_poll_that_was_killed_leaves_nothing_in_the_way_of_the_next(tmp_path: Path) -> None:
    with serving({"/slow": hang, "/a": answer(news(3, 2, 1))}) as server:
        write_config(tmp_path, server, "/a", "/slow")
        config = tmp_path / "feeds.yaml"
        config.write_text(config.read_text().replace("per_host: 20", "per_host: 1"))
        process = start("poll", cwd=tmp_path)
        server.wait_for(2)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        config.write_text(config.read_text().replace("/slow", "/b"))
        server.pages["/b"] = answer(news(9))
        assert poll(tmp_path, "--force")["failed"] == 0
    assert query(tmp_path, "select count(*) as n from entries") == [{"n": 4}]


def test_a_feed_that_is_cut_off_does_not_pass_for_a_short_one(tmp_path: Path) -> None:
    whole = news(4, 3, 2, 1)
    cut = whole[: whole.index(b"p=1<")]  # in the middle of the last entry, and nothing says how long it should be
    with serving({"/feed": b"HTTP/1.0 200 OK\r\nContent-Type: text/xml\r\n\r\n" + cut}) as server:
        write_config(tmp_path, server, "/feed")
        told = chronik("poll", cwd=tmp_path)
    assert "3 new of 3 (damaged, read as far as it goes:" in told.stdout
    found = query(tmp_path, "select salvaged, detail from fetches")
    assert [row["salvaged"] for row in found] == [1]
    assert "cut off" in found[0]["detail"]


def test_what_a_homepage_names_and_may_not_be_asked_is_told(tmp_path: Path) -> None:
    page = b'<html><link rel="alternate" type="application/rss+xml" href="http://10.0.0.1/feed"></html>'
    with serving({"/": answer(page)}) as server:
        homepage_config(tmp_path, server)
        poll(tmp_path)
    (row,) = query(tmp_path, "select detail from fetches where route = 'discovery'")
    assert "names no feed, and these could not be had: http://10.0.0.1/feed (refused_address)" in str(row["detail"])
