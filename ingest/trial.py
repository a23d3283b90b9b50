"""Fetch and read a feed without storing anything: what it would give."""

from dataclasses import dataclass

from ingest.config import Config, Feed
from ingest.errors import IngestError
from ingest.fetch import Document, Fetcher
from ingest.hints import Hints
from ingest.hosts import PostponedError
from ingest.parse.sandbox import Sandbox
from ingest.source import Request


@dataclass(frozen=True, slots=True)
class Tried:
    """`said`: in a line, without secrets, what was found or what is wrong."""

    good: bool
    said: str


async def try_feed(feed: Feed, config: Config, web: Fetcher) -> Tried:
    """Ask for a feed once and read it."""
    request = Request(
        url=feed.url,
        headers=feed.headers,
        max_bytes=feed.max_bytes,
        timeout=feed.timeout,
        shown_url=feed.url_template,
        secrets=feed.secrets,
        spacing=feed.spacing,
    )
    outlet = config.outlet(feed.outlet)
    try:
        document = await web.fetch(request)
        assert isinstance(document, Document)  # noqa: S101 - asked without validators
        timezone, language = (outlet.timezone, outlet.language) if outlet else (None, None)
        hints = Hints(document.content_type, document.url, timezone, language)
        async with Sandbox(1) as parser:
            reading = await parser.read(document.body, hints)
    except (IngestError, PostponedError) as failure:
        return Tried(False, str(failure))
    title = f" “{reading.head.title}”" if reading.head.title else ""
    moved = f", moved for good to {document.permanent_url}" if document.permanent_url else ""
    return Tried(True, f"{reading.head.format}{title}, {len(reading.entries)} entries{moved}")
