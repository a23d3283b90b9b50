"""The command `chronik`: which verb, and how every verb ends. Imports a verb's module only when it is asked for."""

import argparse
import importlib
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, NoReturn

from ingest.cli.frame import DONE, NOTHING_STARTED, SOME_FAILED, Stop, print_error

VERBS = {
    "check": "validate feeds.yaml; with --online fetch each feed once without storing",
    "poll": "one pass over the due feeds",
    "run": "the daemon: poll for ever, on schedule",
    "status": "health of the feeds: state, last success, next due and why, gaps",
    "add": "find the feeds of a page and write them into feeds.yaml",
    "import": "take the feeds of an OPML file into feeds.yaml",
    "export-opml": "write the feeds of feeds.yaml as OPML",
    "backfill": "get an outlet's past; resumable",
    "load": "take local documents, archives and databases of other readers in",
    "search": "full-text search",
    "sql": "read-only SQL over the archive's views",
    "show": "one entry: its wordings, what changed, or the raw document",
    "export": "slices of the archive as files",
    "serve": "read-only web page over the archive",
    "verify": "check the archive, down to every stored document's digest",
    "backup": "copy the archive while it is in use",
    "compact": "give back unused space",
    "reparse": "rebuild the entries from the stored documents with today's parser",
    "migrate": "bring the archive to this version, or into another database",
    "prune": "delete, on purpose only, with a dry run first",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one verb. Returns the exit code: 0 done, 1 something failed, 2 nothing could start."""
    words = list(sys.argv[1:] if argv is None else argv)
    if not words or words[0] not in VERBS:
        return _no_verb(words)
    try:
        return _run(words[0], words[1:])
    except Stop as stop:
        print_error(stop.message)
        return stop.code
    except KeyboardInterrupt:
        with suppress(KeyboardInterrupt):  # pressed again
            print_error("interrupted; what was done is kept")
        return 130
    except BrokenPipeError:
        return _unread()
    except Exception as error:
        if isinstance(error, ExceptionGroup) and error.split(BrokenPipeError)[1] is None:
            return _unread()
        if (trouble := _trouble(error)) is None:
            raise
        print_error(f"{trouble}; what was done is kept")
        return SOME_FAILED


def _unread() -> int:
    """The reader of our output has gone (`chronik sql … | head`)."""
    sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123 - keeps the interpreter's last flush quiet
    return DONE


def _trouble(error: Exception) -> str | None:
    """What keeps the archive from being written, with the remedy; None: it is something else."""
    from storage.trouble import trouble_of  # it loads SQLAlchemy

    found = trouble_of(error)
    return None if found is None else found.partition(", what waits")[0]


class _Parser(argparse.ArgumentParser):
    """Errors are one line, as everywhere."""

    def error(self, message: str) -> NoReturn:
        raise Stop(f"{self.prog.removeprefix('chronik ')}: {message}; `{self.prog} --help` tells what it takes")


def verb_parser(verb: str) -> argparse.ArgumentParser:
    """The parser of one verb, as `chronik VERB --help` shows it."""
    parser = _Parser(prog=f"chronik {verb}", description=VERBS[verb].capitalize() + ".")
    _module(verb).arguments(parser)
    common = parser.add_argument_group("common")
    common.add_argument("-c", "--config", metavar="FILE", help="feeds.yaml to use (env CHRONIK_CONFIG)")
    common.add_argument("-a", "--archive", metavar="URL|PATH", help="archive to use (env CHRONIK_ARCHIVE)")
    return parser


def _run(verb: str, words: Sequence[str]) -> int:
    arguments = verb_parser(verb).parse_args(words)
    code: int = _module(verb).main(arguments)
    return code


def _module(verb: str) -> Any:
    """A module with `arguments(parser)` and `main(arguments)`."""
    name = {"import": "import_opml", "export-opml": "export_opml"}.get(verb, verb)
    try:
        return importlib.import_module(f"ingest.cli.{name}")
    except ModuleNotFoundError as missing:
        if missing.name == f"ingest.cli.{name}":
            raise Stop(f"chronik {verb} is not built yet") from None
        raise


def _no_verb(words: Sequence[str]) -> int:
    if words and words[0] in {"-V", "--version"}:
        from importlib.metadata import version

        print("chronik", version("chronik"))
        return DONE
    if words and words[0] in {"-h", "--help", "help"}:
        print(usage())
        return DONE
    print_error(f"no verb {words[0]!r}; `chronik --help` lists them" if words else "which verb?\n\n" + usage())
    return NOTHING_STARTED


def usage() -> str:
    """What `chronik --help` prints."""
    lines = [f"  {verb:<12} {what}" for verb, what in VERBS.items()]
    return "\n".join(
        [
            "usage: chronik VERB [options]      (chronik VERB --help tells more)",
            "",
            *lines,
            "",
            "Every verb takes --config/-c FILE and --archive/-a URL|PATH.",
            "Exit codes: 0 done; 1 something failed while the rest was done; 2 nothing could start.",
        ]
    )
