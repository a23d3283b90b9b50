"""How fast `chronik load` takes saved documents in: a cold one, a series of successive polls, and a large pile.

    python benchmarks/load.py [--feeds 300] [--series 40] [--pile 0]

Prints entries per second of wall time, from start to the last line of the search index, CPU seconds of the main process
(parsers not counted: nobody waits for them at the end), and its peak memory. The
documents are made up: 34 entries of about 4 kB each, as a newsroom's feed has them.
"""

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

BEGIN = datetime(2026, 1, 5, 6, tzinfo=UTC)
WORDS = [
    "Regierung",
    "Wien",
    "Budget",
    "Gemeinderat",
    "Abstimmung",
    "Strecke",
    "Winter",
    "Bericht",
    "Zahlen",
    "Woche",
    "Straße",
    "Minister",
    "Verhandlung",
    "Ergebnis",
    "Schule",
    "Klinik",
    "Energie",
    "Preise",
    "Tirol",
    "Graz",
    "Linz",
    "Sommer",
    "Polizei",
    "Feuerwehr",
    "Umfrage",
    "Gericht",
    "Urteil",
    "Projekt",
]
ENTRIES = 34


def text(seed: int, words: int) -> str:
    """The same words for the same seed."""
    chosen = random.Random(seed)
    return " ".join(chosen.choice(WORDS) for _ in range(words))


def entry(feed: int, number: int) -> str:
    """One entry of one feed, the same at every poll."""
    seed = feed * 1_000_003 + number
    at = format_datetime(BEGIN + timedelta(minutes=30 * number))
    paragraphs = "".join(f"<p>{text(seed * 7 + n, 70)}</p>" for n in range(5))
    return (
        f"<item><title>{text(seed, 8)} {number}</title><link>https://o{feed}.example/{number}/</link>"
        f"<guid isPermaLink='false'>https://o{feed}.example/?p={number}</guid><pubDate>{at}</pubDate>"
        f"<dc:creator>{text(seed + 1, 2)}</dc:creator><category>{text(seed + 2, 1)}</category>"
        f"<description>{text(seed + 3, 30)}</description><content:encoded><![CDATA[{paragraphs}]]></content:encoded></item>"
    )


def document(feed: int, newest: int) -> str:
    """A feed as it stood when entry `newest` was its newest."""
    entries = "".join(entry(feed, number) for number in range(newest, newest - ENTRIES, -1))
    return (
        "<?xml version='1.0' encoding='UTF-8'?><rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/' "
        "xmlns:content='http://purl.org/rss/1.0/modules/content/'><channel>"
        f"<title>Feed {feed}</title><link>https://o{feed}.example/</link>{entries}</channel></rss>"
    )


def cold(feeds: int) -> Iterator[tuple[str, str, datetime]]:
    """Each feed once: all is new."""
    return ((f"o{feed}/news", document(feed, 100), BEGIN + timedelta(days=3)) for feed in range(feeds))


def series(feeds: int, polls: int, fresh: int = 2) -> Iterator[tuple[str, str, datetime]]:
    """Each feed at successive polls, `fresh` entries new at each."""
    for poll in range(polls):
        for feed in range(feeds):
            newest = 100 + fresh * poll
            yield f"o{feed}/news", document(feed, newest), BEGIN + timedelta(minutes=30 * newest)


def written(folder: Path, documents: Iterator[tuple[str, str, datetime]]) -> tuple[Path, int]:
    """The documents as files with a manifest; how many bytes they are."""
    folder.mkdir(parents=True)
    size = 0
    with (folder / "manifest.ndjson").open("w", encoding="utf-8") as manifest:
        for number, (feed, body, at) in enumerate(documents):
            (folder / f"{number}.xml").write_text(body, encoding="utf-8")
            size += len(body)
            manifest.write(json.dumps({"path": f"{number}.xml", "feed": feed, "fetched_at": at.isoformat()}) + "\n")
    return folder / "manifest.ndjson", size


def loaded(name: str, manifest: Path, size: int) -> None:
    """Load it into a new archive and print what it took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.monotonic()
    command = [
        sys.executable,
        "-c",
        # Without the extra chronik[stories]: to find stories is another work.
        "import sys; sys.modules['rensa'] = None; from ingest.cli import main; sys.exit(main())",
        "load",
        "--manifest",
        str(manifest),
        "--json",
        "-a",
    ]
    process = subprocess.Popen([*command, str(manifest.parent / "archive.sqlite")], stdout=subprocess.PIPE)
    peak = 0
    while process.poll() is None:
        peak = max(peak, resident(process.pid))
        time.sleep(0.2)
    assert process.stdout is not None
    told = json.loads(process.stdout.read())
    wall = time.monotonic() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(
        f"{name:<8} {told['documents']} documents ({size / 1e6:.0f} MB): {told['entries_seen'] / wall:.0f} entries seen/s, "
        f"{told['entries_new'] / wall:.0f} new/s; wall {wall:.1f} s, main process: CPU {cpu:.1f} s, {peak >> 20} MB",
        flush=True,
    )


def resident(pid: int) -> int:
    """Bytes of memory of a process now."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--feeds", type=int, default=300, help="documents of the cold load")
    parser.add_argument("--series", type=int, default=40, help="polls of 10 feeds")
    parser.add_argument("--pile", type=int, default=0, help="documents of a pile (10000 are 1 GB)")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        loaded("cold", *written(Path(folder) / "cold", cold(args.feeds)))
        loaded("series", *written(Path(folder) / "series", series(10, args.series)))
        if args.pile:
            loaded("pile", *written(Path(folder) / "pile", series(100, args.pile // 100)))


if __name__ == "__main__":
    main()
