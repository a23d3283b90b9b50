"""HTML as it is kept: sanitised, compressed against the plain texts beside it. SQL reads it with `chronik_text`.

HTML is its text with tags between: with the text as zstd prefix an eighth is left of what zstd alone would leave.
"""

import json
from collections.abc import Sequence
from dataclasses import replace

import zstandard

from storage.records import Wording

LEVEL = 3
MAX_BYTES = 256 * 1024 * 1024
MOST_PREFIX = 250_000  # characters of each text


def packed_html(summary: str | None, content: str | None, texts: Sequence[str | None] = ()) -> bytes | None:
    """The HTML of a wording as kept: a JSON array of the two, against `texts`: its summary and content_text."""
    if summary is None and content is None:
        return None
    said = json.dumps([summary, content], ensure_ascii=False).encode("utf-8", "surrogatepass")
    return zstandard.ZstdCompressor(level=LEVEL, dict_data=_prefix(texts)).compress(said)


def html_of(said: Wording) -> bytes | None:
    """Its HTML as it is kept."""
    return said.html or packed_html(said.summary_html, said.content_html, (said.summary, said.content_text))


def plain_html_of(said: Wording) -> bytes | None:
    """Its HTML as a server keeps it, which compresses by itself, and answers without functions of ours."""
    spelled = spelled_out(said)
    if spelled.summary_html is None and spelled.content_html is None:
        return None
    return json.dumps([spelled.summary_html, spelled.content_html], ensure_ascii=False).encode()


def lightened(said: Wording) -> Wording:
    """A wording with its HTML as it is kept: the same wording, for less memory and with the work done."""
    return replace(said, html=html_of(said), summary_html=None, content_html=None)


def spelled_out(said: Wording) -> Wording:
    """The reverse of lightened."""
    plain = unpacked(said.html, said.summary, said.content_text)
    if plain is None:
        return said
    summary, content = json.loads(plain)
    return replace(said, html=None, summary_html=summary, content_html=content)


def unpacked(blob: bytes | None, *texts: str | None) -> str | None:
    """The JSON array; NULL stays NULL. `texts` are those that it was packed against. In SQL: `chronik_text(blob, …)`.

    >>> unpacked(packed_html("<p>a</p>", None, ("a", "a")), "a", "a")
    '["<p>a</p>", null]'
    """
    if blob is None:
        return None
    plain = zstandard.ZstdDecompressor(dict_data=_prefix(texts)).decompress(blob, max_output_size=MAX_BYTES)
    return plain.decode("utf-8", "surrogatepass")


def _prefix(texts: Sequence[str | None]) -> zstandard.ZstdCompressionDict:
    once = dict.fromkeys(text for text in texts if text)  # a body that is the summary is not kept a second time
    said = "".join(text[:MOST_PREFIX] for text in once).encode("utf-8", "surrogatepass")
    return zstandard.ZstdCompressionDict(said, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
