"""Whichever operation of a whole poll fails, in the database or on the network, the next poll makes all of it good."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from breaking import Broken, failing
from feeds import news
from saying import rows
from servers import Server, answer, serving

from ingest import fetch
from ingest.config import config_of
from ingest.hints import Hints
from ingest.poll import due, poll
from ingest.read import read
from ingest.session import session
from storage.archive import Archive
from storage.records import Reading

PAGES = {"/a": answer(news(3, 2, 1), 200, ("ETag", '"a"'))}


class Plain:
    """Reads in this process: which worker reads is not the question here."""

    async def read(self, body: bytes, hints: Hints) -> Reading:
        return read(body, hints)


async def _polled(archive: Archive, server: Server) -> None:
    outlets = "".join(f"  {path[1:]}: {{feeds: {{news: '{server.url(path)}'}}}}\n" for path in PAGES)
    network = "network: {spacing: 0s, per_host: 9, allow_private_hosts: [127.0.0.0/8]}\n"
    config = config_of(f"{network}outlets:\n{outlets}", Path("/x/feeds.yaml"), {})
    async with session(config, archive) as opened:
        opened = replace(opened, line=replace(opened.line, parser=Plain(), forced=True))
        await poll(opened, due(opened, archive.feeds(), force=True), lambda _visited: None)


def polled(archive: Archive, server: Server) -> None:
    """One poll; whatever it raises is of our making."""
    try:
        asyncio.run(_polled(archive, server))
    except* Broken:
        pass


def told(archive: Archive) -> list[Any]:
    assert not rows(archive, "pragma foreign_key_check")
    return [
        *rows(archive, "select outlet, guid, title, version, versions from entries order by outlet, guid"),
        *rows(archive, "select feed, state, failures, entries, window_entries from feeds order by feed"),
    ]


@pytest.fixture(autouse=True)
def _one_tls_context(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading the list of authorities takes longer than a poll."""
    made = fetch.trusting(None)
    monkeypatch.setattr(fetch, "trusting", lambda _file: made)


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(PAGES) as running:
        yield running


@pytest.fixture
def archives(tmp_path: Path) -> Callable[[int], Archive]:
    Archive.open(str(tmp_path / "empty"), create=True).close()
    empty = (tmp_path / "empty").read_bytes()

    def made(number: int) -> Archive:
        (tmp_path / f"{number}.sqlite").write_bytes(empty)
        return Archive.open(str(tmp_path / f"{number}.sqlite"))

    return made


def test_every_operation_on_the_database_may_fail(archives: Callable[[int], Archive], server: Server) -> None:
    with archives(0) as whole, failing(whole, 0) as seen:
        polled(whole, server)
        statements = seen[0]
        polled(whole, server)
        expected = told(whole)
    assert statements > 40
    for number in range(1, statements + 1):
        with archives(number) as archive:
            with failing(archive, number):
                polled(archive, server)
            polled(archive, server)
            assert told(archive) == expected, number


def test_every_operation_on_the_network_may_fail(
    archives: Callable[[int], Archive], server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    with archives(0) as whole:
        polled(whole, server)
        expected = told(whole)
    number, steps = 0, 1
    while number <= steps:
        number += 1
        with archives(number) as archive:
            with monkeypatch.context() as patching:
                seen = _failing_network(patching, number)
                polled(archive, server)
                steps = max(steps, seen[0])
            failed = rows(archive, "select count(*) from fetches where outcome = 'failed'")
            assert failed <= [(1,)]
            polled(archive, server)
            assert told(archive) == expected, number
    assert number >= 6


def _failing_network(monkeypatch: pytest.MonkeyPatch, number: int) -> list[int]:
    """The n-th step of ours on the network raises."""
    seen, loop = [0], asyncio.SelectorEventLoop
    steps = [(loop, "sock_connect"), (asyncio.StreamWriter, "drain"), (asyncio.StreamReader, "read")]
    for owner, name in steps:
        monkeypatch.setattr(owner, name, _counted(getattr(owner, name), seen, number))
    return seen


def _counted(real: Callable[..., Any], seen: list[int], number: int) -> Callable[..., Any]:
    async def step(*args: Any, **kwargs: Any) -> Any:
        if asyncio.current_task().get_name() != "server":  # type: ignore[union-attr]
            seen[0] += 1
            if seen[0] == number:
                raise ConnectionResetError("the network is gone")
        return await real(*args, **kwargs)

    return step
