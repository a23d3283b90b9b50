"""Bytes to a reading: decode, check, parse, normalise. Pure; meant to run in a worker process (parse/sandbox.py)."""

from functools import partial

from ingest import normalise
from ingest.decode import Decoded, decode
from ingest.hints import Hints
from ingest.parse import jsonfeed, precheck, xml
from ingest.parse.known import Known
from ingest.parse.parsed import ParsedFeed
from storage.records import Reading


def read(body: bytes, hints: Hints, *, careful: bool = False) -> Reading:
    """What a document says, without the entries that `hints` has as known. Raises ReadError: not_a_feed (saying what it
    is) or malformed.

    `careful`: without the parser that may hang or crash; for a second try.
    """
    known = Known(hints.known, partial(normalise.around, hints=hints))
    decoded, parsed = parse(body, hints.content_type, careful=careful, known=known)
    return normalise.reading(parsed, hints, decoded)


def parse(
    body: bytes, content_type: str | None = None, *, careful: bool = False, known: Known | None = None
) -> tuple[Decoded, ParsedFeed]:
    """The text of a document, and what a parser makes of it. Raises ReadError as `read` does."""
    precheck.refuse_binary(body)
    decoded = decode(body, content_type)
    checked = precheck.check(decoded.text)
    if not checked.root:
        return decoded, jsonfeed.read(checked.text)
    return decoded, xml.read(checked, careful=careful, known=known)
