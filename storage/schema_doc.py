"""docs/schema.md, from the comments in the views: `python -m storage.schema_doc > docs/schema.md`."""

from collections.abc import Iterator

from storage.schema import CONTRACT, SEARCH
from storage.tables import archive_info
from storage.views import comments, statements

_HEAD = f"""\
# The views of an archive

<!-- Made by `python -m storage.schema_doc > docs/schema.md` from the SQL of the views. Change those. -->

This is the public surface, contract {CONTRACT}: names here are kept; new ones may come. Tables are private and have
singular names. All of it can be read inside the database too: `select sql from sqlite_schema where name = 'entries'`.

- Times are UTC text, `YYYY-MM-DDTHH:MM:SSZ`; they compare and sort as text.
- Ids are integers that only grow. `feed` is always `outlet/feed`.
- NULL means that the publisher did not say. There are no empty strings in its place, and no guesses.
- All views answer in any SQLite client while the daemon writes; `entry_html` alone needs a function of ours, which
  `chronik sql` has.
"""  # noqa: S608 - words for people


def text() -> str:
    """The whole file."""
    views = statements("sqlite")
    return "\n".join([_HEAD, *_contents(views), *(line for sql in views.values() for line in _view(sql)), *_rest()])


def _contents(views: dict[str, str]) -> Iterator[str]:
    for name, sql in views.items():
        yield f"- [{name}](#{name}): {_sentence(comments(sql)[0])}"
    yield "- [entries_fts](#entries_fts): full-text index"
    yield "- [archive_info](#archive_info): what this archive is\n"


def _sentence(about: str) -> str:
    first = about.partition(". ")[0].rstrip(".")
    return first[0].lower() + first[1:]


def _view(sql: str) -> Iterator[str]:
    about, columns = comments(sql)
    yield f"## {sql.split()[2]}\n\n{about}\n"
    yield from _table(columns)


def _table(columns: dict[str, str]) -> Iterator[str]:
    yield "| column | what it is |\n|---|---|"
    for name, comment in columns.items():
        yield f"| `{name}` | {comment.replace('|', chr(92) + '|')} |"
    yield ""


def _rest() -> Iterator[str]:
    about, columns = comments(SEARCH[1])
    sentence, _, example = about.partition("select ")
    yield f"## entries_fts\n\n{sentence.strip()} (SQLite's FTS5; `rowid` is `entry_id`.)\n"
    yield f"```sql\nselect {example}\n```\n"
    yield from _table(columns)
    yield "## archive_info\n\nOne row per fact about the archive itself.\n"
    yield from _table({column.name: str(column.comment) for column in archive_info.columns})


if __name__ == "__main__":
    print(text(), end="")
