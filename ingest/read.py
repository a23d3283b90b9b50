"""Bytes to a reading: decode, check, parse, normalise. Pure; meant to run in a worker process (parse/sandbox.py)."""

from ingest import normalise
from ingest.decode import Decoded, decode
from ingest.hints import Hints
from ingest.parse import jsonfeed, precheck, xml
from ingest.parse.parsed import ParsedFeed
from storage.records import Reading


def read(body: bytes, hints: Hints, *, careful: bool = False) -> Reading:
    """What a document says. Raises ReadError: not_a_feed (saying what it is) or malformed.

    `careful`: without the parser that may hang or crash; for a second try.
    """
    decoded, parsed = parse(body, hints.content_type, careful=careful)
    return normalise.reading(parsed, hints, decoded)


def parse(body: bytes, content_type: str | None = None, *, careful: bool = False) -> tuple[Decoded, ParsedFeed]:
    """The text of a document, and what a parser makes of it. Raises ReadError as `read` does."""
    precheck.refuse_binary(body)
    decoded = decode(body, content_type)
    checked = precheck.check(decoded.text)
    return decoded, xml.read(checked, careful=careful) if checked.root else jsonfeed.read(checked.text)
