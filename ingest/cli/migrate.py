"""`chronik migrate`: bring an archive of an older release to this one."""

import argparse

from ingest.cli.frame import DONE, Stop
from ingest.cli.settings import archive_location


def arguments(_parser: argparse.ArgumentParser) -> None:
    """Options of the verb: none of its own."""


def main(args: argparse.Namespace) -> int:
    """Take the steps that the archive lacks, and say where the archive as it was now lies."""
    from storage.errors import ArchiveError
    from storage.migrations import upgrade

    location = archive_location(args)
    try:
        done = upgrade(location)
    except (ArchiveError, OSError) as error:
        raise Stop(str(error)) from None
    if done.before == done.after:
        print(f"{location}: schema {done.after}, nothing to do")
        return DONE
    print(f"{location}: schema {done.before} is {done.after} now")
    if done.copy is not None:
        print(f"as it was: {done.copy}; delete it when you are content")
    return DONE
