"""Documents that name the next one: followed link by link, each once."""

import json
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import ClassVar
from urllib.parse import urljoin

from ingest.backfill.road import About, Ask, Page, Road, Walk, breaks_off, ended, linked, names

MOST = 20_000  # documents
MOST_IDLE = 12  # documents in a row that show what the one before did: months without entries are few, too


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainWalk(Walk):
    """`next` is what to ask; `first` where the walk began; `been` are digests of the addresses asked so far. `broken`
    is the document at which an earlier walk broke off: this one goes on there when it has what is new. `before` names
    the entries of the last document, and `idle` ones up to here had no other. `torn` are documents that broke off
    themselves, `todo` those of an earlier walk: they are asked for when there is nothing else, which is `because`.
    """

    next: str
    first: str
    rel: str
    been: tuple[str, ...] = ()
    broken: str | None = None
    before: tuple[str, ...] = ()
    idle: int = 0
    torn: tuple[str, ...] = ()
    todo: tuple[str, ...] = ()
    because: str = ""


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
        return Ask(walk.todo[0] if walk.because else walk.next)

    def after(self, walk: ChainWalk, page: Page, about: About) -> ChainWalk:
        if walk.because:
            return _after_todo(walk, page)
        if page.reading is None or page.document is None:
            return _finished(replace(walk, whole=False, broken=walk.next), f"the chain is broken: {page.detail}")
        walk = replace(walk, offered=True, been=(*walk.been, _digest(walk.next)))
        if breaks_off(page):
            walk = replace(walk, torn=(*walk.torn, walk.next), whole=False)
        here = names(page.reading)
        idle = 0 if set(here) - set(walk.before) else walk.idle + 1
        walk = replace(walk, before=here, idle=idle)
        hints = json.loads(page.reading.head.hints or "{}")
        found = linked(hints, walk.rel, *self.rels)
        if found is None:
            return _finished(walk, "the last document names no further one")
        following = urljoin(page.document.url, found[1])
        if _digest(following) in walk.been:
            return _finished(walk, "the documents lead in a circle")
        if walk.idle >= MOST_IDLE:
            return _finished(walk, f"{walk.idle} documents in a row have nothing of their own")
        if len(walk.been) > MOST:
            return _finished(walk, f"more than {MOST} documents")
        return replace(walk, next=following, rel=found[0])

    def again(self, walk: ChainWalk, about: About) -> ChainWalk:
        """From where the feed points today: archives come between. It meets there what the last walk had."""
        walk, found = super().again(replace(walk, whole=True), about), linked(about.signs.hints, *self.rels)
        first, rel = (walk.first, walk.rel) if found is None else (urljoin(about.url, found[1]), found[0])
        walk = replace(walk, next=first, rel=rel, first=first, been=(_digest(about.url),), before=(), idle=0)
        return replace(walk, torn=(), todo=walk.torn, because="")

    def met(self, walk: ChainWalk) -> ChainWalk:
        """Where the last walk broke off, this one goes on."""
        if walk.broken is None:
            return _finished(walk, "all that is older was had before")
        return replace(walk, next=walk.broken, broken=None, floor=None, newest_here=None)


def _finished(walk: ChainWalk, because: str) -> ChainWalk:
    """The walk at its end, or at what broke off the last time."""
    if walk.todo:
        return replace(walk, because=because, floor=None)
    more = f" and {len(walk.torn) - 1} more" if len(walk.torn) > 1 else ""
    return ended(walk, f"{because}; broken off: {walk.torn[0]}{more}" if walk.torn else because)


def _after_todo(walk: ChainWalk, page: Page) -> ChainWalk:
    is_torn = page.reading is None or breaks_off(page)
    torn = (*walk.torn, walk.todo[0]) if is_torn else walk.torn
    return _finished(replace(walk, torn=torn, todo=walk.todo[1:], whole=walk.whole and not is_torn), walk.because)


def _digest(url: str) -> str:
    return sha256(url.partition("#")[0].encode(errors="replace")).hexdigest()[:12]
