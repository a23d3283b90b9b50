"""A document from this machine, or why there is none."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime

MAX_BYTES = 32 * 1024 * 1024

_TRANSLITERATED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "o", "å": "a", "ł": "l"})


@dataclass(frozen=True, slots=True)
class LocalDocument:
    """A body with what is known of it. `place` names it for people; `fetched_at` is when it was seen (aware).

    `assumed`: what had to be assumed about it, in words.
    """

    place: str
    body: bytes
    outlet: str
    feed: str
    fetched_at: datetime
    url: str | None = None
    content_type: str | None = None
    assumed: str | None = None

    @property
    def feed_name(self) -> str:
        """`outlet/feed`."""
        return f"{self.outlet}/{self.feed}"


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A place that gave no document, why, and what to do about it."""

    place: str
    why: str


def slug(text: str) -> str:
    """A name as feeds.yaml takes it.

    >>> slug("Österreich: Tirol & Vorarlberg"), slug("…")
    ('oesterreich-tirol-vorarlberg', 'unnamed')
    """
    plain = unicodedata.normalize("NFKD", text.lower().translate(_TRANSLITERATED)).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:100].strip("-") or "unnamed"
