"""Feeds that someone offers, as what is to be added to a feeds.yaml. Pure: nothing is written or asked.

An outlet is a publisher, not a folder: entries are told apart within an outlet. So an offer goes to the outlet that it
names, else to the listed outlet of the same site, else to a new one made of all offers of that site.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from urllib.parse import urlsplit

from ingest.config import addresses, names
from ingest.config.environment import Filled
from ingest.config.problems import UnfitError
from ingest.config.values import Outlet

FIRST_FEED = "news"
LONGEST_WORDS = 40
ALONE = " alone"
_FRONT_LABELS = re.compile(r"^(?:(?:www\d?|rss|feeds?|newsfeed|news-feed|xml|api|m|mobile)\.)+(?=[^.]+\.)")
# Hosts of many publishers: sharing one says nothing.
_SHARED = re.compile(
    r"(?:^|\.)(?:feedburner\.com|feedproxy\.google\.com|news\.google\.com|youtube\.com|reddit\.com|medium\.com|github\.com"
    r"|vimeo\.com|podigee\.io|rsshub\.app|archive\.org|localhost|[0-9.]+|\[.*\])$"
)
_ENDING = re.compile(r"\s*[»›|:–—-]?\s*\b(?:RSS|Atom|JSON)?[ -]?(?:2\.0[ -]?)?feed$", re.IGNORECASE)  # "ORF » Feed"
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffe\uffff\ud800-\udfff]+")


@dataclass(frozen=True, slots=True)
class Offer:
    """A feed that someone offers. `outlet` and `slug` are wishes; `line` is where it stands in its file, 0 for none."""

    url: str
    title: str | None = None
    homepage: str | None = None
    language: str | None = None
    folder: str | None = None
    outlet: str | None = None
    outlet_name: str | None = None  # for an outlet that is not listed yet
    slug: str | None = None
    line: int = 0


class Verdict(StrEnum):
    """What becomes of an offer."""

    ADDED = "added"
    KNOWN = "already there"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Answer:
    """What becomes of an offer; `detail` is the feed's name (`outlet/feed`), or why it is refused."""

    offer: Offer
    verdict: Verdict
    detail: str


@dataclass(frozen=True, slots=True)
class NewFeeds:
    """Feeds, as (slug, URL), for one outlet; the outlet itself is new where it is not listed yet."""

    outlet: str
    feeds: tuple[tuple[str, str], ...]
    name: str | None = None
    homepage: str | None = None
    language: str | None = None


def answers(offers: Iterable[Offer], listed: Sequence[Outlet]) -> tuple[tuple[Answer, ...], tuple[NewFeeds, ...]]:
    """What becomes of each offer, in their order, and what is to be added for it."""
    desk = _Desk(listed)
    judged = [desk.judge(offer) for offer in offers]
    added = desk.additions()
    return tuple(desk.named(answer) for answer in judged), added


@dataclass
class _Group:
    """Offers that go to one outlet."""

    listed: Outlet | None
    wish: str | None
    site: str
    offers: list[Offer] = field(default_factory=list)


class _Desk:
    def __init__(self, listed: Sequence[Outlet]) -> None:
        self.listed = {outlet.slug: outlet for outlet in listed}
        self.sites = _sites(listed)
        self.known: dict[str, str] = {}  # same_feed(url) or template: outlet/feed
        for outlet in listed:
            for feed in outlet.feeds:
                self.known[feed.url_template] = self.known[addresses.same_feed(feed.url)] = feed.name
        self.groups: dict[str, _Group] = {}
        self.folders: dict[str, set[str]] = {}

    def judge(self, offer: Offer) -> Answer:
        offer = _cleaned(offer)
        if offer.url in self.known:
            return Answer(offer, Verdict.KNOWN, self.known[offer.url])
        try:
            key = _key(offer)
        except UnfitError as unfit:
            return Answer(offer, Verdict.REFUSED, f"its address {unfit.fault}; {unfit.remedy}")
        if key in self.known:
            return Answer(offer, Verdict.KNOWN, self.known[key])
        self.known[key] = key
        self._group(offer, key).offers.append(offer)
        return Answer(offer, Verdict.ADDED, key)

    def _group(self, offer: Offer, key: str) -> _Group:
        site = site_of(offer.homepage or "") or site_of(offer.url) or key + ALONE
        listed = self.listed.get(offer.outlet) if offer.outlet else self.sites.get(site)
        where = offer.outlet or (listed.slug if listed else f"site {site}")
        if offer.folder:
            self.folders.setdefault(offer.folder, set()).add(where)
        return self.groups.setdefault(where, _Group(listed, offer.outlet, site))

    def additions(self) -> tuple[NewFeeds, ...]:
        taken = set(self.listed) | {group.wish for group in self.groups.values() if group.wish}
        return tuple(self._new(group, taken) for group in self.groups.values())

    def _new(self, group: _Group, taken: set[str]) -> NewFeeds:
        name = group.listed.name if group.listed else self._name(group)
        wish = group.listed.slug if group.listed else group.wish
        slug = wish or unique(names.slug_from(_words(name or _site_name(group.site)), "outlet"), taken)
        feeds = self._slugs(slug, name or slug, group)
        homepage = next((offer.homepage for offer in group.offers if offer.homepage), None)
        return NewFeeds(slug, feeds, name, homepage, group.offers[0].language)

    def _slugs(self, outlet: str, name: str, group: _Group) -> tuple[tuple[str, str], ...]:
        taken = {feed.slug for feed in group.listed.feeds} if group.listed else set()
        feeds = []
        for offer in group.offers:
            slug = unique(_feed_slug(offer, name, alone=len(group.offers) == 1 and not taken), taken)
            self.known[addresses.same_feed(offer.url)] = f"{outlet}/{slug}"
            feeds.append((slug, offer.url))
        return tuple(feeds)

    def _name(self, group: _Group) -> str | None:
        if wished := group.offers[0].outlet_name:
            return wished
        titles = [_ENDING.sub("", offer.title) for offer in group.offers if offer.title]
        folders = {offer.folder for offer in group.offers}
        folder = folders.pop() if len(folders) == 1 else None
        if folder and len(group.offers) > 1 and len(self.folders[folder]) == 1:
            return folder
        return _shared_beginning(titles)

    def named(self, answer: Answer) -> Answer:
        """An answer with the feed's name in place of its key."""
        return replace(answer, detail=self.known.get(answer.detail, answer.detail))


def _sites(listed: Sequence[Outlet]) -> dict[str, Outlet]:
    sites: dict[str, Outlet] = {}
    for outlet in listed:
        for url in (outlet.homepage, *(feed.url for feed in outlet.feeds)):
            if url and (site := site_of(url)):
                sites.setdefault(site, outlet)
    return sites


def _cleaned(offer: Offer) -> Offer:
    """The offer with what is of no use left out; a wish that is no slug is made one."""
    return Offer(
        url=offer.url.strip(),
        title=_shown_text(offer.title),
        homepage=_if_fit(addresses.public_url, offer.homepage),
        language=_if_fit(names.language, offer.language),
        folder=_shown_text(offer.folder),
        outlet=names.slug_from(offer.outlet, "outlet") if offer.outlet else None,
        outlet_name=_shown_text(offer.outlet_name),
        slug=_if_fit(names.slug, offer.slug),
        line=offer.line,
    )


def _shown_text(text: str | None) -> str | None:
    """A stranger's text as a name: one line, not long, and no placeholder that would ask our environment."""
    words = " ".join(_UNSEEN.sub(" ", text or "").replace("${", "$ {").split())
    return words[:200].strip() or None


def _site_name(site: str) -> str:
    """`orf` for `orf.at`; a feed that stands alone is named for its whole address."""
    return site.removesuffix(ALONE) if site.endswith(ALONE) else site.rpartition(".")[0] or site


def _if_fit(read: Callable[[str], str], text: str | None) -> str | None:
    if not text or "${" in text:
        return None
    try:
        return read(text.strip())
    except UnfitError:
        return None


def _key(offer: Offer) -> str:
    if "${" in offer.url:
        raise UnfitError("holds a placeholder", "write such a feed into feeds.yaml by hand")
    return addresses.same_feed(addresses.web_url(Filled(offer.url, offer.url)).value)


def site_of(url: str) -> str:
    """The host without `www.` and the like; '' where it tells nothing of the publisher.

    >>> site_of("https://rss.orf.at/news.xml"), site_of("https://feeds.feedburner.com/x")
    ('orf.at', '')
    """
    try:
        host = (urlsplit(url).hostname or "").removesuffix(".")
    except ValueError:
        return ""
    return "" if _SHARED.search(host) else _FRONT_LABELS.sub("", host)


def _feed_slug(offer: Offer, outlet_name: str, *, alone: bool) -> str:
    if offer.slug:
        return offer.slug
    if alone:
        return FIRST_FEED
    title = (offer.title or "").removeprefix(outlet_name)
    last = urlsplit(offer.url).path.rstrip("/").rpartition("/")[2].partition(".")[0]
    return names.slug_from(_words(title), "") or names.slug_from(_words(last), FIRST_FEED)


def _words(title: str) -> str:
    """The first words of a title, for a slug that one may still type."""
    if len(title) <= LONGEST_WORDS:
        return title
    return title[:LONGEST_WORDS].rpartition(" ")[0] or title[:LONGEST_WORDS]


def _shared_beginning(titles: Sequence[str]) -> str | None:
    """What all titles begin with, in whole words.

    >>> _shared_beginning(["ORF Sport", "ORF Wien"])
    'ORF'
    """
    shared = []
    for words in zip(*(title.split() for title in titles), strict=False):
        if len(set(words)) > 1:
            break
        shared.append(words[0])
    return " ".join(shared).strip(" -–—:|›»/") or None


def unique(slug: str, taken: set[str]) -> str:
    """The slug, or the first of slug-2, slug-3 … that is free; it is taken from then on."""
    free = slug
    number = 2
    while free in taken:
        free, number = f"{slug}-{number}", number + 1
    taken.add(free)
    return free
