"""`chronik reparse`: read the stored documents again with today's parser."""

import argparse
import json
import os
from dataclasses import asdict
from importlib.util import find_spec
from typing import TYPE_CHECKING

from ingest.cli.frame import DONE, Stop
from ingest.cli.interrupt import run
from ingest.cli.progress import bar

if TYPE_CHECKING:
    from ingest.reparse import Report
    from storage.archive import Archive
    from storage.records import FeedRecord


def arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the verb."""
    parser.add_argument("selector", nargs="*", metavar="SELECTOR", help="outlet, outlet/feed or a glob (orf/*)")
    parser.add_argument("--dry-run", action="store_true", help="change nothing, say what would change")
    parser.add_argument("--json", action="store_true", help="one JSON object on stdout")


def main(args: argparse.Namespace) -> int:
    """Read again and say what changed."""
    from ingest.cli.opening import opened
    from storage.feeds import selected

    with opened(args, create=False) as archive:
        feeds = selected(archive.feeds(), args.selector)
        if not feeds:
            raise Stop("no such feed in the archive: `chronik status` lists them")
        report = run(_reparse(archive, feeds, args))
        if not args.dry_run:
            archive.refresh()
    print(json.dumps(_as_json(report)) if args.json else told(report, dry_run=args.dry_run))
    return DONE


def _as_json(report: "Report") -> dict[str, object]:
    return asdict(report) | {"kinds": dict(report.kinds)}  # asdict counts the pairs of a Counter


async def _reparse(archive: "Archive", feeds: "list[FeedRecord]", args: argparse.Namespace) -> "Report":
    from ingest.parse.sandbox import Sandbox
    from ingest.reparse import Reparser
    from storage.archive import Writer

    writer = Writer(archive)
    try:
        workers = os.cpu_count() or 1
        async with Sandbox(workers) as parser, Sandbox(workers, reader="ingest.parse.article:read") as pages:
            articles = pages if find_spec("trafilatura") else None
            with bar("reading again", len(feeds), quiet=args.json) as shown:
                reparser = Reparser(archive, writer, parser, args.dry_run, articles)
                return await reparser.reparse(feeds, lambda feed, _report: shown.advance(feed.name))
    finally:
        writer.close()


def told(report: "Report", *, dry_run: bool) -> str:
    """What changed, in lines."""
    would = "would change" if dry_run else "changed"
    lines = [f"{report.documents} documents read again; {report.otherwise} are read otherwise"]
    lines += [f"{report.readable_now} that could not be read before can be read now"] if report.readable_now else []
    lines += [f"{report.unreadable} cannot be read"] if report.unreadable else []
    lines += [f"{count} entries {would} in: {kind}" for kind, count in report.kinds.most_common()]
    if report.entries_new or report.entries_gone:
        lines.append(f"{report.entries_new} entries come, {report.entries_gone} go")
    return "\n".join(lines)
