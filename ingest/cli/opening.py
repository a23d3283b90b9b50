"""Open what a verb works with, or stop with one line that tells the remedy."""

import argparse
import contextlib
from collections.abc import Iterator, Sequence

from ingest.cli.frame import Stop
from ingest.cli.settings import archive_location, needed_config
from ingest.config import Config
from storage.archive import Archive
from storage.engine import faults_told
from storage.errors import ArchiveError
from storage.feeds import selected
from storage.records import FeedHealth, FeedRecord


@contextlib.contextmanager
def opened(args: argparse.Namespace, *, create: bool, config: Config | None = None) -> Iterator[Archive]:
    """The archive of a verb; `config` where it has been read already. Raises Stop."""
    try:
        with (
            Archive.open(archive_location(args, config=config), create=create) as archive,
            faults_told(archive.location),
        ):
            yield archive
    except ArchiveError as error:
        raise Stop(str(error)) from None


@contextlib.contextmanager
def opened_with_config(args: argparse.Namespace) -> Iterator[tuple[Config, Archive]]:
    """The configuration and its archive, made if there is none. Raises Stop."""
    config = needed_config(args)
    with opened(args, create=True, config=config) as archive:
        yield config, archive


def chosen(archive: Archive, selectors: Sequence[str]) -> list[FeedRecord]:
    """The listed feeds that the selectors name. Raises Stop where one names none."""
    listed = [feed for feed in archive.feeds() if feed.state is not FeedHealth.UNLISTED]
    for selector in selectors:
        if not selected(listed, [selector]):
            raise Stop(f"{selector!r} names no feed of feeds.yaml: `chronik status` lists them")
    return selected(listed, selectors)
