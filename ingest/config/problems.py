"""What is wrong with a configuration: every problem at once, each with its place and its remedy."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One problem. `line` and `column` count from 1 and are 0 where it is the file as a whole; `key` may be ''."""

    file: str
    line: int
    column: int
    key: str
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{place}: {self.key}: {self.message}" if self.key else f"{place}: {self.message}"


class ConfigError(Exception):
    """The configuration is wrong and nothing starts on it. `problems` are all of them, in the order of the file."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)))


class UnfitError(Exception):
    """A text is not what its place needs. `fault` never quotes the text (it may be a secret); `remedy` may."""

    def __init__(self, fault: str, remedy: str = "") -> None:
        super().__init__(fault, remedy)
        self.fault = fault
        self.remedy = remedy


def short(text: str, most: int = 80) -> str:
    """Text for a message: quoted, on one line, not long."""
    return repr(text if len(text) <= most else text[: most - 1] + "…")


def did_you_mean(word: str, words: Iterable[str]) -> str:
    """`; did you mean 'x'?`, or nothing where no word is close.

    >>> did_you_mean("feed", ["feeds", "name"])
    "; did you mean 'feeds'?"
    """
    close = get_close_matches(word[:80], list(words), n=1, cutoff=0.6)
    return f"; did you mean {close[0]!r}?" if close else ""
