"""Write the parts of the docs that are made from code: `python docs/generate.py`. A test holds them equal.

Such a part stands between `<!-- made: NAME -->` and `<!-- end -->`; docs/schema.md and docs/commands.md are made whole.
"""

import argparse
import ast
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from ingest.cli import VERBS, verb_parser
from ingest.cli.frame import Stop
from ingest.remedies import REMEDIES
from storage.schema import CONTRACT, SEARCH
from storage.tables import archive_info
from storage.views import comments, statements

DOCS = Path(__file__).parent
ROOT = DOCS.parent


def main() -> None:
    """Bring every file to date, and name those that were not."""
    for path, text in made().items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            print(path.relative_to(ROOT))


def made() -> dict[Path, str]:
    """Every file with made parts, as it should be."""
    whole = {DOCS / "schema.md": schema(), DOCS / "commands.md": commands()}
    return whole | {path: with_parts(path.read_text(encoding="utf-8")) for path in sorted(DOCS.glob("*.md"))} | whole


_PART = re.compile(r"(<!-- made: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def with_parts(text: str) -> str:
    """A text with its made parts made anew."""
    return _PART.sub(lambda match: f"{match[1]}{_PARTS[match[2]]()}{match[3]}", text)


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = [head, ("---",) * len(head), *(tuple(cell.replace("|", r"\|") for cell in row) for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


# --- modules and reasons ----------------------------------------------------------------------------------------------


def modules() -> str:
    """Every module with its law."""
    paths = (path for package in ("ingest", "storage") for path in sorted((ROOT / package).rglob("*.py")))
    rows = ((f"`{_shown(path)}`", law(path)) for path in paths if path.parent.name != "versions")
    return table(("module", "its law"), rows)


def _shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix().replace("__init__.py", "")


def law(path: Path) -> str:
    """The first paragraph of a module's docstring, in a line."""
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return " ".join(text.split("\n\n")[0].split())


def reasons() -> str:
    """Every reason for a failure, what it means, and what to do."""
    return table(
        ("reason", "what it means", "what to do"),
        ((f"`{reason}`", remedy.meaning, remedy.remedy) for reason, remedy in REMEDIES.items()),
    )


_PARTS: dict[str, Callable[[], str]] = {"modules": modules, "reasons": reasons}


# --- commands ---------------------------------------------------------------------------------------------------------

_COMMANDS = """\
# Commands

<!-- Made by `python docs/generate.py` from what `chronik VERB --help` says. -->

Every verb takes `--config/-c FILE` (env `CHRONIK_CONFIG`; else `feeds.yaml` in the working directory) and
`--archive/-a URL|PATH` (env `CHRONIK_ARCHIVE`; else the `archive:` of that file, else `archive.sqlite` beside it).
`SELECTOR` is `outlet`, `outlet/feed` or a glob (`orf/*`); none means all.
Exit codes: 0 done; 1 something failed while the rest was done; 2 nothing could start.
"""


def commands() -> str:
    """docs/commands.md."""
    return "\n".join([_COMMANDS, *(line for verb in VERBS for line in _verb(verb))]).rstrip("\n") + "\n"


def _verb(verb: str) -> Iterator[str]:
    yield f"## chronik {verb}\n\n{VERBS[verb][0].upper()}{VERBS[verb][1:]}.\n"
    try:
        actions = verb_parser(verb)._actions  # noqa: SLF001 - argparse has no other way to ask what it takes
    except Stop as stop:
        yield f"({stop.message}.)\n"
        return
    rows = [(_spelled(action), _help(action)) for action in actions if action.dest not in {"help", "config", "archive"}]
    if rows:
        yield table(("argument", "what it does"), rows)


def _spelled(action: argparse.Action) -> str:
    values = [action.metavar] if isinstance(action.metavar, str) else []
    if not values and action.choices:
        values = ["|".join(map(str, action.choices))]
    if not values and action.nargs != 0:
        values = [action.dest.upper()]
    return f"`{' '.join([', '.join(action.option_strings), *values]).strip()}`"


def _help(action: argparse.Action) -> str:
    return (action.help or "").replace("%%", "%")


# --- views ------------------------------------------------------------------------------------------------------------

_SCHEMA = """\
# The views of an archive

<!-- Made by `python docs/generate.py` from the SQL in storage/views. Change that. -->

This is the public surface, contract CONTRACT: names here are kept; new ones may come. Tables are private and have
singular names. All of it can be read inside the database too: ask `sqlite_schema` for the `sql` of a view.

- Times are UTC text, `YYYY-MM-DDTHH:MM:SSZ`; they compare and sort as text.
- Ids are integers that only grow. `feed` is always `outlet/feed`.
- NULL means that the publisher did not say. There are no empty strings in its place, and no guesses.
- All views answer in any SQLite client while the daemon writes; `entry_html` alone needs a function of ours, which
  `chronik sql` has.
"""


def schema() -> str:
    """docs/schema.md."""
    views = statements("sqlite")
    parts = [_SCHEMA.replace("CONTRACT", CONTRACT), *_contents(views), *(_view(sql) for sql in views.values())]
    return "\n".join([*parts, _search(), _info()])


def _contents(views: dict[str, str]) -> Iterator[str]:
    yield from (f"- [{name}](#{name}): {_sentence(comments(sql)[0])}" for name, sql in views.items())
    yield "- [entries_fts](#entries_fts): full-text index"
    yield "- [archive_info](#archive_info): what this archive is\n"


def _sentence(about: str) -> str:
    first = about.partition(". ")[0].rstrip(".")
    return first[0].lower() + first[1:]


def _view(sql: str) -> str:
    about, columns = comments(sql)
    return f"## {sql.split()[2]}\n\n{about}\n\n{_columns(columns)}"


def _columns(columns: dict[str, str]) -> str:
    return table(("column", "what it is"), ((f"`{name}`", comment) for name, comment in columns.items()))


def _search() -> str:
    about, columns = comments(SEARCH[1])
    sentence, query, example = about.partition("select ")
    return (
        f"## entries_fts\n\n{sentence.strip()} SQLite's FTS5; `rowid` is `entry_id`.\n\n"
        f"```sql\n{query}{example}\n```\n\n{_columns(columns)}"
    )


def _info() -> str:
    columns = {column.name: str(column.comment) for column in archive_info.columns}
    return f"## archive_info\n\nOne row per fact about the archive itself.\n\n{_columns(columns)}"


if __name__ == "__main__":
    main()
