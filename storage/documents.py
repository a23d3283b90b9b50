"""Raw bodies: content-addressed, compressed, verifiable. What was received can always be given back, byte for byte.

A body is compressed with zstd, with the feed's document before it as prefix (successive documents of a feed are nearly
the same: 137 kB become 4 kB). Every 32nd stands alone, so that reading one never takes more than 31 others; those that
were written last are at hand without reading any.
"""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from datetime import datetime
from hashlib import sha256

import zstandard
from sqlalchemy import Connection, bindparam, delete, select, update

from storage.errors import ArchiveError
from storage.ids import Ids
from storage.tables import document, document_body

MAX_DEPTH = 31
RECENT_BYTES = 16 * 1024 * 1024
RECENT_BODY = 1024 * 1024  # larger ones are rare, and not worth the memory
LARGEST_LIKE = 4 * 1024 * 1024  # bytes; what is larger stands alone, for four of it would be in memory at once
LEVEL = 3  # 1 misses most long matches of the prefix, 9 gains 6 % at four times the time


def digest(body: bytes) -> bytes:
    """The name of a body."""
    return sha256(body).digest()


class Recent:
    """The bodies written last, compressed lightly: what the next document of a feed will be held against."""

    def __init__(self, most_bytes: int = RECENT_BYTES) -> None:
        self._most = most_bytes
        self._size = 0
        self._packed: OrderedDict[int, tuple[bytes, int]] = OrderedDict()

    def put(self, document_id: int, plain: bytes) -> None:
        """Remember a body; the longest unused ones are forgotten."""
        if len(plain) > RECENT_BODY:
            return
        packed = zstandard.ZstdCompressor(level=1).compress(plain)
        self._packed[document_id] = packed, len(plain)
        self._size += len(packed)
        while self._size > self._most:
            _, (forgotten, _) = self._packed.popitem(last=False)
            self._size -= len(forgotten)

    def clear(self) -> None:
        """Forget all: after a rollback an id may come to stand for another document."""
        self._packed.clear()
        self._size = 0

    def take(self, document_id: int) -> bytes | None:
        """A body that the next one replaces."""
        held = self._packed.pop(document_id, None)
        if held is None:
            return None
        self._size -= len(held[0])
        return _unpacked(held[0], None, held[1])


def keep(
    connection: Connection,
    ids: Ids,
    recent: Recent,
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
    known = connection.execute(_BY_NAME, {"sha256": name}).first()
    if known is not None:
        _remember(connection, known.document_id, known.first_fetched_at, seen_at, encoding, verdict)
        return int(known.document_id)
    prefix = _prefix(connection, recent, like) if len(body) <= LARGEST_LIKE else None
    packed = _packed(body, prefix[1] if prefix else None)
    document_id = ids.next("document")
    connection.execute(
        document.insert(),
        {
            "document_id": document_id,
            "sha256": name,
            "content_type": content_type,
            "encoding": encoding,
            "encoding_verdict": verdict,
            "bytes": len(body),
            "stored_bytes": len(packed),
            "first_fetched_at": seen_at,
            "prefix_id": prefix[0] if prefix else None,
            "depth": prefix[2] + 1 if prefix else 0,
        },
    )
    connection.execute(document_body.insert(), {"document_id": document_id, "body": packed})
    recent.put(document_id, body)
    return document_id


_BY_NAME = select(document.c.document_id, document.c.first_fetched_at).where(document.c.sha256 == bindparam("sha256"))


def find(connection: Connection, name: bytes) -> int | None:
    """The document with this sha256."""
    found = connection.execute(_BY_NAME, {"sha256": name}).first()
    return None if found is None else int(found.document_id)


def _remember(
    connection: Connection,
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
        connection.execute(update(document).where(document.c.document_id == document_id).values(changes))


def _prefix(connection: Connection, recent: Recent, like: int | None) -> tuple[int, bytes, int] | None:
    if like is None:
        return None
    held = connection.execute(select(document.c.depth, document.c.bytes).where(document.c.document_id == like)).first()
    if held is None or held.depth >= MAX_DEPTH or held.bytes > LARGEST_LIKE:
        return None
    return like, recent.take(like) or body(connection, like), held.depth


def _packed(body: bytes, prefix: bytes | None) -> bytes:
    return zstandard.ZstdCompressor(level=LEVEL, dict_data=_dictionary(prefix)).compress(body)


def _unpacked(packed: bytes, prefix: bytes | None, size: int) -> bytes:
    return zstandard.ZstdDecompressor(dict_data=_dictionary(prefix) or _NO_DICTIONARY).decompress(
        packed, max_output_size=max(size, 1)
    )


_NO_DICTIONARY = zstandard.ZstdCompressionDict(b"", dict_type=zstandard.DICT_TYPE_RAWCONTENT)


def _dictionary(prefix: bytes | None) -> zstandard.ZstdCompressionDict | None:
    if not prefix:
        return None
    return zstandard.ZstdCompressionDict(prefix, dict_type=zstandard.DICT_TYPE_RAWCONTENT)


def body(connection: Connection, document_id: int) -> bytes:
    """The bytes as received. Raises ArchiveError if they are not what their digest says."""
    plain: bytes | None = None
    name = b""
    for own_name, packed, size in reversed(list(_chain(connection, document_id))):
        name = own_name
        try:
            plain = _unpacked(packed, plain, size)
        except zstandard.ZstdError as error:
            raise ArchiveError(f"document {document_id} cannot be unpacked ({error}): restore a backup") from error
    if plain is None or digest(plain) != name:
        raise ArchiveError(f"document {document_id} is not what its digest says: restore a backup")
    return plain


def _chain(connection: Connection, document_id: int) -> Iterator[tuple[bytes, bytes, int]]:
    """(sha256, packed, size) of a document, then of its prefix, and so on."""
    at: int | None = document_id
    while at is not None:
        row = connection.execute(_WITH_BODY, {"id": at}).first()
        if row is None:
            raise ArchiveError(f"document {at} is not in the archive: restore a backup")
        yield row.sha256, row.body, row.bytes
        at = row.prefix_id


_WITH_BODY = (
    select(document.c.sha256, document.c.bytes, document.c.prefix_id, document_body.c.body)
    .join_from(document, document_body, document.c.document_id == document_body.c.document_id)
    .where(document.c.document_id == bindparam("id"))
)


def drop(connection: Connection, document_ids: Sequence[int]) -> None:
    """Delete documents. Those that were compressed with one of them as prefix are kept whole, on their own.

    Raises ArchiveError if such a one is damaged.
    """
    dead = set(document_ids)
    for part in (rows[at : at + 5_000] for rows in [sorted(dead)] for at in range(0, len(rows), 5_000)):
        for row in connection.execute(_LEANING, {"ids": part}).all():
            if row.document_id not in dead:
                plain = body(connection, row.document_id)
                packed = _packed(plain, None)
                values = {"prefix_id": None, "depth": 0, "stored_bytes": len(packed)}
                itself = update(document).where(document.c.document_id == row.document_id)
                connection.execute(itself.values(values))
                whole = update(document_body).where(document_body.c.document_id == row.document_id)
                connection.execute(whole.values(body=packed))
    rows = [{"of": document_id} for document_id in sorted(dead, reverse=True)]
    for table in (document_body, document) if rows else ():
        connection.execute(delete(table).where(table.c.document_id == bindparam("of")), rows)


_LEANING = select(document.c.document_id).where(document.c.prefix_id.in_(bindparam("ids", expanding=True)))
