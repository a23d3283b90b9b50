"""Bodies compressed with zstd, one against another that it resembles. Keeps those written last at hand."""

from collections import OrderedDict

import zstandard

RECENT_BYTES = 8 * 1024 * 1024
RECENT_BODY = 1024 * 1024  # larger ones are rare, and not worth the memory
CannotUnpack = zstandard.ZstdError  # what `unpacked` raises
LEVEL = 3  # 1 misses most long matches of the prefix, 9 gains 6 % at four times the time


class Recent:
    """The bodies written last, compressed lightly: what the next document of a feed will be held against."""

    def __init__(self, most_bytes: int = RECENT_BYTES) -> None:
        self._most = most_bytes
        self._size = 0
        self._packed: OrderedDict[int, tuple[bytes, int]] = OrderedDict()

    def put(self, document_id: int, plain: bytes) -> None:
        """Remember a body; the longest unused ones are forgotten."""
        if len(plain) > min(RECENT_BODY, self._most):
            return
        packed = zstandard.ZstdCompressor(level=1).compress(plain)
        self._packed[document_id] = packed, len(plain)
        self._size += len(packed)
        while self._size > self._most:
            _, (forgotten, _) = self._packed.popitem(last=False)
            self._size -= len(forgotten)

    def clear(self) -> None:
        """Forget all: after a rollback an id may come to stand for another document."""
        self._packed.clear()
        self._size = 0

    def take(self, document_id: int) -> bytes | None:
        """A body that the next one replaces."""
        held = self._packed.pop(document_id, None)
        if held is None:
            return None
        self._size -= len(held[0])
        return unpacked(held[0], None, held[1])


def packed(body: bytes, prefix: bytes | None) -> bytes:
    return zstandard.ZstdCompressor(level=LEVEL, dict_data=_dictionary(prefix)).compress(body)


def unpacked(packed: bytes, prefix: bytes | None, size: int) -> bytes:
    return zstandard.ZstdDecompressor(dict_data=_dictionary(prefix) or _NO_DICTIONARY).decompress(
        packed, max_output_size=max(size, 1)
    )


_NO_DICTIONARY = zstandard.ZstdCompressionDict(b"", dict_type=zstandard.DICT_TYPE_RAWCONTENT)


def _dictionary(prefix: bytes | None) -> zstandard.ZstdCompressionDict | None:
    if not prefix:
        return None
    return zstandard.ZstdCompressionDict(prefix, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
