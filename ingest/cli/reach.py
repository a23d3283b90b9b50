"""Which archive a reading verb asks."""

import argparse
import importlib
import os


def archive_of(args: argparse.Namespace) -> str:
    """Path or URL. Raises Stop."""
    try:
        settings = importlib.import_module("ingest.cli.settings")
    except ModuleNotFoundError:
        return str(getattr(args, "archive", None) or os.environ.get("CHRONIK_ARCHIVE") or "archive.sqlite")
    return str(settings.archive_location(args, os.environ))
