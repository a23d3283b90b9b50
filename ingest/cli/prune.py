"""`chronik prune`: delete what was seen of feeds before a day. On purpose only; a dry run says what would go."""

import argparse
from datetime import UTC, datetime

from ingest.cli.dates import DATES, since
from ingest.cli.frame import DONE, Stop
from storage.records import FeedRecord


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the verb takes."""
    parser.add_argument("selector", nargs="+", metavar="SELECTOR", help="outlet, outlet/feed or a glob (orf/*)")
    parser.add_argument("--before", metavar="D", required=True, help=f"what was seen before goes: {DATES}, or now")
    parser.add_argument("--dry-run", action="store_true", help="say what would go, delete nothing")
    parser.add_argument("--yes", action="store_true", help="delete it")


def main(args: argparse.Namespace) -> int:
    """Say what goes; with --yes, and not in a dry run, it is gone."""
    from ingest.cli.opening import opened
    from storage.pruning import prune

    now = datetime.now(UTC)
    before = now if args.before == "now" else since(args.before, now)
    if not args.dry_run and not args.yes:
        raise Stop("nothing was deleted: see with --dry-run what would go, then say --yes")
    if before > now:
        raise Stop(f"--before {args.before} has not come yet; nothing was deleted")
    with opened(args, create=False) as archive:
        feeds = _chosen(archive.feeds(), args.selector)
        with archive.write() as tx:
            gone = prune(tx, [each.feed_id for each in feeds], before, dry_run=args.dry_run)
        archive.refresh()
    will = "would be" if args.dry_run else "are"
    print(
        f"{len(feeds)} feeds, seen before {before:%Y-%m-%dT%H:%M:%SZ}: {gone.entries:,} entries,"
        f" {gone.versions:,} wordings, {gone.documents:,} documents, {gone.fetches:,} attempts {will} deleted"
    )
    if not args.dry_run:
        print("they do not come back when they are loaded again; `chronik compact` gives the space back")
    return DONE


def _chosen(feeds: list[FeedRecord], selectors: list[str]) -> list[FeedRecord]:
    from storage.feeds import selected

    for selector in selectors:
        if not selected(feeds, [selector]):
            raise Stop(f"{selector!r} names no feed of the archive: `chronik status` lists them")
    return selected(feeds, selectors)
