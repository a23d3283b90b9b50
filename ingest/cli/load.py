"""`chronik load`: take local documents in."""

import argparse
import json
import os
from dataclasses import dataclass, field
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.cli.frame import DONE, SOME_FAILED, Stop, printable
from ingest.cli.interrupt import run
from ingest.cli.progress import Bar, bar

if TYPE_CHECKING:
    from ingest.load import Loaded
    from ingest.local.documents import FeedName
    from storage.archive import Archive


MOST_FAILURES = 1_000  # that are named in --json


def arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the verb."""
    parser.add_argument(
        "path",
        nargs="*",
        type=Path,
        metavar="PATH",
        help="files, folders, .zip, .tar.gz, .gz, .warc, databases of other readers and archives of chronik",
    )
    parser.add_argument("--feed", metavar="OUTLET/FEED", help="the feed that all of them are documents of")
    parser.add_argument("--manifest", type=Path, metavar="FILE", help="NDJSON that names documents, feeds and times")
    parser.add_argument("--pages", action="store_true", help="of WARC files the articles' pages too")
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")


def main(args: argparse.Namespace) -> int:
    """Load. 1 if some document could not be read."""
    from ingest.cli.opening import opened
    from ingest.cli.settings import settings
    from ingest.config import listing
    from ingest.memory import collect_rarely

    name = _feed_name(args.feed)
    if not args.path and args.manifest is None:
        raise Stop("load what? Name files or folders, or a --manifest")
    if args.pages and not find_spec("trafilatura"):
        raise Stop("--pages takes trafilatura: pip install 'chronik[pages]'")
    if args.manifest is not None and not args.manifest.is_file():
        raise Stop(f"no manifest at {args.manifest}: name an NDJSON file")
    config = settings(args).config
    with opened(args, create=True) as archive:
        if config is not None:
            archive.list_outlets(listing(config))
        told = Told()
        collect_rarely()
        with bar("loading", None, quiet=args.json) as shown:
            run(_load(args, name, archive, lambda loaded: told.take(loaded, shown, quiet=args.json)))
        archive.refresh()
    print(json.dumps(told.as_json()) if args.json else told.summary())
    return SOME_FAILED if told.failed else DONE


def _feed_name(text: str | None) -> "FeedName | None":
    from ingest.local.documents import FEED_NAME, FeedName

    if text is None:
        return None
    found = FEED_NAME.fullmatch(text)
    if found is None:
        raise Stop(f"--feed {text!r}: write outlet/feed in small letters, digits and hyphens")
    return FeedName(found[1], found[2])


async def _load(args: argparse.Namespace, name: "FeedName | None", archive: "Archive", tell: Any) -> None:
    from ingest.load import Loader
    from ingest.local.documents import Names
    from ingest.local.files import documents
    from ingest.local.manifest import listed
    from ingest.parse.sandbox import Sandbox
    from storage.archive import Writer

    names = Names(name, _by_url(archive))
    found = chain(
        documents(args.path, names, into=archive.location, pages=args.pages),
        listed(args.manifest) if args.manifest else (),
    )
    writer = Writer(archive)
    try:
        workers = os.cpu_count() or 1
        async with Sandbox(workers) as parser, Sandbox(workers, reader="ingest.parse.article:read") as articles:
            await Loader(archive, writer, parser, articles).load(found, tell)
    finally:
        writer.close()


def _by_url(archive: "Archive") -> "dict[str, FeedName]":
    """The feeds that the archive has, by the addresses that they have had."""
    from ingest.local.documents import FeedName
    from storage.past import all_urls

    with archive.read() as connection:
        return {url: FeedName(*name.split("/", 1)) for url, name in all_urls(connection)}


@dataclass(slots=True)
class Told:
    """What a load came to."""

    documents: int = 0
    known: int = 0
    failed: int = 0
    seen: int = 0
    new: int = 0
    changed: int = 0
    failures: list[dict[str, str]] = field(default_factory=list)

    def take(self, loaded: "Loaded", shown: Bar, *, quiet: bool) -> None:
        """One more place."""
        self.documents += 1
        if loaded.failure is not None:
            self.failed += 1
            if len(self.failures) < MOST_FAILURES:
                self.failures.append({"place": loaded.place, "why": loaded.failure})
            if not quiet:
                shown.say(printable(f"{loaded.place}: {loaded.failure}"))
        if (recorded := loaded.recorded) is not None:
            self.known += recorded.known
            self.seen += recorded.entries_seen
            self.new += recorded.entries_new
            self.changed += recorded.entries_changed
        shown.advance(f"{self.new} new entries, {self.failed} failed")

    def summary(self) -> str:
        """The last line."""
        parts = [f"{self.documents} document{'' if self.documents == 1 else 's'}"]
        parts += [f"{self.known} known already"] if self.known else []
        parts += [f"{self.failed} failed"] if self.failed else []
        return ", ".join(parts) + f"; {self.new} new entries, {self.changed} changed"

    def as_json(self) -> dict[str, Any]:
        """All of it, for machines."""
        return {
            "documents": self.documents,
            "known": self.known,
            "failed": self.failed,
            "entries_seen": self.seen,
            "entries_new": self.new,
            "entries_changed": self.changed,
            "failures": self.failures,
        }
