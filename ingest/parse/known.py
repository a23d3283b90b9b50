"""Leave out the entries that were read from the very same bytes in the feed's last document. Pure.

What an entry comes to depends on its own element and on what the document says for all its entries, on nothing else:
the digest of both is its source. All of a document is still parsed as XML, so that a fault in it is not overlooked.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from importlib.metadata import version

from ingest.parse.constructs import Scope
from ingest.parse.names import Element
from ingest.parse.parsed import ParsedFeed
from ingest.parse.tree import serialised
from storage.records import NO_SOURCE, each_source

MOST = 500  # entries; larger documents are read whole


@dataclass(slots=True)
class Known:
    """What is known while one document is read. `around`: what its head says for all entries, told apart by repr."""

    sources: bytes
    around: Callable[[ParsedFeed], object]
    _context: bytes = b""
    _known: frozenset[bytes] = field(init=False)

    def __post_init__(self) -> None:
        self._known = frozenset(each_source(self.sources)) - {NO_SOURCE}

    def begin(self, head: ParsedFeed, *manner: object) -> None:
        """Before its entries are read: the feed without them, and how elements are named in it."""
        said = (_release(), self.around(head), manner)
        self._context = blake2b(repr(said).encode("utf-8", "surrogatepass"), digest_size=32).digest()

    def source(self, element: Element, scope: Scope) -> bytes:
        """What an entry is read from."""
        digest = blake2b(repr(scope).encode("utf-8", "surrogatepass"), digest_size=len(NO_SOURCE), key=self._context)
        digest.update(serialised(element))
        return digest.digest()

    def __contains__(self, source: bytes) -> bool:
        return source in self._known


@cache
def _release() -> str:
    return version("chronik")
