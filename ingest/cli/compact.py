"""`chronik compact`: give unused space back."""

import argparse

from ingest.cli.frame import DONE, Stop


def arguments(_parser: argparse.ArgumentParser) -> None:
    """No options of its own."""


def main(args: argparse.Namespace) -> int:
    """Compact the archive."""
    from ingest.cli.opening import opened
    from ingest.cli.settings import archive_location
    from storage.care import compact
    from storage.errors import ArchiveError

    with opened(args, create=False):  # tells what is wrong with it before anything is done
        pass
    try:
        before, after = compact(archive_location(args))
    except ArchiveError as error:
        raise Stop(str(error)) from None
    print(f"{before} bytes before, {after} after")
    return DONE
