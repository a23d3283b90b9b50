"""`chronik export`: slices of the archive as files."""

import argparse
import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.cli.dates import DATES, since, until
from ingest.cli.frame import DONE, Stop
from ingest.cli.progress import bar
from ingest.cli.settings import archive_location
from ingest.cli.target import STDOUT, target

if TYPE_CHECKING:
    from storage.export.slices import Slice
    from storage.reading import Reader

FORMATS = ("ndjson", "csv", "parquet", "sqlite", "atom", "warc")
_BY_NAME = {".json": "ndjson", ".jsonl": "ndjson", ".db": "sqlite", ".xml": "atom", ".warc.gz": "warc"}


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the verb takes."""
    parser.add_argument("selector", nargs="*", metavar="SELECTOR", help="outlet, outlet/feed or a glob; none: all")
    parser.add_argument("--format", choices=FORMATS, help="what to write; else by the name of PATH")
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        required=True,
        metavar="PATH",
        help="file to write, - for standard output; a folder for parquet",
    )
    parser.add_argument("--since", metavar="D", help=f"published from then on, else first seen: {DATES}")
    parser.add_argument("--until", metavar="D", help="published until the end of that")
    parser.add_argument(
        "--after-seq", type=_seq, default=0, metavar="N", help="changed since the slice that ended with N"
    )
    parser.add_argument("--json", action="store_true", help="say what was written as one JSON object")


def _seq(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise argparse.ArgumentTypeError(
            f"{text!r} is no sequence number: give the one that the last export ended with"
        )
    return int(text)


def main(args: argparse.Namespace) -> int:
    """Write the slice; tell how much it is, and where the next one begins."""
    args.output = target(args.output, archive_location(args))
    form = args.format or _form(args.output)
    wanted = _wanted(args)
    if form in {"parquet", "sqlite"} and args.output.exists() and not (args.output.is_file() or args.output.is_dir()):
        raise Stop(f"{args.output}: {form} goes into files only: name one")
    if not args.output.absolute().parent.is_dir():
        raise Stop(f"no folder {args.output.parent}: make it first")
    told = _raw(args, form, wanted) if form in {"sqlite", "warc"} else _entries(args, form, wanted)
    said = json.dumps({"path": str(args.output), "format": form, **told}) if args.json else _said(args.output, told)
    print(said, file=sys.stderr if args.output == STDOUT else sys.stdout)
    return DONE


def _form(path: Path) -> str:
    name = path.name.lower()
    form = next((each for each in FORMATS if name.endswith((f".{each}", f".{each}.gz"))), None)
    form = form or next((each for end, each in _BY_NAME.items() if name.endswith(end)), None)
    if form is None:
        raise Stop(f"{path}: its name does not tell the format; give --format {'|'.join(FORMATS)}")
    return form


def _wanted(args: argparse.Namespace) -> "Slice":
    from storage.export.slices import Slice

    now = datetime.now(UTC)
    return Slice(
        args.selector,
        since(args.since, now).strftime("%Y-%m-%dT%H:%M:%SZ") if args.since else None,
        until(args.until, now).strftime("%Y-%m-%dT%H:%M:%SZ") if args.until else None,
        args.after_seq,
    )


def _said(path: Path, told: dict[str, int]) -> str:
    what, count = next((name, told[name]) for name in ("entries", "documents") if name in told)
    one = {"entries": "entry", "documents": "document"}[what] if count == 1 else what
    return f"{path}: {count:,} {one}, up to seq {told['seq']}; what changes from now on: --after-seq {told['seq']}"


# --- entries ----------------------------------------------------------------------------------------------------------


def _entries(args: argparse.Namespace, form: str, wanted: "Slice") -> dict[str, int]:
    from storage.errors import ArchiveError
    from storage.export import slices
    from storage.reading import reading

    try:
        with reading(archive_location(args)) as reader:
            seq = max(slices.newest_seq(reader), wanted.after_seq)
            with bar("entries", slices.count(reader, wanted), quiet=args.json) as shown:
                written = _writer(form)(reader, wanted, args.output, shown.reach)
    except (slices.NoFeedError, ArchiveError) as error:
        raise Stop(str(error)) from None
    except BrokenPipeError:
        raise
    except OSError as error:
        raise Stop(f"{error.filename or args.output}: {error.strerror}; what is written is kept") from None
    return {"entries": written, "seq": seq}


def _writer(form: str) -> "Callable[[Reader, Slice, Path, Callable[[int], None]], int]":
    from storage.export.atom import atom
    from storage.export.lines import csv, ndjson
    from storage.export.parquet import parquet

    return {"ndjson": ndjson, "csv": csv, "atom": atom, "parquet": parquet}[form]


# --- documents --------------------------------------------------------------------------------------------------------


def _raw(args: argparse.Namespace, form: str, wanted: "Slice") -> dict[str, Any]:
    from ingest.cli.opening import opened
    from storage.errors import ArchiveError
    from storage.export import slices
    from storage.export.archive import sqlite
    from storage.export.warc import warc
    from storage.reading import reading

    try:
        with reading(archive_location(args)) as reader:
            slices.feeds(reader, wanted.selectors)
            seq = max(slices.newest_seq(reader), wanted.after_seq)
        with opened(args, create=False) as archive, bar("documents", None, quiet=args.json) as shown:
            write = warc if form == "warc" else sqlite
            return {"documents": write(archive, wanted, args.output, shown.reach), "seq": seq}
    except (slices.NoFeedError, ArchiveError) as error:
        raise Stop(str(error)) from None
    except BrokenPipeError:
        raise
    except OSError as error:
        raise Stop(f"{error.filename or args.output}: {error.strerror}; what is written is kept") from None
