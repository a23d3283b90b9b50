"""How well stories are found, and what an entry costs as the archive grows.

    python benchmarks/stories.py --sizes 2000 10000 40000

A third of the generated articles (benchmarks/story_corpus.py) are copies of another outlet's: verbatim, with 10 to 30 %
of the words edited, shortened to a third at least, with another agency line. All others are unrelated, forty to a
subject. A thousand come in a day, in documents of five. Counted are pairs of entries: precision is which part of the
pairs that share a story are copies of one text, recall which part of such pairs shares a story.
"""

import argparse
import json
import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import combinations, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from story_corpus import KINDS, Article, corpus

from storage import stories
from storage.archive import Archive
from storage.records import Entry, FeedHead, FeedRecord, Fetch, Ingested, Key, KeyKind, Reading, Route, Visit, Wording

START = datetime(2026, 1, 1, tzinfo=UTC)
OUTLETS = 30
A_DAY = 1_000
A_DOCUMENT = 5
MEASURED = 1_000  # entries: the last ones, whose cost is told


def visit(feed: FeedRecord, articles: Sequence[tuple[int, Article]]) -> Visit:
    """The feed was a document with these articles, when the first of them came out."""
    entries = tuple(entry(number, article) for number, article in articles)
    body = repr((feed.name, entries)).encode()
    at = came_out(articles[-1][0])
    fetch = Fetch(feed.feed_id, Route.LOAD, f"file:{feed.name}", at)
    return Visit(Ingested(fetch, body, sha256(body).digest(), Reading(FeedHead("rss20"), entries, "utf-8", "declared")))


def came_out(number: int) -> datetime:
    """A thousand a day."""
    return START + timedelta(days=number / A_DAY)


def entry(number: int, article: Article) -> Entry:
    """It as a feed carries it. Its guid is its number."""
    digest = sha256(repr((number, article)).encode()).digest()[:16]
    wording = Wording(digest, title=article.title, content_text=article.text, published_at=came_out(number))
    keys = (Key(KeyKind.GUID, str(number)),)
    return Entry(digest, wording, keys, guid=str(number), url=None, canonical_url=None)


def filled(archive: Archive, articles: Sequence[Article]) -> Iterator[tuple[float, float]]:
    """Puts them in, and tells of every thousand entries what their stories took: see `took`."""
    rng = random.Random(1)
    feeds = [archive.ensure_feed(f"o{number}", "news") for number in range(OUTLETS)]
    numbered = iter(enumerate(articles))
    while part := list(islice(numbered, MEASURED)):
        waiting: dict[int, list[tuple[int, Article]]] = defaultdict(list)
        for number, article in part:
            waiting[(article.story * 7 + number) % OUTLETS].append((number, article))
        groups = [
            (outlet, all_[n : n + A_DOCUMENT])
            for outlet, all_ in waiting.items()
            for n in range(0, len(all_), A_DOCUMENT)
        ]
        rng.shuffle(groups)
        archive.record([visit(feeds[outlet], group) for outlet, group in groups])
        yield took(archive)


def took(archive: Archive) -> tuple[float, float]:
    """Milliseconds of processor time and bytes of the file, for each entry that waited."""
    begin, before, done = time.process_time(), size_of(archive), 0
    while True:
        with archive.write() as tx:
            count = stories.refresh(tx)
        done += count
        if not count:
            spent = (time.process_time() - begin) * 1_000
            return spent / max(done, 1), (size_of(archive) - before) / max(done, 1)


def size_of(archive: Archive) -> int:
    """Bytes of the file."""
    with archive.read() as connection:
        query = "select page_count * page_size from pragma_page_count, pragma_page_size"
        return int(connection.exec_driver_sql(query).scalar_one())


def judged(archive: Archive, articles: Sequence[Article]) -> dict[str, float]:
    """Precision and recall over pairs, and recall by what became of the copy."""
    with archive.reader() as reader:
        guids = {row["entry_id"]: int(row["guid"]) for row in reader.rows("select entry_id, guid from entries")}
        members = reader.rows("select story_id, entry_id from story_members")
    found: dict[int, list[int]] = defaultdict(list)
    for row in members:
        found[row["story_id"]].append(guids[row["entry_id"]])
    told = {pair for each in found.values() for pair in combinations(sorted(each), 2)}
    true: dict[int, list[int]] = defaultdict(list)
    for number, article in enumerate(articles):
        true[article.story].append(number)
    wanted = {pair for each in true.values() for pair in combinations(each, 2)}
    right = told & wanted
    kinds: Counter[str] = Counter(articles[other].kind for one, other in wanted if articles[one].kind == "first")
    had: Counter[str] = Counter(articles[other].kind for one, other in right if articles[one].kind == "first")
    by_kind = {f"recall, {kind}": round(had[kind] / kinds[kind], 4) for kind in KINDS if kinds[kind]}
    return {
        "pairs": len(wanted),
        "precision": round(len(right) / max(len(told), 1), 4),
        "recall": round(len(right) / len(wanted), 4),
        **by_kind,
    }


def measured(size: int, seed: int) -> dict[str, Any]:
    """All figures for an archive of so many entries."""
    articles = list(corpus(seed, size))
    with TemporaryDirectory() as folder, Archive.open(str(Path(folder) / "archive.sqlite"), create=True) as archive:
        costs = list(filled(archive, articles))
        return {
            "entries": size,
            "cpu_ms_an_entry_at_the_end": round(costs[-1][0], 2),
            "bytes_an_entry": round(sum(bytes_ for _, bytes_ in costs) / len(costs)),
            **judged(archive, articles),
        }


def main() -> None:
    """Print a line of JSON for each size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[2_000, 10_000, 40_000])
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    for size in args.sizes:
        print(json.dumps(measured(size, args.seed)), flush=True)


if __name__ == "__main__":
    main()
