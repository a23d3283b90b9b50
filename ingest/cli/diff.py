"""What changed between two texts, readable on a terminal. Pure."""

import re
from collections.abc import Sequence

from ingest.cli.grid import Look
from storage.differing import Part

CONTEXT = 8  # words around a change
_WORD = re.compile(r"\s+|\w+|[^\w\s]")


def shown(found: Sequence[Part], look: Look) -> str:
    """The change in one text: coloured on a terminal, else `[-old-]{+new+}`; long stretches that stayed are cut."""
    pieces = []
    for place, (kind, text) in enumerate(found):
        if kind == "same":
            pieces.append(_context(text, first=place == 0, last=place == len(found) - 1))
        elif look.colour:
            pieces.append(look.paint(text, "31;9" if kind == "gone" else "32;1"))
        else:
            pieces.append(f"[-{text}-]" if kind == "gone" else f"{{+{text}+}}")
    return "".join(pieces)


def _context(text: str, *, first: bool, last: bool) -> str:
    words = _WORD.findall(text)
    most = 2 * CONTEXT
    if len(words) <= (2 * most if not first and not last else most):
        return text
    head = "" if first else "".join(words[:most]).rstrip() + " "
    tail = "" if last else " " + "".join(words[-most:]).lstrip()
    return f"{head}…{tail}"
