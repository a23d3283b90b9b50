"""What an attempt brings home: a document, or word that the one we have still stands."""

from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from ingest.answers import Freshness
from ingest.source import Request
from storage.records import Fetch


@dataclass(frozen=True, slots=True)
class Document:
    """A body as received, content coding undone.

    `url` is where it came from, the base of what it names; it holds the secrets that the configured URL does.
    `permanent_url`: where it moved for good (all hops 301 or 308).
    """

    fetch: Fetch
    body: bytes
    url: str
    content_type: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    freshness: Freshness = field(default_factory=Freshness)
    permanent_url: str | None = None

    def header(self, name: str) -> str | None:
        """A stored header's value; `name` in lower case."""
        return dict(self.fetch.response_headers).get(name)


@dataclass(frozen=True, slots=True)
class NotModifiedAnswer:
    """304: what the validators named still stands. A validator is given where the server named it anew."""

    fetch: Fetch
    etag: str | None = None
    last_modified: str | None = None
    freshness: Freshness = field(default_factory=Freshness)
    permanent_url: str | None = None


Answer: TypeAlias = Document | NotModifiedAnswer


class Asks(Protocol):
    """ingest.fetch.Fetcher, or what stands for it in a test."""

    async def fetch(self, request: Request) -> Answer:
        """Raises FetchError, and ingest.hosts.PostponedError."""
        ...
