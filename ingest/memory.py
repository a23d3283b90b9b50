"""Give memory back: bodies come and go in megabytes, and the C library would keep what they took."""

import ctypes
import gc
import sys
from functools import cache
from typing import Any

_RARELY = (20_000, 20, 20)  # objects more than before; a document makes many thousands, and hardly a circle
_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8  # malloc.h of glibc


def give_back_eagerly() -> None:
    """Let large blocks go back to the system when they are freed. Does nothing where the C library is another one.

    By itself glibc raises the size from which it does so with each large block that is freed, to 32 MiB (mallopt(3)).
    """
    if mallopt := _of_c("mallopt"):
        mallopt(_MMAP_THRESHOLD, 128 * 1024)
        mallopt(_TRIM_THRESHOLD, 256 * 1024)
        mallopt(_ARENA_MAX, 2)


def collect_rarely() -> None:
    """Look for circles of objects seldom, and never among those of now: to be called once all modules are loaded."""
    gc.freeze()
    gc.set_threshold(*_RARELY)


def give_back() -> None:
    """Let go of what is free between blocks in use (malloc_trim(3)): some milliseconds, after something large."""
    if trim := _of_c("malloc_trim"):
        trim(0)


@cache
def _of_c(name: str) -> Any:
    return getattr(ctypes.CDLL(None), name, None) if sys.platform.startswith("linux") else None
