"""Questions that come with chronik: a SQL file each in storage/queries, its first comment the question.

After it, a line `-- :name what it is (default: value)` for each parameter. Without a default it must be given.
"""

import re
from dataclasses import dataclass
from importlib.resources import files

from storage.sql_text import value

_PARAMETER = re.compile(r"--\s+:(?P<name>\w+)\s+(?P<what>.*?)(?:\s*\(default: (?P<default>.*)\))?\s*$")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a named query. `default` None and not `required`: it may be left out (NULL)."""

    name: str
    what: str
    default: str | int | float | None
    required: bool


@dataclass(frozen=True, slots=True)
class NamedQuery:
    """A question with its SQL."""

    name: str
    question: str
    parameters: tuple[Parameter, ...]
    sql: str

    @property
    def defaults(self) -> dict[str, str | int | float | None]:
        """What the parameters are unless said otherwise."""
        return {known.name: known.default for known in self.parameters if not known.required}


def named_queries() -> dict[str, NamedQuery]:
    """All of them, by name."""
    found = (file for file in files("storage.queries").iterdir() if file.name.endswith(".sql"))
    queries = (read_query(file.name.removesuffix(".sql"), file.read_text(encoding="utf-8")) for file in found)
    return {query.name: query for query in sorted(queries, key=lambda query: query.name)}


def read_query(name: str, text: str) -> NamedQuery:
    """A named query from its file's text."""
    head = [line for line in text.splitlines() if line.startswith("--")]
    question = " ".join(line.removeprefix("--").strip() for line in head if not _PARAMETER.match(line))
    found = [match for line in head if (match := _PARAMETER.match(line))]
    return NamedQuery(name, question, tuple(_parameter(match) for match in found), text)


def _parameter(match: re.Match[str]) -> Parameter:
    default = match["default"]
    return Parameter(match["name"], match["what"], _default(default), required=default is None)


def _default(text: str | None) -> str | int | float | None:
    return None if text in {None, "all", "none"} else value(text)
