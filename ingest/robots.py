"""What a host wants robots to leave alone (RFC 9309). Asked for pages of the past; a feed in the configuration is not.

A person who lists a feed wants it read; who walks a site page by page is a robot and obeys.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias
from urllib.parse import urljoin, urlsplit

from protego import Protego

from ingest.clock import Clock
from ingest.document import Document
from ingest.errors import FetchError
from storage.records import Reason

Get: TypeAlias = Callable[[str], Awaitable[Document]]

AGENT = "chronik"
MOST_BYTES = 512 * 1024  # RFC 9309 section 2.5
MOST_HOSTS = 1000
KEPT = timedelta(hours=24)  # RFC 9309 section 2.4
KEPT_UNREACHABLE = timedelta(hours=1)
LONGEST_DELAY = timedelta(minutes=1)

_EVERYTHING = Protego.parse("")
_NOTHING = Protego.parse("User-agent: *\nDisallow: /")
_REFUSED = Protego.parse("User-agent: *\nDisallow: /")  # by our own guard

# RFC 9309 section 2.3.1.3: no robots.txt, no rules. All other failures forbid everything (section 2.3.1.4).
_THERE_IS_NONE = {Reason.HTTP_4XX, Reason.GONE, Reason.NO_BODY}


@dataclass(slots=True)
class _Known:
    rules: "asyncio.Task[Protego]"
    until: datetime


class Robots:
    """The rules of hosts, each asked for once a day. `get` is the guarded fetch."""

    def __init__(self, get: Get, clock: Clock) -> None:
        self._get = get
        self._clock = clock
        self._known: OrderedDict[str, _Known] = OrderedDict()

    async def check(self, url: str) -> None:
        """Raises FetchError (robots) if robots are not to ask for `url`; PostponedError if the host rests.

        With `retry_after` where that is for want of a robots.txt that can be had; refused_address where the guard
        lets nobody ask that host.
        """
        rules = await self._rules(_origin(url))
        if rules is _REFUSED:
            raise FetchError(Reason.REFUSED_ADDRESS, f"{_origin(url)} is at an address that may not be asked")
        if rules is _NOTHING:
            failure = FetchError(Reason.ROBOTS, f"{_origin(url)}/robots.txt cannot be had, so nothing is asked for")
            failure.retry_after = KEPT_UNREACHABLE
            raise failure
        if not rules.can_fetch(url, AGENT):
            raise FetchError(Reason.ROBOTS, f"{_origin(url)}/robots.txt does not allow it")

    async def delay(self, url: str) -> timedelta | None:
        """The pause between requests that the host asks for, at most a minute; None: it does not."""
        seconds = (await self._rules(_origin(url))).crawl_delay(AGENT)
        return None if seconds is None else min(timedelta(seconds=min(seconds, 3600)), LONGEST_DELAY)

    async def sitemaps(self, url: str) -> tuple[str, ...]:
        """The sitemaps that the host names, whatever they are; to be asked like any address.

        They are to be whole addresses (sitemaps.org protocol 0.9, "Submitting"); paths are meant for the host itself.
        """
        origin = _origin(url)
        return tuple(urljoin(f"{origin}/", each.strip()) for each in (await self._rules(origin)).sitemaps)

    async def _rules(self, origin: str) -> Protego:
        now = self._clock.now()
        known = self._known.get(origin)
        if known is None or known.until <= now:
            known = self._known[origin] = _Known(self._task(origin), now + KEPT)
        self._known.move_to_end(origin)
        while len(self._known) > MOST_HOSTS:
            self._known.popitem(last=False)
        try:
            return await asyncio.shield(known.rules)
        except BaseException:
            self._known.pop(origin, None)
            raise

    def _task(self, origin: str) -> "asyncio.Task[Protego]":
        task = asyncio.create_task(self._asked_for(origin))
        task.add_done_callback(lambda done: done.cancelled() or done.exception())  # who asked may have given up
        return task

    async def _asked_for(self, origin: str) -> Protego:
        try:
            document = await self._get(f"{origin}/robots.txt")
        except FetchError as exc:
            if exc.reason in _THERE_IS_NONE:
                return _EVERYTHING
            self._forget_soon(origin)
            return _REFUSED if exc.reason is Reason.REFUSED_ADDRESS else _NOTHING
        return Protego.parse(document.body[:MOST_BYTES].decode("utf-8-sig", "replace"))

    def _forget_soon(self, origin: str) -> None:
        if (known := self._known.get(origin)) is not None:
            known.until = self._clock.now() + KEPT_UNREACHABLE


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
