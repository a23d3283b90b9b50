"""All posts of a WordPress site by its REST API (REST API Handbook: "Posts", "Pagination").

Walked by date, oldest first, not by page number: what is posted or deleted in the meantime moves no page. `date` is the
site's own time, and so is `after`, which is exclusive: each request begins a second before the last post of the one
before. Only posts of one and the same second are told apart by page number. A server that gives older posts than were
asked for does not know `after` (a cache leaves it out): there, page follows page.

A post that breaks the site's answer breaks it for all that are asked for with it: so fewer are, until at most ten are
passed over. Those are asked for again when the walk is taken up the next time.
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeAlias
from urllib.parse import quote, urljoin, urlsplit

from ingest.backfill.pages import is_wordpress
from ingest.backfill.road import OF_OUTLET, About, Ask, Page, Road, Walk, ended
from ingest.document import Document
from storage.records import Reason, Route

POSTS = "wp/v2/posts"
SIZES = (100, 50, 20, 10)  # posts a request; 100 is the most, some sites allow less
FIELDS = "id,date,date_gmt,modified_gmt,link,guid,title,excerpt,content,type,format,_links,_embedded"
EMBEDDED = "author,wp:term,wp:featuredmedia"
POST, MOST_NOISE = b'[{"id":', 64 * 1024  # how a list of posts begins, and how far from the answer's beginning
_DATE = re.compile(r'"date"\s*:\s*"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)"')
_LINK = re.compile(r"<([^<>]+)>\s*;\s*rel=[\"']?https://api\.w\.org/", re.IGNORECASE)
_LOCAL = timedelta(hours=15)  # no site's own time is further from UTC
_SECOND = timedelta(seconds=1)
Place: TypeAlias = tuple[str | None, int]  # after, page


@dataclass(frozen=True, slots=True, kw_only=True)
class WordPressWalk(Walk):
    """`roots` are the addresses of the API that are left to try. `after` and `before` are in the site's own time.

    `size` is how many posts are asked for, `most` how many the site allows. `lost` are pages of the smallest size that
    could not be had, `todo` those of an earlier walk. `numbered`: the server does not know `after`.
    """

    roots: tuple[str, ...]
    size: int = SIZES[0]
    most: int = SIZES[0]
    after: str | None = None
    before: str | None = None
    page: int = 1
    lost: tuple[Place, ...] = ()
    todo: tuple[Place, ...] = ()
    numbered: bool = False


class WordPress(Road[WordPressWalk]):
    """Walks until a page is not full, and none can follow."""

    route = Route.WORDPRESS
    walk_type = WordPressWalk
    newest_first = False

    async def begin(self, about: About) -> WordPressWalk | None:
        if not (about.is_main and is_wordpress(about)):
            return None
        since, until = about.scope.since, about.scope.until
        return WordPressWalk(
            roots=roots(about),
            after=None if since is None else _text(since.replace(tzinfo=None) - _LOCAL),
            before=None if until is None else _text(until.replace(tzinfo=None) + _LOCAL),
        )

    def lacking(self, about: About) -> str:
        return super().lacking(about) if about.is_main else OF_OUTLET

    def asks(self, walk: WordPressWalk, about: About) -> Ask | None:
        root, size, (after, page) = walk.roots[0], walk.size, (walk.after, walk.page)
        if walk.todo:
            size, (after, page) = SIZES[-1], walk.todo[0]
        query = f"per_page={size}&order=asc&orderby=date&_embed={quote(EMBEDDED, safe=',:')}&_fields={FIELDS}"
        for name, value in (("after", after), ("before", walk.before)):
            query += f"&{name}={value}" if value else ""
        query += f"&page={page}" if page > 1 else ""
        return Ask(f"{root}{'&' if '?' in root else '?'}{query}")

    def taken(self, ask: Ask, document: Document, about: About) -> Document:
        """The posts alone: a site that shows its PHP's warnings has them stand before the list."""
        start = document.body.find(POST, 0, MOST_NOISE)
        if start <= 0 or document.body.lstrip()[:1] in {b"[", b"{"}:
            return document
        detail = f"{start} bytes of other text before the list of posts were left out"
        return replace(document, body=document.body[start:], fetch=replace(document.fetch, detail=detail))

    def after(self, walk: WordPressWalk, page: Page, about: About) -> WordPressWalk:
        is_read = page.reading is not None and page.reading.head.format == "wordpress"
        if walk.todo:
            lost = walk.lost if is_read else (*walk.lost, walk.todo[0])
            return replace(walk, todo=walk.todo[1:], lost=lost, whole=not lost)
        if page.reading is None or page.document is None or not is_read:
            return _without_posts(walk, page)
        posts = len(page.reading.entries)
        if walk.asked == 1 or not walk.offered:
            walk = _promised(replace(walk, offered=True), page.document, posts)
        following = _begin(page.document, walk.after)
        if walk.numbered or (walk.after and following and following < walk.after):
            return _on_by_number(walk, page.document, posts)
        is_last = _is_last(walk, page.document, posts)
        if is_last or (is_last is None and following == walk.after):
            return _at_end(replace(walk, after=following, page=1))
        if following is None or following == walk.after:
            return replace(walk, page=walk.page + 1)
        larger = next((size for size in reversed(SIZES) if walk.size < size <= walk.most), walk.size)
        return _sized(replace(walk, after=following, page=1), larger)

    def survives(self, walk: WordPressWalk) -> bool:
        return walk.offered

    def again(self, walk: WordPressWalk, about: About) -> WordPressWalk:
        page = max(walk.page - 1, 1) if walk.numbered else 1  # the last one may have been filled since
        walk = replace(walk, ended=None, page=page, before=None, entries=None, pages=None)
        return replace(walk, todo=walk.lost, lost=(), whole=True)


def roots(about: About) -> tuple[str, ...]:
    """Where the list of posts may be: as the Link header says, else below the site, with and without pretty URLs."""
    said = _LINK.search(str(about.signs.headers.get("link", "")))
    below = [_below(said[1])] if said else []
    home = about.home
    site = home if urlsplit(home).path.endswith("/") else home + "/"
    at_root = urljoin(home, "/")
    sites = dict.fromkeys([site, at_root])
    below += [f"{each.partition('?')[0]}wp-json/{POSTS}" for each in sites]
    below += [f"{at_root}?rest_route=/{POSTS}"]
    return tuple(dict.fromkeys(below))


def _below(api: str) -> str:
    return f"{api.rstrip('/')}/{POSTS}"


def _without_posts(walk: WordPressWalk, page: Page) -> WordPressWalk:
    if page.document is not None and page.document.body.strip() == b"[]":
        walk = replace(walk, offered=True, entries=walk.entries or 0)
        return replace(walk, page=walk.page + 1) if _is_last(walk, page.document, 0) is False else _at_end(walk)
    if walk.offered and page.status == 400 and walk.page > 1:  # rest_post_invalid_page_number
        return _at_end(walk)
    if page.failure is Reason.ROBOTS:
        return ended(walk, page.detail)
    smaller = next((size for size in SIZES if size < walk.size), None)
    if not walk.offered:
        if page.status == 400 and smaller:  # rest_invalid_param: more than this site allows
            return replace(walk, size=smaller, most=smaller)
        return _next_root(walk, page.detail)
    if smaller:
        return _sized(walk, smaller)
    return replace(walk, lost=(*walk.lost, (walk.after, walk.page)), page=walk.page + 1, whole=False)


def _sized(walk: WordPressWalk, size: int) -> WordPressWalk:
    """The walk with so many posts a request from here on; what lies before the page in hand stays before it."""
    left = None if walk.pages is None else max(walk.pages - walk.asked, 0)
    pages = None if left is None else walk.asked - (-left * walk.size // size)
    return replace(walk, size=size, page=(walk.page - 1) * walk.size // size + 1, pages=pages)


def _at_end(walk: WordPressWalk) -> WordPressWalk:
    lost = f"; {len(walk.lost)} times up to {SIZES[-1]} posts could not be had" if walk.lost else ""
    return ended(walk, f"the newest post is reached{lost}")


def _promised(walk: WordPressWalk, document: Document, posts: int) -> WordPressWalk:
    """The walk with what the site counts. Less than it shows is no count: some leave counting out and say 0."""
    total = _number(document, "x-wp-total")
    if total is None or total < posts:
        return walk
    pages = max(total - 1, 0) // (walk.size - 1) + 1  # each begins with the last post of the one before
    return replace(walk, entries=total, pages=pages + walk.asked - 1)


def _is_last(walk: WordPressWalk, document: Document, posts: int) -> bool | None:
    """Whether no page follows; None: that is not said. Nobody is believed that a full page is the last.

    Posts that are not for everybody are counted, and left out, so that a page may be short. So may all be, where a site
    gives fewer than it is asked for: its number of pages tells.
    """
    if posts >= walk.size:
        return False
    total, pages = _number(document, "x-wp-total"), _number(document, "x-wp-totalpages")
    if total is None or total < posts:
        return None
    return total <= walk.page * walk.size if pages is None else pages <= walk.page


def _on_by_number(walk: WordPressWalk, document: Document, posts: int) -> WordPressWalk:
    """The next page of all posts. The first one is known by the time when this is found out."""
    if not walk.numbered:
        return replace(walk, numbered=True, after=None, page=2 if walk.page == 1 else 1)
    is_last = _is_last(walk, document, posts)
    return _at_end(walk) if is_last or (is_last is None and not posts) else replace(walk, page=walk.page + 1)


def _next_root(walk: WordPressWalk, because: str) -> WordPressWalk:
    if len(walk.roots) == 1:
        return ended(walk, f"no REST API: {because}")
    return replace(walk, roots=walk.roots[1:])


def _number(document: Document, name: str) -> int | None:
    """What a header counts: `X-WP-Total` posts in all, `X-WP-TotalPages` pages of as many as the site gives."""
    said = (document.header(name) or "").strip()
    return int(said) if said.isdecimal() and len(said) < 10 else None


def _begin(document: Document, after: str | None) -> str | None:
    """A second before the newest date on the page: what has the same date is asked for again, and known."""
    dates = _DATE.findall(document.body.decode("utf-8", "replace"))
    newest = max(dates, default=None)
    if newest is None:
        return after
    return _text(datetime.fromisoformat(newest) - _SECOND)


def _text(at: datetime) -> str:
    return at.replace(tzinfo=None, microsecond=0).isoformat()
