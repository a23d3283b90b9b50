"""Databases of other feed readers and archives of chronik, read only: what they have, as plain values.

A stranger's file: nothing in it is run, and nothing is written to it.
"""

import html
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import quote

from sqlalchemy import select

from storage import documents, dumped
from storage.archive import Archive
from storage.engine import APPLICATION_ID, sqlite_driver
from storage.errors import ArchiveError
from storage.records import Route
from storage.tables import document, feed, fetch, outlet

MAGIC = b"SQLite format 3\x00"
LOCKED_FOR = 2.0  # seconds that a reader may take to end what it writes
Row: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ForeignEntry:
    """An entry of another reader. `seen_at` is when that reader first had it; None: it does not keep that.

    `published` and `updated` are ISO 8601 in UTC where the reader keeps an instant, else as the publisher wrote them.
    `feed_url` None: it does not keep that either.
    """

    feed_url: str | None
    feed_title: str | None
    feed_link: str | None
    seen_at: datetime | None
    guid: str | None
    url: str | None
    title: str | None
    summary: str | None = None
    content: str | None = None
    authors: tuple[tuple[str, str | None], ...] = ()  # name, address
    published: str | None = None
    updated: str | None = None
    categories: tuple[str, ...] = ()
    enclosures: tuple[tuple[str, str | None], ...] = ()  # address, type


@dataclass(frozen=True, slots=True)
class Reader:
    """A kind of reader. `tables` tell its databases from others. `caveat`: what it does not tell from what was said."""

    name: str
    tables: frozenset[str]
    read: Callable[[Any], Iterator[ForeignEntry]]
    caveat: str = ""


def entries(path: Path) -> tuple[str, Iterator[ForeignEntry]] | None:
    """Which reader's database this is, and its entries, each feed's together; None if it is none that we know.

    Raises ArchiveError if it cannot be read, also while its entries are taken.
    """
    with _opened(path) as connection:
        owner = connection.execute("PRAGMA application_id").fetchone()["application_id"]
        tables = {row["name"] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if owner == APPLICATION_ID:
        return None
    reader = next((each for each in READERS if each.tables <= tables), None)
    return None if reader is None else (reader.name + reader.caveat, _entries(path, reader))


def _entries(path: Path, reader: Reader) -> Iterator[ForeignEntry]:
    with _opened(path) as connection:
        try:
            yield from reader.read(connection)
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            raise ArchiveError(f"is not as {reader.name} keeps it in the versions known here: {error!r}") from error


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    driver = sqlite_driver()
    try:
        connection = driver.connect(f"file:{quote(str(path.resolve()))}?mode=ro", uri=True, timeout=LOCKED_FOR)
        connection.text_factory = _readable
        connection.row_factory = lambda cursor, row: {
            column[0]: _readable(value) if isinstance(value, bytes) else value
            for column, value in zip(cursor.description, row, strict=True)
        }
        try:
            for pragma in ("trusted_schema = OFF", "cell_size_check = ON", "query_only = ON"):
                connection.execute(f"PRAGMA {pragma}")
            yield connection
        finally:
            connection.close()
    except (driver.Error, driver.Warning) as error:
        remedy = "; close the program that writes it, or load a copy of it" if "locked" in str(error) else ""
        raise ArchiveError(f"cannot be read: {error}{remedy}") from error


def _readable(text: bytes) -> str:
    """SQLite holds no column to its type, and no text to its encoding."""
    return text.decode("utf-8", "replace")


# --- each reader ------------------------------------------------------------------------------------------------------


def _of_reader(connection: Any) -> Iterator[ForeignEntry]:
    """lemon24/reader; times are UTC texts."""
    query = """SELECT e.*, coalesce(f.user_title, f.title) AS feed_title, f.link AS feed_link
        FROM entries e JOIN feeds f ON f.url = e.feed ORDER BY e.feed, e.first_updated, e.id"""
    for row in connection.execute(query):
        contents = _json(row.get("content"))
        yield ForeignEntry(
            row["feed"],
            row["feed_title"],
            row["feed_link"],
            _instant(row["first_updated"]),
            row["id"],
            row["link"],
            row["title"],
            row["summary"],
            next((each["value"] for each in contents if each.get("value")), None),
            _authors(row["author"]),
            _iso(_instant(row["published"])),
            _iso(_instant(row["updated"])),
            enclosures=_linked(_json(row["enclosures"])),
        )


def _of_freshrss(connection: Any) -> Iterator[ForeignEntry]:
    """FreshRSS: an entry's id is the microsecond of its first sight; titles, names and addresses are escaped HTML.

    `entrytmp` has what came last and waits for its place among the others.
    """
    query = """SELECT e.*, f.url AS feed_url, f.name AS feed_title, f.website AS feed_link
        FROM (SELECT * FROM entry UNION ALL SELECT * FROM entrytmp) e JOIN feed f ON f.id = e.id_feed
        ORDER BY f.id, e.id"""
    for row in connection.execute(query):
        yield ForeignEntry(
            _plain(row["feed_url"]),
            _plain(row["feed_title"]),
            _plain(row["feed_link"]),
            _epoch(row["id"] // 1_000_000),
            row["guid"],
            _plain(row["link"]),
            _plain(row["title"]),
            content=row["content"],
            authors=_named((_plain(row["author"]) or "").split(";")),
            published=_iso(_epoch(row["date"])),
            categories=tuple(word.strip() for word in (_plain(row["tags"]) or "").split("#") if word.strip()),
            enclosures=_linked(_within(row.get("attributes"), "enclosures"), "url"),
        )


def _of_miniflux(connection: Any) -> Iterator[ForeignEntry]:
    """Miniflux, from a dump: it keeps no guid but its hash, so that the address has to tell which entry this is.

    What was removed is a row that says nothing.
    """
    query = """SELECT e.*, f.feed_url, f.title AS feed_title, f.site_url AS feed_link, x.enclosures
        FROM entries e JOIN feeds f ON f.id = e.feed_id LEFT JOIN (
            SELECT entry_id, json_group_array(json_object('href', url, 'type', mime_type)) AS enclosures
            FROM enclosures GROUP BY entry_id) x ON x.entry_id = e.id
        WHERE e.url <> '' ORDER BY f.feed_url, e.created_at, cast(e.id AS integer)"""
    for row in connection.execute(query):
        yield ForeignEntry(
            row["feed_url"],
            row["feed_title"],
            row["feed_link"],
            _instant(row.get("created_at")),
            row["url"],
            row["url"],
            row["title"],
            content=row["content"],
            authors=_named([row["author"]]),
            published=_iso(_instant(row["published_at"])),
            categories=dumped.elements(row.get("tags")),
            enclosures=_linked(_json(row["enclosures"])),
        )


def _of_newsboat(connection: Any) -> Iterator[ForeignEntry]:
    """newsboat's cache.db."""
    query = """SELECT i.*, f.title AS feed_title, f.url AS feed_link
        FROM rss_item i LEFT JOIN rss_feed f ON f.rssurl = i.feedurl ORDER BY i.feedurl, i.id"""
    for row in connection.execute(query):
        yield ForeignEntry(
            row["feedurl"],
            row["feed_title"],
            row["feed_link"],
            None,
            row["guid"],
            row["url"],
            row["title"],
            content=row["content"],
            authors=_named([row["author"]]),
            published=_iso(_epoch(row["pubDate"])),
            enclosures=((row["enclosure_url"], row["enclosure_type"]),) if row.get("enclosure_url") else (),
        )


def _of_feed_to_sqlite(connection: Any) -> Iterator[ForeignEntry]:
    """simonw/feed-to-sqlite: a table for each feed, with the columns that the feed had."""
    feeds = {row["id"]: row for row in connection.execute("SELECT * FROM feeds")}
    for table in _tables_of_entries(connection):
        for row in connection.execute(f'SELECT * FROM "{table}" ORDER BY id'):  # noqa: S608 - a name that is quoted
            of = feeds.get(row["feed"], {})
            yield ForeignEntry(
                None,
                of.get("title"),
                of.get("link"),
                None,
                row["id"],
                row.get("link"),
                row.get("title"),
                row.get("description") or row.get("summary"),
                row.get("content"),
                _named([row.get("author")]),
                row.get("published"),
                # Where a feed says only when an entry was published, it keeps that as the update too.
                row.get("updated") if row.get("updated") != row.get("published") else None,
            )


def _tables_of_entries(connection: Any) -> list[str]:
    names = [row["name"] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    quoted = [name for name in names if '"' not in name and name != "feeds"]
    return [
        name
        for name in quoted
        if {"id", "feed", "title"} <= {row["name"] for row in connection.execute(f'PRAGMA table_info("{name}")')}
    ]


DUMPED = frozenset({"feeds", "entries", "enclosures"})  # what is wanted of a PostgreSQL dump (storage.dumped)
READERS = (
    Reader("reader", frozenset({"feeds", "entries", "entry_tags", "feed_tags"}), _of_reader),
    Reader("FreshRSS", frozenset({"feed", "entry", "category", "entrytmp"}), _of_freshrss),
    Reader(
        "newsboat",
        frozenset({"rss_feed", "rss_item"}),
        _of_newsboat,
        " (which dates an entry without a date by when it got it)",
    ),
    Reader("Miniflux", DUMPED, _of_miniflux),
    Reader("feed-to-sqlite", frozenset({"feeds"}), _of_feed_to_sqlite),
)


def _json(text: Any) -> list[dict[str, Any]]:
    try:
        value = json.loads(text or "[]")
    except ValueError:
        return []
    return _objects(value)


def _objects(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _within(text: Any, name: str) -> Any:
    """What a JSON object has under a name."""
    try:
        value = json.loads(text or "{}")
    except ValueError:
        return []
    return value.get(name) if isinstance(value, dict) else []


def _linked(found: Any, name: str = "href") -> tuple[tuple[str, str | None], ...]:
    return tuple((each[name], each.get("type")) for each in _objects(found) if each.get(name))


def _authors(text: Any) -> tuple[tuple[str, str | None], ...]:
    """A name, or in newer releases of reader a JSON array of people."""
    people = _json(text) if isinstance(text, str) and text.startswith("[") else []
    return tuple((each["name"], each.get("href")) for each in people if each.get("name")) or _named([text])


def _named(names: Iterable[Any]) -> tuple[tuple[str, str | None], ...]:
    return tuple((each.strip(), None) for each in names if isinstance(each, str) and each.strip())


def _plain(text: Any) -> str | None:
    return html.unescape(text) if isinstance(text, str) else None


def _epoch(seconds: Any) -> datetime | None:
    """Unix time; 0 is none."""
    try:
        return datetime.fromtimestamp(seconds, UTC) if seconds else None
    except (ValueError, OverflowError, OSError, TypeError):
        return None


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _instant(text: Any) -> datetime | None:
    """ISO 8601; without a zone it is UTC, as these readers keep it."""
    try:
        at = datetime.fromisoformat(text)
    except (ValueError, TypeError):
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


# --- archives of our own ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Observed:
    """One observation in another archive: this feed was, or a page of its past had, this body at this time."""

    outlet: str
    feed: str
    feed_url: str | None
    route: Route
    url: str
    requested_at: datetime
    content_type: str | None
    body: bytes


def is_archive(path: Path) -> bool:
    """Whether the SQLite file is an archive of chronik. Raises ArchiveError if it cannot be read."""
    with _opened(path) as connection:
        return bool(connection.execute("PRAGMA application_id").fetchone()["application_id"] == APPLICATION_ID)


def observations(path: Path) -> Iterator[Observed]:
    """All that an archive observed, oldest first. Raises ArchiveError."""
    with Archive.open(str(path)) as archive, archive.read() as connection:
        for row in connection.execute(_OBSERVED):
            yield Observed(
                row.outlet,
                row.feed,
                row.feed_url,
                Route(row.route),
                row.url,
                row.requested_at,
                row.content_type,
                documents.body(connection, row.document_id),
            )


_OBSERVED = (
    select(
        outlet.c.slug.label("outlet"),
        feed.c.slug.label("feed"),
        feed.c.url.label("feed_url"),
        fetch.c.route,
        fetch.c.url,
        fetch.c.requested_at,
        fetch.c.document_id,
        document.c.content_type,
    )
    .join_from(fetch, feed, feed.c.feed_id == fetch.c.feed_id)
    .join(outlet, outlet.c.outlet_id == feed.c.outlet_id)
    .join(document, document.c.document_id == fetch.c.document_id)
    .where(fetch.c.outcome != "failed")
    .order_by(fetch.c.requested_at, fetch.c.fetch_id)
)
