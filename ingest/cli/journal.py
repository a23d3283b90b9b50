"""The daemon's log on stderr: one record a line, whatever strangers put into it; as text or JSON."""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import IO, Any

from ingest.cli.frame import printable

FORMATS = ("text", "json")
LEVELS = ("debug", "info", "warning", "error")


def begin(style: str, level: str) -> None:
    """Log all of the program from `level` on."""
    handler = _Stderr()
    handler.setFormatter(JsonLines() if style == "json" else TextLines())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)


class _Stderr(logging.StreamHandler[IO[str]]):
    """Wherever stderr is at that moment: a line that is kept on a terminal puts itself in its place."""

    @property
    def stream(self) -> IO[str]:
        return sys.stderr

    @stream.setter
    def stream(self, _stream: IO[str]) -> None:
        pass


class TextLines(logging.Formatter):
    """`2026-03-01T12:00:00Z INFO message`."""

    def format(self, record: logging.LogRecord) -> str:
        text = f"{_at(record)} {record.levelname} {record.getMessage()}"
        return printable(text if record.exc_info is None else f"{text} {self.formatException(record.exc_info)}")


class JsonLines(logging.Formatter):
    """One JSON object a line: at, level, logger, message; feed and traceback where there is one."""

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
