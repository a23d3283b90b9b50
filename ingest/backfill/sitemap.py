"""Sitemaps (sitemaps.org protocol 0.9): news sitemaps are read as feeds; indexes lead to them.

A plain sitemap names addresses and no more, so that its files are passed over: of an index's files that differ in their
numbers alone, one is looked at for all. Where the pages themselves are wanted, all files are read, and then those pages
of whose entries the archive has no text.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, timedelta
from hashlib import sha256
from typing import TypeAlias
from urllib.parse import urljoin

from ingest.backfill.asking import may_pass
from ingest.backfill.listing import has_news, is_list, part_of, places, unpacked
from ingest.backfill.road import OF_OUTLET, About, Ask, Listed, Page, Road, Walk, breaks_off, ended, failed
from ingest.document import Document
from ingest.errors import FetchError
from ingest.hosts import PostponedError
from ingest.inflate import InflateError
from storage.records import Reading, Reason, Route

GUESSES: tuple[str, ...] = ("sitemap-news.xml", "news-sitemap.xml", "sitemap_news.xml", "sitemap.xml")
GUESSES += ("sitemap_index.xml", "wp-sitemap.xml", "sitemap.xml.gz")
MOST_FILES = 20_000
MOST_NAMED = 5
File: TypeAlias = tuple[str, str]  # address, lastmod as written


@dataclass(frozen=True, slots=True, kw_only=True)
class SitemapWalk(Walk):
    """`queue` are files yet to be asked for; `been` are those that were (digest, lastmod), `plain` the families that
    name addresses only. `place` is the next page of `file`, which names pages that are wanted. `long` is a file that is
    read part by part, and `part` the next. `unread` files of an index could not be read, or only in part, `lost` pages
    could not be had: such files are in `been` without lastmod, so that the next walk asks for them again; `named` says
    which the first of them are, and why. So are files that have entries younger than their lastmod: where one has, the
    others' are not believed either, and those are asked for that were `skipped` for them.
    """

    roots: tuple[str, ...]
    queue: tuple[File, ...]
    been: tuple[tuple[str, str], ...] = ()
    plain: tuple[str, ...] = ()
    file: File | None = None
    place: int = 0
    unread: int = 0
    lost: int = 0
    skipped: tuple[File, ...] = ()
    long: File | None = None
    part: int = 0
    named: tuple[str, ...] = ()


class Sitemap(Road[SitemapWalk]):
    """Walks through all files. What pages the file in hand names is in memory; after a restart it is asked again."""

    route = Route.SITEMAP
    walk_type = SitemapWalk
    newest_first = False

    def __init__(self) -> None:
        self._pages: tuple[str, tuple[str, ...]] = ("", ())
        self._long: tuple[str, Document, int] | None = None  # the file in hand, and how many parts it has

    async def begin(self, about: About) -> SitemapWalk | None:
        if not about.is_main:
            return None
        try:
            named = await about.robots.sitemaps(about.home)
        except (FetchError, PostponedError):
            named = ()
        found = named or tuple(urljoin(about.home, f"/{guess}") for guess in GUESSES)
        return SitemapWalk(roots=found, queue=_ordered((url, "") for url in found))

    def lacking(self, about: About) -> str:
        return super().lacking(about) if about.is_main else OF_OUTLET

    def asks(self, walk: SitemapWalk, about: About) -> Ask | None:
        if walk.file is not None:
            own, pages = self._pages
            return Ask(pages[walk.place]) if own == walk.file[0] else Ask(walk.file[0])
        return Ask(walk.long[0], part=walk.part) if walk.long else Ask(walk.queue[0][0])

    def in_hand(self, ask: Ask) -> Document | None:
        return self._long[1] if self._long and ask.part and self._long[0] == ask.url else None

    # --- what comes -----------------------------------------------------------------------------------------------

    def taken(self, ask: Ask, document: Document, about: About) -> Document:
        try:
            document = replace(document, body=unpacked(document.body))
        except InflateError as error:
            raise failed(document, Reason.DECOMPRESSION, str(error)) from error
        if not (self.is_article(ask) or is_list(document.body)):
            raise failed(document, Reason.NOT_A_FEED, "a page that is no sitemap")
        return document if self.is_article(ask) else self._part(ask, document)

    def _part(self, ask: Ask, document: Document) -> Document:
        body, parts = part_of(document.body, ask.part)
        self._long = (ask.url, document, parts) if parts > 1 else None
        if parts == 1:
            return document
        return replace(document, body=body, fetch=replace(document.fetch, detail=f"part {ask.part + 1} of {parts}"))

    def is_feed(self, ask: Ask, document: Document) -> bool:
        return self.is_article(ask) or has_news(document.body)

    def is_article(self, ask: Ask) -> bool:
        return ask.url in self._pages[1]

    def listed(self, ask: Ask, document: Document, about: About) -> Listed:
        found = [
            (each.url, each.lastmod, "file" if each.is_file else "") for each in places(document.body, document.url)
        ]
        if about.scope.pages:
            known = about.known([url for url, _, kind in found if not kind])
            found = [each for each in found if each[2] or each[0] not in known]
        return tuple(found)

    # --- where it leads -------------------------------------------------------------------------------------------

    def after(self, walk: SitemapWalk, page: Page, about: About) -> SitemapWalk:
        if walk.file is not None and self._pages[0] == walk.file[0]:
            return self._after_article(walk, page)
        file = walk.file or walk.long or walk.queue[0]
        queue = walk.queue if walk.file or walk.long else walk.queue[1:]
        is_whole, is_younger = page.failure is None and not breaks_off(page), _is_younger(walk, page, file)
        been = (_digest(file[0]), file[1] if is_whole and not is_younger else "")
        walk = self._read(replace(walk, file=None, queue=queue), file, been, page)
        if is_younger:
            walk = replace(_with_files(walk, walk.skipped), skipped=())
        if not is_whole and file[0] not in walk.roots:
            named = (*walk.named, f"{file[0]} ({page.detail or 'breaks off'})")[:MOST_NAMED]
            walk = replace(walk, whole=False, unread=walk.unread + 1, named=named)
        if page.failure is not None:
            return on(walk, page.detail)
        walk = replace(walk, offered=walk.offered or page.reading is not None or bool(page.listed))
        if page.reading is None:
            return self._after_list(walk, file, page, about)
        return self._with_pages(walk, file, _lacking(page.reading, about)) if about.scope.pages else on(walk)

    def _read(self, walk: SitemapWalk, file: File, been: tuple[str, str], page: Page) -> SitemapWalk:
        """The walk with a file read, or a part of it."""
        if page.failure is None and self._long and page.ask.part + 1 < self._long[2]:
            return replace(walk, long=file, part=page.ask.part + 1)
        self._long = None
        return replace(walk, long=None, part=0, been=(*walk.been, been))

    def _after_list(self, walk: SitemapWalk, file: File, page: Page, about: About) -> SitemapWalk:
        named = telling((url, lastmod) for url, lastmod, kind in page.listed if kind)
        files = [file for file in named if _is_wanted(file[1], about)]
        walk = replace(walk, skipped=(*walk.skipped, *(file for file in named if file not in files)))
        pages = tuple(url for url, lastmod, kind in page.listed if not kind and _is_wanted(lastmod, about))
        if files:
            return on(_with_files(walk, files))
        if not about.scope.pages:
            return on(replace(walk, plain=tuple(sorted({*walk.plain, family(file[0])}))))
        return self._with_pages(walk, file, pages)

    def _with_pages(self, walk: SitemapWalk, file: File, pages: tuple[str, ...]) -> SitemapWalk:
        if not pages:
            return on(walk)
        self._pages = (file[0], pages)
        return replace(walk, file=file, place=0)

    def _after_article(self, walk: SitemapWalk, page: Page) -> SitemapWalk:
        if may_pass(page):
            been = tuple((name, "" if name == _digest(self._pages[0]) else lastmod) for name, lastmod in walk.been)
            walk = replace(walk, been=been, lost=walk.lost + 1, whole=False)
        if walk.place + 1 < len(self._pages[1]):
            return replace(walk, place=walk.place + 1)
        self._pages = ("", ())
        return on(replace(walk, file=None, place=0))

    def survives(self, walk: SitemapWalk) -> bool:
        return True

    def again(self, walk: SitemapWalk, about: About) -> SitemapWalk:
        """All files but those that say they are as they were; the roots say nothing of themselves."""
        been = tuple((name, lastmod) for name, lastmod in walk.been if lastmod)
        queue = _ordered((url, "") for url in walk.roots)
        walk = replace(walk, ended=None, queue=queue, been=been, file=None, long=None, part=0, skipped=())
        return replace(walk, unread=0, named=(), lost=0, whole=True)

    def left(self, walk: SitemapWalk) -> int | None:
        pages = len(self._pages[1]) - walk.place if walk.file else 0
        return len(walk.queue) + pages + (self._long[2] - walk.part if walk.long and self._long else 0)


def _is_younger(walk: SitemapWalk, page: Page, file: File) -> bool:
    """Whether a file has entries that are younger than it says itself to be, whatever the zone of its date."""
    if page.reading is None or not page.reading.entries:
        return False
    newest, said = _day(walk.newest_here or ""), _day(file[1])
    return newest is not None and said is not None and newest - said > timedelta(days=1)


def _day(text: str) -> date | None:
    """The day of a date as sitemaps have it; None where it is none."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _lacking(reading: Reading, about: About) -> tuple[str, ...]:
    """The pages of a news sitemap's entries of which the archive has no text."""
    urls = tuple(dict.fromkeys(each.url for each in reading.entries if each.url))
    known = about.known(urls)
    return tuple(url for url in urls if url not in known)


def _with_files(walk: SitemapWalk, files: Iterable[File]) -> SitemapWalk:
    """The files of an index are asked for once; again only if they say that they changed."""
    been = dict(walk.been)
    waiting = {url for url, _ in walk.queue}
    fresh = [
        (url, lastmod) for url, lastmod in files if url not in waiting and been.get(_digest(url)) not in {"", lastmod}
    ]
    return replace(walk, queue=_ordered([*walk.queue, *fresh])[:MOST_FILES])


def on(walk: SitemapWalk, because: str = "") -> SitemapWalk:
    """On to the next file that is worth asking for."""
    queue = walk.queue
    while queue and family(queue[0][0]) in walk.plain and not sounds_like_news(queue[0][0]):
        queue = queue[1:]
    walk = replace(walk, queue=queue)
    if queue or walk.long:
        return walk
    if not walk.offered:
        return ended(walk, f"no sitemap: {because}")
    lost = f"; {walk.lost} of the pages could not be had" if walk.lost else ""
    but = f" but {walk.unread}: {', '.join(walk.named)}{' …' * (walk.unread > MOST_NAMED)}" if walk.unread else ""
    plain = "; those without news were passed over (--pages)" if walk.plain else ""
    return ended(walk, f"all sitemaps are read{but}{lost}{plain}")


def telling(files: Iterable[File]) -> list[File]:
    """The files of an index, with their dates where these tell anything: one and the same for all is no date of theirs.

    >>> telling([("https://o.example/1", "2024-05-01"), ("https://o.example/2", "2024-05-01")])[1]
    ('https://o.example/2', '')
    """
    found = list(files)
    is_telling = len(found) < 2 or len({lastmod for _, lastmod in found}) > 1
    return found if is_telling else [(url, "") for url, _ in found]


def family(url: str) -> str:
    """What files of an index have in common that differ in their numbers alone.

    >>> family("https://o.example/sitemap-2024-05.xml")
    'https://o.example/sitemap-#-#.xml'
    """
    return re.sub(r"\d+", "#", url)


def sounds_like_news(url: str) -> bool:
    """Whether a file's name says that it lists news."""
    return "news" in url.rpartition("/")[2].lower()


def _ordered(files: Iterable[File]) -> tuple[File, ...]:
    """News before the rest, then what was changed last."""
    newest = sorted(files, key=lambda file: file[1], reverse=True)
    return tuple(sorted(newest, key=lambda file: not sounds_like_news(file[0])))


def _digest(url: str) -> str:
    return sha256(url.encode(errors="replace")).hexdigest()[:12]


def _is_wanted(lastmod: str, about: About) -> bool:
    """A file or page that was last changed before the time that is wanted has nothing of that time."""
    since, day = about.scope.since, _day(lastmod)
    return since is None or day is None or day >= since.astimezone(UTC).date()
