"""`chronik run`: the daemon."""

import argparse
import asyncio
import json
import logging
import os
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ingest.cli.frame import DONE, Stop, printable

if TYPE_CHECKING:
    from ingest.config import Config
    from ingest.pipeline import Visited
    from storage.archive import Archive


def arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the verb."""
    parser.add_argument("--log-format", choices=("text", "json"), default="text", help="of the log on stderr")
    parser.add_argument("--log-level", choices=("debug", "info", "warning", "error"), default="info")


def main(args: argparse.Namespace) -> int:
    """Poll for ever; 0 when asked to end."""
    from ingest.cli.opening import opened_with_config
    from storage.daemon_lock import only_daemon
    from storage.errors import ArchiveBusyError

    set_up_log(args.log_format, args.log_level)
    with opened_with_config(args) as (config, archive):
        try:
            with only_daemon(archive.location):
                asyncio.run(_run(config, archive))
        except ArchiveBusyError as error:
            raise Stop(str(error)) from None
    return DONE


async def _run(config: "Config", archive: "Archive") -> None:
    from ingest.daemon import Daemon
    from ingest.session import session

    log = logging.getLogger("chronik")
    async with session(config, archive) as opened:
        feeds = sum(1 for _ in config.feeds())
        log.info("polling %d feeds of %d outlets into %s", feeds, len(config.outlets), archive.location)
        await Daemon(opened, lambda visited: _tell(log, visited), dict(os.environ)).run()
    log.info("ended")


def _tell(log: logging.Logger, visited: "Visited") -> None:
    from ingest.cli.poll import outcome_of, said

    line = said(visited)
    level = logging.INFO if line else logging.DEBUG
    log.log(level, "%s", line or f"{visited.feed.name}: {outcome_of(visited)}", extra={"feed": visited.feed.name})


def set_up_log(style: str, level: str) -> None:
    """One record a line on stderr, whatever strangers put into a message."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if style == "json" else TextLines())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    logging.getLogger("apscheduler").setLevel(logging.WARNING)


class TextLines(logging.Formatter):
    """`2026-03-01T12:00:00Z INFO message`."""

    def format(self, record: logging.LogRecord) -> str:
        text = f"{_at(record)} {record.levelname} {printable(record.getMessage())}"
        return text if record.exc_info is None else text + "\n" + self.formatException(record.exc_info)


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        said: dict[str, Any] = {
            "at": _at(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if feed := getattr(record, "feed", None):
            said["feed"] = feed
        if record.exc_info is not None:
            said["traceback"] = self.formatException(record.exc_info)
        return json.dumps(said, ensure_ascii=False)


def _at(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
