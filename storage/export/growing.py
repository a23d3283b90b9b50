"""A file that grows part by part and gets its name when it is whole; interrupted, it goes on where it stood.

Into what is no file (a pipe, a device, standard output) it is written at once.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

STDOUT = Path("/dev/stdout")


class Growing:
    """`position` says how far the last run came with the same question; 0: nothing is there."""

    def __init__(self, path: Path, question: dict[str, Any]) -> None:
        self._path = path
        self._flows = path == STDOUT or (path.exists() and not path.is_file())
        self._partial = path.with_name(f".{path.name}.partial")
        self._state = path.with_name(f".{path.name}.state")
        self._question = json.loads(json.dumps(question))
        self.position, self._bytes, self.done = self._left_behind()
        self.file: IO[bytes]

    def _left_behind(self) -> tuple[int, int, int]:
        if self._flows:
            return 0, 0, 0
        with suppress(OSError, ValueError, KeyError, TypeError):  # no such file, or none that we wrote
            state = json.loads(self._state.read_text(encoding="utf-8"))
            if state["question"] == self._question and self._partial.stat().st_size >= state["bytes"]:
                return int(state["position"]), int(state["bytes"]), int(state["done"])
        return 0, 0, 0

    @contextmanager
    def open(self) -> Iterator["Growing"]:
        """Write to `file`. The file gets its name when all is written; else what is checkpointed is kept."""
        if self._flows:
            with self._path.open("ab") as self.file:
                yield self
            return
        with self._partial.open("r+b" if self._bytes else "wb") as self.file:
            self.file.truncate(self._bytes)
            self.file.seek(self._bytes)
            yield self
            self._sync()
        self._partial.replace(self._path)
        self._state.unlink(missing_ok=True)

    def checkpoint(self, position: int, done: int) -> None:
        """All up to `position` is in the file, `done` entries of it."""
        if self._flows:
            return
        self._sync()
        state = {"question": self._question, "position": position, "done": done, "bytes": self.file.tell()}
        partial = self._state.with_name(f"{self._state.name}.new")
        partial.write_text(json.dumps(state), encoding="utf-8")
        partial.replace(self._state)

    def _sync(self) -> None:
        self.file.flush()
        os.fsync(self.file.fileno())
