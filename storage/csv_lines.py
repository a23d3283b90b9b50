"""CSV that no spreadsheet runs: RFC 4180 with LF."""

import re
from collections.abc import Callable, Sequence

# Spreadsheets run a text that begins like this as a formula (OWASP, CSV injection); numbers are harmless.
_FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?%?\Z")
_QUOTED = re.compile(r'[",\r\n]')
_EMPTY = '""'


def _as_it_is(text: str) -> str:
    return text


def csv_line(cells: Sequence[str | int | float | bytes | None], keep: Callable[[str], str] = _as_it_is) -> str:
    """A line with its end. NULL is an empty field, an empty text `""`. A text that would be run gets a ' in front.

    >>> csv_line([1, None, "=1+1", 'a "b"'])
    '1,,\\'=1+1,"a ""b\"""\\n'
    """
    line = ",".join(_field(cell, keep) for cell in cells)
    return f"{line or _EMPTY}\n"  # a line with nothing in it would be no row


def _field(cell: str | int | float | bytes | None, keep: Callable[[str], str]) -> str:
    match cell:
        case None:
            return ""
        case bytes():
            return cell.hex()
        case str():
            text = keep(_harmless(cell))
            # Python's csv leaves a lone CR unquoted, which tears the row apart.
            return '"' + text.replace('"', '""') + '"' if not text or _QUOTED.search(text) else text
    return str(cell)


def _harmless(text: str) -> str:
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.match(text) else text
