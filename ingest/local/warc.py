"""Feed documents in WARC files (ISO 28500): responses that look like feeds. The only module that knows warcio."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from ingest.discovery import looks_like_feed
from ingest.local.documents import LocalDocument, Names, Unreadable, named

MISSING = "is a WARC file, which takes warcio: pip install 'chronik[warc]'"


def is_warc(path: Path) -> bool:
    """By its name, or by how it begins."""
    if path.name.lower().endswith((".warc", ".warc.gz")):
        return True
    with path.open("rb") as file:
        return file.read(5) == b"WARC/"


def documents(path: Path, place: str, names: Names, max_bytes: int) -> Iterator[LocalDocument | Unreadable]:
    """The feeds in a WARC file, in its order, each seen at its WARC-Date. Pages and revisits are passed over."""
    try:
        from warcio.archiveiterator import ArchiveIterator
        from warcio.exceptions import ArchiveLoadFailed
    except ImportError:
        yield Unreadable(place, MISSING)
        return
    try:
        with path.open("rb") as file:
            for record in ArchiveIterator(file):
                if record.rec_type == "response":
                    yield from _response(record, place, names, max_bytes)
    except (ArchiveLoadFailed, OSError, EOFError, ValueError) as error:
        yield Unreadable(place, f"breaks off or is damaged: {error}")


def _response(record: Any, place: str, names: Names, max_bytes: int) -> Iterator[LocalDocument | Unreadable]:
    url = record.rec_headers.get_header("WARC-Target-URI") or ""
    at = _instant(record.rec_headers.get_header("WARC-Date"))
    http = record.http_headers
    if http is None or http.get_statuscode() != "200" or not url.startswith(("http://", "https://")):
        return
    whole = f"{place}!{url}"
    stream: IO[bytes] = record.content_stream()
    body = stream.read(4096)
    if not looks_like_feed(body):
        return
    body += _rest(stream, max_bytes + 1 - len(body))
    if len(body) > max_bytes or at is None:
        why = "has no WARC-Date" if at is None else f"is larger than {max_bytes} bytes"
        yield Unreadable(whole, why)
        return
    name = names.of(url) or names.fixed or named(url, None)
    yield LocalDocument(whole, body, name.outlet, name.feed, at, url, http.get_header("Content-Type"))


def _rest(stream: IO[bytes], most: int) -> bytes:
    """A stream may give less than is asked for."""
    parts = []
    while most > 0 and (part := stream.read(most)):
        parts.append(part)
        most -= len(part)
    return b"".join(parts)


def _instant(text: str | None) -> datetime | None:
    try:
        at = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
