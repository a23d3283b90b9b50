"""`chronik backup DEST`: a verified copy of the archive, while it is in use."""

import argparse
from pathlib import Path

from ingest.cli.frame import DONE, Stop
from ingest.cli.progress import bar


def arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the verb."""
    parser.add_argument("dest", type=Path, metavar="DEST", help="file or folder")


def main(args: argparse.Namespace) -> int:
    """Copy, check the copy, put it in place."""
    from ingest.cli.opening import opened
    from storage.care import backup
    from storage.errors import ArchiveError

    with opened(args, create=False) as archive, bar("copying", None) as shown:
        try:
            target = backup(archive, args.dest, lambda done, whole: shown.advance(f"{done} of {whole} pages"))
        except (ArchiveError, OSError) as error:
            raise Stop(str(error)) from None
    print(f"{target}: {target.stat().st_size} bytes, checked")
    return DONE
