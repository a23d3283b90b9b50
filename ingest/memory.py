"""Give memory back: bodies come and go in megabytes, and the C library would keep what they took."""

import ctypes
import sys

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8  # malloc.h of glibc


def give_back_eagerly() -> None:
    """Let large blocks go back to the system when they are freed. Does nothing where the C library is another one.

    By itself glibc raises the size from which it does so with each large block that is freed, to 32 MiB (mallopt(3)).
    """
    if not sys.platform.startswith("linux"):
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_MMAP_THRESHOLD, 128 * 1024)
        mallopt(_TRIM_THRESHOLD, 256 * 1024)
        mallopt(_ARENA_MAX, 2)
