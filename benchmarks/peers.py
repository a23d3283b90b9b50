"""Databases made by other readers themselves, loaded: every entry arrives, with its date.

    python benchmarks/peers.py [--reader PATH/TO/VENV/bin/python] [--miniflux PATH/TO/DUMP.sql]

Each reader that is there gets three feeds from a loopback server: RSS, Atom whose entries have odd titles and often no
date of publication, JSON Feed. newsboat is looked for on the path; lemon24/reader and feed-to-sqlite in the environment
of `--reader` (they need feedparser's sgmllib3k there).
"""

import argparse
import html
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path
from typing import Any

TESTS = Path(__file__).parents[1] / "tests"
sys.path.insert(0, str(TESTS))

from outlets import Outlet  # noqa: E402
from servers import Page, answer, serving  # noqa: E402

ENTRIES = 60
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
UPDATE = """
import sys
from reader import make_reader
reader = make_reader(sys.argv[1])
for url in sys.argv[2:]:
    reader.add_feed(url)
reader.update_feeds()
"""


def at(n: int) -> datetime:
    return BEGIN + timedelta(hours=7 * n)


def atom() -> bytes:
    entries = "".join(
        f"<entry><id>tag:o.example,2026:{n}</id><title type='html'>Über &amp;lt;{n}&amp;gt; &amp;#8211; „so“</title>"
        f"<link href='https://a.example/{n}?a=1&amp;b=2'/><updated>{at(n).isoformat()}</updated>"
        + (f"<published>{at(n).isoformat()}</published>" if n % 3 else "")
        + f"<author><name>Ann</name></author><content type='html'>&lt;p&gt;Text {n}&lt;/p&gt;</content></entry>"
        for n in range(1, ENTRIES + 1)
    )
    head = "<id>tag:o.example,2026:f</id><title>Atom</title><updated>2026-03-01T00:00:00Z</updated>"
    return f"<feed xmlns='http://www.w3.org/2005/Atom'>{head}{entries}</feed>".encode()


def rss() -> bytes:
    items = "".join(
        f"<item><title>Meldung {n}</title><link>https://r.example/{n}</link><guid isPermaLink='false'>r{n}</guid>"
        f"<pubDate>{format_datetime(at(n))}</pubDate><description>Text {n}</description></item>"
        for n in range(1, ENTRIES + 1)
    )
    return (
        f"<rss version='2.0'><channel><title>RSS</title><link>https://r.example/</link>{items}</channel></rss>".encode()
    )


def pages() -> dict[str, Page]:
    return {"/atom.xml": answer(atom()), "/rss.xml": answer(rss()), "/feed.json": Outlet(ENTRIES, ENTRIES).json_feed}


# --- each reader: makes its database, and tells (address, title, date) of all that is in it ------------------------------


@dataclass(frozen=True)
class Peer:
    """A reader. `feeds` it can read; `make` its database from their addresses; `kept`: what is in it."""

    name: str
    feeds: tuple[str, ...]
    make: Callable[[Path, list[str]], None]
    kept: Callable[[sqlite3.Connection], Iterator[tuple[str, str, datetime | None]]]


def in_reader(database: sqlite3.Connection) -> Iterator[tuple[str, str, datetime | None]]:
    for url, title, published, updated in database.execute("select link, title, published, updated from entries"):
        said = published or updated
        yield url, title, datetime.fromisoformat(said).replace(tzinfo=UTC) if said else None


def in_newsboat(database: sqlite3.Connection) -> Iterator[tuple[str, str, datetime | None]]:
    for url, title, published in database.execute("select url, title, pubDate from rss_item"):
        yield url, title, datetime.fromtimestamp(published, UTC)


def in_feed_to_sqlite(database: sqlite3.Connection) -> Iterator[tuple[str, str, datetime | None]]:
    for (table,) in database.execute("select name from sqlite_master where type = 'table' and name != 'feeds'"):
        columns = {row[1] for row in database.execute(f"pragma table_info([{table}])")}
        if {"id", "feed", "title"} <= columns:
            for url, title, published, updated in database.execute(
                f"select link, title, published, updated from [{table}]"
            ):
                said = published or updated
                yield url, title, datetime.fromisoformat(said) if said[:2] == "20" else parsedate_to_datetime(said)


def newsboat(path: Path, urls: list[str]) -> None:
    (path.parent / "urls").write_text("\n".join(urls))
    run("newsboat", "-u", path.parent / "urls", "-c", path, "-C", "/dev/null", "-x", "reload")


def run(*words: str | Path) -> None:
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)


def peers(reader: Path | None) -> Iterator[Peer]:
    """Those that are there."""
    if shutil.which("newsboat"):
        yield Peer("newsboat", ("/atom.xml", "/rss.xml"), newsboat, in_newsboat)
    if reader is not None:
        everything = ("/atom.xml", "/rss.xml", "/feed.json")
        yield Peer("reader", everything, lambda path, urls: run(reader, "-c", UPDATE, path, *urls), in_reader)
        program = reader.with_name("feed-to-sqlite")
        yield Peer(
            "feed-to-sqlite",
            ("/atom.xml", "/rss.xml"),
            lambda path, urls: run(program, path, *urls),
            in_feed_to_sqlite,
        )


# --- the same in the archive ------------------------------------------------------------------------------------------


def loaded(archive: Path, path: Path) -> dict[str, tuple[str, datetime | None]]:
    """Title and date by address, after `chronik load`."""
    chronik = Path(sys.executable).with_name("chronik")
    run(chronik, "load", path, "-a", archive)
    with sqlite3.connect(archive) as database:
        rows = database.execute("select url, title, published_at from entries").fetchall()
    return {url: (title, datetime.fromisoformat(said) if said else None) for url, title, said in rows}


def check(peer: Peer, folder: Path, urls: list[str]) -> None:
    """One reader's line. Raises AssertionError if an entry or a date is lost."""
    path, archive = folder / f"{peer.name}.sqlite", folder / f"{peer.name}.archive"
    peer.make(path, urls)
    with sqlite3.connect(path) as database:
        kept = list(peer.kept(database))
    found = loaded(archive, path)
    wrong: list[Any] = [
        (each, found.get(each[0])) for each in kept if each[0] not in found or not alike(each, found[each[0]])
    ]
    print(f"{peer.name:<15} {len(kept)} kept, {len(found)} loaded, {len(wrong)} of them otherwise", flush=True)
    assert not wrong, wrong[:3]
    assert len(kept) == len(found) == ENTRIES * len(urls)


def alike(kept: tuple[str, str, datetime | None], found: tuple[str, datetime | None]) -> bool:
    """Titles but for escaping, dates to the second."""
    _, title, date = kept
    return html.unescape(title) == html.unescape(found[0]) and date == found[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reader", type=Path, help="the Python of an environment with reader and feed-to-sqlite")
    parser.add_argument("--miniflux", type=Path, help="a dump of Miniflux's database")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="chronik-peers-") as name, serving(pages()) as server:
        for peer in peers(args.reader):
            check(peer, Path(name), [server.url(path) for path in peer.feeds])
        if args.miniflux is not None:
            found = loaded(Path(name) / "miniflux.archive", args.miniflux)
            print(
                f"{'Miniflux':<15} {len(found)} loaded, {sum(date is None for _, date in found.values())} without date"
            )


if __name__ == "__main__":
    main()
