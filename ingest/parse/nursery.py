"""The worker side of the sandbox: a process that has all parsers loaded and forks workers, each under hard limits.

Spoken to over inherited sockets only; opens no database and no connection. Started by `sandbox.py` as
`python -m ingest.parse.nursery`: descriptor 0 is its socket, over which a new worker's socket arrives with one byte.
A worker takes requests (length, pickled head, body) and answers each: how many frames, and each (length, bytes); the
first is a pickle, the others are parts of the entries (packed.py). It ends when its socket does.
"""

import importlib
import os
import pickle
import resource
import signal
import socket
import struct
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeAlias

from ingest.errors import ReadError
from ingest.hints import Hints
from ingest.memory import collect_rarely
from ingest.parse.packed import packed
from storage.records import Reading, Reason

LENGTH = struct.Struct("!Q")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one worker may use: seconds of CPU time for one document, bytes of address space, open files."""

    seconds: float = 10.0
    memory: int = 768 * 1024 * 1024
    files: int = 16

    @property
    def wall(self) -> float:
        """Seconds of wall time for one document: more, lest a busy machine lose feeds that do no harm."""
        return 2 * self.seconds


Read: TypeAlias = Callable[..., Reading]
Refusal: TypeAlias = tuple[str, str]  # reason and detail of a ReadError


def main() -> None:
    """Fork a worker for each socket that arrives; end when the socket to the main program does."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # the main program decides when to end, by closing the socket
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # no zombies
    control = socket.socket(fileno=0)
    limits = Limits(float(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
    read = _loaded(sys.argv[1])
    collect_rarely()
    while channel := _next_channel(control):
        if os.fork() == 0:
            control.close()
            _work(channel, read, limits)
        channel.close()
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)  # whatever a worker is at, nobody waits for it


def _loaded(path: str) -> Read:
    """The function of that path (`module:name`), with all that it imports on first use already imported."""
    module, _, name = path.partition(":")
    read: Read = getattr(importlib.import_module(module), name)
    for body in _WARMING:
        with suppress(Exception):
            read(body, Hints())
    return read


_WARMING = (
    b"<rss><channel><item><title>a &nbsp; b</title><pubDate>Mon, 2 Jan 2006 15:04 GMT</pubDate></item></channel></rss>",
    b"<rss><channel><item><description>&lt;p&gt;text</description></item></channel></rss>",
    b"<rss><channel><item><title>a<b></title></item></channel></rss>",
    b'{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": 1}]}',
)


def _next_channel(control: socket.socket) -> socket.socket | None:
    try:
        word, descriptors, _, _ = socket.recv_fds(control, 1, 1)
    except OSError:
        return None
    return socket.socket(fileno=descriptors[0]) if word and descriptors else None


def _work(channel: socket.socket, read: Read, limits: Limits) -> None:
    """Answer requests until there are no more; never returns."""
    status = 1
    try:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.signal(signal.SIGPROF, signal.SIG_DFL)
        _limit(limits)
        with suppress(OSError):  # the main program is gone or has lost interest
            _answer_all(channel, read, limits)
            status = 0
    finally:
        os._exit(status)


def _answer_all(channel: socket.socket, read: Read, limits: Limits) -> None:
    send(channel, os.getpid())
    while head := receive(channel):
        hints, careful, length = head
        body = _exactly(channel, length)
        if body is None:
            return
        _send_all(channel, _answer(read, bytes(body), hints, careful, limits))


def _answer(read: Read, body: bytes, hints: Hints, careful: bool, limits: Limits) -> list[bytes]:
    """What to send. The kernel ends the process at the limits, whatever code is stuck in."""
    signal.setitimer(signal.ITIMER_PROF, limits.seconds)
    signal.setitimer(signal.ITIMER_REAL, limits.wall)
    try:
        return _frames(_said(read, body, hints, careful, limits))
    except MemoryError:
        return _frames(_too_much(limits))
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)


def _said(read: Read, body: bytes, hints: Hints, careful: bool, limits: Limits) -> Reading | Refusal:
    try:
        return read(body, hints, careful=careful)
    except ReadError as error:
        return str(error.reason), error.detail
    except MemoryError:
        return _too_much(limits)
    except Exception as error:  # noqa: BLE001  a bug of ours must not end as a mere crash
        return str(Reason.BUG), f"{type(error).__name__}: {error}"[:300]


def _too_much(limits: Limits) -> Refusal:
    return str(Reason.PARSE_CRASH), f"needs more than {limits.memory // 1024 // 1024} MiB to be parsed"


def _frames(said: Reading | Refusal) -> list[bytes]:
    if not isinstance(said, Reading):
        return [pickle.dumps((said, 0), pickle.HIGHEST_PROTOCOL)]
    head, entries = packed(said)
    return [pickle.dumps((head, len(said.entries)), pickle.HIGHEST_PROTOCOL), *entries]


def _limit(limits: Limits) -> None:
    """For the worker's whole life; time is limited by document."""
    wanted = ((resource.RLIMIT_AS, limits.memory), (resource.RLIMIT_NOFILE, limits.files))
    for kind, limit in (*wanted, (resource.RLIMIT_CORE, 0), (resource.RLIMIT_FSIZE, 0)):
        with suppress(ValueError, OSError):  # macOS does not know all of them
            resource.setrlimit(kind, (limit, limit))


# --- what goes over a socket ------------------------------------------------------------------------------------------


def send(channel: socket.socket, value: Any) -> None:
    """Length and pickle."""
    _send_bytes(channel, pickle.dumps(value, pickle.HIGHEST_PROTOCOL))


def _send_bytes(channel: socket.socket, data: bytes) -> None:
    channel.sendall(LENGTH.pack(len(data)))
    channel.sendall(data)


def _send_all(channel: socket.socket, frames: list[bytes]) -> None:
    channel.sendall(LENGTH.pack(len(frames)))
    for frame in frames:
        _send_bytes(channel, frame)


def receive(channel: socket.socket) -> Any:
    """The value that was sent; None at the end."""
    head = _exactly(channel, LENGTH.size)
    if head is None:
        return None
    data = _exactly(channel, LENGTH.unpack(head)[0])
    return None if data is None else pickle.loads(data)  # noqa: S301  from the main program


def _exactly(channel: socket.socket, length: int) -> bytearray | None:
    data = bytearray(length)
    view, got = memoryview(data), 0
    while got < length:
        count = channel.recv_into(view[got:])
        if not count:
            return None
        got += count
    return data


if __name__ == "__main__":
    main()
