"""What the archive already knows of a document, so that it need not be read again."""

from datetime import datetime
from enum import Enum

from sqlalchemy import Connection, and_, bindparam, select

from storage.tables import document, fetch, reading


class Known(Enum):
    """How well a document is known."""

    NO = 0  # never read as a document of this feed
    READ = 1  # read, but not seen at this time
    OBSERVED = 2  # seen at this very time


def known(connection: Connection, feed_id: int, at: datetime, sha256: bytes) -> Known:
    """What is known of this body as a document of the feed at that time."""
    row = connection.execute(_READ, {"feed": feed_id, "sha": sha256}).first()
    if row is None:
        return Known.NO
    seen = connection.execute(_SEEN, {"feed": feed_id, "at": at, "document": row.document_id}).first()
    return Known.READ if seen is None else Known.OBSERVED


_READ = (
    select(document.c.document_id)
    .join(reading, and_(reading.c.document_id == document.c.document_id, reading.c.feed_id == bindparam("feed")))
    .where(document.c.sha256 == bindparam("sha"))
)
_SEEN = select(fetch.c.fetch_id).where(
    fetch.c.feed_id == bindparam("feed"),
    fetch.c.requested_at == bindparam("at", type_=fetch.c.requested_at.type),
    fetch.c.document_id == bindparam("document"),
    fetch.c.outcome != "failed",
)
