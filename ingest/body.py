"""Read a body: no more than allowed, over the wire and decoded, and all of it or an error."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from tempfile import SpooledTemporaryFile
from typing import Any

from ingest.answers import Headers, single
from ingest.deadline import Deadline
from ingest.errors import FetchError
from ingest.inflate import MAGIC, Decoder, Gzip, InflateError, Plain
from ingest.memory import give_back
from storage.records import Reason

LARGE = 128 * 1024  # bytes of a body that are in memory while it is read, in any case
MUCH = 4 * 1024 * 1024  # bytes of larger ones that are so (others wait on disk); once they are read, or a single one
PATIENCE = 60.0  # seconds to wait for others' bodies to be stored: whoever holds one may be waiting for us
FREE_PIECES = 10_000  # that may be as small as they like
LEAST_PIECE = 32  # bytes on average beyond: smaller ones cost more to take apart than a feed is worth
GLANCE = 64 * 1024  # bytes of a refusal's body that are read
GLANCE_SECONDS = 3.0

_GZIP = {"gzip", "x-gzip"}
_UNASKED = {"br", "zstd", "deflate", "compress", "x-compress", "dcb", "dcz", "bzip2", "xz", "lzma"}


class Room:
    """Memory for bodies beyond LARGE, so that many bombs weigh no more than one.

    A task has room for a body that it read until it leaves or ends: by then it is stored, or nobody wants it.
    """

    def __init__(self) -> None:
        self._held: dict[asyncio.Task[Any], int] = {}
        self._turn = asyncio.Lock()
        self._left = asyncio.Event()
        self._lent = 0
        self._given_up = 0

    def lends(self, more: int) -> bool:
        """Whether a body that is being read may take so many bytes of memory beyond LARGE."""
        if self._lent + more > MUCH:
            return False
        self._lent += more
        return True

    def take_back(self, lent: int) -> None:
        """A body that was lent so much of it needs it no longer."""
        self._lent -= lent

    async def enter(self, weight: int) -> None:
        """Wait until there is room for so many bytes, and have it."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - we are in it
        async with self._turn:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE):
                    await self._wait_for(weight)
            self._held[task] = weight
        task.add_done_callback(self._leave)

    async def _wait_for(self, weight: int) -> None:
        while self._held and sum(self._held.values()) + weight > MUCH:
            self._left.clear()
            await self._left.wait()

    def leave(self) -> None:
        """The body that the current task read is no longer needed."""
        if (task := asyncio.current_task()) is not None:
            self._leave(task)

    def _leave(self, task: asyncio.Task[Any]) -> None:
        if (weight := self._held.pop(task, None)) is not None:
            task.remove_done_callback(self._leave)
            self._left.set()
            self._given_up += weight
        if self._given_up >= MUCH:
            self._given_up = 0
            asyncio.get_running_loop().call_soon(give_back)


@dataclass(slots=True)
class Intake:
    """One body on its way in. `wire_bytes` is what came of it so far, as sent. `is_aside`: on disk."""

    headers: Headers
    most: int
    room: Room
    deadline: Deadline
    wire_bytes: int = 0
    _pieces: int = 0
    _kept: SpooledTemporaryFile[bytes] = field(default_factory=SpooledTemporaryFile)
    _lent: int = 0
    is_aside: bool = False
    _decoder: Decoder | None = None
    _start: bytes = b""

    async def read(self, pieces: AsyncIterator[bytes]) -> bytes:
        """The whole body. Raises FetchError (too_large, truncated, decompression, protocol)."""
        with self._kept, self._lending():
            self._check_stated_length()
            try:
                async for data in pieces:
                    self._count(data)
                    await self._take(data)
                await self._end()
            except InflateError as exc:
                reason = Reason.TRUNCATED if exc.broken_off else Reason.DECOMPRESSION
                raise FetchError(reason, str(exc)) from exc
            if (size := self._kept.tell()) > LARGE:
                async with self.deadline.paused():  # the wait is not the server's fault
                    await self.room.enter(size)
            return self._whole()

    async def glance(self, pieces: AsyncIterator[bytes]) -> bytes:
        """The first of a body that nobody needs whole: what comes quickly and can be read."""
        with self._kept:
            with contextlib.suppress(FetchError, InflateError, TimeoutError):
                async with asyncio.timeout(GLANCE_SECONDS):
                    async for data in pieces:
                        self._count(data)
                        await self._take(data)
            return self._whole()

    @contextlib.contextmanager
    def _lending(self) -> Iterator[None]:
        try:
            yield
        finally:
            self.room.take_back(self._lent)

    def _whole(self) -> bytes:
        self._kept.seek(0)
        return self._kept.read()

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

    async def _take(self, data: bytes) -> None:
        if self._decoder is None:
            self._start += data
            if len(self._start) < len(MAGIC):
                return
            data, self._decoder = self._start, self._decoder_for(self._start)
        for piece in self._decoder.feed(data):
            await self._keep(piece)

    async def _keep(self, piece: bytes) -> None:
        size = self._kept.tell() + len(piece)
        if size > self.most:
            raise FetchError(Reason.TOO_LARGE, f"the body is larger than {self.most} bytes when decoded")
        try:
            if size > LARGE:
                self._borrow(len(piece))
            self._kept.write(piece)
        except OSError as exc:
            raise FetchError(Reason.TOO_LARGE, f"no room to put {size} bytes aside for a while: {exc}") from exc
        if size > LARGE:
            await asyncio.sleep(0)  # a bomb comes out of one read: others want to go on meanwhile

    def _borrow(self, more: int) -> None:
        if self.is_aside:
            return
        if self.room.lends(more):
            self._lent += more
        else:
            self.is_aside = True
            self._kept.rollover()
            self.room.take_back(self._lent)
            self._lent = 0

    async def _end(self) -> None:
        if self._decoder is None:
            self._decoder = self._decoder_for(self._start)
            for piece in self._decoder.feed(self._start):
                await self._keep(piece)
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
