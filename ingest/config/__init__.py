"""Read feeds.yaml and refuse it unless all of it makes sense.

    path ──text_of──► text ──tree──► nodes with positions ──config_from──► Config, or ConfigError with every problem

The environment is an argument. Nothing here asks the web or the archive.
"""

from collections.abc import Mapping
from pathlib import Path

from ingest.config.document import text_of, top_scalar, tree
from ingest.config.environment import Filled
from ingest.config.kinds import Desk
from ingest.config.problems import ConfigError, Problem
from ingest.config.reading import archive_from, config_from
from ingest.config.values import (
    Alerts,
    Backfill,
    Backup,
    Config,
    Daemon,
    Defaults,
    Feed,
    Header,
    Network,
    Outlet,
    WebSub,
    listing,
    network_policy,
)

__all__ = [
    "Alerts",
    "Backfill",
    "Backup",
    "Config",
    "ConfigError",
    "Daemon",
    "Defaults",
    "Feed",
    "Header",
    "Network",
    "Outlet",
    "Problem",
    "WebSub",
    "archive_in",
    "config_of",
    "listing",
    "load_config",
    "network_policy",
    "text_of",
]


def load_config(path: Path, environ: Mapping[str, str]) -> Config:
    """The configuration in the file. Raises ConfigError, which holds every problem of the file and no secret."""
    return config_of(text_of(path, str(path)), path, environ)


def config_of(text: str, path: Path, environ: Mapping[str, str], *, may_list_none: bool = False) -> Config:
    """The configuration that `text` would be if it stood in the file `path`. Raises ConfigError."""
    whole = path.absolute()
    desk = Desk(str(path), whole.parent, environ, may_list_none)
    config = config_from(desk, tree(text, str(path)), whole)
    if desk.problems:
        raise ConfigError(desk.problems)
    return config


def archive_in(path: Path, environ: Mapping[str, str]) -> Filled:
    """Where the file says that its archive is, the rest unread: a verb that only reads needs no more.

    Raises ConfigError.
    """
    text = text_of(path, str(path))
    desk = Desk(str(path), path.absolute().parent, environ)
    archive = archive_from(desk, top_scalar(text, "archive", str(path)))
    if desk.problems:
        raise ConfigError(desk.problems)
    return archive
