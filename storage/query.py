"""Read-only SQL over an archive, within limits. The query runs in a process of its own (`storage.sql_process`).

A limit that is passed ends the answer, not the program: the rows until then are given, and `Answer.passed` says which.
"""

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal, TypeAlias, cast

from storage.errors import ArchiveError, ArchiveMissingError
from storage.reading import sqlite_file

Cell: TypeAlias = str | int | float | bytes | None
Row: TypeAlias = tuple[Cell, ...]
Limit: TypeAlias = Literal["rows", "seconds", "memory"]

GRACE_SECONDS = 0.25  # after the deadline, for a query to let itself be interrupted
LONGEST = 10_000_000  # characters: longer ones take longer to be read than a deadline allows for
START_SECONDS = 20  # for the process to start and open the archive, on a machine that is busy


class QueryError(Exception):
    """The query is wrong: the first line says where and why. There may be two more, the place with a caret below it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a query may take: `seconds` of work, `rows` of answer (None: any), `memory` in bytes."""

    seconds: float = 30.0
    rows: int | None = None
    memory: int = 512 * 1024 * 1024


class Answer:
    """The columns, then the rows as they come. After the last row `passed` is the limit that ended it, or None."""

    def __init__(self, messages: Iterator[dict[str, Any]]) -> None:
        self._messages = messages
        self._ahead: list[dict[str, Any]] = []
        self.passed: Limit | None = None
        self.columns: tuple[str, ...] = self._first_columns()

    def _first_columns(self) -> tuple[str, ...]:
        first = next(self._messages)
        if "columns" in first:
            return tuple(first["columns"])
        self._ahead.append(first)
        return ()

    def __iter__(self) -> Iterator[Row]:
        """The rows, once. Raises QueryError where one of them cannot be computed."""
        for message in self._ahead or self._messages:
            if "end" in message:
                self.passed = message["end"]
                return
            for row in message.get("rows", ()):
                yield tuple(_cell(cell) for cell in row)


def _cell(cell: Any) -> Cell:
    return bytes.fromhex(cell["blob"]) if isinstance(cell, dict) else cell


@contextlib.contextmanager
def answered(
    location: str,
    query: str,
    parameters: Mapping[str, str | int | float | None] | None = None,
    limits: Limits | None = None,
) -> Iterator[Answer]:
    """Ask one query of the archive at `location` (path or URL). The query ends with the block.

    Raises QueryError for a wrong query, ArchiveMissingError or ArchiveError where there is nothing to ask.
    """
    if len(query) > LONGEST:
        raise QueryError(f"the query is longer than {LONGEST:,} characters: load its values into a table of your own")
    path = _path(location)
    limits = limits or Limits()
    job = {
        "location": str(path) if path else location,
        "query": query,
        "parameters": dict(parameters or {}),
        "seconds": limits.seconds,
        "rows": limits.rows,
        "memory": limits.memory,
    }
    process = _started()
    try:
        _tell(process, job)
        yield Answer(_messages(process, limits.seconds))
    finally:
        process.kill()
        process.wait()
        cast("IO[bytes]", process.stdout).close()


def _path(location: str) -> Path | None:
    path = sqlite_file(location)
    if path is not None and not path.is_file():
        raise ArchiveMissingError(
            f"no archive at {path}: `chronik poll` or `chronik load` makes one, or name another with -a"
        )
    return path


def _started() -> "subprocess.Popen[bytes]":
    package = str(Path(__file__).resolve().parent.parent)
    inherited = os.environ.get("PYTHONPATH")
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "storage.sql_process"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": f"{package}{os.pathsep}{inherited}" if inherited else package},
    )


def _tell(process: "subprocess.Popen[bytes]", job: dict[str, Any]) -> None:
    with contextlib.suppress(BrokenPipeError), cast("IO[bytes]", process.stdin) as stdin:
        stdin.write(json.dumps(job).encode())


def _messages(process: "subprocess.Popen[bytes]", seconds: float) -> Iterator[dict[str, Any]]:
    waiting = _Waiting(process, seconds)
    for line in waiting.lines():
        message = json.loads(line)
        if "error" in message:
            raise QueryError(message["error"])
        if "started" not in message:
            yield message
        if "end" in message:
            return
    yield {"end": "seconds" if waiting.late else _cause(process.wait())}


def _cause(code: int) -> Limit:
    if code >= 0:
        raise ArchiveError(f"the query's process ended in the middle of the answer (exit code {code})")
    return "seconds" if code == -signal.SIGXCPU else "memory"  # else the system had no room left for it


class _Waiting:
    """Reads lines from the process, and counts only the time for which it lets us wait."""

    def __init__(self, process: "subprocess.Popen[bytes]", seconds: float) -> None:
        self._stream = cast("IO[bytes]", process.stdout)
        self._left = START_SECONDS + seconds
        self._after_start = seconds + GRACE_SECONDS
        self.late = False

    def lines(self) -> Iterator[bytes]:
        """Complete lines until the process ends or time is up."""
        parts: list[bytes] = []
        while chunk := self._chunk():
            *ended, rest = chunk.split(b"\n")
            for piece in ended:
                yield b"".join((*parts, piece))
                parts.clear()
            parts.append(rest)

    def _chunk(self) -> bytes:
        before = time.monotonic()
        ready, _, _ = select.select([self._stream], [], [], max(self._left, 0))
        self._left = min(self._left - (time.monotonic() - before), self._after_start)
        self.late = not ready
        return os.read(self._stream.fileno(), 256 * 1024) if ready else b""
