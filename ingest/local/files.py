"""Files, folders and archives (.zip, .tar, .tar.gz, .gz …): every document in them, in order of time."""

import gzip
import re
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import IO, TypeAlias, cast

from ingest.local import exported, readers, warc
from ingest.local.documents import MAX_BYTES, FeedName, LocalDocument, Names, Unreadable, slug, unpacked
from storage import dumped, foreign

TIME_ASSUMED = "seen when its file was last changed (assumed)"
MAX_MEMBERS = 1_000_000
ANY = Names()
GZIP = b"\x1f\x8b"
UNREADABLE = (  # what archives and what is packed raise if they are damaged, encrypted or packed in an unknown way
    OSError,
    EOFError,
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    RuntimeError,
)
Found: TypeAlias = Iterator[LocalDocument | Unreadable]
_TAR = re.compile(r"\.(tar|tgz|tbz2?|txz|tar\.(gz|bz2|xz))$", re.IGNORECASE)
_BESIDE = ("-wal", "-shm", "-journal", ".lock", ".daemon")
_TIMELIKE = re.compile(r"[\d\-_.:TZ+]{6,}")
_SUFFIXES = re.compile(r"(\.(xml|rss|rdf|atom|json|feed|txt|html?|php|gz))+$", re.IGNORECASE)


def documents(
    paths: Iterable[Path],
    names: Names = ANY,
    max_bytes: int = MAX_BYTES,
    *,
    into: str | None = None,
    pages: bool = False,
) -> Found:
    """Every document under these paths; files oldest first, which spares the archive work.

    Without a name for all, `…/ORF/News.xml` is of the feed `orf/news`, as is `…/ORF/News/20260101T1200.xml`, whose name
    is a time. `into` is the archive that they are loaded into, which is none of a folder's documents. `pages`: of
    WARC files the articles too.
    """
    for path in paths:
        if path.is_dir():
            yield from _folder(path, names, max_bytes, into, pages=pages)
        elif path.exists():
            yield from _file(path, path.name, names, max_bytes, pages=pages)
        else:
            yield Unreadable(str(path), "there is no such file or folder")


def _folder(folder: Path, names: Names, max_bytes: int, into: str | None, *, pages: bool) -> Found:
    own = Path(into).resolve() if into else None
    files = [each for each in folder.rglob("*") if each.is_file() and not _is_no_document(each, own)]
    files.sort(key=lambda each: (each.stat().st_mtime, str(each)))
    for each in files:
        yield from _file(each, str(each.relative_to(folder.parent)), names, max_bytes, pages=pages)


def _is_no_document(path: Path, own: Path | None) -> bool:
    """Hidden files, the archive itself, and what SQLite and chronik keep beside a database while it is written."""
    return path.name.startswith(".") or path.name.endswith(_BESIDE) or path.resolve() == own


def _file(path: Path, place: str, names: Names, max_bytes: int, *, pages: bool) -> Found:
    try:
        if special := _special(path, place, names, max_bytes, pages=pages):
            yield from special
        elif zipfile.is_zipfile(path):
            yield from _zip(path, place, names, max_bytes)
        elif _TAR.search(path.name):
            yield from _tar(path, place, names, max_bytes)
        else:
            yield _single(path, place, names, max_bytes)
    except UNREADABLE as e:
        yield Unreadable(place, f"cannot be read: {e}")


def _special(path: Path, place: str, names: Names, max_bytes: int, *, pages: bool) -> Found | None:
    """What is more than a document: a database, a WARC file, what another reader gave out. Or none at all."""
    start = _start(path)
    if start.startswith(foreign.MAGIC):
        return readers.of_database(path, place, names)
    if exported.is_exported(start):
        return exported.documents(path, place, names)
    if warc.is_warc(path):
        return warc.documents(path, place, names, max_bytes, pages=pages)
    if b"<opml" in start.lower():
        why = f"is a list of feeds and has no entries: `chronik import {path.name}` takes the feeds into feeds.yaml"
        return iter([Unreadable(place, why)])
    if dumped.is_dump(start):
        return readers.of_dump(path, place, names)
    if start.startswith(dumped.CUSTOM):
        why = "is a PostgreSQL dump that only pg_restore reads: `pg_restore -f dump.sql FILE` makes one that load takes"
        return iter([Unreadable(place, why)])
    if b'"total"' in start and b'"entries"' in start:
        body = body_of(path, max_bytes)
        at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        return None if body is None else readers.of_miniflux(body, place, names, at)
    return None


def _start(path: Path) -> bytes:
    """How a file begins, gzip undone. What cannot be unpacked begins with nothing."""
    with suppress(EOFError, zlib.error, gzip.BadGzipFile), unpacked(path) as file:
        return file.read(4096)
    return b""


def _single(path: Path, place: str, names: Names, max_bytes: int) -> LocalDocument | Unreadable:
    body = body_of(path, max_bytes)
    if body is None:
        return Unreadable(place, f"is larger than {max_bytes} bytes")
    at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return _document(place, path.resolve().as_posix(), body, at, names)


def body_of(path: Path, max_bytes: int) -> bytes | None:
    """What a file holds, gzip undone; None if that is over the limit. Raises OSError, EOFError, zlib.error."""
    with unpacked(path) as file:
        return _bounded(file, max_bytes)


def _bounded(file: IO[bytes], max_bytes: int) -> bytes | None:
    body = file.read(max_bytes + 1)
    return None if len(body) > max_bytes else body


def _zip(path: Path, place: str, names: Names, max_bytes: int) -> Found:
    with zipfile.ZipFile(path) as pack:
        for member in sorted(pack.infolist()[:MAX_MEMBERS], key=lambda each: each.date_time):
            if not member.is_dir():
                yield _member(place, member.filename, partial(pack.open, member), _told(member), names, max_bytes)


def _tar(path: Path, place: str, names: Names, max_bytes: int) -> Found:
    with tarfile.open(path) as pack:
        for member in pack:
            if member.isfile():
                opened = partial(cast("Callable[[tarfile.TarInfo], IO[bytes]]", pack.extractfile), member)
                yield _member(place, member.name, opened, _told(member), names, max_bytes)


def _told(member: zipfile.ZipInfo | tarfile.TarInfo) -> datetime:
    """When a file of an archive was last changed; 1980 where that is no time: month 0, a year that no calendar has."""
    try:
        if isinstance(member, tarfile.TarInfo):
            return datetime.fromtimestamp(member.mtime, UTC)
        return datetime(*member.date_time, tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        return datetime(1980, 1, 1, tzinfo=UTC)


def _member(
    place: str, member: str, opened: Callable[[], IO[bytes]], at: datetime, names: Names, max_bytes: int
) -> LocalDocument | Unreadable:
    """One file of an archive, gzip undone. One that is damaged costs none of the others."""
    whole = f"{place}!{member}"
    try:
        with opened() as file:
            body = _bounded(file, max_bytes)
        if body is not None and body.startswith(GZIP):
            with gzip.open(BytesIO(body)) as inner:
                body = _bounded(cast("IO[bytes]", inner), max_bytes)
    except UNREADABLE as error:
        return Unreadable(whole, f"cannot be read: {error}")
    if body is None:
        return Unreadable(whole, f"is larger than {max_bytes} bytes")
    return _document(whole, f"{PurePosixPath(place).name}/{member}", body, at, names)


def _document(place: str, path: str, body: bytes, at: datetime, names: Names) -> LocalDocument:
    name = names.fixed or feed_name(path)
    return LocalDocument(place, body, name.outlet, name.feed, at, assumed=TIME_ASSUMED)


def feed_name(path: str) -> FeedName:
    """The feed that a file is of, by its name and folder.

    >>> feed_name("saved/ORF/News.xml"), feed_name("saved/ORF/News/2026-01-01T1200.xml")
    (FeedName(outlet='orf', feed='news'), FeedName(outlet='orf', feed='news'))
    """
    *folders, last = [part for part in PurePosixPath(path).parts if part != "/"]
    stem = _SUFFIXES.sub("", last)
    parts = ["files", *folders, *([] if _TIMELIKE.fullmatch(stem) else [stem])]
    if len(parts) < 2:
        parts = ["files", stem]
    return FeedName(slug(parts[-2]), slug(parts[-1]))
