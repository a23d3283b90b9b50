"""`chronik import`: the feeds of an OPML file into feeds.yaml, each told of, none taken twice."""

import argparse
import os
import sys
from collections import Counter
from pathlib import Path

from ingest import opml
from ingest.cli.frame import DONE, SOME_FAILED, Stop, printable
from ingest.cli.settings import config_path
from ingest.cli.writing import take_in
from ingest.config.additions import Answer, Offer, Verdict


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `chronik import`."""
    bounds = f"at most {opml.MOST_BYTES // 1024**2} MiB, {opml.MOST_OUTLINES:,} outlines, {opml.DEEPEST} levels"
    parser.add_argument("file", metavar="FILE", help=f"OPML file, - for standard input; {bounds}, no DTD")


def main(args: argparse.Namespace) -> int:
    """A line for each outline that is no folder, then totals. Returns 1 if any was refused. Raises Stop."""
    name = "standard input" if args.file == "-" else args.file
    try:
        outlines = opml.outlines(_data(args.file))
    except opml.OpmlError as error:
        place = f"{name}:{error.line}" if error.line else name
        raise Stop(f"{place}: {error.message}; nothing was imported") from None
    answers = iter(take_in(config_path(args), [one for one in outlines if isinstance(one, Offer)], os.environ))
    return _report(name, [one if isinstance(one, opml.Useless) else next(answers) for one in outlines])


def _data(name: str) -> bytes:
    try:
        if name == "-":
            return sys.stdin.buffer.read(opml.MOST_BYTES + 1)
        with Path(name).open("rb") as file:
            return file.read(opml.MOST_BYTES + 1)
    except FileNotFoundError:
        raise Stop(f"{name}: there is no such file; name the OPML file that a feed reader gave out") from None
    except (OSError, ValueError) as error:
        said = getattr(error, "strerror", None) or error
        raise Stop(f"{name}: cannot be read: {said}; check its name and who may read it") from None


def _report(name: str, told: list[Answer | opml.Useless]) -> int:
    counts = Counter(Verdict.REFUSED if isinstance(one, opml.Useless) else one.verdict for one in told)
    for one in told:
        print(printable(f"{name}:{_line(one)}"))
    print(f"{counts[Verdict.ADDED]} added, {counts[Verdict.KNOWN]} already there, {counts[Verdict.REFUSED]} refused")
    return SOME_FAILED if counts[Verdict.REFUSED] else DONE


def _line(one: Answer | opml.Useless) -> str:
    if isinstance(one, opml.Useless):
        return f"{one.line}: {one.title or 'outline without title'}: refused because {one.because}"
    because = "refused because" if one.verdict is Verdict.REFUSED else f"{one.verdict}:"
    return f"{one.offer.line}: {one.offer.title or 'no title'}: {because} {one.detail}"
