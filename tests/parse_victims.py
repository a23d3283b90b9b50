"""Readers that do what hostile documents make parsers do; run in the sandbox's workers."""

import os
import subprocess
import time
from collections.abc import Callable
from typing import Any

from ingest.errors import ReadError
from ingest.hints import Hints
from storage.records import Entry, FeedHead, Key, KeyKind, Reading, Reason, Wording


def read(body: bytes, hints: Hints, *, careful: bool = False) -> Any:
    """The first word of the body says what happens; `careful` behind it: at the first try only."""
    word, _, rest = body.decode().partition(" ")
    if careful and rest == "careful":
        return reading("carefully")
    act = _ACTS.get(word)
    return act(rest) if act else reading(f"{word} {os.getpid()}")


def reading(note: str) -> Reading:
    return Reading(FeedHead("rss20"), (), "utf-8", "declared", note=note)


def many(count: int) -> Reading:
    entries = tuple(
        Entry(
            bytes(32), Wording(bytes(32), title=f"title {number}"), (Key(KeyKind.GUID, str(number)),), guid=str(number)
        )
        for number in range(count)
    )
    return Reading(FeedHead("rss20"), entries, "utf-8", "declared")


def _open_descriptors() -> list[int]:
    return [number for number in range(64) if _is_open(number)]


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


class _Evil:
    def __init__(self, kind: str) -> None:
        self.kind = kind

    def __reduce__(self) -> tuple[Any, tuple[Any]]:
        return (os.system, ("true",)) if self.kind == "function" else (subprocess.Popen, (["true"],))


def _refuse() -> None:
    raise ReadError(Reason.NOT_A_FEED, "this is no feed")


_ACTS: dict[str, Callable[[str], Any]] = {
    "hang": lambda _: sum(range(10**15)),  # in C, without a look at signals
    "sleep": lambda _: time.sleep(60),
    "crash": lambda _: os.abort(),
    "eat": lambda _: reading("x" * (2 * 1024**3)),
    "bug": lambda _: {}["a bug"],
    "refuse": lambda _: _refuse(),
    "open": lambda count: reading(str([os.open(os.devnull, os.O_RDONLY) for _ in range(int(count))])),
    "descriptors": lambda _: reading(str(_open_descriptors())),
    "environment": lambda _: reading(str(dict(os.environ))),
    "evil": _Evil,
    "many": lambda count: many(int(count)),
}
