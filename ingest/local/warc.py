"""Feed documents in WARC files (ISO 28500): responses that look like feeds, and word that they were seen again.

Pages of articles too, where they are wanted, as Common Crawl's news files hold them.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from ingest.discovery import looks_like_feed
from ingest.local.documents import FEED_NAME, FeedName, LocalDocument, Names, Unreadable, named
from storage.records import Route

MISSING = "is a WARC file, which takes warcio: pip install 'chronik[warc]'"


def is_warc(path: Path) -> bool:
    """By its name, or by how it begins."""
    if path.name.lower().endswith((".warc", ".warc.gz")):
        return True
    with path.open("rb") as file:
        return file.read(5) == b"WARC/"


def documents(
    path: Path, place: str, names: Names, max_bytes: int, *, pages: bool = False
) -> Iterator[LocalDocument | Unreadable]:
    """The feeds in a WARC file, in its order, each seen at its WARC-Date; articles with `pages`; nothing else.

    A revisit record is the document that it refers to, seen again, where that is in this file.
    """
    try:
        from warcio.archiveiterator import ArchiveIterator
        from warcio.exceptions import ArchiveLoadFailed
    except ImportError:
        yield Unreadable(place, MISSING)
        return
    seen: dict[str, int] = {}  # payload digest to the offset of the record that has it
    end = 0
    try:
        with path.open("rb") as file:
            records = ArchiveIterator(file)
            for record in _each(records):
                digest = record.rec_headers.get_header("WARC-Payload-Digest")
                is_response, found = record.rec_type in {"response", "resource"}, []
                if is_response:
                    found = list(_response(record, record, place, names, max_bytes, pages=pages))
                offset, end = _whole(records, record)
                if is_response:
                    if found and digest:
                        seen.setdefault(digest, offset)
                    yield from found
                elif record.rec_type == "revisit" and digest in seen:
                    with path.open("rb") as again:
                        again.seek(seen[digest])
                        yield from _response(record, next(ArchiveIterator(again)), place, names, max_bytes, pages=pages)
        if _follows(path, end):
            raise EOFError(f"what stands after byte {end} is no record")
    except (ArchiveLoadFailed, OSError, EOFError, ValueError) as error:
        yield Unreadable(place, f"breaks off or is damaged: {error}")


def _follows(path: Path, end: int) -> bool:
    """Whether more than the end of a record stands there."""
    with path.open("rb") as file:
        file.seek(end)
        return file.read(8).strip(b"\r\n") != b""


def _each(records: Any) -> Iterator[Any]:
    """The records; a head that breaks off is nothing that warcio expects."""
    try:
        yield from records
    except (AttributeError, TypeError) as error:
        raise EOFError("its last record has no whole head") from error


def _whole(records: Any, record: Any) -> tuple[int, int]:
    """Where in the file a record begins and ends, once it is read to its end. Raises EOFError if it has none."""
    offset, length = records.get_record_offset(), records.get_record_length()
    said = (record.rec_headers.get_header("Content-Length") or "").strip()
    left = getattr(record.raw_stream, "limit", None)  # bytes that should still come; none: nobody knows how many
    if not said.isdecimal() or left is None or left:
        raise EOFError("its last record has no end")
    return offset, offset + length


def _response(
    record: Any, whole_record: Any, place: str, names: Names, max_bytes: int, *, pages: bool
) -> Iterator[LocalDocument | Unreadable]:
    """What `record` tells was seen, with the body of `whole_record`."""
    about = record.rec_headers.get_header
    url, ours = about("WARC-Target-URI") or "", FEED_NAME.fullmatch(about("Chronik-Feed") or "")
    at = _instant(about("WARC-Date"))
    http = whole_record.http_headers
    if not (ours or url.startswith(("http://", "https://"))) or (http and http.get_statuscode() != "200"):
        return
    whole = f"{place}!{url}"
    stream: IO[bytes] = whole_record.content_stream()
    body = stream.read(4096)
    is_feed = bool(ours) or looks_like_feed(body)
    if not (is_feed or pages):
        return
    body += _rest(stream, max_bytes + 1 - len(body))
    if not is_feed and not looks_like_article(body):
        return
    if len(body) > max_bytes or at is None:
        why = "has no WARC-Date" if at is None else f"is larger than {max_bytes} bytes"
        yield Unreadable(whole, why)
        return
    content_type = http.get_header("Content-Type") if http else whole_record.content_type
    if not is_feed:
        name = names.of_article(url)
        yield LocalDocument(whole, body, name.outlet, name.feed, at, url, content_type, is_article=True)
        return
    name = names.fixed or (FeedName(ours[1], ours[2]) if ours else names.of(url) or named(url, None))
    is_page = not _shows_window(about("Chronik-Route"))
    yield LocalDocument(whole, body, name.outlet, name.feed, at, url, content_type, is_page=is_page)


def looks_like_article(body: bytes) -> bool:
    """True for a page that names an article, in JSON-LD or OpenGraph. A glance, no proof.

    >>> looks_like_article(b"<html><meta property='og:type' content='article'>"), looks_like_article(b"<html>")
    (True, False)
    """
    return _ARTICLE.search(body) is not None


_ARTICLE = re.compile(
    rb"og:type['\"][^>]{0,100}article|['\"]@type['\"]\s{0,9}:\s{0,9}\[?\s{0,9}['\"]\w{0,40}(Article|BlogPosting)['\"]",
    re.IGNORECASE,
)


def _shows_window(route: str | None) -> bool:
    """What chronik wrote says by which route it came; a capture by anybody else is a feed as it stood."""
    try:
        return Route(route or Route.LOAD).shows_window
    except ValueError:
        return True


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
