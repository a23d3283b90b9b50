"""`chronik migrate`: bring an archive of an older release to this one, or move it: from a file to a server, or back."""

import argparse
import time

from ingest.cli.frame import DONE, Stop
from ingest.cli.progress import Bar, bars
from ingest.cli.settings import archive_location

LOOK_AGAIN = 2.0  # seconds, while a daemon is still at work


def arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the verb."""
    parser.add_argument(
        "--to",
        metavar="ARCHIVE",
        help="move it there, a path or URL, while it is in use; started again, a move goes on where it stood",
    )


def main(args: argparse.Namespace) -> int:
    """Take the steps that the archive lacks, or move it."""
    return _upgraded(args) if args.to is None else _moved(args)


def _upgraded(args: argparse.Namespace) -> int:
    """Say where the archive as it was now lies."""
    from storage.errors import ArchiveError
    from storage.migrations import upgrade
    from storage.server import hidden

    location = archive_location(args)
    try:
        done = upgrade(location)
    except (ArchiveError, OSError) as error:
        raise Stop(str(error)) from None
    name = hidden(location)
    if done.before == done.after:
        print(f"{name}: schema {done.after}, nothing to do")
        return DONE
    print(f"{name}: schema {done.before} is {done.after} now")
    if done.copy is not None:
        print(f"as it was: {done.copy}; delete it when you are content")
    return DONE


def _moved(args: argparse.Namespace) -> int:
    from storage.archive import Archive
    from storage.engine import faults_told
    from storage.errors import ArchiveError
    from storage.moving import Move

    try:
        with (
            Archive.open(archive_location(args)) as source,
            Archive.open(args.to, create=True, references=False) as target,
            faults_told(f"{source.name} to {target.name}"),
            bars() as shown,
        ):
            telling = _Telling(shown.bar("moving"))
            moved = Move(source, target, telling.tell).run(telling.wait)
            told = f"{source.name} is at {target.name} now: "
    except ArchiveError as error:
        raise Stop(str(error)) from None
    entries, documents = moved.rows["entry"], moved.rows["document"]
    print(f"{told}{entries:,} entries, {documents:,} documents, {sum(moved.rows.values()):,} rows, all compared")
    print(f"name it in feeds.yaml (archive: {target.name}); what is left behind takes nothing in any more")
    return DONE


class _Telling:
    def __init__(self, shown: Bar) -> None:
        self._bar = shown
        self._waits_for: str | None = None

    def tell(self, what: str, done: int, total: int) -> None:
        """How far it is."""
        self._bar.expect(total)
        self._bar.reach(done - 1)
        self._bar.advance(what)

    def wait(self, who: str) -> None:
        """Somebody still works on the source: all is there but what it does meanwhile."""
        if who != self._waits_for:
            self._bar.say(f"all but the last seconds is moved; {who}")
            self._waits_for = who
        time.sleep(LOOK_AGAIN)
