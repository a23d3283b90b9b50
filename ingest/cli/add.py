"""`chronik add`: find the feeds of a page, or take a feed, and write them into feeds.yaml."""

import argparse
import asyncio
import os
from typing import TYPE_CHECKING

from ingest.cli.frame import DONE, SOME_FAILED, printable
from ingest.cli.settings import config_path
from ingest.cli.writing import listed_in, take_in
from ingest.config.additions import Answer, Offer, Verdict
from ingest.config.names import SLUG

if TYPE_CHECKING:
    from ingest.discovery import Found


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `chronik add`."""
    parser.add_argument("url", metavar="URL", help="a page, or a feed")
    parser.add_argument("--outlet", metavar="NAME", help="outlet to add to, or name of a new one")


def main(args: argparse.Namespace) -> int:
    """A line for each feed found; those of comments are shown only. Raises Stop where none is found."""
    path = config_path(args)
    config = listed_in(path, os.environ)
    url = args.url if "://" in args.url else f"https://{args.url}"
    from ingest.cli.web import feeds_at

    found = asyncio.run(feeds_at(url, config))
    offers = [_offer(one, url, args.outlet) for one in found if not one.is_comments]
    for one in found:
        if one.is_comments:
            print(printable(f"{one.url}: comments, not added"))
    return _report(take_in(path, offers, os.environ))


def _offer(found: "Found", url: str, outlet: str | None) -> Offer:
    return Offer(
        found.url,
        title=found.title,
        homepage=None if found.url == url else url,
        outlet=outlet,
        outlet_name=outlet if outlet and not SLUG.fullmatch(outlet) else None,
    )


def _report(told: tuple[Answer, ...]) -> int:
    for answer in told:
        print(printable(f"{answer.offer.url}: {answer.verdict}: {answer.detail}"))
    return SOME_FAILED if any(answer.verdict is Verdict.REFUSED for answer in told) else DONE
