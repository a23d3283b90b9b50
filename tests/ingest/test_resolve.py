"""Names become addresses in threads that neither run out nor keep anybody waiting."""

import asyncio
import socket
import threading
from collections.abc import Iterator

import pytest

from ingest.resolve import SystemResolver


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What the system was asked; names that begin with `slow` hang until the test is over."""
    names: list[str] = []
    over = threading.Event()

    def getaddrinfo(host: str, *_: object, **__: object) -> list[tuple[object, ...]]:
        names.append(host)
        if host.startswith("slow"):
            over.wait(10)
        if host.startswith("no"):
            raise socket.gaierror(socket.EAI_NONAME, "no")
        return [
            (2, 1, 6, "", ("192.0.2.1", 0)),
            (2, 1, 6, "", ("192.0.2.1", 0)),
            (10, 1, 6, "", ("2001:db8::1", 0, 0, 0)),
        ]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    yield names
    over.set()


def test_each_address_is_told_once_in_the_systems_order(asked: list[str]) -> None:
    assert asyncio.run(SystemResolver().addresses("news.example")) == ("192.0.2.1", "2001:db8::1")


@pytest.mark.parametrize("address", ["192.0.2.9", "2001:db8::9", "::ffff:10.0.0.1"])
def test_an_address_needs_no_look_up(address: str, asked: list[str]) -> None:
    assert asyncio.run(SystemResolver().addresses(address)) == (address,)
    assert asked == []


def test_those_who_want_the_same_name_share_one_look_up(asked: list[str]) -> None:
    async def main() -> None:
        resolver = SystemResolver()
        await asyncio.gather(*(resolver.addresses("news.example") for _ in range(20)))
        await resolver.addresses("news.example")

    asyncio.run(main())
    assert asked == ["news.example"] * 2


def test_a_name_that_hangs_holds_one_thread_however_often_it_is_wanted(asked: list[str]) -> None:
    async def main() -> None:
        resolver = SystemResolver(most_threads=2)
        for _ in range(10):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.01):
                    await resolver.addresses("slow.example")
        assert await resolver.addresses("news.example")

    asyncio.run(main())
    assert asked == ["slow.example", "news.example"]


def test_threads_are_bounded(asked: list[str]) -> None:
    async def main() -> None:
        resolver = SystemResolver(most_threads=3)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await asyncio.gather(*(resolver.addresses(f"slow{n}.example") for n in range(10)))

    asyncio.run(main())
    assert len(asked) == 3


def test_a_fault_reaches_all_who_asked(asked: list[str]) -> None:
    async def main() -> None:
        resolver = SystemResolver()
        faults = await asyncio.gather(*(resolver.addresses("no.example") for _ in range(3)), return_exceptions=True)
        assert all(isinstance(fault, socket.gaierror) for fault in faults)

    asyncio.run(main())


def test_the_threads_do_not_keep_the_process_from_ending(asked: list[str]) -> None:
    async def main() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await SystemResolver().addresses("slow.example")

    asyncio.run(main())
    assert all(thread.daemon for thread in threading.enumerate() if thread.name == "chronik-dns")
