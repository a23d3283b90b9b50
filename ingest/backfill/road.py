"""What a road into the past is: pure. What to ask next follows from how far the walk has come, and from that the rest.

A walk is a frozen value that can be written as JSON, so that it goes on after a restart as if nothing had happened. It
holds no secret: addresses in it have the configuration's placeholders.
"""

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, ClassVar, Generic, Protocol, TypeAlias, TypeVar

from ingest.document import Document
from ingest.errors import FetchError
from storage.past import Signs
from storage.records import FeedRecord, Reading, Reason, Recorded, Route

AHEAD = timedelta(days=1)
OF_OUTLET = "it is of the outlet as a whole, and goes into its main feed"
_ROOT_END = re.compile(rb"</(?:[\w.-]{1,40}:)?(?:rss|feed|rdf|urlset|sitemapindex)\s*>", re.IGNORECASE)


Listed: TypeAlias = tuple[tuple[str, ...], ...]  # lines of a list of addresses: what they hold is the road's matter


class KnowsRobots(Protocol):
    """ingest.robots.Robots."""

    async def sitemaps(self, url: str) -> tuple[str, ...]: ...


@dataclass(frozen=True, slots=True)
class Scope:
    """How much of the past is wanted; dates of publication, aware. `repairs`: only what a gap may have swallowed.

    `pages`: the articles' own pages too, where a list names them without saying more.
    """

    since: datetime | None = None
    until: datetime | None = None
    pages: bool = False
    repairs: bool = False

    @property
    def told(self) -> tuple[str, str, bool]:
        """As walks keep it; "" has no bound."""
        return iso(self.since) if self.since else "", iso(self.until) if self.until else "", self.pages


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a feed before anything is asked. `url` has its secrets resolved: not to be stored or shown.

    `is_main`: of the outlet's feeds the one that takes what the outlet lists as a whole.
    """

    feed: FeedRecord
    url: str
    signs: Signs
    robots: KnowsRobots
    scope: Scope = field(default_factory=Scope)
    is_main: bool = True
    wayback: str | None = None
    known: Callable[[Sequence[str]], set[str]] = lambda _urls: set()  # which pages nobody need ask for any more

    @property
    def home(self) -> str:
        """The outlet's site."""
        return self.feed.homepage or self.signs.link or self.url


@dataclass(frozen=True, slots=True)
class Ask:
    """What to ask next. `obeys_robots`: as RFC 9309 has it for whoever walks a site page by page.

    `spacing`: at least this long after the last request to the host, whatever the configuration says. `part`: of a
    document that is too long to be read at once.
    """

    url: str
    obeys_robots: bool = True
    spacing: timedelta | None = None
    part: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """What came of a request: a feed document (`reading`), a list of addresses (`listed`), or a failure.

    `retry_after`: the failure is of now; None: that is not said.
    """

    ask: Ask
    document: Document | None = None
    reading: Reading | None = None
    listed: Listed = ()
    failure: Reason | None = None
    status: int | None = None
    detail: str = ""
    retry_after: timedelta | None = None
    recorded: Recorded | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """How far a walk has come.

    `offered`: an answer showed that the outlet has this road. `ended` says why there is nothing left to ask. `pages`
    and `entries` are what the road promises in all (None: it does not say). Dates are ISO 8601: `newest_here` the
    newest on the last page, `oldest_here` its oldest where it has its entries newest first, as then all further pages
    are older (None: it has not), `reached` the oldest and `top` the newest so far. `floor`: the walk came to its end
    once before, and had everything up to here ("" where pages have no dates: then a page on which all is known ends
    it). `begun` is the scope that it was begun with. `whole`: no page was missing on the way; one that was not whole
    is taken up again without a floor, as nobody knows what the missing pages have.
    """

    offered: bool = False
    ended: str | None = None
    pages: int | None = None
    entries: int | None = None
    asked: int = 0
    newest_here: str | None = None
    oldest_here: str | None = None
    reached: str | None = None
    top: str | None = None
    floor: str | None = None
    begun: tuple[str, str, bool] = ("", "", False)
    whole: bool = True


W = TypeVar("W", bound=Walk)


class Road(ABC, Generic[W]):
    """One way into the past. `newest_first`: each page is older than the one before."""

    route: ClassVar[Route]
    walk_type: type[W]
    newest_first: ClassVar[bool] = True

    @abstractmethod
    async def begin(self, about: About) -> W | None:
        """The walk at its beginning; None: by what is known the outlet has no such road, and nobody need be asked."""

    def lacking(self, about: About) -> str:
        """Why there is no walk to begin."""
        return "nothing of the kind is known of it"

    @abstractmethod
    def asks(self, walk: W, about: About) -> Ask | None:
        """What to ask next; None: nothing is left."""

    @abstractmethod
    def after(self, walk: W, page: Page, about: About) -> W:
        """The walk after this page."""

    def again(self, walk: W, about: About) -> W:
        """A walk that came to its end, taken up for what is new since then."""
        floor = (walk.top or "") if walk.whole else None
        return replace(walk, ended=None, floor=floor, newest_here=None, oldest_here=None, whole=True)

    def met(self, walk: W) -> W:
        """The walk where it meets what an earlier one had."""
        return ended(walk, "all that is older was had before")

    def in_hand(self, ask: Ask) -> Document | None:
        """The document of which another part was just read: nobody need be asked for it."""
        return None

    def taken(self, ask: Ask, document: Document, about: About) -> Document:
        """The document as it is to be read; in a thread. Raises FetchError if it is not what was asked for."""
        return document

    def is_feed(self, ask: Ask, document: Document) -> bool:
        """False for lists of addresses, which are looked at and not stored."""
        return True

    def is_article(self, ask: Ask) -> bool:
        """True where a page for people is asked for, to be read as one entry."""
        return False

    def listed(self, ask: Ask, document: Document, about: About) -> Listed:
        """What a list of addresses names. Called in a thread of its own: lists may be long."""
        return ()

    def survives(self, walk: W) -> bool:
        """Whether a page that cannot be had costs that page only."""
        return False

    def left(self, walk: W) -> int | None:
        """Requests left; None: it cannot be told."""
        return None if walk.pages is None else max(walk.pages - walk.asked, 0)

    def remembered(self, text: str) -> W:
        """The walk of a JSON text. Raises ValueError or TypeError where it is none of this release."""
        return self.walk_type(**{name: _frozen(value) for name, value in json.loads(text).items()})


def covers(begun: tuple[str, str, bool], scope: Scope) -> bool:
    """Whether a walk that was begun with one scope gets all that another one wants."""
    since, until, pages = begun
    wanted_since, wanted_until, wanted_pages = scope.told
    within = (not since or since <= wanted_since) and (not until or (wanted_until != "" and wanted_until <= until))
    return within and (pages or not wanted_pages)


def text_of(walk: Walk) -> str:
    """A walk as JSON."""
    return json.dumps(asdict(walk), ensure_ascii=False, separators=(",", ":"))


def _frozen(value: Any) -> Any:
    return tuple(_frozen(each) for each in value) if isinstance(value, list) else value


def moved(walk: W, page: Page) -> W:
    """The walk with what any page tells, whatever the road."""
    walk = replace(walk, asked=walk.asked + 1)
    dates = [] if page.reading is None or page.document is None else dates_of(page.reading)
    # What lies ahead of its time is announced, or a mistake; either way it says nothing of where the page stands.
    dates = [at for at in dates if page.document and at <= page.document.fetch.requested_at + AHEAD]
    if not dates:
        return walk
    oldest, newest = iso(dates[0]), iso(dates[-1])
    reached, top = min(walk.reached or oldest, oldest), max(walk.top or newest, newest)
    in_order = oldest if page.reading and descends(page.reading) else None
    return replace(walk, reached=reached, top=top, newest_here=newest, oldest_here=in_order)


def dates_of(reading: Reading) -> list[datetime]:
    """The dates of publication, oldest first."""
    return sorted(each.wording.published_at for each in reading.entries if each.wording.published_at)


def descends(reading: Reading) -> bool:
    """Whether all entries are dated, and given newest first."""
    given = [each.wording.published_at for each in reading.entries]
    return all(one and other and one >= other for one, other in pairwise(given)) and len(given) > 1


def passes(walk: Walk, since: datetime) -> bool:
    """Whether all that the pages after this one may have is from before `since`, which itself is known."""
    is_older = walk.oldest_here is not None and walk.oldest_here < iso(since)
    return is_older or (walk.newest_here is not None and walk.newest_here <= iso(since))


def iso(at: datetime) -> str:
    """An instant as walks keep it: UTC, so that texts compare as instants do."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def ended(walk: W, because: str) -> W:
    """The walk at its end."""
    return replace(walk, ended=because)


def breaks_off(page: Page) -> bool:
    """Whether a document that could be read shows less than there was: XML whose root has no end."""
    if page.reading is None or page.document is None or not page.reading.salvaged:
        return False
    return _ROOT_END.search(page.document.body[-1000:]) is None


def failed(document: Document, reason: Reason, detail: str) -> FetchError:
    """A document that is not what was asked for."""
    error = FetchError(reason, detail)
    error.fetch = document.fetch
    return error


def names(reading: Reading) -> tuple[str, ...]:
    """Short names of the entries that tell pages of one feed apart."""
    return tuple((each.guid or each.canonical_url or each.digest.hex())[-60:] for each in reading.entries)


def linked(hints: Mapping[str, Any], *rels: str) -> tuple[str, str] | None:
    """The first of these links that a document names: (relation, address as published)."""
    for rel in rels:
        value = hints.get(rel)
        if isinstance(value, list | tuple) and value and str(value[0]).strip():
            return rel, str(value[0]).strip()
    return None
