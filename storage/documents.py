"""Raw bodies: content-addressed, compressed, verifiable. What was received can always be given back, byte for byte.

A body is compressed with zstd, with the feed's document before it as prefix (successive documents of a feed are nearly
the same: 137 kB become 4 kB). Every 32nd stands alone, so that reading one never takes more than 31 others; those that
were written last are at hand without reading any. Chains that are at rest may lie outside of the archive
(`storage.stowing`); nothing new is held against those.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Select, bindparam, delete, insert, literal_column, select, update

from storage.compressing import CannotUnpack, packed, unpacked
from storage.errors import ArchiveError
from storage.object_store import Shelf
from storage.prepared import Often
from storage.tables import document, document_body, object_
from storage.transaction import Tx

MAX_DEPTH = 31
LARGEST_LIKE = 4 * 1024 * 1024  # bytes; what is larger stands alone, for four of it would be in memory at once


def digest(body: bytes) -> bytes:
    """The name of a body."""
    return sha256(body).digest()


def keep(
    tx: Tx,
    body: bytes,
    seen_at: datetime,
    *,
    content_type: str | None = None,
    encoding: str | None = None,
    verdict: str | None = None,
    like: int | None = None,
) -> int:
    """Store a body unless it is there; returns its document_id. `like` is a document that it probably resembles."""
    name = digest(body)
    tx.hold_body(name)
    known = tx.row(_BY_NAME, sha256=name)
    if known is not None:
        _remember(tx, known.document_id, known.first_fetched_at, seen_at, encoding, verdict)
        return int(known.document_id)
    prefix = _prefix(tx, like) if len(body) <= LARGEST_LIKE else None
    held = packed(body, prefix[1] if prefix else None)
    document_id = tx.ids.next("document")
    row = {
        "document_id": document_id,
        "sha256": name,
        "content_type": content_type,
        "encoding": encoding,
        "encoding_verdict": verdict,
        "bytes": len(body),
        "stored_bytes": len(held),
        "first_fetched_at": seen_at,
        "prefix_id": prefix[0] if prefix else None,
        "depth": prefix[2] + 1 if prefix else 0,
        "chain_id": prefix[3] if prefix else document_id,
    }
    tx.write(_NEW, [row])
    tx.write(_NEW_BODY, [{"document_id": document_id, "body": held}])
    tx.recent.put(document_id, body)
    return document_id


_NEW = Often(document.insert())
_NEW_BODY = Often(document_body.insert())
_BY_NAME = Often(
    select(document.c.document_id, document.c.first_fetched_at).where(document.c.sha256 == bindparam("sha256"))
)


def find(tx: Tx, name: bytes) -> int | None:
    """The document with this sha256."""
    found: int | None = tx.value(_BY_NAME, sha256=name)
    return found


def _remember(
    tx: Tx,
    document_id: int,
    first: datetime,
    seen_at: datetime,
    encoding: str | None,
    verdict: str | None,
) -> None:
    changes: dict[str, object] = {}
    if seen_at < first:
        changes["first_fetched_at"] = seen_at
    if encoding is not None:
        changes |= {"encoding": encoding, "encoding_verdict": verdict}
    if changes:
        tx.connection.execute(update(document).where(document.c.document_id == document_id).values(changes))


def _prefix(tx: Tx, like: int | None) -> tuple[int, bytes, int, int] | None:
    """A document to hold a new one against: its id, body, depth and chain. Never asks a store: the writer waits."""
    if like is None:
        return None
    held = tx.row(_SIZE, of=like)
    if held is None or held.object_id is not None or held.depth >= MAX_DEPTH or held.bytes > LARGEST_LIKE:
        return None
    plain = tx.recent.take(like) or _body_here(tx, like)
    return None if plain is None else (like, plain, held.depth, held.chain_id)


_SIZE = Often(
    select(document.c.depth, document.c.bytes, document.c.chain_id, document.c.object_id).where(
        document.c.document_id == bindparam("of")
    )
)


def body(connection: Connection, document_id: int) -> bytes:
    """The bytes as received. Raises ArchiveError if they are not what their digest says.

    StoreError if they lie outside of the archive, and cannot be had from there now.
    """
    return _unpacked(connection, document_id, list(_chain(connection, document_id)))


def _body_here(tx: Tx, document_id: int) -> bytes | None:
    """The same by one statement, None if a part of it lies outside of the archive."""
    links = tx.rows(_CHAIN, id=document_id)
    if not links or links[-1].prefix_id is not None:
        raise _missing(links[-1].prefix_id if links else document_id)
    return _unpacked(tx.connection, document_id, links) if all(link.object_id is None for link in links) else None


def _unpacked(connection: Connection, document_id: int, links: Sequence[Any]) -> bytes:
    plain: bytes | None = None
    for link in reversed(links):
        try:
            plain = unpacked(held(connection, link), plain, link.bytes)
        except CannotUnpack as error:
            raise ArchiveError(f"document {document_id} cannot be unpacked ({error}): restore a backup") from error
    if plain is None or digest(plain) != links[0].sha256:
        raise ArchiveError(f"document {document_id} is not what its digest says: restore a backup")
    return plain


def held(connection: Connection, row: Any) -> bytes:
    """The compressed body of a row of `PLACES`, from wherever it lies. Raises StoreError, ArchiveError."""
    if row.object_id is None:
        if row.body is None:
            raise ArchiveError(f"the body of document {row.document_id} is not in the archive: restore a backup")
        return bytes(row.body)
    if row.store is None:
        raise ArchiveError(f"document {row.document_id} lies in an object that is not known: restore a backup")
    whole = Shelf.of(connection).object(row.store, row.name)
    return whole[row.object_at : row.object_at + row.stored_bytes]


def _chain(connection: Connection, document_id: int) -> Iterator[Any]:
    """A document, then its prefix, and so on."""
    at: int | None = document_id
    while at is not None:
        row = connection.execute(_PLACE, {"id": at}).first()
        if row is None:
            raise _missing(at)
        yield row
        at = row.prefix_id


def _missing(document_id: int) -> ArchiveError:
    return ArchiveError(f"document {document_id} is not in the archive: restore a backup")


PLACES = (
    select(document, document_body.c.body, object_.c.store, object_.c.name)
    .join_from(document, document_body, document.c.document_id == document_body.c.document_id, isouter=True)
    .join(object_, object_.c.object_id == document.c.object_id, isouter=True)
)
_PLACE = PLACES.where(document.c.document_id == bindparam("id"))


def _chain_at_once() -> Select[Any]:
    """A document and all that it leans on, itself first."""
    first = select(document.c.document_id, document.c.prefix_id, literal_column("0").label("step"))
    links = first.where(document.c.document_id == bindparam("id")).cte("links", recursive=True)
    before = select(document.c.document_id, document.c.prefix_id, links.c.step + literal_column("1"))
    links = links.union_all(
        before.join_from(document, links, document.c.document_id == links.c.prefix_id).where(
            links.c.step < literal_column(str(MAX_DEPTH))
        )
    )
    return PLACES.join(links, links.c.document_id == document.c.document_id).order_by(links.c.step)


_CHAIN = Often(_chain_at_once())


def drop(connection: Connection, document_ids: Sequence[int]) -> None:
    """Delete documents. Those that were compressed with one of them as prefix are kept whole, on their own.

    Raises ArchiveError if such a one is damaged, StoreError if it cannot be had now.
    """
    dead = set(document_ids)
    for part in (rows[at : at + 5_000] for rows in [sorted(dead)] for at in range(0, len(rows), 5_000)):
        for row in connection.execute(_LEANING, {"ids": part}).all():
            if row.document_id not in dead:
                _keep_alone(connection, row.document_id)
    rows = [{"of": document_id} for document_id in sorted(dead, reverse=True)]
    for table in (document_body, document) if rows else ():
        connection.execute(delete(table).where(table.c.document_id == bindparam("of")), rows)


def _keep_alone(connection: Connection, document_id: int) -> None:
    alone = packed(body(connection, document_id), None)
    itself = update(document).where(document.c.document_id == document_id)
    connection.execute(itself.values(prefix_id=None, depth=0, stored_bytes=len(alone), object_id=None, object_at=None))
    connection.execute(delete(document_body).where(document_body.c.document_id == document_id))
    connection.execute(insert(document_body).values(document_id=document_id, body=alone))


_LEANING = select(document.c.document_id).where(document.c.prefix_id.in_(bindparam("ids", expanding=True)))
