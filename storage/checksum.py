"""Our own checksums of rows: SQLite's integrity_check does not see a changed byte inside a value."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import blake2b

from storage.columns import utc_text

# What says what an entry said. Ids of other rows may change with evidence, and are not among it.
WORDING = (
    *("wording_id", "digest", "title", "summary", "content_text", "html", "authors", "categories", "enclosures"),
    *("language", "title_language", "image_url", "published_at", "published_raw", "published_source", "updated_at"),
)
BUNDLE = ("bundle_id", "size", "body")
ITEM = ("item_id", "digest", "guid", "url", "canonical_url", "comments_url", "extra")


def checksum(row: Mapping[str, object], columns: Iterable[str]) -> int:
    """64 bits (signed) of BLAKE2b over the values as stored."""
    told = [b"-" if (value := row[column]) is None else _told(value) for column in columns]
    return int.from_bytes(blake2b(b"".join(told), digest_size=8).digest(), "big", signed=True)


def _told(value: object) -> bytes:
    if not isinstance(value, bytes):
        text = value if isinstance(value, str) else utc_text(value) if isinstance(value, datetime) else str(value)
        value = text.encode("utf-8", "surrogatepass")
    return b"%d:%b" % (len(value), value)
