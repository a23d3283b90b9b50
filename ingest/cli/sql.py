"""chronik sql: read-only SQL over the archive's views."""

import argparse
import contextlib
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from ingest.cli.dates import since
from ingest.cli.frame import DONE, SOME_FAILED, Stop, print_error
from ingest.cli.settings import archive_location
from ingest.cli.tables import FORMATS, SUFFIXES, WRITERS, look_of
from ingest.cli.target import STDOUT, target
from storage.errors import ArchiveError
from storage.named import NamedQuery, named_queries
from storage.query import Answer, Limit, Limits, QueryError, answered
from storage.sql_text import parameters as parameters_of
from storage.sql_text import value

ROWS_ON_A_TERMINAL = 1_000
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "": 1.0}


def arguments(parser: argparse.ArgumentParser) -> None:
    """What the verb takes."""
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("query", nargs="?", metavar="QUERY", help="one SELECT; `-` reads it from stdin")
    what.add_argument("-f", "--file", metavar="FILE", help="file that holds the query")
    what.add_argument("--named", metavar="NAME", help="a question that comes with chronik")
    what.add_argument("--list", action="store_true", help="list those questions")
    parser.add_argument("--format", choices=FORMATS, help="default: table, or what the name after -o ends in")
    parser.add_argument("-o", "--output", metavar="FILE", help="write there instead of stdout (-)")
    parser.add_argument(
        "-p", "--parameter", action="append", default=[], metavar="NAME=VALUE", help="value of :NAME in the query"
    )
    parser.add_argument(
        "--timeout", type=_seconds, default=30.0, metavar="TIME", help="as 500ms, 30s, 5m (default 30s)"
    )
    parser.add_argument(
        "--max-rows", type=_count, metavar="N", help="default: 1,000 on a terminal, none in a pipe or with -o"
    )


def _seconds(text: str) -> float:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)(ms|s|m|h|)", text)
    if not found or not float(found[1]):
        raise argparse.ArgumentTypeError(f"{text!r} is no time: write 500ms, 30s or 5m")
    return float(found[1]) * _UNITS[found[2]]


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is no number of rows")
    return int(text)


def main(args: argparse.Namespace) -> int:
    """Ask and print. 0: the whole answer; 1: a limit ended it; 2: the query or the archive is wrong."""
    if args.list:
        return _list()
    query, values = _question(args)
    form = args.format or _form(args.output)
    location = archive_location(args)
    args.output = _output(args.output, location)
    try:
        with answered(location, query, values, Limits(args.timeout, _rows(args))) as answer:
            _write(answer, form, args.output)
            return _end(answer, args)
    except QueryError as wrong:
        raise Stop(_shown(wrong)) from wrong
    except ArchiveError as error:
        raise Stop(str(error)) from error


def _output(given: str | None, archive: str) -> str | None:
    return None if given in {None, "-"} else str(target(given, archive))


def _shown(wrong: QueryError) -> str:
    """The line that says what is wrong; below it the place, for a person who looks on."""
    return str(wrong) if sys.stderr.isatty() else str(wrong).partition("\n")[0]


def _list() -> int:
    look = look_of(sys.stdout)
    for name, query in named_queries().items():
        print(f"{look.bold(name)}\n    {query.question}")
        for known in query.parameters:
            default = "required" if known.required else "may be left out" if known.default is None else known.default
            print(look.dim(f"    -p {known.name}=…  {known.what} ({default})"))
    return DONE


def _question(args: argparse.Namespace) -> tuple[str, dict[str, str | int | float | None]]:
    given = dict(_pair(text) for text in args.parameter)
    if args.named is not None:
        named = _named(args.named)
        _refuse_unknown(given, [known.name for known in named.parameters])
        if "since" in given:
            given["since"] = _day(given["since"])
        return named.sql, named.defaults | given
    query = _file_text(args.file) if args.file else sys.stdin.read() if args.query == "-" else args.query
    _refuse_unknown(given, parameters_of(query))
    return query, given


def _day(said: object) -> str:
    return since(str(said), datetime.now(UTC)).strftime("%Y-%m-%d")


def _pair(text: str) -> tuple[str, str | int | float | None]:
    name, equals, given = text.partition("=")
    if not equals or not name:
        raise Stop(f"-p {text}: write it as name=value")
    return name.lstrip(":"), value(given)


def _refuse_unknown(given: dict[str, str | int | float | None], known: list[str]) -> None:
    for name in given:
        if name not in known:
            there_are = f"it has {', '.join(known)}" if known else "it has none"
            raise Stop(f"-p {name}=…: the query has no parameter :{name}; {there_are}")


def _named(name: str) -> NamedQuery:
    queries = named_queries()
    if name not in queries:
        raise Stop(f"no query named {name!r}; there are {', '.join(queries)}")
    return queries[name]


def _file_text(name: str) -> str:
    try:
        return Path(name).read_text(encoding="utf-8")
    except OSError as error:
        raise Stop(f"{name}: cannot be read: {error.strerror}; give the file that holds the query") from error
    except UnicodeDecodeError as error:
        raise Stop(f"{name}: is not UTF-8; save it as UTF-8") from error


def _form(output: str | None) -> str:
    return SUFFIXES.get(Path(output).suffix.lower(), "table") if output else "table"


def _rows(args: argparse.Namespace) -> int | None:
    on_terminal = args.output is None and sys.stdout.isatty()
    return ROWS_ON_A_TERMINAL if args.max_rows is None and on_terminal else args.max_rows


def _write(answer: Answer, form: str, output: str | None) -> None:
    if form == "parquet":
        from ingest.cli.parquet import write_parquet

        if output is None:
            raise Stop("parquet is a file's format: name the file with -o")
        with new_file(output) as path:
            write_parquet(answer.columns, answer, path)
        return
    with _opened(output) as stream:
        WRITERS[form](answer.columns, answer, stream)


@contextlib.contextmanager
def _opened(output: str | None) -> Iterator[TextIO]:
    if output is None:
        yield sys.stdout
        sys.stdout.flush()
        return
    with new_file(output) as path, path.open("w", encoding="utf-8", newline="") as stream:
        yield stream


@contextlib.contextmanager
def new_file(output: str) -> Iterator[Path]:
    """A path to write to, which becomes `output` when all is written: nobody reads half a file. Raises Stop."""
    path = Path(output)
    flows = path == STDOUT or (path.exists() and not path.is_file())  # a pipe, a device
    part = path if flows else path.with_name(f"{path.name}.part")
    try:
        yield part
        if part != path:
            part.replace(path)
    except OSError as error:
        raise Stop(f"{error.filename or output}: {error.strerror}") from error
    finally:
        if part != path:
            part.unlink(missing_ok=True)


def _end(answer: Answer, args: argparse.Namespace) -> int:
    if answer.passed is None:
        return DONE
    print_error(_stopped(answer.passed, args))
    return SOME_FAILED


def _stopped(passed: Limit, args: argparse.Namespace) -> str:
    match passed:
        case "rows":
            return f"stopped after {_rows(args):,} rows: there are more; --max-rows N gives more of them"
        case "seconds":
            return f"stopped after {args.timeout:g} s: the answer is not whole; --timeout 5m waits longer"
        case "memory":
            return "stopped: the query needs more than 512 MB; ask for fewer columns, or for fewer rows to sort"
