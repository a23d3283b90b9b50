"""What the archive keeps, as frozen values. Standard library only; knows neither the web nor SQL.

Every `datetime` here is aware and in UTC. `None` means that the publisher (or the server) did not say.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, TypeAlias


class Route(StrEnum):
    """The road by which a document came (view `fetches.route`, option `--route`)."""

    LIVE = "live"
    DISCOVERY = "discovery"
    PUSH = "push"
    RFC5005 = "rfc5005"
    JSONFEED = "jsonfeed"
    PAGES = "pages"
    WORDPRESS = "wordpress"
    SITEMAP = "sitemap"
    WAYBACK = "wayback"
    LOAD = "load"

    @property
    def shows_window(self) -> bool:
        """True where a document is the feed as it stood at that time, so that it makes and ends sightings.

        A hub may push just the new entries (W3C WebSub section 7): what is not in there may well stand.
        """
        return self in {Route.LIVE, Route.WAYBACK, Route.LOAD}


class Reason(StrEnum):
    """Why an attempt failed. A closed list; docs/operations.md has each with its remedy."""

    DNS = "dns"
    CONNECT = "connect"
    TLS = "tls"
    TIMEOUT = "timeout"
    HTTP_4XX = "http_4xx"
    HTTP_5XX = "http_5xx"
    GONE = "gone"
    RATE_LIMITED = "rate_limited"
    BLOCKED = "blocked"
    REDIRECT_LOOP = "redirect_loop"
    REFUSED_ADDRESS = "refused_address"
    TOO_LARGE = "too_large"
    TRUNCATED = "truncated"
    DECOMPRESSION = "decompression"
    PROTOCOL = "protocol"
    BAD_STATUS = "bad_status"
    NO_BODY = "no_body"
    UNASKED_304 = "unasked_304"
    NOT_A_FEED = "not_a_feed"
    MALFORMED = "malformed"
    PARSE_TIMEOUT = "parse_timeout"
    PARSE_CRASH = "parse_crash"
    ROBOTS = "robots"
    BUG = "bug"


class FeedHealth(StrEnum):
    """View `feeds.state`."""

    NEW = "new"
    OK = "ok"
    FAILING = "failing"
    GONE = "gone"
    UNLISTED = "unlisted"


class _Sent:
    """A value that a worker sends. Pickled as its class and its fields: what dataclasses do of themselves is slow."""

    __slots__ = ()
    __match_args__: ClassVar[tuple[str, ...]] = ()

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), tuple([getattr(self, name) for name in self.__match_args__])


# --- what an entry is -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Person(_Sent):
    """An author. At least one field is given."""

    name: str | None = None
    email: str | None = None
    uri: str | None = None


@dataclass(frozen=True, slots=True)
class Category(_Sent):
    """A category (RFC 4287 section 4.2.2, RSS 2.0 category)."""

    term: str
    scheme: str | None = None
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Enclosure(_Sent):
    """A medium that belongs to an entry. `length` in bytes, `width` and `height` in pixels, `duration` in seconds."""

    url: str
    type: str | None = None
    length: int | None = None
    medium: str | None = None
    title: str | None = None
    width: int | None = None
    height: int | None = None
    duration: float | None = None


class KeyKind(StrEnum):
    """What kind of evidence identifies an entry (view `entry_keys.kind`)."""

    GUID = "guid"  # as published; within its feed
    GUID_PATH = "guid_path"  # without scheme and host; within its feed
    GUID_GLOBAL = "guid_global"  # unique in the whole world (UUID, tag:, full http URL); across the outlet
    PUBLISHER_ID = "publisher_id"  # a publisher's own id element; across the outlet
    URL = "url"  # canonical URL; across the outlet
    TITLE_TIME = "title_time"  # a headline and the very second of its publication; within its feed
    TITLE_DATE = "title_date"  # counts only where nothing above does; within its feed
    CONTENT = "content"  # counts only where nothing above does; within its feed
    TEXT_TIME = "text_time"  # a text and the very second of its publication; within its feed
    TITLE_TEXT = "title_text"  # a headline, its text and its day, without a date its address; within its feed
    PATH_TITLE = "path_title"  # an address without its parameters, a headline and its date; within its feed
    MOVED = "moved"  # most of a document was named anew between two polls, see storage.matching; within its feed


@dataclass(frozen=True, slots=True)
class Key(_Sent):
    """One piece of evidence that tells which entry this is. Long texts are given as `sha256:…`."""

    kind: KeyKind
    text: str


@dataclass(frozen=True, slots=True)
class Wording(_Sent):
    """What an entry says. Two wordings are the same exactly if their digests are.

    `title` and `summary` are plain text, `content_text` is the plain text of the fullest body (content, else summary),
    the `_html` fields are sanitised with absolute links; `html` has both as they are kept, where that is done already
    (see `storage.packing`): then they themselves are None.
    """

    digest: bytes
    title: str | None = None
    summary: str | None = None
    content_text: str | None = None
    summary_html: str | None = None
    content_html: str | None = None
    html: bytes | None = None
    authors: tuple[Person, ...] = ()
    categories: tuple[Category, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()
    language: str | None = None
    title_language: str | None = None
    image_url: str | None = None
    published_at: datetime | None = None
    published_raw: str | None = None
    published_source: str | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Entry(_Sent):
    """One entry as one document of one feed carries it.

    `digest` covers all of it: two entries of one feed with equal digests are byte for byte the same in the archive.
    `keys` go from strong to weak. `extra` is canonical JSON (an object) of what the schema has no field for.
    """

    digest: bytes
    wording: Wording
    keys: tuple[Key, ...]
    guid: str | None = None
    url: str | None = None
    canonical_url: str | None = None
    comments_url: str | None = None
    extra: str | None = None


@dataclass(frozen=True, slots=True)
class FeedHead(_Sent):
    """What a document says of its feed. `format` is feedparser's version word: `rss20`, `atom10`, `json11` …"""

    format: str
    title: str | None = None
    link: str | None = None
    description: str | None = None
    language: str | None = None
    hints: str | None = None  # JSON object: ttl, sy:*, skipHours, skipDays, hub, self, next pages …: what ingest uses


NO_SOURCE = bytes(16)


def each_source(sources: bytes) -> Iterator[bytes]:
    """Sources one by one, see `Reading.sources`."""
    size = len(NO_SOURCE)
    return (sources[begin : begin + size] for begin in range(0, len(sources), size))


@dataclass(frozen=True, slots=True)
class Reading(_Sent):
    """What one document says: its feed and its entries in document order.

    Going through many entries may unpack them anew each time: they are not all to be held at once.

    `sources` says of each entry of the document what it was read from, 16 bytes each (see `storage.sources`); zeros:
    to be read each time. Entries whose sources are in `against` were known when it was read, and are left out.
    """

    head: FeedHead
    entries: Sequence[Entry]
    encoding: str
    encoding_verdict: str  # declared, bom, repaired, guessed
    salvaged: bool = False
    note: str | None = None  # what was repaired, cut or dropped, in words
    sources: bytes = b""
    against: bytes = b""


# --- what came of an attempt ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Fetch:
    """One attempt to get a document. Headers are (name, value) as sent and received, secrets already taken out.

    `is_page`: it shows entries of the past and not the feed as it stood, though the route's documents usually do.
    `is_article`: it is the page of one entry.
    """

    feed_id: int
    route: Route
    url: str
    requested_at: datetime
    final_url: str | None = None
    http_status: int | None = None
    elapsed_ms: int | None = None
    request_headers: tuple[tuple[str, str], ...] = ()
    response_headers: tuple[tuple[str, str], ...] = ()
    wire_bytes: int | None = None
    detail: str | None = None
    is_page: bool = False
    is_article: bool = False

    @property
    def shows_window(self) -> bool:
        """True where the document is the feed as it stood at that time, so that it makes and ends sightings."""
        return self.route.shows_window and not (self.is_page or self.is_article)

    @property
    def strand(self) -> str:
        """Which pages of the past word an entry alike, so that only among them a difference is a change."""
        if self.is_article:
            return "article"
        return self.route.value if self.route in {Route.WORDPRESS, Route.SITEMAP} else "window"


@dataclass(frozen=True, slots=True)
class Ingested:
    """A body that was read. `beside`: the sha256 of the document that it was read against, if not the feed's newest."""

    fetch: Fetch
    body: bytes
    sha256: bytes
    reading: Reading
    content_type: str | None = None
    beside: bytes | None = None


@dataclass(frozen=True, slots=True)
class Unchanged:
    """A body that the feed's newest document already is, byte for byte: neither read nor stored again."""

    fetch: Fetch
    sha256: bytes


@dataclass(frozen=True, slots=True)
class NotModified:
    """The server said that the feed's newest document still stands (RFC 9110 section 15.4.5)."""

    fetch: Fetch


@dataclass(frozen=True, slots=True)
class Failed:
    """An attempt that gave no document. A body that should have parsed is kept."""

    fetch: Fetch
    reason: Reason
    detail: str
    body: bytes | None = None
    content_type: str | None = None


@dataclass(frozen=True, slots=True)
class Looked:
    """A page that was looked at for feeds, not entries (route discovery); `fetch.detail` says what was found."""

    fetch: Fetch


Outcome: TypeAlias = Ingested | Unchanged | NotModified | Failed | Looked


# --- what the archive knows of a feed ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FeedRecord:
    """A feed as the archive knows it when it is claimed. `memory` (JSON) is the schedule's; storage only keeps it."""

    feed_id: int
    outlet: str
    slug: str
    url: str | None
    homepage: str | None
    timezone: str | None
    language: str | None
    state: FeedHealth
    failures: int = 0
    last_error: str | None = None
    added_at: datetime | None = None
    last_attempt_at: datetime | None = None
    last_success_at: datetime | None = None
    last_new_at: datetime | None = None
    next_due_at: datetime | None = None
    etag: str | None = None
    last_modified: str | None = None
    newest_sha256: bytes | None = None
    unstable_guids: bool = False
    memory: str | None = None

    @property
    def name(self) -> str:
        """`outlet/feed`, as everywhere in views, logs and JSON."""
        return f"{self.outlet}/{self.slug}"


@dataclass(frozen=True, slots=True)
class Recorded:
    """What an outcome came to in the archive."""

    fetch_id: int
    outcome: str  # new, unchanged, not_modified, failed
    entries_seen: int = 0
    entries_new: int = 0
    entries_changed: int = 0
    known: bool = False  # this very observation was in the archive already; nothing was written
    overlap: int | None = None  # entries shared with the window before; None: there was none
    gap: bool = False  # a gap was opened between this window and the one before
    unseen: tuple[datetime, datetime] | None = None  # of the gap: the newest date before it, the oldest after it


@dataclass(frozen=True, slots=True)
class Standing:
    """How a feed stands after a visit: all of it is written to the feed's row."""

    state: FeedHealth
    failures: int
    next_due_at: datetime
    due_because: str
    last_error: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    memory: str | None = None
    url: str | None = None  # given: the feed's URL from now on
    url_because: str | None = None
    estimated_missed: int | None = None  # entries, in the gap that this visit has opened


Decide: TypeAlias = Callable[[FeedRecord, Recorded], Standing]


@dataclass(frozen=True, slots=True)
class Visit:
    """An outcome, and how to decide what becomes of the feed; `decide` None: the feed's standing is kept (backfill)."""

    outcome: Outcome
    decide: Decide | None = None


# --- what the configuration says --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FeedListing:
    """A feed as listed in the configuration. `url` None: to be found from the outlet's homepage.

    `url` may hold `${ENV}` placeholders: what is stored and shown never holds the secret.
    """

    slug: str
    url: str | None


@dataclass(frozen=True, slots=True)
class OutletListing:
    """An outlet as listed in the configuration."""

    slug: str
    name: str | None = None
    homepage: str | None = None
    language: str | None = None
    country: str | None = None
    timezone: str | None = None
    feeds: tuple[FeedListing, ...] = field(default=())
