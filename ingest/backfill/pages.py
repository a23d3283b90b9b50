"""Numbered pages of a feed: WordPress `paged`, `page`, Blogger `start-index`.

A server that does not know the parameter answers with its newest entries, whatever the number; one that knows it may
stop counting somewhere and repeat its last page or its first. So a page counts only for what the page before and the
first one did not have. One that brings nothing ends nothing: it may be broken, or all have moved by just a page since
the one before, as entries came in; with several in a row there are no more.
"""

import math
import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from ingest.backfill.road import About, Ask, Page, Road, Walk, dates_of, ended, iso, names
from storage.records import Reading, Reason, Route

PER_PAGE = 150  # of Blogger, which gives no more
MOST = 20_000  # pages
FEW = 4  # pages, from which nothing can be told yet
MOST_IDLE = 3  # pages in a row that bring nothing
THERE_IS_NONE = frozenset({400, 404, 410})  # what servers answer to a number beyond the last
Names: TypeAlias = tuple[str, ...]

# Oldest first a page once full never changes; newest first every new entry moves all others.
WORDPRESS_ASCENDING = "paged&order=ASC&orderby=date"
WORDPRESS = "paged"
PLAIN = "page"
BLOGGER = "start-index"


@dataclass(frozen=True, slots=True, kw_only=True)
class PagesWalk(Walk):
    """`manners` are the ways to number that are left to try, the first one being tried; `number` is asked next: of a
    page, or for Blogger of an entry, since its pages are as long as it likes.

    `first` and `before` name the entries of page 1 and of the last page that could be read. `idle` pages in a row up
    to here brought nothing, `unread` pages could not be read. `goal` is the date to which the walk goes, "" if that is
    not known.
    """

    manners: Names
    number: int = 1
    first: Names = ()
    before: Names = ()
    idle: int = 0
    unread: tuple[int, ...] = ()
    goal: str = ""


class Pages(Road[PagesWalk]):
    """Walks until a page has nothing of its own."""

    route = Route.PAGES
    walk_type = PagesWalk

    async def begin(self, about: About) -> PagesWalk | None:
        if (about.signs.format or "").startswith(("json", "sitemap")):
            return None
        return PagesWalk(manners=manners(about), goal=iso(about.scope.since) if about.scope.since else "")

    def asks(self, walk: PagesWalk, about: About) -> Ask | None:
        return Ask(numbered(about.url, walk.manners[0], walk.number))

    def after(self, walk: PagesWalk, page: Page, about: About) -> PagesWalk:
        if page.reading is None:
            return self._refused(walk, page)
        here = names(page.reading)
        if walk.number == 1:
            return self._first(walk, page, page.reading)
        fresh = set(here) - set(walk.first) - set(walk.before)
        if not walk.offered and 2 * len(fresh) < len(here):
            return _next_manner(walk, "all pages are the same: the server does not number them")
        if not here:
            return _at_end(walk, f"page {walk.number} is empty")
        if not fresh:
            return self._idle(walk, f"page {walk.number} has nothing of its own")
        if walk.number >= MOST * _step(walk, PER_PAGE):
            return ended(walk, f"more than {MOST} pages")
        return replace(walk, offered=True, number=walk.number + _step(walk, len(here)), before=here, idle=0)

    def _idle(self, walk: PagesWalk, because: str) -> PagesWalk:
        """One page further, unless there have been enough of this kind."""
        if walk.offered and walk.idle + 1 < MOST_IDLE:
            return replace(walk, number=walk.number + _step(walk, PER_PAGE), idle=walk.idle + 1)
        return _at_end(replace(walk, unread=tuple(n for n in walk.unread if n < walk.number - walk.idle)), because)

    def _first(self, walk: PagesWalk, page: Page, reading: Reading) -> PagesWalk:
        here = names(reading)
        if not here:
            return _next_manner(walk, "page 1 is empty")
        if walk.manners[0] == WORDPRESS_ASCENDING and not ascends(reading):
            return _next_manner(walk, "the server gives no order but its own")
        if walk.manners[0] == WORDPRESS_ASCENDING and page.document:
            walk = replace(walk, goal=iso(page.document.fetch.requested_at))
        return replace(walk, number=1 + _step(walk, len(here)), first=here, before=())

    def _refused(self, walk: PagesWalk, page: Page) -> PagesWalk:
        if not walk.offered:
            return _next_manner(walk, f"no page {walk.number}: {page.detail}")
        if page.failure is Reason.ROBOTS:
            return ended(walk, page.detail)
        if page.status in THERE_IS_NONE:
            return _at_end(walk, f"page {walk.number - 1} is the last ({page.detail})")
        walk = replace(walk, unread=(*walk.unread, walk.number))
        return self._idle(walk, f"page {walk.number} is no feed ({page.detail})")

    def again(self, walk: PagesWalk, about: About) -> PagesWalk:
        """Oldest first, the last page may have been filled since; newest first, the first ones are new."""
        number = min(walk.number - walk.idle, *walk.unread, walk.number) - 1
        walk = replace(super().again(walk, about), before=(), idle=0, unread=())
        if walk.manners[0] == WORDPRESS_ASCENDING:
            return replace(walk, number=max(number, 2), floor=None)
        return replace(walk, number=1, first=())

    def left(self, walk: PagesWalk) -> int | None:
        """As the dates on the pages so far have it, once there are some."""
        start = walk.reached if walk.manners[0] == WORDPRESS_ASCENDING else walk.top
        if walk.number <= FEW or walk.manners[0] == BLOGGER or not (walk.goal and start and walk.newest_here):
            return None
        done, todo = _seconds(start, walk.newest_here), _seconds(walk.newest_here, walk.goal)
        return math.ceil((walk.number - 1) * todo / done) if done else None


def manners(about: About) -> Names:
    """The ways to number that are worth trying, likeliest first. Oldest first only where all of it is wanted."""
    generator = str(about.signs.hints.get("generator", "")).lower()
    if "blogger" in generator or "/feeds/posts/" in about.url:
        return (BLOGGER,)
    whole = about.scope.since is None and not about.scope.repairs
    if is_wordpress(about):
        return (WORDPRESS_ASCENDING, WORDPRESS, PLAIN) if whole else (WORDPRESS, PLAIN)
    return (WORDPRESS, PLAIN)


def is_wordpress(about: About) -> bool:
    """Signs of WordPress: the generator, its guids (`?p=1`), its Link header, where its feeds are."""
    signs = about.signs
    if "wordpress" in str(signs.hints.get("generator", "")).lower() or "api.w.org" in str(signs.headers.get("link")):
        return True
    return any(re.search(r"[?&]p=\d+$", guid) for guid in signs.guids) or about.url.rstrip("/").endswith("/feed")


def numbered(url: str, manner: str, number: int) -> str:
    """The address of a page.

    >>> numbered("https://o.example/?feed=rss2", "paged&order=ASC&orderby=date", 3)
    'https://o.example/?feed=rss2&paged=3&order=ASC&orderby=date'
    """
    name, _, rest = manner.partition("&")
    more = [(name, str(number)), *parse_qsl(rest)]
    if manner == BLOGGER:
        more = [(name, str(number)), ("max-results", str(PER_PAGE)), ("orderby", "published")]
    parts = urlsplit(url)
    taken = {key for key, _ in more}
    kept = "&".join(part for part in parts.query.split("&") if part and part.partition("=")[0] not in taken)
    return urlunsplit(parts._replace(query="&".join(filter(None, [kept, urlencode(more)])), fragment=""))


def ascends(reading: Reading) -> bool:
    """Whether the entries are given oldest first."""
    given = [each.wording.published_at for each in reading.entries if each.wording.published_at]
    return len(given) > 1 and given == dates_of(reading) and given[0] < given[-1]


def _step(walk: PagesWalk, entries: int) -> int:
    """How far it is to the next number, over so many entries."""
    return entries if walk.manners[0] == BLOGGER else 1


def _seconds(one: str, other: str) -> float:
    return abs((datetime.fromisoformat(other) - datetime.fromisoformat(one)).total_seconds())


def _at_end(walk: PagesWalk, because: str) -> PagesWalk:
    """The walk at its end. `unread` are the pages before it that could not be read."""
    if not walk.unread:
        return ended(walk, because)
    pages = ", ".join(map(str, walk.unread[:6])) + (" …" if len(walk.unread) > 6 else "")
    return ended(replace(walk, whole=False), f"{because}; no feed: page {pages}")


def _next_manner(walk: PagesWalk, because: str) -> PagesWalk:
    if len(walk.manners) == 1:
        return ended(walk, because)
    return replace(walk, manners=walk.manners[1:], number=1, first=(), before=())
