"""Texts that are kept compressed: sanitised HTML. SQL reads it through the function `chronik_text`."""

import json

import zstandard

LEVEL = 3
MAX_BYTES = 256 * 1024 * 1024


def packed(text: str) -> bytes:
    """Text as kept: zstd of its UTF-8."""
    return zstandard.ZstdCompressor(level=LEVEL).compress(text.encode("utf-8", "surrogatepass"))


def unpacked(blob: bytes | None) -> str | None:
    """The reverse of packed; NULL stays NULL. In SQL: `chronik_text(blob)`."""
    if blob is None:
        return None
    return zstandard.ZstdDecompressor().decompress(blob, max_output_size=MAX_BYTES).decode("utf-8", "surrogatepass")


def packed_html(summary: str | None, content: str | None) -> bytes | None:
    """The HTML of a wording as kept: a JSON array of the two."""
    if summary is None and content is None:
        return None
    return packed(json.dumps([summary, content], ensure_ascii=False))
