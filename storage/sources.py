"""What the entries of a feed's newest document were read from, so that those still in the next one need no parser.

A source is a digest of an entry's own bytes and of all that its reading depends on besides: equal sources, equal
entries. Whoever reads a document is given those of the last one, and leaves out what it recognises.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, select

from storage.items import Source, keep_entries
from storage.kept import Kept
from storage.prepared import Often
from storage.records import NO_SOURCE, Reading, each_source
from storage.tables import document, feed, item, reading, window, wording
from storage.timeline import unpacked_items
from storage.transaction import Shared, Tx


class Outdated(Exception):
    """What this was read against is not the feed's newest document, or read otherwise now: it must be read whole."""


@dataclass(frozen=True, slots=True)
class Last:
    """A feed's newest document: what its entries were read from, and when they were published."""

    sources: bytes = b""
    published: Mapping[bytes, datetime] = field(default_factory=dict)

    def dates(self, said: Reading) -> tuple[datetime, ...]:
        """When the entries were published that a reading leaves out."""
        sources = each_source(said.sources) if said.against else ()
        return tuple(self.published[source] for source in sources if source in self.published)


@dataclass(frozen=True, slots=True)
class Lasting(Shared[Last]):
    """To know a feed's newest document. Nothing is known of one whose guids mean nothing: all is new in the next."""

    feed_id: int

    def __call__(self, tx: Tx) -> Last:
        return self.together(tx, [self])[0]

    @classmethod
    def together(cls, tx: Tx, jobs: Sequence["Lasting"]) -> Mapping[int, Last]:
        """All of them, by two statements."""
        rows = {row.feed_id: row for row in tx.rows_in(_LAST, "feeds", {job.feed_id for job in jobs})}
        items = [item_id for row in rows.values() for item_id in unpacked_items(row.items)]
        published = {row.item_id: row.published_at for row in tx.rows_in(_PUBLISHED, "items", items)}
        return {n: _last(rows.get(job.feed_id), published) for n, job in enumerate(jobs)}


_LAST = Often(
    select(feed.c.feed_id, reading.c["items"].label("items"), reading.c.sources)
    .join_from(feed, window, window.c.window_id == feed.c.newest_window_id)
    .join(reading, (reading.c.feed_id == feed.c.feed_id) & (reading.c.document_id == window.c.document_id))
    .where(
        feed.c.feed_id.in_(bindparam("feeds", expanding=True)),
        feed.c.unstable_guids < 2,
        reading.c.sources.is_not(None),
    )
)
_PUBLISHED = Often(
    select(item.c.item_id, wording.c.published_at)
    .join_from(item, wording, wording.c.wording_id == item.c.wording_id)
    .where(item.c.item_id.in_(bindparam("items", expanding=True)), wording.c.published_at.is_not(None))
)


def _last(row: Row[Any] | None, published: Mapping[int, datetime]) -> Last:
    if row is None:
        return Last()
    dated = {source: published.get(item_id) for source, item_id in _item_of(row).items()}
    return Last(row.sources, {source: at for source, at in dated.items() if at is not None})


def _item_of(row: Row[Any]) -> dict[bytes, int]:
    pairs = zip(each_source(row.sources), unpacked_items(row.items), strict=True)
    return {source: item_id for source, item_id in pairs if source != NO_SOURCE}


def keep_said(tx: Tx, source: Source, said: Reading, beside: bytes | None = None) -> tuple[Kept, bytes | None]:
    """Store what is new; returns every item of the document, and what each was read from. Raises Outdated.

    `beside`: the sha256 of the document that it was read against, if not the feed's newest.
    """
    if not said.sources:
        return keep_entries(tx, source, said.entries), None
    known = _known(tx, source, said, beside)
    left_out = {known[name] for name in each_source(said.sources) if name in known}
    kept = keep_entries(tx, source, said.entries, beside=left_out)
    items = _in_order(said, known, kept.item_of)
    kept.items = list(items)
    return kept, b"".join(items.values())


def _known(tx: Tx, source: Source, said: Reading, beside: bytes | None) -> dict[bytes, int]:
    if not said.against:
        return {}
    row = (
        tx.row(_LAST, feeds=[source.feed_id]) if beside is None else tx.row(_BESIDE, feed=source.feed_id, sha256=beside)
    )
    if row is None or row.sources != said.against:
        raise Outdated
    return _item_of(row)


_BESIDE = Often(
    select(reading.c["items"].label("items"), reading.c.sources)
    .join_from(reading, document, document.c.document_id == reading.c.document_id)
    .where(document.c.sha256 == bindparam("sha256"), reading.c.feed_id == bindparam("feed"))
)


def _in_order(said: Reading, known: Mapping[bytes, int], item_of: Mapping[bytes, int]) -> dict[int, bytes]:
    items: dict[int, bytes] = {}
    entries = iter(said.entries)
    for name in each_source(said.sources):
        item_id = known[name] if name in known else item_of[next(entries).digest]
        items.setdefault(item_id, name)
    return items
