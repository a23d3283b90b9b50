"""What two texts have in common: their pairs of words, a sketch that finds candidates, and how alike they are. Pure.

The only module that knows rensa, which is an extra: chronik[stories].

A text is the pairs of its neighbouring words that carry meaning, so that neither a comma nor an article changed makes
it another one. Of these pairs MinHash makes a sketch (Broder 1997, "On the resemblance and containment of documents"),
and the sketch is cut into bands (Leskovec, Rajaraman, Ullman, "Mining of Massive Datasets", 3.4): texts that share a
band may be alike, and are then compared. Some bands are made of the lead alone: who shortens cuts from the end.
"""

import importlib.util
import re
import unicodedata
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

_RULES = 1  # grows when this module finds other pairs or bands, or judges otherwise
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W_]+")  # Chinese and Japanese have no blanks between words
_SHORT = 4  # letters of a word below which it carries no meaning, in most languages, unless there is a digit in it
LONG = 30_000  # characters of a text that are looked at
SEED = 20_260_101
WHOLE_BANDS, LEAD_BANDS = 16, 8
BANDS = WHOLE_BANDS + LEAD_BANDS
_ROWS = 2  # hash values in a band
_LEAD = 30  # pairs
FEWEST = 12  # pairs of a text of some 25 words; one that is shorter is like many by chance
_COMMON = 10  # pairs that two texts have in common at least
_SHARED = 0.4  # of the shorter text's pairs that the longer one has at least
_LONGER = 4  # times: of a text so much longer but the beginning counts, since a digest of many is a copy of none


@dataclass(frozen=True, slots=True)
class Sketch:
    """A text's pairs, as 32 bits each, in their order, and its bands, as signed 32 bits each."""

    pairs: tuple[int, ...]
    bands: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two texts are, 0 to 1. `shared`: of the shorter text's pairs; `similarity`: of the pairs of both."""

    shared: float
    similarity: float


def is_available() -> bool:
    """Whether the extra is installed."""
    return importlib.util.find_spec("rensa") is not None


def pairs(text: str | None) -> tuple[int, ...]:
    """The pairs of a text, each where it comes first.

    >>> pairs("Der Kanzler hat gewählt.") == pairs("KANZLER GEWÄHLT")
    True
    """
    words = _WORD.findall(unicodedata.normalize("NFKC", (text or "")[:LONG]).casefold())
    telling = [word for word in words if len(word) >= _SHORT or word >= "\u3040" or not word.isalpha()]
    # Most of the time that stories take goes by here: from here on no step is taken by the interpreter.
    spelled = "\n".join(telling).encode().split(b"\n")
    return tuple(dict.fromkeys(map(zlib.crc32, spelled[1:], map(zlib.crc32, spelled))))


def bands(of: Sequence[int]) -> tuple[int, ...]:
    """The bands of these pairs; none if they are too few to say anything."""
    if len(of) < FEWEST:
        return ()
    values = _sketched(of, WHOLE_BANDS) + _sketched(of[:_LEAD], LEAD_BANDS)
    cut = (values[n : n + _ROWS] for n in range(0, len(values), _ROWS))
    return tuple(_folded(f"{n} {row}") for n, row in enumerate(cut))


def _sketched(of: Sequence[int], count: int) -> list[int]:
    sketch: Any = importlib.import_module("rensa").RMinHash(num_perm=count * _ROWS, seed=SEED)
    sketch.update([f"{pair:08x}" for pair in of])
    return list(sketch.digest())


def _folded(text: str) -> int:
    return zlib.crc32(text.encode()) - 2**31


def likeness(one: Sequence[int], other: Sequence[int]) -> Likeness | None:
    """How alike two texts are by their pairs; None if neither is made of the other.

    >>> likeness(range(100), range(20, 120))
    Likeness(shared=0.8, similarity=0.6666666666666666)
    """
    shorter, longer = sorted((one, other), key=len)
    begun = set(shorter) & set(longer[: _LONGER * len(shorter)])
    if len(begun) < _COMMON or len(begun) < _SHARED * len(shorter):
        return None
    common = len(set(shorter) & set(longer))
    return Likeness(len(begun) / len(shorter), common / (len(shorter) + len(longer) - common))


@cache
def version() -> str:
    """By which rules sketches are made: another one where the library comes to make others."""
    return f"{_RULES} {_folded(repr(bands(range(1_000)))):x}"
