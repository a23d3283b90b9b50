"""Read a body: no more than allowed, over the wire and decoded, and all of it or an error."""

import asyncio
import contextlib
import io
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from ingest.answers import Headers, single
from ingest.deadline import Deadline
from ingest.errors import FetchError
from ingest.inflate import MAGIC, Decoder, Gzip, InflateError, Plain
from storage.records import Reason

LARGE = 1024 * 1024  # bytes of a body that any number of attempts may hold at once
MUCH = 2 * 1024 * 1024  # bytes of larger ones that may be held at once before the next one is read
FREE_PIECES = 10_000  # that may be as small as they like
LEAST_PIECE = 32  # bytes on average beyond: smaller ones cost more to take apart than a feed is worth
GLANCE = 64 * 1024  # bytes of a refusal's body that are read
GLANCE_SECONDS = 3.0

_GZIP = {"gzip", "x-gzip"}
_UNASKED = {"br", "zstd", "deflate", "compress", "x-compress", "dcb", "dcz", "bzip2", "xz", "lzma"}


class Room:
    """Memory for bodies beyond LARGE: one is read at a time, so that many bombs weigh no more than one.

    What was read may be held until it is stored (`hold`, `give_back`): the next one waits while that is more than MUCH.
    """

    def __init__(self) -> None:
        self._taken = asyncio.Lock()
        self._held = 0
        self._is_free = asyncio.Event()
        self._is_free.set()

    async def enter(self, held: AsyncExitStack, deadline: Deadline) -> None:
        """Wait for room and keep it until `held` is left; the wait is not the server's fault."""
        async with deadline.paused():
            await held.enter_async_context(self._taken)
            await self._is_free.wait()

    def hold(self, weight: int) -> None:
        """So many bytes stay in memory for now."""
        self._held += weight
        if self._held > MUCH:
            self._is_free.clear()

    def give_back(self, weight: int) -> None:
        """They are no longer needed."""
        self._held -= weight
        if self._held <= MUCH:
            self._is_free.set()


@dataclass(slots=True)
class Intake:
    """One body on its way in. `wire_bytes` is what came of it so far, as sent."""

    headers: Headers
    most: int
    room: Room
    deadline: Deadline
    wire_bytes: int = 0
    _pieces: int = 0
    _kept: io.BytesIO = field(default_factory=io.BytesIO)
    _decoder: Decoder | None = None
    _start: bytes = b""
    _has_room: bool = False

    async def read(self, pieces: AsyncIterator[bytes]) -> bytes:
        """The whole body. Raises FetchError (too_large, truncated, decompression, protocol)."""
        self._check_stated_length()
        async with AsyncExitStack() as held:
            try:
                async for data in pieces:
                    self._count(data)
                    await self._take(data, held)
                await self._end(held)
            except InflateError as exc:
                reason = Reason.TRUNCATED if exc.broken_off else Reason.DECOMPRESSION
                raise FetchError(reason, str(exc)) from exc
            return self._kept.getvalue()

    async def glance(self, pieces: AsyncIterator[bytes]) -> bytes:
        """The first of a body that nobody needs whole: what comes quickly and can be read."""
        with contextlib.suppress(FetchError, InflateError, TimeoutError):
            async with AsyncExitStack() as held, asyncio.timeout(GLANCE_SECONDS):
                async for data in pieces:
                    self._count(data)
                    await self._take(data, held)
        return self._kept.getvalue()

    def _check_stated_length(self) -> None:
        length = single(self.headers).get("content-length", "")
        if length.isascii() and length.isdigit() and (len(length) > 18 or int(length) > self.most):
            raise FetchError(Reason.TOO_LARGE, f"Content-Length is {length[:30]}, the limit is {self.most} bytes")

    def _count(self, data: bytes) -> None:
        self._pieces += 1
        self.wire_bytes += len(data)
        if self.wire_bytes > self.most:
            raise FetchError(Reason.TOO_LARGE, f"the body is larger than {self.most} bytes")
        if self._pieces > FREE_PIECES and self.wire_bytes < (self._pieces - FREE_PIECES) * LEAST_PIECE:
            raise FetchError(Reason.PROTOCOL, f"the body comes in chunks of {self.wire_bytes // self._pieces} bytes")

    async def _take(self, data: bytes, held: AsyncExitStack) -> None:
        if self._decoder is None:
            self._start += data
            if len(self._start) < len(MAGIC):
                return
            data, self._decoder = self._start, self._decoder_for(self._start)
        for piece in self._decoder.feed(data):
            await self._keep(piece, held)

    async def _keep(self, piece: bytes, held: AsyncExitStack) -> None:
        size = self._kept.tell() + len(piece)
        if size > self.most:
            raise FetchError(Reason.TOO_LARGE, f"the body is larger than {self.most} bytes when decoded")
        if size > LARGE:
            await self._make_room(held)
        self._kept.write(piece)

    async def _make_room(self, held: AsyncExitStack) -> None:
        if not self._has_room:
            await self.room.enter(held, self.deadline)
            self._has_room = True
        await asyncio.sleep(0)  # a bomb comes out of one read: others want to go on meanwhile

    async def _end(self, held: AsyncExitStack) -> None:
        if self._decoder is None:
            self._decoder = self._decoder_for(self._start)
            for piece in self._decoder.feed(self._start):
                await self._keep(piece, held)
        self._decoder.finish()

    def _decoder_for(self, start: bytes) -> Decoder:
        """At most one coding is undone. Declared or not, the body's first bytes say whether it is gzip."""
        codings = [coding for coding in _codings(self.headers) if coding in _GZIP | _UNASKED]
        if len(codings) > 1 or not _GZIP.issuperset(codings):
            raise FetchError(Reason.DECOMPRESSION, f"Content-Encoding {', '.join(codings)[:80]} was not asked for")
        return Gzip() if start.startswith(MAGIC) else Plain()


def _codings(headers: Headers) -> list[str]:
    values = ",".join(value for name, value in headers if name == "content-encoding")
    return [coding.strip().lower() for coding in values.split(",")]
