"""chronik show: one entry, its wordings, what changed between them, or the raw document."""

import argparse
import json
import sys
import textwrap
from collections.abc import Iterable, Iterator

from ingest.cli import diff
from ingest.cli.frame import DONE, Stop, printable
from ingest.cli.grid import Look
from ingest.cli.settings import archive_location
from ingest.cli.tables import look_of
from storage.differing import Part, parts
from storage.errors import ArchiveError
from storage.reading import Reader, reading
from storage.wordings import EntryTold, WordingTold, document_of, entry, find_entries, wordings

WIDEST = 100  # longer lines are hard to read
COMPARED = ("title", "url", "summary", "content_text", "authors", "categories", "published_at", "updated_at")


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the verb takes."""
    parser.add_argument("entry", metavar="ENTRY", help="id, URL or guid of an entry")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--versions", action="store_true", help="all its wordings")
    what.add_argument("--diff", action="store_true", help="what changed from each wording to the next")
    what.add_argument("--raw", action="store_true", help="the document that had its current wording first, as received")


def main(args: argparse.Namespace) -> int:
    """Find and print."""
    try:
        with reading(archive_location(args)) as reader:
            _show(reader, _found(reader, args.entry), args)
    except ArchiveError as error:
        raise Stop(str(error)) from error
    return DONE


def _show(reader: Reader, told: EntryTold, args: argparse.Namespace) -> None:
    look = look_of(sys.stdout)
    if args.raw:
        _print_raw(archive_location(args), _document(reader, told))
    elif args.versions:
        _print(_all_wordings(wordings(reader, told.entry_id), look))
    elif args.diff:
        _print(_changes(wordings(reader, told.entry_id), look))
    else:
        _print(_current(told, look))


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        print(line)


# --- which entry ------------------------------------------------------------------------------------------------------


def _found(reader: Reader, asked: str) -> EntryTold:
    told = entry(reader, int(asked)) if asked.isdecimal() and len(asked) < 19 else None
    if told is not None:
        return told
    found = find_entries(reader, _ways_to_write(asked))
    if len(found) > 1:
        raise Stop(f"{asked} is {len(found)} entries: name one of {', '.join(map(str, found[:10]))}")
    told = entry(reader, found[0]) if found else None
    if told is None:
        raise Stop(f"no entry {asked}: give an id, URL or guid; `chronik search` finds them by words")
    return told


def _ways_to_write(asked: str) -> list[str]:
    other = {"http://": "https://", "https://": "http://"}
    ways = [asked, *(asked.replace(one, two, 1) for one, two in other.items() if asked.startswith(one))]
    return [form for way in ways for form in (way, way.rstrip("/"), f"{way.rstrip('/')}/")]


# --- what it says now -------------------------------------------------------------------------------------------------


def _current(told: EntryTold, look: Look) -> Iterator[str]:
    yield look.bold(printable(told.title or "(no title)"))
    for name, value in _facts(told):
        if value:
            yield f"{look.dim(f'{name:<10}')} {printable(value)}"
    yield ""
    yield from _text(told.content_text or told.summary, look)


def _facts(told: EntryTold) -> list[tuple[str, str | None]]:
    return [
        ("entry", f"{told.entry_id}, {told.feed}, version {told.version} ({told.versions} in all)"),
        ("published", _published(told)),
        ("updated", told.updated_at),
        ("seen", f"{told.first_seen_at} to {told.last_seen_at}"),
        ("authors", _list(told.authors)),
        ("categories", _list(told.categories)),
        ("language", told.language),
        ("url", told.url),
        ("guid", told.guid if told.guid != told.url else None),
    ]


def _published(told: EntryTold) -> str | None:
    if told.published_at is None:
        return f"not known; written was {told.published_raw}" if told.published_raw else None
    written = " ".join(part for part in (told.published_source, told.published_raw) if part)
    return f"{told.published_at} ({written})" if written else told.published_at


def _list(names: str | None) -> str | None:
    return ", ".join(json.loads(names)) if names else None


def _text(text: str | None, look: Look) -> Iterator[str]:
    for line in (text or "(no text)").split("\n"):
        safe = printable(line)
        wrapped = textwrap.wrap(safe, min(look.width, WIDEST)) if look.width else [safe]
        yield from wrapped or [""]


# --- what it has said -------------------------------------------------------------------------------------------------


def _heading(told: WordingTold, look: Look) -> str:
    until = f"to {told.replaced_at}" if told.replaced_at else "and stands"
    return look.dim(f"── {told.feed}, version {told.version} ({told.change}), from {told.seen_at} {until}")


def _all_wordings(told: list[WordingTold], look: Look) -> Iterator[str]:
    for each in told:
        yield _heading(each, look)
        yield look.bold(printable(each.title or "(no title)"))
        yield from _text(each.content_text or each.summary, look)
        yield ""


def _changes(told: list[WordingTold], look: Look) -> Iterator[str]:
    pairs = [(old, new) for new in told if (old := _before(new, told)) is not None]
    for old, new in pairs:
        yield _heading(new, look)
        yield from _change(old, new, look)
        yield ""
    if not pairs:
        yield "one wording only: nothing changed"


def _before(new: WordingTold, told: list[WordingTold]) -> WordingTold | None:
    if new.version == 1:
        return None
    # The wording before in the same feed; where that is told as another feed's, the one seen last before.
    same = [each for each in told if each.feed == new.feed and each.version == new.version - 1]
    older = sorted((each for each in told if each.seen_at < new.seen_at), key=lambda each: each.seen_at)
    return next(iter(same or older[-1:]), None)


def _change(old: WordingTold, new: WordingTold, look: Look) -> Iterator[str]:
    for name in COMPARED:
        before, after = getattr(old, name) or "", getattr(new, name) or ""
        same_as_text = name == "summary" and (old.summary, new.summary) == (old.content_text, new.content_text)
        if before != after and not same_as_text:
            found = [Part(kind, printable(text, keep="\n")) for kind, text in parts(before, after)]
            yield f"{look.dim(f'{name}:')} {diff.shown(found, look)}"


# --- what it came from ------------------------------------------------------------------------------------------------


def _document(reader: Reader, told: EntryTold) -> int:
    mine = [each for each in wordings(reader, told.entry_id) if each.feed == told.feed]
    current = next((each for each in mine if each.version == told.version), None)
    document_id = document_of(reader, current) if current else None
    if document_id is None:
        raise Stop(f"entry {told.entry_id} has no document in this archive: it was pruned, or came from a slice")
    return document_id


def _print_raw(location: str, document_id: int) -> None:
    from storage import documents  # these load SQLAlchemy, which the rest of this verb does without
    from storage.archive import Archive

    with Archive.open(location) as archive, archive.read() as connection:
        body = documents.body(connection, document_id)
    if sys.stdout.isatty():
        print(printable(body.decode("utf-8", "replace"), keep="\n\t"))
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(body)
        sys.stdout.buffer.flush()
