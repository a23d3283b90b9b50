"""Run one query in a process of its own that can do nothing but read: `python -m storage.sql_process`.

A job comes as JSON on stdin. The answer goes to stdout as lines of JSON: {"started"}, {"columns"}, {"rows"} …, then
{"end"} or {"error"}. Layers, each enough for most attacks: the file is opened read-only, an authorizer lets SELECT,
READ, RECURSIVE and listed functions through, heap and address space are bounded, a deadline interrupts;
`storage.query` kills the process where one long function does not let itself be interrupted.
"""

import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from storage.errors import ArchiveError
from storage.permitted import authorizer
from storage.reading import chronik_text, read_only, sqlite_file
from storage.sql_errors import explained
from storage.sql_text import is_empty, parameters

FLUSH_ROWS, FLUSH_BYTES, FLUSH_SECONDS = 256, 64 * 1024, 0.05
STEPS = 5_000  # of SQLite's machine between two looks at the clock
BESIDE_THE_HEAP = 160 * 1024 * 1024  # address space that Python and the answer need beside SQLite's heap


class _RefusalError(Exception):
    """The query cannot be run; the message is for its author."""


def main() -> None:
    """Read the job from stdin, answer on stdout."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent hears Ctrl-C too, and ends us
    job = json.loads(sys.stdin.buffer.read())
    sender = _Sender(sys.stdout.buffer)
    try:
        _answer(job, sender)
    except (_RefusalError, ArchiveError) as refusal:
        sender.send({"error": str(refusal)})
    except MemoryError:
        sender.send({"end": "memory"})
    except BrokenPipeError:
        os._exit(0)  # nobody listens any more
    except Exception as error:  # noqa: BLE001 - stderr goes nowhere: what is not said here is never seen
        sender.send({"error": f"{type(error).__name__}: {error}"})


def _answer(job: dict[str, Any], sender: "_Sender") -> None:
    _check(job)
    _bound(job)
    if sqlite_file(job["location"]) is None:
        _answer_of_server(job, sender)
        return
    driver, connection = read_only(Path(job["location"]))
    _prepare(connection, job["memory"])
    try:
        sender.send({"started": True})
        cursor = _guarded(driver, connection, job, sender).execute(job["query"], job["parameters"])
        sender.send({"columns": [column[0] for column in cursor.description or ()]})
        sender.rows(cursor, job["rows"])
    except (driver.Error, driver.Warning) as error:
        _fail(connection, job, sender, error)


def _answer_of_server(job: dict[str, Any], sender: "_Sender") -> None:
    from storage import sql_server  # its driver is loaded for servers only

    try:
        sql_server.answer(job, sender)
    except sql_server.NotReadingError as refusal:
        raise _RefusalError(str(refusal)) from refusal


def _check(job: dict[str, Any]) -> None:
    if is_empty(job["query"]):
        raise _RefusalError("the query is empty")
    missing = [name for name in parameters(job["query"]) if name not in job["parameters"]]
    if missing:
        raise _RefusalError(f"the query needs {' and '.join(f'-p {name}=…' for name in missing)}")


def _bound(job: dict[str, Any]) -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):  # not every system has all of them; SQLite's own stay
        import resource

        seconds = int(job["seconds"]) + 2
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_AS, (job["memory"], job["memory"]))


def _prepare(connection: Any, memory: int) -> None:
    connection.text_factory = lambda raw: str(raw, "utf-8", "replace")
    connection.create_function("chronik_text", -1, chronik_text, deterministic=True)
    for pragma in ("query_only = on", "temp_store = memory", f"hard_heap_limit = {max(memory - BESIDE_THE_HEAP, 1)}"):
        connection.execute(f"pragma {pragma}")
    connection.execute("begin")
    # Virtual tables declare themselves when first used, which an authorizer of an old SQLite would see as writing.
    for name in ("json_each", "json_tree", *_virtual_tables(connection)):
        connection.execute(f'select 1 from "{name}" limit 0')  # noqa: S608 - names from the archive's own schema


def _virtual_tables(connection: Any) -> list[str]:
    found = connection.execute("select name from sqlite_schema where sql like 'create virtual table%'").fetchall()
    return [row[0] for row in found]


def _guarded(driver: ModuleType, connection: Any, job: dict[str, Any], sender: "_Sender") -> Any:
    if hasattr(connection, "setlimit"):  # not in pysqlite3; there only the heap is bounded
        connection.setlimit(driver.SQLITE_LIMIT_LENGTH, job["memory"] // 4)
        connection.setlimit(driver.SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1_000)
        connection.setlimit(driver.SQLITE_LIMIT_ATTACHED, 0)
        connection.setlimit(driver.SQLITE_LIMIT_WORKER_THREADS, 0)
    connection.set_authorizer(authorizer(driver))
    connection.set_progress_handler(sender.is_late_after(job["seconds"]), STEPS)
    return connection


def _fail(connection: Any, job: dict[str, Any], sender: "_Sender", error: Exception) -> None:
    connection.set_progress_handler(None, 0)
    connection.set_authorizer(None)
    sender.flush()
    if str(error) == "interrupted":
        sender.send({"end": "seconds"})
    elif str(error) == "string or blob too big" or "out of memory" in str(error):
        sender.send({"end": "memory"})
    else:
        sender.send({"error": explained(connection, job["query"], str(error))})


class _Sender:
    """Writes the answer. Time for which the reader lets us wait does not count."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._waited = 0.0
        self._rows: list[str] = []
        self._bytes = 0
        self._flushed_at = time.monotonic()

    def send(self, message: dict[str, Any]) -> None:
        """One message."""
        self._write(json.dumps(message, ensure_ascii=False, separators=(",", ":")))

    def _write(self, line: str) -> None:
        before = time.monotonic()
        self._stream.write(line.encode() + b"\n")
        self._stream.flush()
        self._flushed_at = time.monotonic()
        self._waited += self._flushed_at - before

    def rows(self, cursor: Iterator[tuple[Any, ...]], limit: int | None) -> None:
        """All rows, or as many as the limit allows; then the end."""
        for count, row in enumerate(cursor):
            if count == limit:
                self.flush()
                self.send({"end": "rows"})
                return
            self._take(json.dumps(row, ensure_ascii=False, separators=(",", ":"), default=_blob))
        self.flush()
        self.send({"end": None})

    def _take(self, row: str) -> None:
        self._rows.append(row)
        self._bytes += len(row)
        full = len(self._rows) >= FLUSH_ROWS or self._bytes >= FLUSH_BYTES
        if full or time.monotonic() - self._flushed_at >= FLUSH_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Send the rows that were held back."""
        if self._rows:
            self._write('{"rows":[' + ",".join(self._rows) + "]}")
            self._rows, self._bytes = [], 0

    def is_late_after(self, seconds: float) -> Callable[[], bool]:
        """Whether so many seconds of work, from now, are over."""
        start = time.monotonic() - self._waited
        return lambda: time.monotonic() - start - self._waited > seconds


def _blob(cell: object) -> dict[str, str] | str:
    return {"blob": cell.hex()} if isinstance(cell, bytes) else str(cell)


if __name__ == "__main__":
    main()
