"""Which configuration and archive a verb works with: from its options, else the environment, else the defaults."""

import argparse
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ingest.cli.frame import Stop
from ingest.config import Config, ConfigError, archive_in, load_config

DEFAULT_CONFIG = "feeds.yaml"


@dataclass(frozen=True, slots=True)
class Settings:
    """`config` None: there is no file, and the verb needs none. `archive` is a path or URL and may hold a secret."""

    config: Config | None
    archive: str


def settings(args: argparse.Namespace, environ: Mapping[str, str] = os.environ) -> Settings:
    """Configuration and archive of a verb that polls or asks the web; the configuration may be absent, not wrong.

    Raises Stop. `args` has `config` and `archive`, either may be None.
    """
    config = None if _may_lack(args, environ) else needed_config(args, environ)
    return Settings(config, archive_location(args, environ))


def needed_config(args: argparse.Namespace, environ: Mapping[str, str] = os.environ) -> Config:
    """The configuration. Raises Stop with all its problems, also where there is none."""
    try:
        return load_config(config_path(args, environ), environ)
    except ConfigError as error:
        raise Stop(str(error)) from None


def config_path(args: argparse.Namespace, environ: Mapping[str, str] = os.environ) -> Path:
    """Where the configuration is, or would be."""
    return Path(args.config or environ.get("CHRONIK_CONFIG") or DEFAULT_CONFIG)


def archive_location(
    args: argparse.Namespace, environ: Mapping[str, str] = os.environ, *, config: Config | None = None
) -> str:
    """Where the archive is: a path or URL. Of a configuration yet to be read only `archive:` is. Raises Stop."""
    if given := args.archive or environ.get("CHRONIK_ARCHIVE"):
        return str(given)
    if config is not None:
        return config.archive.value
    path = config_path(args, environ)
    if _may_lack(args, environ):
        return str(path.absolute().parent / "archive.sqlite")
    try:
        return archive_in(path, environ).value
    except ConfigError as error:
        raise Stop(str(error)) from None


def _may_lack(args: argparse.Namespace, environ: Mapping[str, str]) -> bool:
    """True where nobody named a configuration and the default one is not there."""
    return not (args.config or environ.get("CHRONIK_CONFIG")) and not Path(DEFAULT_CONFIG).exists()
