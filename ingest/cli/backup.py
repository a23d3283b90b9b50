"""`chronik backup DEST`: a verified copy of the archive, while it is in use; with --keep dated ones, the newest N."""

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.cli.frame import DONE, Stop
from ingest.cli.progress import Bar, bar

if TYPE_CHECKING:
    from storage.archive import Archive


def arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the verb."""
    parser.add_argument("dest", type=Path, metavar="DEST", help="file or folder")
    parser.add_argument("--keep", type=_count, metavar="N", help="a dated copy into the folder DEST; the newest N stay")


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r}: at least 1")
    return int(text)


def main(args: argparse.Namespace) -> int:
    """Copy, check the copy, put it in place."""
    from ingest.cli.opening import opened
    from storage import stowing
    from storage.errors import ArchiveError

    with opened(args, create=False) as archive, bar("copying", None) as shown:
        lying = stowing.outside(archive)
        try:
            target = _copy(archive, args, shown)
        except (ArchiveError, OSError) as error:
            raise Stop(str(error)) from None
    print(f"{target}: {target.stat().st_size} bytes, checked")
    for each in lying:
        print(f"{each.documents} documents lie in {each.store}, not in the copy")
    return DONE


def _copy(archive: "Archive", args: argparse.Namespace, shown: Bar) -> Path:
    from storage.care import backup
    from storage.chores import back_up

    if args.keep is not None:
        return back_up(archive, args.dest, args.keep, datetime.now(UTC))
    return backup(archive, args.dest, lambda done, whole: shown.advance(f"{done} of {whole} pages"))
