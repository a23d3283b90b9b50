"""What is known of a document besides its bytes."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Hints:
    """Given to the reading of a document. `base_url` resolves links only; it never touches a guid."""

    content_type: str | None = None
    base_url: str | None = None
    timezone: str | None = None  # IANA name of the outlet, for dates without a zone; None: UTC, recorded as assumed
    language: str | None = None  # the outlet's, where the document declares none
    known: bytes = b""  # what the entries of the feed's last document were read from, see storage.sources
