"""The search index on a server: texts as tsvector, searches as tsquery, that find what FTS5 finds in a file. Pure.

PostgreSQL's own parsers and dictionaries are not asked: they know neither compounds nor both ways to write an umlaut,
and each release and each server has its own. Words are split, folded and stemmed here (`storage.stems`), so that the
same search has the same hits on both. https://www.postgresql.org/docs/current/datatype-textsearch.html
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from storage.search_marks import Written
from storage.search_syntax import TEXT_COLUMNS, All, Any, Stems, Wish, Words, roots_of, spelled
from storage.stems import TITLE, plain

WEIGHT_OF = {"title": "A", "summary": "B", "content_text": "C", "stems": "D"}
LAST = 16_383  # position in a tsvector; what comes later stands there, and is in no phrase
APART = 100  # positions between two texts: no phrase begins in one and ends in the other
MOST_POSITIONS = 255  # of a word
LONGEST = 500  # characters of a word; 2 kB is the limit
MOST_BYTES = 900_000  # of a tsvector; 1 MB is the limit
FARTHEST = 60  # words apart: each distance is asked for by itself
_WORD = re.compile(r"[^\W_]+")


def vector(title: str | None, summary: str | None, content_text: str | None, stems: str) -> str:
    """The texts as a tsvector is written.

    >>> vector("Die Wahl", None, "Wahl!", "")
    "'die':1A 'wahl':2A,103C"
    """
    places: dict[str, list[str]] = {}
    at, room = 1, MOST_BYTES
    for text, weight in ((title, "A"), (summary, "B"), (content_text, "C")):
        for at, word in enumerate(_words(text), at):  # noqa: B020 - positions go on from text to text
            room -= _put(places, word, f"{min(at, LAST)}{weight}", room)
        at += APART + 1
    for root in stems.split():
        room -= _put(places, root, f"{LAST}D", room)
    return " ".join(f"{_quoted(word)}:{','.join(found)}" for word, found in places.items())


def _words(text: str | None) -> Iterator[str]:
    if text:
        for match in _WORD.finditer(unicodedata.normalize("NFC", text)):
            yield plain(match[0])


def _put(places: dict[str, list[str]], word: str, place: str, room: int) -> int:
    """Note a word there; returns the bytes that it takes."""
    found = places.get(word)
    if found is None:
        size = len(word.encode("utf-8", "surrogatepass")) + 12
        if size > room or len(word) > LONGEST:
            return 0
        places[word] = [place]
        return size
    if len(found) >= MOST_POSITIONS or found[-1] == place or room < 2:
        return 0
    found.append(place)
    return 2


def _quoted(word: str) -> str:
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"


# --- what is looked for -----------------------------------------------------------------------------------------------


def query(wanted: Wish, stems: Stems | None = None) -> str:
    """A search as a tsquery is written; `stems` as in storage.search_syntax.expression.

    >>> from storage.search_syntax import wish
    >>> query(wish("title:Wahl -Krieg"))
    "('wahl':A) & !('krieg':ABC)"
    """
    match wanted:
        case Words():
            return " | ".join([*_as_written(wanted), *_inflected(wanted, stems)])
        case All(wishes, unwanted):
            both = [f"({query(each, stems)})" for each in wishes]
            return " & ".join([*both, *(f"!({query(each)})" for each in unwanted)])
        case Any(wishes):
            return " | ".join(f"({query(each, stems)})" for each in wishes)


def _as_written(wanted: Words) -> Iterator[str]:
    weights = "".join(sorted({WEIGHT_OF[column] for column in wanted.columns}))
    for words in dict.fromkeys(tuple(map(plain, words)) for words in spelled(wanted)):
        if wanted.near is not None:
            yield _near(words, weights, min(wanted.near, FARTHEST) + 1)
        else:
            last = f"*{weights}" if wanted.prefix else weights
            marks = [*[weights] * (len(words) - 1), last]
            row = " <-> ".join(_lexeme(word, mark) for word, mark in zip(words, marks, strict=True))
            yield f"({row})" if len(words) > 1 else row


def _near(words: Sequence[str], weights: str, most: int) -> str:
    """Each two of them at most so far apart, in whichever order."""
    first, *others = (_lexeme(word, weights) for word in words)
    near = []
    for other in others:
        ways = (f"{a} <{n}> {b}" for n in range(1, most + 1) for a, b in ((first, other), (other, first)))
        near.append(f"({' | '.join(ways)})")
    return f"({' & '.join(near)})"


def _inflected(wanted: Words, stems: Stems | None) -> Iterator[str]:
    in_title = wanted.columns != TEXT_COLUMNS
    for root in sorted(roots_of(wanted, stems)):
        yield _lexeme(root, "A" if in_title else "ABCD")
        if in_title:
            yield _lexeme(TITLE + root, "D")


def _lexeme(word: str, weights: str) -> str:
    return f"{_quoted(word)}:{weights}"


def written(wanted: Wish) -> Written:
    """What is looked for as it is written: to mark it in what was found."""
    found = list(_wanted(wanted))
    rows = [(each, [plain(word) for word in words]) for each in found for words in spelled(each)]
    words = {word for each, row in rows for word in (row[:-1] if each.prefix else row)}
    return Written(frozenset(words), tuple(row[-1] for each, row in rows if each.prefix))


def _wanted(wanted: Wish) -> Iterable[Words]:
    match wanted:
        case Words():
            yield wanted
        case All(wishes) | Any(wishes):
            for each in wishes:
                yield from _wanted(each)
