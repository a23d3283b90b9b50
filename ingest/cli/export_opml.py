"""`chronik export-opml`: the feeds of feeds.yaml for other readers. Placeholders stay placeholders."""

import argparse
import sys
from pathlib import Path

from ingest import opml
from ingest.cli.frame import DONE, Stop
from ingest.cli.settings import needed_config
from ingest.config.edit import write_whole


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `chronik export-opml`."""
    parser.add_argument("-o", "--output", metavar="FILE", help="file to write; default: standard output")


def main(args: argparse.Namespace) -> int:
    """Write the document. Raises Stop where the file cannot be written."""
    outlets = needed_config(args).outlets
    if left_out := [outlet.slug for outlet in outlets if not outlet.feeds]:
        print(f"left out, for they list no feeds: {', '.join(left_out)}", file=sys.stderr)
    text = opml.document(outlets)
    if args.output in {None, "-"}:
        sys.stdout.buffer.write(text.encode("utf-8"))
        sys.stdout.buffer.flush()
        return DONE
    try:
        write_whole(Path(args.output), text)
    except OSError as error:
        raise Stop(f"{args.output}: cannot be written: {error.strerror or error}") from None
    return DONE
