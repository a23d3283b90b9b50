"""`chronik run`: the daemon."""

import argparse
import asyncio
import logging
import os
import signal
import sys
import threading
from types import FrameType
from typing import TYPE_CHECKING

from ingest.cli import journal
from ingest.cli.frame import DONE, SOME_FAILED, Stop
from ingest.cli.standing import standing

if TYPE_CHECKING:
    from ingest.config import Config
    from ingest.daemon import Daemon
    from ingest.pipeline import Visited
    from storage.archive import Archive

AT_THE_LATEST = 8.5  # seconds after the first signal: ten are promised, and a busy machine takes its time

log = logging.getLogger("chronik")


def arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the verb."""
    parser.add_argument("--log-format", choices=journal.FORMATS, default="text", help="of the log on stderr")
    parser.add_argument(
        "--log-level", choices=journal.LEVELS, help="from which level on; default: info, on a terminal warning"
    )


def main(args: argparse.Namespace) -> int:
    """Poll for ever; 0 when asked to end."""
    signals = Signals()
    signals.catch()
    from ingest.cli.settings import archive_location
    from ingest.memory import collect_rarely, give_back_eagerly
    from storage.daemon_lock import only_daemon
    from storage.errors import ArchiveError

    give_back_eagerly()
    collect_rarely()
    journal.begin(args.log_format, args.log_level or ("warning" if sys.stderr.isatty() else "info"))
    try:
        with only_daemon(archive_location(args)):
            _open_and_run(args, signals)
    except ArchiveError as error:
        raise Stop(str(error)) from None
    return DONE


def _open_and_run(args: argparse.Namespace, signals: "Signals") -> None:
    from ingest.cli.opening import opened_with_config

    with opened_with_config(args) as (config, archive):
        try:
            asyncio.run(_run(config, archive, signals))
        except OSError as error:  # of a port to listen at, of network.ca_file
            raise Stop(f"{error.strerror or error}: look at `listen` and `ca_file` in feeds.yaml") from error


async def _run(config: "Config", archive: "Archive", signals: "Signals") -> None:
    from ingest.daemon import Daemon
    from ingest.notify import Notifier
    from ingest.session import session
    from ingest.source import masked

    async with session(config, archive, holds_out=True, verb="run") as opened:
        feeds = sum(1 for _ in config.feeds())
        log.info("polling %d feeds of %d outlets into %s", feeds, len(config.outlets), masked(archive.location))
        with standing() as show:
            notifier = Notifier.of(os.environ, os.getpid())
            daemon = Daemon(opened, _tell, os.environ, notifier=notifier, show=show)
            signals.pass_to(daemon)
            dropped = await daemon.run()
        signals.code = DONE
    log.info("ended; %d visits were given back" if dropped else "ended", *([dropped] if dropped else []))


def _tell(visited: "Visited") -> None:
    from ingest.cli.poll import outcome_of, said

    line = said(visited)
    level = logging.INFO if line else logging.DEBUG
    log.log(level, "%s", line or f"{visited.feed.name}: {outcome_of(visited)}", extra={"feed": visited.feed.name})


class Signals:
    """The first to end: in good order, and by force when that takes too long; the second: at once. SIGHUP: read again.

    Not by the event loop's means: they wait for the loop, which may be waiting for the archive's lock.
    """

    def __init__(self) -> None:
        self.code = SOME_FAILED  # of an end by force
        self._asked = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._daemon: Daemon | None = None

    def catch(self) -> None:
        """Before anything is open there is nothing to finish."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._end)
        signal.signal(signal.SIGHUP, self._hang_up)

    def pass_to(self, daemon: "Daemon") -> None:
        """From now on the daemon ends, and takes a new configuration in."""
        self._loop, self._daemon = asyncio.get_running_loop(), daemon

    def _end(self, _number: int, _frame: FrameType | None) -> None:
        if self._loop is None or self._daemon is None:
            # Nothing is in hand. Not by an exception: in a callback or a class body of the interpreter's it is lost.
            os._exit(DONE)
        if self._asked:
            os._exit(SOME_FAILED)
        self._asked = True
        timer = threading.Timer(AT_THE_LATEST, self._end_by_force)
        timer.daemon = True
        timer.start()
        self._loop.call_soon_threadsafe(self._daemon.stop)

    def _end_by_force(self) -> None:
        log.error("ended by force: the archive could not be written in time")
        os._exit(self.code)

    def _hang_up(self, _number: int, _frame: FrameType | None) -> None:
        if self._loop is not None and self._daemon is not None:
            self._loop.call_soon_threadsafe(self._daemon.reread)
