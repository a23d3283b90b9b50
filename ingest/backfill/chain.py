"""Documents that name the next one: followed link by link, each once."""

import json
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import ClassVar
from urllib.parse import urljoin

from ingest.backfill.road import About, Ask, Page, Road, Walk, ended, linked

MOST = 20_000  # documents


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainWalk(Walk):
    """`next` is what to ask; `first` where the walk began; `been` are digests of the addresses asked so far. `broken`
    is the document at which an earlier walk broke off: this one goes on there when it has what is new.
    """

    next: str
    first: str
    rel: str
    been: tuple[str, ...] = ()
    broken: str | None = None


class Chain(Road[ChainWalk]):
    """Follows the first of `rels` that a document names."""

    walk_type = ChainWalk
    rels: ClassVar[tuple[str, ...]]

    def speaks(self, about: About) -> bool:
        """Whether the feed's format knows such links."""
        raise NotImplementedError

    async def begin(self, about: About) -> ChainWalk | None:
        found = linked(about.signs.hints, *self.rels) if self.speaks(about) else None
        if found is None:
            return None
        first = urljoin(about.url, found[1])
        return ChainWalk(next=first, first=first, rel=found[0], been=(_digest(about.url),))

    def asks(self, walk: ChainWalk, about: About) -> Ask | None:
        return Ask(walk.next)

    def after(self, walk: ChainWalk, page: Page, about: About) -> ChainWalk:
        if page.reading is None or page.document is None:
            return ended(replace(walk, whole=False, broken=walk.next), f"the chain is broken: {page.detail}")
        walk = replace(walk, offered=True, been=(*walk.been, _digest(walk.next)))
        hints = json.loads(page.reading.head.hints or "{}")
        found = linked(hints, walk.rel, *self.rels)
        if found is None:
            return ended(walk, "the last document names no further one")
        following = urljoin(page.document.url, found[1])
        if _digest(following) in walk.been:
            return ended(walk, "the documents lead in a circle")
        if len(walk.been) > MOST:
            return ended(walk, f"more than {MOST} documents")
        return replace(walk, next=following, rel=found[0])

    def again(self, walk: ChainWalk, about: About) -> ChainWalk:
        """From where the feed points today: archives come between. It meets there what the last walk had."""
        walk, found = super().again(replace(walk, whole=True), about), linked(about.signs.hints, *self.rels)
        first, rel = (walk.first, walk.rel) if found is None else (urljoin(about.url, found[1]), found[0])
        return replace(walk, next=first, rel=rel, first=first, been=(_digest(about.url),))

    def met(self, walk: ChainWalk) -> ChainWalk:
        """Where the last walk broke off, this one goes on."""
        if walk.broken is None:
            return super().met(walk)
        return replace(walk, next=walk.broken, broken=None, floor=None, newest_here=None)


def _digest(url: str) -> str:
    return sha256(url.partition("#")[0].encode(errors="replace")).hexdigest()[:12]
