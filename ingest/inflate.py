"""Undo gzip, piece by piece and to the end; the only content coding that is asked for (RFC 9110 section 8.4.1.3).

Nothing is held here: who reads counts what comes out and stops. A body that breaks off, or whose checksum is wrong, is
an error and never a short document (RFC 1952 sections 2.2 and 2.3.1).
"""

import zlib
from collections.abc import Iterator
from typing import Protocol

MAGIC = b"\x1f\x8b"
PIECE = 64 * 1024  # bytes that come out at once, so that a bomb is noticed before it has gone off
MOST_MEMBERS = 1000

_GZIP = 16 + zlib.MAX_WBITS


class InflateError(ValueError):
    """The body is no gzip to the end. `broken_off`: what there is may be right, but more should follow."""

    def __init__(self, message: str, *, broken_off: bool = False) -> None:
        super().__init__(message)
        self.broken_off = broken_off


class Decoder(Protocol):
    """Turns what came over the wire into the body."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The body's next pieces, each at most PIECE or as long as `data`. Raises InflateError."""
        ...

    def finish(self) -> None:
        """The wire has ended. Raises InflateError if the body has not."""
        ...


class Plain:
    """No coding."""

    def feed(self, data: bytes) -> Iterator[bytes]:
        yield data

    def finish(self) -> None:
        pass


class Gzip:
    """Members of gzip, one after the other; what follows the last one and is none is left out, as gzip(1) does."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(_GZIP)
        self._members = 1
        self._before = b""  # the start of what may be a further member
        self._over = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        while data and not self._over:
            if self._member.eof:
                data = self._next_member(self._before + data)
            else:
                yield from self._pieces(data)
                data = self._member.unused_data

    def finish(self) -> None:
        if not self._member.eof:
            raise InflateError("the gzip body breaks off before its end", broken_off=True)

    def _pieces(self, data: bytes) -> Iterator[bytes]:
        while True:
            try:
                piece = self._member.decompress(data, PIECE)
            except zlib.error as exc:
                raise InflateError(f"the gzip body is damaged: {exc}") from exc
            if piece:
                yield piece
            data = self._member.unconsumed_tail
            if self._member.eof or (not data and len(piece) < PIECE):
                return

    def _next_member(self, data: bytes) -> bytes:
        if len(data) < len(MAGIC) and MAGIC.startswith(data):
            self._before = data
            return b""
        if not data.startswith(MAGIC):
            self._over = True
            return b""
        self._members += 1
        if self._members > MOST_MEMBERS:
            raise InflateError(f"the gzip body has more than {MOST_MEMBERS} members")
        self._before = b""
        self._member = zlib.decompressobj(_GZIP)
        return data
