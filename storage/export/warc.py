"""The raw documents as a WARC file (ISO 28500): what was asked, what came, and when it came again unchanged."""

import importlib
import json
from base64 import b32encode
from collections import OrderedDict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from hashlib import sha1
from io import BytesIO
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select

from storage import documents
from storage.archive import Archive
from storage.errors import ArchiveError
from storage.export.growing import Growing
from storage.export.slices import Slice
from storage.selector import selects
from storage.tables import document, entry, feed, fetch, version

CHECKPOINT = 500  # records
DIGESTS = 10_000  # of the documents written last
NOT_MODIFIED = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
SAME_PAYLOAD = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
# The body is kept as it was once the transfer was undone, so these say nothing of it any more.
_OF_TRANSFER = {"content-encoding", "transfer-encoding", "content-length"}


def warc(archive: Archive, wanted: Slice, path: Path, tell: Callable[[int], None]) -> int:
    """Write all documents that these feeds were seen to be; returns how many attempts gave or confirmed one.

    `since` and `until` go by when a document was seen; `after_seq`: those in which an entry that changed since was seen
    first or in another wording. The field `Chronik-Feed` of a record says whose document it is, `Chronik-Route` by
    which route it came. Raises ArchiveError without warcio.
    """
    modules = _warcio()  # before a file is begun
    question = {"format": "warc", "selectors": list(wanted.selectors), "since": wanted.since, "until": wanted.until}
    with Growing(path, question | {"after_seq": wanted.after_seq}).open() as growing, archive.read() as connection:
        writer = _Writer(connection, growing.file, modules, gzip=path.name.endswith(".gz"))
        done = growing.done
        if not growing.position:
            writer.head(path.name)
        for row in _attempts(connection, wanted, growing.position):
            writer.attempt(row)
            done += 1
            tell(done)
            if done % CHECKPOINT == 0:
                growing.checkpoint(row.fetch_id, done)
    return done


def _chosen(connection: Connection, wanted: Slice) -> Select[Any]:
    """Attempts in the slice that have a document."""
    names = {row.name for row in connection.execute(select(feed.c.name)) if selects(row.name, list(wanted.selectors))}
    query = select(fetch).where(fetch.c.document_id.is_not(None), fetch.c.outcome != "failed")
    if wanted.selectors:
        query = query.where(fetch.c.feed_id.in_(select(feed.c.feed_id).where(feed.c.name.in_(names))))
    at = fetch.c.requested_at
    query = query.where(at >= _instant(wanted.since)) if wanted.since else query
    query = query.where(at < _instant(wanted.until)) if wanted.until else query
    if wanted.after_seq:
        changed = select(version.c.fetch_id).join_from(version, entry, entry.c.entry_id == version.c.entry_id)
        query = query.where(fetch.c.fetch_id.in_(changed.where(entry.c.seq > wanted.after_seq)))
    return query


def _instant(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _attempts(connection: Connection, wanted: Slice, after: int) -> Iterator[Row[Any]]:
    chosen = _chosen(connection, wanted).subquery()
    first = select(chosen.c.document_id, func.min(chosen.c.fetch_id).label("first_id")).group_by(chosen.c.document_id)
    firsts = first.subquery()
    origin = fetch.alias()
    query = (
        select(
            chosen,
            feed.c.name.label("feed"),
            document.c.content_type,
            firsts.c.first_id,
            origin.c.url.label("first_url"),
            origin.c.final_url.label("first_final_url"),
            origin.c.requested_at.label("first_at"),
        )
        .join_from(chosen, feed, feed.c.feed_id == chosen.c.feed_id)
        .join(document, document.c.document_id == chosen.c.document_id)
        .join(firsts, firsts.c.document_id == chosen.c.document_id)
        .join(origin, origin.c.fetch_id == firsts.c.first_id)
        .order_by(chosen.c.fetch_id)
    )
    yield from connection.execution_options(yield_per=500).execute(query.where(chosen.c.fetch_id > after))


def _warcio() -> tuple[Any, Any]:
    try:
        return importlib.import_module("warcio.warcwriter"), importlib.import_module("warcio.statusandheaders")
    except ModuleNotFoundError:
        raise ArchiveError("a WARC file takes warcio: pip install 'chronik[warc]'") from None


class _Writer:
    def __init__(self, connection: Connection, file: Any, modules: tuple[Any, Any], *, gzip: bool) -> None:
        self._warcio, headers = modules
        self._http = headers.StatusAndHeaders
        self._connection = connection
        self._digests: OrderedDict[int, str] = OrderedDict()
        self._writer = self._warcio.WARCWriter(file, gzip=gzip, warc_version="1.1")

    def head(self, name: str) -> None:
        about = {"software": "chronik", "format": "WARC file version 1.1", "description": "feed documents as received"}
        self._writer.write_record(self._writer.create_warcinfo_record(name, about))

    def attempt(self, row: Row[Any]) -> None:
        """The answer (or that it was the same again), and what was asked."""
        url, at = row.final_url or row.url, f"{row.requested_at:%Y-%m-%dT%H:%M:%SZ}"
        told = {"WARC-Date": at, "Chronik-Feed": row.feed, "Chronik-Route": row.route}
        answer = self._again(row, url, told) if row.fetch_id != row.first_id else self._whole(row, url, told)
        self._writer.write_record(answer)
        if row.request_headers and _is_web(url):
            self._writer.write_record(self._request(row, answer, at))

    def _whole(self, row: Row[Any], url: str, told: dict[str, str]) -> Any:
        body = documents.body(self._connection, row.document_id)
        self._digest(row.document_id, body)
        if not _is_web(url):  # a file that was loaded: nobody answered
            told["Content-Type"] = row.content_type or "application/xml"
            return self._writer.create_warc_record(url, "resource", payload=BytesIO(body), warc_headers_dict=told)
        http = self._answer_head(row, len(body), row.http_status or 200)
        return self._writer.create_warc_record(
            url, "response", payload=BytesIO(body), http_headers=http, warc_headers_dict=told
        )

    def _again(self, row: Row[Any], url: str, told: dict[str, str]) -> Any:
        status = row.http_status or 200
        record = self._writer.create_revisit_record(
            url,
            self._digest(row.document_id, None),
            row.first_final_url or row.first_url,
            f"{row.first_at:%Y-%m-%dT%H:%M:%SZ}",
            http_headers=self._answer_head(row, 0, status) if _is_web(url) else None,
            warc_headers_dict=told,
        )
        record.rec_headers.replace_header("WARC-Profile", NOT_MODIFIED if status == 304 else SAME_PAYLOAD)
        return record

    def _digest(self, document_id: int, body: bytes | None) -> str:
        """The payload's, as warcio writes it into the record that has it."""
        if document_id not in self._digests:
            if len(self._digests) >= DIGESTS:
                self._digests.popitem(last=False)
            body = documents.body(self._connection, document_id) if body is None else body
            self._digests[document_id] = "sha1:" + b32encode(sha1(body, usedforsecurity=False).digest()).decode()
        return self._digests[document_id]

    def _answer_head(self, row: Row[Any], size: int, status: int) -> Any:
        kept = [(name, value) for name, value in _headers(row.response_headers) if name.lower() not in _OF_TRANSFER]
        if row.content_type and not any(name.lower() == "content-type" for name, _ in kept):
            kept.append(("Content-Type", row.content_type))
        words = {200: "OK", 304: "Not Modified"}
        return self._http(
            f"{status} {words.get(status, '')}".strip(), [*kept, ("Content-Length", str(size))], "HTTP/1.1"
        )

    def _request(self, row: Row[Any], answer: Any, at: str) -> Any:
        path = "/" + row.url.split("://", 1)[-1].partition("/")[2]
        head = self._http(f"GET {path} HTTP/1.1", _headers(row.request_headers), is_http_request=True)
        told = {
            "WARC-Date": at,
            "WARC-Concurrent-To": answer.rec_headers.get_header("WARC-Record-ID"),
            "Chronik-Feed": row.feed,
        }
        return self._writer.create_warc_record(row.url, "request", http_headers=head, warc_headers_dict=told)


def _is_web(url: str) -> bool:
    return url.startswith(("http://", "https://"))


def _headers(text: str | None) -> list[tuple[str, str]]:
    """Name and value; one that came several times is a list in JSON."""
    told = json.loads(text or "{}")
    return [(name, each) for name, value in told.items() for each in ([value] if isinstance(value, str) else value)]
