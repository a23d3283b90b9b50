"""What kind of change turned one wording into the next. Pure."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

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

    `typo`: only punctuation, quotes, white space or soft hyphens differ. `noise`: nothing that a reader would see.

    >>> kind_of_change(Said(title="Koalition einig"), Said(title="Koalition uneinig"))
    'title'
    >>> kind_of_change(Said(title='"Nein"'), Said(title="„Nein“"))
    'typo'
    """
    titles, texts = _difference(old.title, new.title), _difference(_text(old), _text(new))
    if "words" in (titles, texts):
        return "title" if titles == "words" else "text"
    if "typo" in (titles, texts):
        return "typo"
    if old.meta != new.meta:
        return "meta"
    if (old.published_at, old.updated_at) != (new.published_at, new.updated_at):
        return "date"
    return NOISE


def letters(*texts: str | None) -> int:
    """64 bits (signed) of texts without their numbers: equal where a counter or a clock went on.

    >>> letters("Ticker", "1.234 Kommentare") == letters("Ticker", "999 Kommentare") != letters("Ticker", "Kommentar")
    True
    """
    state = blake2b(digest_size=8)
    for text in texts:
        state.update(_NUMBERS.sub("0", text).encode("utf-8", "surrogatepass") if text else b"")
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
_NUMBERS = re.compile(r"\d[\d.,:/]*")


def _text(said: Said) -> str:
    return "\n".join(part for part in (said.summary, said.content_text) if part)


def _difference(old: str | None, new: str | None) -> str | None:
    if old == new:
        return None
    return "typo" if _letters(old) == _letters(new) else "words"


def _letters(text: str | None) -> str:
    """Letters and digits only, compatibility forms joined (ﬁ is fi), case kept."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text or ""))
