"""Put raw documents away: from the archive into objects of a store, and back.

Bodies are written into the archive first, as always, so that no poll waits for a store. A chain of documents moves when
it is at rest: full, or a week without a new one. Its bodies, as they are, go into an object with those of others, some
hundred kB at a time; once the store has it, one transaction notes where each lies and takes it out of the archive. So
what is noted is there; what a crash leaves over is an object that nothing names, and the same one is put the next time.
A store that cannot be reached holds nobody up: what waits for it stays in the archive.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import bindparam, delete, func, or_, select, update

from storage.archive import Archive
from storage.documents import MAX_DEPTH, PLACES, held
from storage.object_store import ObjectStore, Shelf
from storage.tables import document, document_body, object_
from storage.transaction import Tx

RESTING = timedelta(days=7)  # without a new document: shorter, and a quiet feed's next one would have to stand alone
OBJECT = 512 * 1024  # bytes; so long more chains are added. Small enough to be read whole for one document
LARGEST = 4 * 1024 * 1024  # bytes; a chain that is longer has several
AT_ONCE = 8  # objects on their way, and in one transaction
CHAINS = 500  # looked at together


@dataclass(frozen=True, slots=True)
class Packed:
    """A compressed body on its way."""

    document_id: int
    chain_id: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Stowed:
    """An object that the store has, and which bodies it was made of, in their order."""

    store: str
    name: str
    parts: tuple[Packed, ...]

    @property
    def bytes(self) -> int:
        """Its length."""
        return sum(len(part.body) for part in self.parts)


def loads(parts: Sequence[Packed]) -> Iterator[tuple[Packed, ...]]:
    """What goes into one object each: whole chains, as far as one has room for them. `parts` come chain by chain. Pure.

    >>> a, b, c = (Packed(n, n, bytes(300_000)) for n in range(3))
    >>> [[part.document_id for part in load] for load in loads([a, b, c])]
    [[0, 1], [2]]
    """
    load: list[Packed] = []
    size = 0
    for part in parts:
        begins = not load or part.chain_id != load[-1].chain_id
        if load and ((begins and size >= OBJECT) or size + len(part.body) > LARGEST):
            yield tuple(load)
            load, size = [], 0
        load.append(part)
        size += len(part.body)
    if load:
        yield tuple(load)


# --- away -------------------------------------------------------------------------------------------------------------


def put_some(archive: Archive, store: ObjectStore, now: datetime, after: int) -> tuple[list[Stowed], int | None]:
    """Put some chains at rest into the store; nothing changes in the archive. Raises StoreError.

    Looks at chains after the one of id `after`. Returns what is to be noted, and the last chain that was looked at;
    None: there is none after it.
    """
    with archive.read() as connection:
        chains = [row.chain_id for row in connection.execute(_RESTING, {"after": after, "before": now - RESTING})]
        parts, last = _some_parts(connection, chains)
    wanted = list(loads(parts))
    names = store.put([b"".join(part.body for part in load) for load in wanted])
    return [Stowed(store.url, name, load) for name, load in zip(names, wanted, strict=True)], last


def _some_parts(connection: Any, chains: Sequence[int]) -> tuple[list[Packed], int | None]:
    """The bodies of as many of these chains as fit into memory, and the last of them."""
    parts: list[Packed] = []
    size = 0
    for chain_id in chains:
        if size >= AT_ONCE * OBJECT:
            return parts, parts[-1].chain_id
        rows = connection.execute(_HERE, {"chain": chain_id})
        parts += [Packed(row.document_id, chain_id, bytes(row.body)) for row in rows if row.body is not None]
        size = sum(len(part.body) for part in parts)
    return parts, chains[-1] if chains else None


def note(tx: Tx, stowed: Sequence[Stowed]) -> int:
    """Note which bodies the store has now, and take them out of the archive. Returns how many.

    What has changed meanwhile stays: a chain that grew, since what comes next would be held against it; a document that
    was pruned, or put away by another daemon.
    """
    still = {part.document_id for each in stowed for part in each.parts} - _changed(tx, stowed)
    count = 0
    for each in stowed:
        places, at = [], 0
        for part in each.parts:
            if part.document_id in still:
                places.append({"of": part.document_id, "at": at})
            at += len(part.body)
        if places:
            _note(tx, each, places)
        count += len(places)
    return count


def _note(tx: Tx, stowed: Stowed, places: list[dict[str, int]]) -> None:
    object_id = tx.ids.next("object")
    row = {"object_id": object_id, "store": stowed.store, "name": stowed.name, "bytes": stowed.bytes}
    tx.write(object_.insert(), [row | {"documents": len(stowed.parts), "put_at": tx.now}])
    tx.write(_AWAY, [place | {"object": object_id} for place in places])
    tx.write(delete(document_body).where(document_body.c.document_id == bindparam("of")), places)


def _changed(tx: Tx, stowed: Sequence[Stowed]) -> set[int]:
    read: dict[int, dict[int, int]] = {}
    for each in stowed:
        for part in each.parts:
            read.setdefault(part.chain_id, {})[part.document_id] = len(part.body)
    now: dict[int, dict[int, int]] = {}
    for row in tx.rows_in(_SIZES, "chains", read):
        now.setdefault(row.chain_id, {})[row.document_id] = row.stored_bytes
    return {document_id for chain, sizes in read.items() if now.get(chain) != sizes for document_id in sizes}


_RESTING = (
    select(document.c.chain_id)
    .where(document.c.object_id.is_(None), document.c.chain_id > bindparam("after"))
    .group_by(document.c.chain_id)
    .having(
        or_(
            func.max(document.c.depth) >= MAX_DEPTH,
            func.max(document.c.first_fetched_at) < bindparam("before", type_=document.c.first_fetched_at.type),
        )
    )
    .order_by(document.c.chain_id)
    .limit(CHAINS)
)
_HERE = (
    select(document.c.document_id, document_body.c.body)
    .join_from(document, document_body, document.c.document_id == document_body.c.document_id)
    .where(document.c.chain_id == bindparam("chain"), document.c.object_id.is_(None))
    .order_by(document.c.document_id)
)
_SIZES = select(document.c.chain_id, document.c.document_id, document.c.stored_bytes).where(
    document.c.chain_id.in_(bindparam("chains", expanding=True)), document.c.object_id.is_(None)
)
_AWAY = (
    update(document)
    .where(document.c.document_id == bindparam("of"))
    .values(object_id=bindparam("object"), object_at=bindparam("at"))
)


def stow(archive: Archive, url: str, now: datetime, tell: Callable[[int], None] = lambda _done: None) -> int:
    """Put all chains at rest away; returns how many documents. Raises StoreError."""
    store = ObjectStore(url)
    done, after = 0, 0
    while True:
        stowed, last = put_some(archive, store, now, after)
        if last is None:
            return done
        with archive.write() as tx:
            done += note(tx, stowed)
        tell(done)
        after = last


# --- back -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Outside:
    """What a store has of an archive."""

    store: str
    objects: int
    documents: int
    bytes: int


def outside(archive: Archive) -> list[Outside]:
    """What lies outside of the archive, by store."""
    with archive.read() as connection:
        return [Outside(*row) for row in connection.execute(_OUTSIDE)]


_OUTSIDE = (
    select(object_.c.store, func.count(), func.sum(object_.c.documents), func.sum(object_.c.bytes))
    .group_by(object_.c.store)
    .order_by(object_.c.store)
)


def bring_back(archive: Archive, tell: Callable[[int], None] = lambda _done: None) -> int:
    """Take all bodies into the archive again; the objects stay. Returns how many. Raises ArchiveError."""
    with archive.read() as connection:
        objects = connection.scalars(select(object_.c.object_id).order_by(object_.c.object_id)).all()
    done = 0
    for object_id in objects:
        done += _take_in(archive, object_id)
        with archive.write() as tx:
            tx.connection.execute(delete(object_).where(object_.c.object_id == object_id))
        tell(done)
    return done


def tidy(archive: Archive) -> int:
    """Delete objects that have something which was pruned; what else they have is taken in again before.

    Returns how many bytes the stores are spared. Raises ArchiveError; what was begun is done by the next time.
    """
    with archive.read() as connection:
        rows = connection.execute(_WITH_DEAD).all()
    spared = 0
    for row in rows:
        _take_in(archive, row.object_id)
        with archive.read() as connection:
            elsewhere = connection.scalar(_ALSO, {"of": row.object_id, "store": row.store, "name": row.name})
        if not elsewhere:
            ObjectStore(row.store).delete(row.name)
            spared += row.bytes
        with archive.write() as tx:
            tx.connection.execute(delete(object_).where(object_.c.object_id == row.object_id))
    return spared


def _take_in(archive: Archive, object_id: int) -> int:
    with archive.read() as connection:
        rows = connection.execute(_OF_OBJECT, {"of": object_id}).all()
        bodies = [{"document_id": row.document_id, "body": held(connection, row)} for row in rows]
    with archive.write() as tx:
        lying = {row.document_id for row in tx.rows(_OF_OBJECT, of=object_id)}
        bodies = [each for each in bodies if each["document_id"] in lying]
        tx.write(document_body.insert(), bodies)
        here = update(document).where(document.c.document_id == bindparam("of"))
        tx.write(here.values(object_id=None, object_at=None), [{"of": each["document_id"]} for each in bodies])
    return len(bodies)


_LIVING = select(func.count()).where(document.c.object_id == object_.c.object_id).scalar_subquery()
_WITH_DEAD = select(object_).where(object_.c.documents > _LIVING)
_OF_OBJECT = PLACES.where(document.c.object_id == bindparam("of")).order_by(document.c.object_at)
_ALSO = select(func.count()).where(
    object_.c.object_id != bindparam("of"), object_.c.store == bindparam("store"), object_.c.name == bindparam("name")
)


# --- is it there? -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stray:
    """Objects in a store that the archive does not name."""

    store: str
    objects: int
    bytes: int


def strays(connection: Any) -> Iterator[Stray]:
    """What lies in the archive's stores besides. Raises StoreError."""
    shelf = Shelf.of(connection)
    rows = connection.execute(select(object_.c.store, object_.c.name).order_by(object_.c.store)).all()
    for url, named in groupby(rows, attrgetter("store")):
        known = {row.name for row in named}
        others = [size for name, size in shelf.store(url).names() if name not in known]
        if others:
            yield Stray(url, len(others), sum(others))
