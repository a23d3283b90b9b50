"""What kind of change turned one wording into the next. Pure."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from storage.noise import standing

FIRST = "first"
NOISE = "noise"


@dataclass(frozen=True, slots=True)
class Said:
    """The parts of a wording that are compared."""

    title: str | None = None
    summary: str | None = None
    content_text: str | None = None
    published_at: datetime | None = None
    updated_at: datetime | None = None
    meta: str | None = None  # authors, categories, enclosures, picture, languages


def kind_of_change(old: Said, new: Said) -> str:
    """The most telling one of title, text, typo, meta, date, noise.

    `typo`: only punctuation, quotes, white space or soft hyphens differ. `noise`: nothing that anybody wrote, as
    a counter, a clock or an advert in a text; in a title a number is news.

    >>> kind_of_change(Said(title="Koalition einig"), Said(title="Koalition uneinig"))
    'title'
    >>> kind_of_change(Said(title='"Nein"'), Said(title="„Nein“"))
    'typo'
    """
    titles, texts = _difference(old.title, new.title), _difference(_text(old), _text(new), standing)
    if "words" in (titles, texts):
        return "title" if titles == "words" else "text"
    if "typo" in (titles, texts):
        return "typo"
    if old.meta != new.meta:
        return "meta"
    if (old.published_at, old.updated_at) != (new.published_at, new.updated_at):
        return "date"
    return NOISE


def letters(title: str | None, *texts: str | None) -> int:
    """64 bits (signed) of a title, and of texts without counters, clocks and adverts: equal where but these went on.

    >>> letters("Ticker", "1.234 Kommentare") == letters("Ticker", "999 Kommentare") != letters("Ticker", "Kommentar")
    True
    >>> letters("100 Tote", "Text") == letters("101 Tote", "Text")
    False
    """
    state = blake2b(digest_size=8)
    for text in (title, *(standing(text) if text else None for text in texts)):
        state.update((text or "").encode("utf-8", "surrogatepass"))
        state.update(b"\0")
    return int.from_bytes(state.digest(), "big", signed=True)


def words_in(text: str | None) -> int:
    """How many words a text has, without making a list of a long one's.

    >>> words_in(" Koalition  einig "), words_in(None)
    (2, 0)
    """
    if not text:
        return 0
    return len(text.split()) if len(text) < _LONG else sum(1 for _ in _WORD.finditer(text))


_LONG = 100_000  # characters
_WORD = re.compile(r"\S+")


def _text(said: Said) -> str:
    return "\n".join(part for part in (said.summary, said.content_text) if part)


def _difference(old: str | None, new: str | None, told: Callable[[str], str] = str) -> str | None:
    if old == new:
        return None
    if old and new:
        old, new = told(old), told(new)
        if old == new:
            return None
    return "typo" if _signs(old or "") == _signs(new or "") else "words"


def _signs(text: str) -> str:
    """Without punctuation, quotes and white space; compatibility forms joined (ﬁ is fi), case and symbols kept.

    What stands between two digits counts: 1,5 is not 15.
    """
    plain = _IN_NUMBER.sub("¦", unicodedata.normalize("NFKC", text.translate(_QUOTES)))
    return plain.translate({ord(char): None for char in set(plain) if _is_unsaid(char)})


_QUOTES = dict.fromkeys(map(ord, "`´^¨\ufe0e\ufe0f"))  # symbols by their class, that nobody means as such
_SAYING = frozenset("%‰&@#§")  # punctuation by its class
_IN_NUMBER = re.compile(r"(?<=\d)[.,:/–-](?=\d)")


def _is_unsaid(char: str) -> bool:
    return char not in _SAYING and unicodedata.category(char)[0] in "PZC"
