"""Read documents in worker processes that may hang, crash or fill their memory without hurt to this one.

A nursery process (nursery.py) has the parsers loaded and forks workers in milliseconds; each worker reads one document
at a time under limits of time, memory, files and descriptors. A worker that breaks a limit is dead; the document is
tried once more with the parser left out that may hang, and only then given up.
"""

import asyncio
import os
import pickle
import signal
import socket
import sys
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Any

from ingest.errors import ReadError
from ingest.hints import Hints
from ingest.parse.nursery import LENGTH, Limits
from ingest.parse.packed import PackedEntries, unpickled
from storage.records import Reading, Reason

_MAX_ANSWER = 128 * 1024 * 1024  # bytes
_MAX_FRAMES = 20_001
_CHUNK = 256 * 1024  # bytes
_START = 30.0  # seconds for a nursery to load the parsers and fork its first worker
_GRACE = 2.0  # seconds beyond the worker's own limit; the kernel should have ended it by then
_SAFE_NAMES = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "HOME", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")


@dataclass(frozen=True, slots=True)
class _Request:
    """One document to be read."""

    body: bytes
    hints: Hints
    careful: bool = False


class Sandbox:
    """A pool of workers; an async context manager. Nothing is started before the first document.

    A worker is replaced after `recycle_after` documents. `reader` names the function that reads (`module:name`).
    """

    def __init__(
        self,
        workers: int = 2,
        *,
        limits: Limits | None = None,
        recycle_after: int = 500,
        reader: str = "ingest.read:read",
    ) -> None:
        self._limits = limits or Limits()
        self._reader = reader
        self._recycle_after = recycle_after
        self._turns = asyncio.Semaphore(workers)
        self._idle: deque[_Worker] = deque()
        self._busy: set[_Worker] = set()
        self._nursery: _Nursery | None = None
        self._starting = asyncio.Lock()
        self._closed = False

    async def __aenter__(self) -> "Sandbox":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End all workers at once; documents in hand are lost to their callers, who get a ReadError."""
        self._closed = True
        for worker in (*self._idle, *self._busy):
            worker.kill()
        self._idle.clear()
        if self._nursery:
            await self._nursery.close()

    async def read(self, body: bytes, hints: Hints) -> Reading:
        """What a document says.

        Waits its turn while all workers are busy. Raises ReadError: not_a_feed, malformed, parse_timeout, parse_crash,
        bug.
        """
        async with self._turns:
            try:
                return await self._read(_Request(body, hints))
            except ReadError as error:
                if error.reason not in {Reason.PARSE_TIMEOUT, Reason.PARSE_CRASH, Reason.BUG} or self._closed:
                    raise
                return await self._read_carefully(_Request(body, hints, careful=True), error)

    async def _read_carefully(self, request: _Request, first: ReadError) -> Reading:
        """The second try; what it finds no feed in was given up the first time."""
        try:
            return await self._read(request)
        except ReadError:
            raise first from None

    async def _read(self, request: _Request) -> Reading:
        worker = await self._worker()
        self._busy.add(worker)
        try:
            return await worker.read(request)
        finally:
            self._busy.discard(worker)
            if worker.is_alive and worker.documents < self._recycle_after and not self._closed:
                self._idle.append(worker)
            else:
                worker.kill()

    async def _worker(self) -> "_Worker":
        while self._idle:
            worker = self._idle.pop()
            if worker.is_alive:
                return worker
            worker.kill()
        async with self._starting:
            return await self._started()

    async def _started(self) -> "_Worker":
        """A new worker, by a new nursery if the old one is dead."""
        for _ in range(2):
            if self._closed:
                raise ReadError(Reason.PARSE_CRASH, "the program is ending")
            self._nursery = self._nursery or await _Nursery.started(self._reader, self._limits)
            with suppress(OSError, EOFError, TimeoutError):
                return await self._nursery.worker()
            await self._nursery.close()
            self._nursery = None
        raise ReadError(Reason.PARSE_CRASH, "no worker process can be started")


@dataclass(slots=True)
class _Nursery:
    process: asyncio.subprocess.Process
    control: socket.socket
    limits: Limits

    @classmethod
    async def started(cls, reader: str, limits: Limits) -> "_Nursery":
        ours, theirs = socket.socketpair()
        with theirs:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", "ingest.parse.nursery"),
                *(reader, str(limits.seconds), str(limits.memory), str(limits.files)),
                stdin=theirs.fileno(),
                stdout=asyncio.subprocess.DEVNULL,
                env=_environment(),
                start_new_session=True,  # a Ctrl-C at the terminal is for the main program alone
            )
        return cls(process, ours, limits)

    async def worker(self) -> "_Worker":
        """A new worker, ready. Raises OSError, EOFError or TimeoutError if the nursery does not do its work."""
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                socket.send_fds(self.control, [b"w"], [theirs.fileno()])
        except OSError:
            ours.close()
            raise
        worker = _Worker(*await asyncio.open_connection(sock=ours), self.limits)
        try:
            worker.pid = await asyncio.wait_for(worker.receive(), _START)
        except BaseException:
            worker.kill()
            raise
        return worker

    async def close(self) -> None:
        self.control.close()
        try:
            await asyncio.wait_for(self.process.wait(), 2)
        except TimeoutError:
            self.process.kill()
            await self.process.wait()


def _environment() -> dict[str, str]:
    """Nothing of the environment that might be secret, and the same import path."""
    kept = {name: os.environ[name] for name in _SAFE_NAMES if name in os.environ}
    return kept | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONDONTWRITEBYTECODE": "1"}


@dataclass(slots=True, eq=False)
class _Worker:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    limits: Limits
    pid: int = 0
    documents: int = 0
    _is_broken: bool = field(default=False)

    @property
    def is_alive(self) -> bool:
        return not (self._is_broken or self.reader.at_eof() or self.writer.is_closing())

    async def read(self, request: _Request) -> Reading:
        """The answer; the worker is broken afterwards if there is none. Raises ReadError."""
        self.documents += 1
        self._is_broken = True  # until the whole answer is here, also if this task is cancelled
        began = time.monotonic()
        try:
            async with asyncio.timeout(self.limits.wall + _GRACE):
                answer = await self._ask(request)
        except TimeoutError as error:
            raise self._death(time.monotonic() - began) from error
        except (OSError, EOFError) as error:
            self.pid = 0  # dead: another process may have its number by now
            raise self._death(time.monotonic() - began) from error
        except pickle.UnpicklingError as error:
            raise ReadError(Reason.PARSE_CRASH, str(error)) from error
        self._is_broken = False
        if isinstance(answer, Reading):
            return answer
        raise ReadError(Reason(answer[0]), answer[1])

    async def _ask(self, request: _Request) -> Any:
        head = pickle.dumps((request.hints, request.careful, len(request.body)), pickle.HIGHEST_PROTOCOL)
        self.writer.write(LENGTH.pack(len(head)) + head)
        body = memoryview(request.body)
        for begin in range(0, len(body), _CHUNK):  # all at once would be copied, and bodies are large
            self.writer.write(body[begin : begin + _CHUNK])
            await self.writer.drain()
        said, entries, parts = await self._receive_answer()
        return replace(said, entries=PackedEntries(parts, entries)) if parts else said

    async def _receive_answer(self) -> tuple[Any, int, tuple[bytes, ...]]:
        """What it said, how many entries it has, and those in parts."""
        frames = await self._number()
        said, entries = unpickled(await self._frame(_MAX_ANSWER))
        parts: list[bytes] = []
        for _ in range(min(frames - 1, _MAX_FRAMES)):
            parts.append(await self._frame(_MAX_ANSWER - sum(map(len, parts))))
        return said, entries, tuple(parts)

    async def receive(self) -> Any:
        """A value."""
        return unpickled(await self._frame(_MAX_ANSWER))

    async def _frame(self, most: int) -> bytes:
        length = await self._number()
        if length > most:
            raise pickle.UnpicklingError(f"a worker sent {length} bytes")
        return await self.reader.readexactly(length)

    async def _number(self) -> int:
        number: int = LENGTH.unpack(await self.reader.readexactly(LENGTH.size))[0]
        return number

    def _death(self, seconds: float) -> ReadError:
        if seconds >= self.limits.seconds * 0.95:
            return ReadError(Reason.PARSE_TIMEOUT, f"not parsed within {self.limits.seconds:g} s of CPU time")
        return ReadError(Reason.PARSE_CRASH, "the parser's process died")

    def kill(self) -> None:
        """End it now, whatever it does."""
        if self.pid and not self.reader.at_eof():
            with suppress(ProcessLookupError, PermissionError):
                os.kill(self.pid, signal.SIGKILL)
        self.writer.close()
