"""A query as text: its tokens, its parameters, and where in it something stands. Knows no database."""

import re
from collections.abc import Iterator
from typing import NamedTuple

_TOKEN = re.compile(
    r"""(?P<blank>\s+|--[^\n]*|/\*.*?(?:\*/|\Z))
      | (?P<string>'(?:[^']|'')*(?:'|\Z))
      | (?P<name>"(?:[^"]|"")*(?:"|\Z)|`[^`]*(?:`|\Z)|\[[^\]]*(?:\]|\Z)|[^\W\d]\w*)
      | (?P<parameter>[:@$]\w+|\?\d*)
      | (?P<number>\d\w*(?:\.\w*)?|\.\d\w*)
      | (?P<sign>::|\|\||<<|>>|<=|>=|<>|!=|==|->>|->|.)""",
    re.VERBOSE | re.DOTALL,
)
# Of a query of a megabyte not every word can be looked at: this passes over all that is no parameter at once.
_NAMED = re.compile(
    r"""::|--[^\n]*|/\*.*?(?:\*/|\Z)|'(?:[^']|'')*(?:'|\Z)|"(?:[^"]|"")*(?:"|\Z)|`[^`]*(?:`|\Z)|\[[^\]]*(?:\]|\Z)
      | [:@$](?P<name>\w+)""",
    re.VERBOSE | re.DOTALL,
)


class Token(NamedTuple):
    """One word of a query. `kind` is string, name, parameter, number or sign; `at` counts characters from 0."""

    kind: str
    text: str
    at: int

    @property
    def name(self) -> str:
        """A name without its quotes."""
        return self.text[1:-1] if self.text[0] in '"`[' else self.text


def tokens(query: str) -> Iterator[Token]:
    """The words of a query; blanks and comments left out."""
    for match in _TOKEN.finditer(query):
        if match.lastgroup != "blank":
            yield Token(match.lastgroup or "sign", match.group(), match.start())


def parameters(query: str) -> list[str]:
    """The names of the query's parameters (`:name`, `@name`, `$name`), each once, in order.

    >>> parameters("select ':no'::text where outlet = :outlet -- :never")
    ['outlet']
    """
    return list(dict.fromkeys(match["name"] for match in _NAMED.finditer(query) if match["name"]))


def is_empty(query: str) -> bool:
    """True if there is nothing but blanks, comments and semicolons."""
    return all(token.text == ";" for token in tokens(query))


def pointed_out(query: str, at: int, width: int = 100) -> str:
    """Where a position is: `line L, column C`, then that line with a caret below it, cut to about `width` characters.

    >>> print(pointed_out("select *\\nform entries", 9))
    line 2, column 1
      form entries
      ^
    """
    begin = query.rfind("\n", 0, at) + 1
    end = query.find("\n", at)
    line, column = query[begin : end if end >= 0 else len(query)].replace("\t", " "), at - begin
    place = f"line {query.count(chr(10), 0, at) + 1}, column {column + 1}"
    cut = max(0, column - width // 2)
    shown = ("…" if cut else "") + line[cut : cut + width]
    return f"{place}\n  {shown}\n  {' ' * (column - cut + bool(cut))}^"


def value(text: str) -> str | int | float:
    """A parameter's value as typed on the command line: a number where writing it again gives the same text.

    >>> value("12"), value("0012"), value("1.5"), value("die-nachrichten")
    (12, '0012', 1.5, 'die-nachrichten')
    """
    if re.fullmatch(r"-?\d{1,18}", text) and str(int(text)) == text:
        return int(text)
    if re.fullmatch(r"-?\d{1,15}\.\d{1,15}", text) and str(float(text)) == text:
        return float(text)
    return text
