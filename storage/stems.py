"""What the search index has beside the words as written: stems, parts of compounds, hyphened words in one. Pure.

Stems are those of Snowball, English for English texts, German for all others, without umlauts and ß. What `stems` gives
for a text never changes within a `version`: an index forgets a line only when it is told the same words again.
"""

import re
import unicodedata
import zlib
from collections.abc import Callable, Iterable, Iterator
from functools import cache, lru_cache

from storage.compounds import parts

TITLE = "\ue000"  # before the stem of a word of the title; for private use, but a letter to FTS5
_RULES = 4  # grows when this module or storage.compounds finds other stems
# Soft hyphens and blanks without width are where a word may be broken; FTS5 breaks it.
_HYPHENS = "-‐‑\u00ad\u200b\u200c\u200d\u2060\ufeff"
WORDS = re.compile(rf"[^\W_]+(?:[{_HYPHENS}]+[^\W_]+)*")
_HYPHEN = re.compile(f"[{_HYPHENS}]+")
_HAS_DIGIT = re.compile(r"\d")
_LONG = 100_000  # characters of a text
_CACHED = 2**15  # words; Snowball takes 0.1 ms for each
_SHORTEST, _LONGEST = 3, 60  # letters of a word that has a stem

# Irregular endings, in compounds too.
_PLURALS = {
    "museen": "museum",
    "zentren": "zentrum",
    "ministerien": "ministerium",
    "gremien": "gremium",
    "kriterien": "kriterium",
    "gymnasien": "gymnasium",
    "stipendien": "stipendium",
    "themen": "thema",
    "firmen": "firma",
    "konten": "konto",
    "risiken": "risiko",
    "dramen": "drama",
    "villen": "villa",
    "visa": "visum",
    "viren": "virus",
    "praktika": "praktikum",
    "kommata": "komma",
}
# Words that are in nearly every text: their stems would cost much and find nothing.
_COMMON_TEXT = """
aber alle allem allen aller alles als also am an and andere anderen anderer anderes auch auf aus bei beim bereits
bin bis bist da dabei dadurch dafür damit danach dann daran darauf darin darüber das dass davon dazu dein deine dem
den denn der deren des dessen dich die dies diese diesem diesen dieser dieses dir doch dort du durch ein eine einem
einen einer eines einige er es etwa etwas euch euer eure for from für gab gegen gegenüber geht gewesen gibt hab habe
haben hat hatte hatten her hier hin hinter ich ihm ihn ihnen ihr ihre ihrem ihren ihrer ihres im immer in indem ins
ist jede jedem jeden jeder jedes jene jetzt kann kein keine keinem keinen keiner können konnte konnten könnte laut
machen man mehr mein meine mich mir mit muss müssen musste nach nicht nichts noch nun nur ob oder of ohne on schon
sehr sei sein seine seinem seinen seiner seines seit seiten sich sie sind so sogar soll sollen sollte sollten sondern
sowie that the their they this to um und uns unser unsere unter very viel viele vom von vor wann war waren warum was
weil weiter weitere weiteren welche welchem welchen welcher wenn wer werde werden wie wieder will wir wird wo wollen
wollte worden würde wurde würden wurden you zu zum zur zwar zwischen über has have had was were with will would been
"""
_COMMON = frozenset(_COMMON_TEXT.split())


def stems(title: str | None, texts: Iterable[str | None], language: str | None) -> str:
    """The words for the column `stems`, those of the title marked as well; never one that the text has as written."""
    in_title, in_texts = _found(title, language), [_found(text, language) for text in texts]
    wanted, written = set(in_title[0]), set(in_title[1])
    for roots, words in in_texts:
        wanted |= roots
        written |= words
    marked = (TITLE + root for root in in_title[0] - in_title[1])
    return " ".join(sorted((*(wanted - written), *marked)))


def _found(text: str | None, language: str | None) -> tuple[set[str], set[str]]:
    """The stems of a text, and its words as the index has them."""
    stemmed: set[str] = set()
    written: set[str] = set()
    rule = _rule(language)
    for word in _distinct(text.lower()) if text else ():
        for each in forms(word):
            as_written, found = _analysed(each, rule)
            stemmed.update(found)
            written.add(as_written)
        if _HYPHEN.search(word):
            in_one = plain(_HYPHEN.sub("", word))
            written.discard(in_one)
            stemmed.update([in_one] if _is_letters_and_digits(in_one) else [])
    return stemmed, written


def _distinct(text: str) -> set[str]:
    """Its words, each once; of a long text no list of them all is made."""
    return set(WORDS.findall(text)) if len(text) < _LONG else {match[0] for match in WORDS.finditer(text)}


def forms(word: str) -> Iterator[str]:
    """A word in small letters; of a hyphened one its parts, and all of it in one.

    >>> list(forms("ukraine-krieg"))
    ['ukraine', 'krieg', 'ukrainekrieg']
    """
    split = _HYPHEN.split(word)
    yield from split
    if len(split) > 1:
        yield "".join(split)


def roots(word: str) -> set[str]:
    """What to ask the index for, to find all inflected forms of a word: its stem in each language."""
    lowered = word.lower()
    if _is_letters_and_digits(lowered):
        return {plain(lowered)}
    if not _has_stem(lowered):
        return set()
    return {_stem(lowered, "german"), plain(_stemmer("english")(lowered))}


def tokens(word: str, language: str | None) -> tuple[str, frozenset[str]]:
    """A word of a text as the index has it, and its stems: to see which words of a text a search has found."""
    return _analysed(word.lower(), _rule(language))


def plain(word: str) -> str:
    """A word as the index takes it: small letters without diacritics.

    >>> plain("Élysée"), plain("Größe")
    ('elysee', 'große')
    """
    lowered = word.lower()
    if lowered.isascii():
        return lowered
    return "".join(each for each in unicodedata.normalize("NFD", lowered) if not unicodedata.combining(each))


@cache
def version() -> str:
    """What an index has to be made with to be of today: our rules, and what Snowball makes of some words."""
    probe = "häuser straßen aesthetik regierungskrisen ministerinnen feierlichkeiten gemuesesuppe quellen systeme"
    english = "elections generously skies dying communities relational happily university news"
    found = [_stem(word, "german") for word in probe.split()] + [_stemmer("english")(word) for word in english.split()]
    return f"{_RULES}-{zlib.crc32(' '.join(found).encode()):08x}"


# --- one word ---------------------------------------------------------------------------------------------------------


def _rule(language: str | None) -> str:
    return "english" if language is not None and language.partition("-")[0].lower() == "en" else "german"


@lru_cache(maxsize=_CACHED)
def _analysed(word: str, rule: str) -> tuple[str, frozenset[str]]:
    if not _has_stem(word):
        return plain(word), frozenset()
    stem = _stem(word, rule)
    compound = parts(stem, lambda each: _stem(each, rule)) if rule == "german" else ()
    return plain(word), frozenset((stem, *compound))


def _is_letters_and_digits(word: str) -> bool:
    """Covid19, G7: it has no stem, but may be hyphened."""
    return len(word) <= _LONGEST and _HAS_DIGIT.search(word) is not None and not word.isdigit()


def _has_stem(word: str) -> bool:
    return _SHORTEST <= len(word) <= _LONGEST and word not in _COMMON and not _HAS_DIGIT.search(word)


def _stem(word: str, rule: str) -> str:
    if rule == "german":
        word = next((word[: -len(end)] + one for end, one in _PLURALS.items() if word.endswith(end)), word)
    return plain(_stemmer(rule)(word))


@cache
def _stemmer(rule: str) -> Callable[[str], str]:
    from snowballstemmer import stemmer  # half the time that a search takes to start

    made: Callable[[str], str] = stemmer(rule).stemWord
    return made
