"""What a person types into `chronik search`, and the FTS5 expression for it. Pure; knows no database.

    Krieg Wahl          both words                    "harte Wahl"        these words in this order
    Krieg OR Wahl       one of them                   Krieg -Wahl         the first without the second (also NOT)
    Krieg*              words that begin like this    NEAR(Krieg Wahl, 5) at most 5 words apart (10 unless said)
    title:Wahl          in the title; also summary: and text:             ( )  groups
    "Krieg"             just so; without quotes Kriege, Krieges and Bürgerkrieg are found as well

Umlauts are found however they are written: Häuser, Haeuser and Hauser, Straße and Strasse find one another.
"""

import itertools
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from storage.errors import ArchiveError
from storage.stems import TITLE

Stems: TypeAlias = Callable[[str], Iterable[str]]

TEXT_COLUMNS = ("title", "summary", "content_text")
FIELDS = {
    "title": ("title",),
    "summary": ("summary",),
    "text": ("content_text", "summary"),  # the index keeps a body that is no more than the summary only once
    "content": ("content_text", "summary"),
    "content_text": ("content_text", "summary"),
}
MOST_SPELLINGS = 16  # of a word or phrase; more would cost more than they find
DEEPEST = 50
LONGEST = 2_000


class SearchError(ArchiveError):
    """What was typed is no search. One line that says where and why."""


@dataclass(frozen=True, slots=True)
class Words:
    """Words in a row: one is a word, several are a phrase; `near` given: in any order, at most so far apart."""

    words: tuple[str, ...]
    columns: tuple[str, ...] = TEXT_COLUMNS
    prefix: bool = False
    near: int | None = None
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class All:
    """All of `wanted`, none of `unwanted`."""

    wanted: tuple["Wish", ...]
    unwanted: tuple["Wish", ...] = ()


@dataclass(frozen=True, slots=True)
class Any:
    """One of them at least."""

    wishes: tuple["Wish", ...]


Wish: TypeAlias = Words | All | Any


# --- reading ----------------------------------------------------------------------------------------------------------

_QUOTES = str.maketrans({"„": '"', "“": '"', "”": '"', "«": '"', "»": '"', "‟": '"'})
_TOKEN = re.compile(
    r"""\s*(?: (?P<near>NEAR\s*\()
      | (?P<field>[A-Za-z_]+):(?=[^\s:/])
      | (?P<sign>[()])
      | (?P<phrase>"[^"]*"?\*?)
      | (?P<minus>-(?=["(\w]))
      | (?P<word>[^\s()"]+) )""",
    re.VERBOSE,
)
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int


def wish(text: str) -> Wish:
    """What is wanted. Raises SearchError."""
    if len(text) > LONGEST:
        raise SearchError(f"a search has {LONGEST:,} characters at most, this one {len(text):,}")
    reader = _Reader(unicodedata.normalize("NFC", text).translate(_QUOTES))
    found = reader.alternatives(0, TEXT_COLUMNS)
    reader.expect_end()
    if found is None:
        raise SearchError("nothing to look for: give a word")
    return found


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(_tokens(text))
        self._next = 0

    def _peek(self) -> _Token | None:
        return self._tokens[self._next] if self._next < len(self._tokens) else None

    def _take(self, *texts: str) -> bool:
        token = self._peek()
        found = token is not None and token.kind in {"word", "sign", "minus"} and token.text in texts
        self._next += found
        return found

    def expect_end(self) -> None:
        if (token := self._peek()) is not None:
            raise SearchError(f"the closing parenthesis at character {token.at + 1} has no opening one")

    def alternatives(self, depth: int, columns: tuple[str, ...]) -> Wish | None:
        if depth > DEEPEST:
            raise SearchError(f"parentheses are nested more than {DEEPEST} deep")
        wishes = [self._sequence(depth, columns)]
        while self._take("OR"):
            wishes.append(self._sequence(depth, columns))
        kept = tuple(each for each in wishes if each is not None)
        return kept[0] if len(kept) == 1 else Any(kept) if kept else None

    def _sequence(self, depth: int, columns: tuple[str, ...]) -> Wish | None:
        sides: dict[bool, list[Wish]] = {True: [], False: []}
        while (token := self._peek()) is not None and token.text not in {")", "OR"}:
            if self._take("AND"):
                continue
            wanted = not self._take("NOT", "-")
            if (found := self._one(depth, columns)) is not None:
                sides[wanted].append(found)
        return _all(tuple(sides[True]), tuple(sides[False]))

    def _one(self, depth: int, columns: tuple[str, ...]) -> Wish | None:
        token = self._peek()
        if token is None:
            return None
        self._next += 1
        match token.kind:
            case "field":
                return self._one(depth, _columns(token))
            case "near":
                return self._near(token, columns)
            case "phrase":
                return _phrase(token, columns)
            case "sign":
                return self._group(token, depth, columns)
        return _words(token.text, columns)

    def _group(self, opening: _Token, depth: int, columns: tuple[str, ...]) -> Wish | None:
        if opening.text == ")":  # after a field or a minus
            raise SearchError(f"nothing before the closing parenthesis at character {opening.at + 1}")
        found = self.alternatives(depth + 1, columns)
        if not self._take(")"):
            raise SearchError(f"the parenthesis at character {opening.at + 1} is never closed")
        return found

    def _near(self, opening: _Token, columns: tuple[str, ...]) -> Wish:
        end = self._text.find(")", opening.at)
        if end < 0:
            raise SearchError(f"the parenthesis of NEAR at character {opening.at + 1} is never closed")
        inside = self._text[self._text.index("(", opening.at) + 1 : end]
        said, _, distance = inside.rpartition(",") if re.search(r",\s*\d+\s*$", inside) else (inside, "", "10")
        words = tuple(_WORD.findall(said))
        if len(words) < 2:
            raise SearchError("NEAR takes two words at least: NEAR(Krieg Wahl, 5)")
        while (token := self._peek()) is not None and token.at <= end:
            self._next += 1
        return Words(words, columns, near=min(int(distance), 1_000))


def _tokens(text: str) -> Iterator[_Token]:
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or "word"
        yield _Token(kind, match[kind], match.start(kind))


def _columns(token: _Token) -> tuple[str, ...]:
    try:
        return FIELDS[token.text.lower()]
    except KeyError:
        raise SearchError(
            f"{token.text}: is no field; there are title:, summary: and text: (or put it in quotes)"
        ) from None


def _phrase(token: _Token, columns: tuple[str, ...]) -> Wish | None:
    if token.text.rstrip("*").count('"') < 2:
        raise SearchError(f"the quotation mark at character {token.at + 1} has no closing one")
    words = tuple(_WORD.findall(token.text))
    return Words(words, columns, prefix=token.text.endswith("*"), quoted=True) if words else None


def _words(text: str, columns: tuple[str, ...]) -> Wish | None:
    words = tuple(_WORD.findall(text))
    return Words(words, columns, prefix=text.endswith("*")) if words else None


def _all(wanted: tuple[Wish, ...], unwanted: tuple[Wish, ...]) -> Wish | None:
    if unwanted and not wanted:
        raise SearchError("a search cannot only leave out: give a word to look for as well")
    if not wanted:
        return None
    return wanted[0] if len(wanted) == 1 and not unwanted else All(wanted, unwanted)


# --- writing ----------------------------------------------------------------------------------------------------------


def expression(wanted: Wish, stems: Stems | None = None) -> str:
    """The FTS5 expression. `stems` gives what the index's column `stems` has for a word.

    >>> print(expression(wish("title:Wahl -Krieg")))
    ({title} : "wahl") NOT ({title summary content_text} : "krieg")
    """
    match wanted:
        case Words():
            return _expression_of_words(wanted, stems)
        case All(wishes, unwanted):
            both = " AND ".join(f"({expression(each, stems)})" for each in wishes)
            # FTS5 binds NOT tighter than AND.
            without = "".join(f" NOT ({expression(each, None)})" for each in unwanted)
            return (f"({both})" if unwanted and len(wishes) > 1 else both) + without
        case Any(wishes):
            return " OR ".join(f"({expression(each, stems)})" for each in wishes)


def _expression_of_words(wanted: Words, stems: Stems | None) -> str:
    ways = [_way(words, wanted) for words in spelled(wanted)]
    found = f"{{{' '.join(wanted.columns)}}} : " + (ways[0] if len(ways) == 1 else f"({' OR '.join(ways)})")
    return " OR ".join([found, *_inflected(wanted, stems)])


def _inflected(wanted: Words, stems: Stems | None) -> list[str]:
    """Where other forms of a word are: its stem stands in the column `stems`, unless a text has it as written."""
    roots = sorted(roots_of(wanted, stems))
    if not roots:
        return []
    if wanted.columns == TEXT_COLUMNS:
        return [_one_of(roots, *TEXT_COLUMNS, "stems")]
    return [_one_of(roots, "title"), _one_of([TITLE + root for root in roots], "stems")]


def _one_of(words: Sequence[str], *columns: str) -> str:
    return f"{{{' '.join(columns)}}} : ({' OR '.join(_quoted([word]) for word in words)})"


def roots_of(wanted: Wish, stems: Stems | None) -> set[str]:
    """The stems that are asked for: those of single words, quoted neither nor cut off, in all texts or the title."""
    match wanted:
        case Words(columns=columns) if stems is not None and columns in {TEXT_COLUMNS, ("title",)}:
            exact = wanted.quoted or wanted.prefix or wanted.near is not None
            whole = () if exact else spellings("".join(wanted.words))
            return {root for word in whole for root in stems(word)}
        case All(wishes) | Any(wishes):
            return set().union(*(roots_of(each, stems) for each in wishes))
    return set()


def _way(words: Sequence[str], wanted: Words) -> str:
    if wanted.near is not None:
        return f"NEAR({' '.join(_quoted([word]) for word in words)}, {wanted.near})"
    return _quoted(words) + (" *" if wanted.prefix else "")


def _quoted(words: Sequence[str]) -> str:
    return '"' + " ".join(words).replace('"', '""') + '"'


def spelled(wanted: Words) -> list[tuple[str, ...]]:
    """The ways in which these words may be written."""
    each = [spellings(word) for word in wanted.words]
    ways = list(itertools.islice(itertools.product(*each), MOST_SPELLINGS))
    if len(wanted.words) > 1 and wanted.near is None and not wanted.quoted:  # Ukraine-Krieg is Ukrainekrieg as well
        ways += [(joined,) for joined in spellings("".join(wanted.words))]
    return ways


_DIGRAPHS = {"ae": "ä", "oe": "ö", "ue": "ü", "ss": "ß"}
_LETTERS = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"}
# After a vowel or q these two letters are no umlaut: neue, Mauer, Quelle.
_SITE = re.compile(r"(?<![aeiouyäöüq])(?:ae|oe|ue)|ss|[äöüß]")


def spellings(word: str) -> list[str]:
    """A word as it may be written, itself first, at most 16. The index itself takes ä for a.

    >>> spellings("Straße"), spellings("Haeuser"), spellings("neue")
    (['straße', 'strasse'], ['haeuser', 'häuser'], ['neue'])
    """
    lowered = word.lower()
    parts: list[tuple[str, ...]] = []
    end = 0
    for site in _SITE.finditer(lowered):
        other = _DIGRAPHS.get(site[0]) or _LETTERS[site[0]]
        parts += [(lowered[end : site.start()],), (site[0], other)]
        end = site.end()
    parts.append((lowered[end:],))
    return ["".join(way) for way in itertools.islice(itertools.product(*parts), MOST_SPELLINGS)]
