"""chronik search: full-text search, the newest first."""

import argparse
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from difflib import get_close_matches

from ingest.cli.dates import DATES, since, until
from ingest.cli.frame import DONE, Stop, print_error, printable
from ingest.cli.grid import Look
from ingest.cli.settings import archive_location
from ingest.cli.tables import WRITERS, look_of
from storage.errors import ArchiveError
from storage.reading import Reader, reading
from storage.search import Hit, Search, search, waiting
from storage.search_marks import BEGIN, END

COLUMNS = (
    "entry_id outlet feed title snippet url published_at first_seen_at version replaced_at".split()  # noqa: SIM905
)
_LANGUAGE = """
Words are all wanted; "a phrase", OR, -without, prefix*, NEAR(a b, 5), title:word, summary:word, text:word, ( ).
Häuser, Haeuser and Hauser find one another, and so do Straße and Strasse.
"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the verb takes."""
    parser.epilog = _LANGUAGE
    parser.add_argument("query", nargs="+", metavar="QUERY", help="words; put phrases into quotes")
    parser.add_argument("--outlet", action="append", default=[], metavar="OUTLET", help="only of this one; repeatable")
    parser.add_argument("--since", metavar="DATE", help=f"published (else first seen) since: {DATES}")
    parser.add_argument("--until", metavar="DATE", help="until; a day that is named belongs to it")
    parser.add_argument("--sort", choices=["newest", "best"], default="newest", help="default: newest")
    parser.add_argument("--versions", action="store_true", help="search former wordings too: words since removed")
    parser.add_argument("--limit", type=int, default=20, metavar="N", help="hits at most (default 20)")
    parser.add_argument("--format", choices=["text", *WRITERS], default="text", help="default: text")


def main(args: argparse.Namespace) -> int:
    """Search and print."""
    asked = _asked(args, datetime.now(UTC))
    try:
        with reading(archive_location(args)) as reader:
            _refuse_unknown(reader, asked.outlets)
            hits, late = search(reader, asked), waiting(reader)
    except ArchiveError as error:
        raise Stop(str(error)) from error
    _print(hits, args.format)
    if late:
        print_error(f"{late:,} entries are not in the index yet: `chronik run` and `chronik poll` bring them in")
    return DONE


def _asked(args: argparse.Namespace, now: datetime) -> Search:
    if args.limit < 1:
        raise Stop(f"--limit {args.limit}: at least 1")
    begin = _instant(since(args.since, now)) if args.since else None
    end = _instant(until(args.until, now)) if args.until else None
    if begin and end and begin >= end:
        raise Stop(f"--since {args.since} is not before --until {args.until}: nothing lies between them")
    return Search(
        # The shell has taken the quotes of what came as one argument of several words.
        words=" ".join(args.query),
        outlets=tuple(args.outlet),
        since=begin,
        until=end,
        sort=args.sort,
        limit=args.limit,
        former=args.versions,
    )


def _refuse_unknown(reader: Reader, outlets: Sequence[str]) -> None:
    there_are = [row["outlet"] for row in reader.rows("select outlet from outlets order by outlet")]
    for unknown in (each for each in outlets if each not in there_are):
        near = get_close_matches(unknown, there_are, 1)
        raise Stop(f"--outlet {unknown}: no such outlet" + (f"; did you mean {near[0]}?" if near else ""))


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _print(hits: list[Hit], form: str) -> None:
    if form != "text":
        rows = [[_unmarked(getattr(hit, name)) for name in COLUMNS] for hit in hits]
        WRITERS[form](COLUMNS, rows, sys.stdout)
        return
    look = look_of(sys.stdout)
    for hit in hits:
        for line in _lines(hit, look):
            print(line)
    if not hits:
        print("nothing found", file=sys.stderr)


def _unmarked(cell: str | int | None) -> str | int | None:
    return cell.replace(BEGIN, "").replace(END, "") if isinstance(cell, str) else cell


def _lines(hit: Hit, look: Look) -> Iterator[str]:
    when = hit.published_at or hit.first_seen_at or ""
    former = f", wording {hit.version}, replaced {hit.replaced_at}" if hit.replaced_at else ""
    yield look.dim(printable(f"{when[:16].replace('T', ' ')}  {hit.feed}  #{hit.entry_id}{former}"))
    yield look.bold("  ") + _marked(hit.title or "(no title)", look)
    if hit.snippet and hit.snippet != hit.title:
        yield "    " + _marked(hit.snippet, look)
    if hit.url:
        yield "    " + look.dim(printable(hit.url))


def _marked(text: str, look: Look) -> str:
    begin, end = ("\x1b[1;33m", "\x1b[0m") if look.colour else ("", "")
    safe = printable(" ".join(text.split()), keep=BEGIN + END)
    return safe.replace(BEGIN, begin).replace(END, end)
