"""What raw documents cost in object storage: requests, bytes and time, against a server that speaks S3 on loopback.

    python benchmarks/objects.py [--feeds 100] [--documents 40]

A document has 34 entries, 137 kB as news feeds have in the mean; two of them are new each time.
"""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from million import NOUNS, SMALL
from objectstores import S3, s3
from sqlalchemy import Connection

from storage import documents
from storage.archive import Archive
from storage.stowing import outside, stow

START = datetime(2026, 1, 1, tzinfo=UTC)
HELD, NEW, WORDS = 34, 2, 650
NEWS = 0.15  # of all polls bring a new document


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--feeds", type=int, default=100)
    parser.add_argument("--documents", type=int, default=40)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, s3() as server:
        for line in measured(Path(folder) / "archive.sqlite", server, asked.feeds, asked.documents):
            print(line, flush=True)


def measured(path: Path, server: S3, feeds: int, count: int) -> Iterator[str]:
    with Archive.open(str(path), create=True) as archive:
        kept = fill(archive, feeds, count)
        (sizes,) = rows(
            archive, "select sum(bytes) as plain, sum(stored_bytes) as packed, count(*) as n from documents"
        )
        yield f"{sizes['n']} documents, {sizes['plain'] / 1e6:.0f} MB, compressed {sizes['packed'] / 1e6:.1f} MB"
        began, used = time.perf_counter(), time.process_time()
        done = stow(archive, server.url, START + timedelta(days=count / 24))
        took, used = time.perf_counter() - began, time.process_time() - used
        (lying,) = outside(archive)
        each = lying.objects / lying.documents
        yield f"put away: {done} in {lying.objects} objects of {lying.bytes / lying.objects / 1e3:.0f} kB"
        yield f"a document: {each:.4f} PUT, {took / done * 1e3:.2f} ms, {used / done * 1e3:.2f} ms of CPU (server's too)"
        yield f"a poll, {NEWS:.0%} with news: {each * NEWS:.5f} PUT, {sizes['packed'] / sizes['n'] * NEWS / 1e3:.2f} kB"
    for what, chosen in (("in the archive", slice(-5, None)), ("in the store", slice(0, 32))):
        with Archive.open(str(path)) as archive, archive.read() as connection:
            first, *others = [spent(connection, document_id) for document_id in reversed(kept[0][chosen])]
            mean = sum(others) / len(others)
            yield f"to read one {what}: {first * 1e3:.1f} ms, then others of its chain {mean * 1e3:.1f} ms"


def fill(archive: Archive, feeds: int, count: int) -> list[list[int]]:
    """Documents of all feeds in turn, as they come; their ids by feed."""
    kept: list[list[int]] = [[] for _ in range(feeds)]
    shown = [[entry() for _ in range(HELD)] for _ in range(feeds)]
    for n in range(count):
        with archive.write() as tx:
            for place, entries in enumerate(shown):
                entries[:] = [entry() for _ in range(NEW)] + entries[:-NEW]
                body = f"<rss><channel>{n}{''.join(entries)}</channel></rss>".encode()
                like = kept[place][-1] if kept[place] else None
                kept[place].append(documents.keep(tx, body, START + timedelta(hours=n), like=like))
    return kept


def entry() -> str:
    words = [random.choice(SMALL if n % 2 else NOUNS) for n in range(WORDS)]
    link = f"https://news.example/{random.getrandbits(48):x}"
    return f"<item><guid>{link}</guid><link>{link}</link><description>{' '.join(words)}</description></item>"


def rows(archive: Archive, query: str) -> list[dict[str, int]]:
    with archive.reader() as reader:
        return reader.rows(query)


def spent(connection: Connection, document_id: int) -> float:
    began = time.perf_counter()
    documents.body(connection, document_id)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
