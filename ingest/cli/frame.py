"""What all verbs share: exit codes, how an error is said, and text that is safe on a terminal."""

import sys
import unicodedata

DONE, SOME_FAILED, NOTHING_STARTED = 0, 1, 2

# Bidirectional controls (Unicode TR 36 section 2.1) reorder what a person reads; the other kinds drive the terminal.
_BIDI = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u061c")


class Stop(Exception):
    """The verb ends here. `message` is one line for the user: the place (file, line, key or feed) and the remedy."""

    def __init__(self, message: str, code: int = NOTHING_STARTED) -> None:
        super().__init__(message)
        self.message = message
        self.code = code


def print_error(message: str) -> None:
    """Say on stderr what went wrong."""
    print(f"chronik: {_lines(message)}", file=sys.stderr)


def _lines(message: str) -> str:
    return printable(message, keep="\n")


def printable(text: str, keep: str = "") -> str:
    """Text from strangers with control characters, bidi controls and escape sequences made visible.

    >>> printable("a\\x1b[31mb")
    'a\\\\x1b[31mb'
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(char if char in keep or _is_safe(char) else _visible(char) for char in text)


def _is_safe(char: str) -> bool:
    return char not in _BIDI and unicodedata.category(char) not in {"Cc", "Cs", "Zl", "Zp"}


def _visible(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")
