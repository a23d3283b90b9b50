"""`chronik compact`: give unused space back, in the archive's file and in the store of its documents."""

import argparse
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ingest.cli.frame import DONE, Stop
from ingest.cli.progress import Bar, bar

if TYPE_CHECKING:
    from storage.archive import Archive


def arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the verb."""
    parser.add_argument(
        "--take-in", action="store_true", help="bring documents back into the archive; their objects stay"
    )


def main(args: argparse.Namespace) -> int:
    """Compact the archive."""
    from ingest.cli.opening import opened
    from ingest.cli.settings import archive_location
    from storage.care import compact
    from storage.errors import ArchiveError

    with opened(args, create=False) as archive, bar("documents", None) as shown:
        moved = _documents(args, archive, shown)
        on_server = archive.on_server
    if not (on_server and moved):
        try:
            before, after = compact(archive_location(args))
        except ArchiveError as error:
            raise Stop(str(error)) from None
        print(f"{before} bytes before, {after} after")
    return DONE


def _documents(args: argparse.Namespace, archive: "Archive", shown: Bar) -> bool:
    """See to those outside of the archive; whether there are any, or shall be."""
    from storage import stowing

    url = None if args.take_in else _store(args)
    if not (lying := stowing.outside(archive)) and url is None:
        return False
    if args.take_in:
        print(f"{stowing.bring_back(archive, lambda done: shown.advance(f'{done} taken in'))} documents taken in")
        return True
    if lying:
        print(f"{stowing.tidy(archive)} bytes of objects deleted")
    if url is not None:
        done = stowing.stow(archive, url, datetime.now(UTC), lambda done: shown.advance(f"{done} put away"))
        print(f"{done} documents put into {url}")
    return True


def _store(args: argparse.Namespace) -> str | None:
    """The store that the configuration of this very archive names."""
    from ingest.cli.settings import archive_location, settings

    config = settings(args).config
    return config.documents if config is not None and config.archive.value == archive_location(args) else None
