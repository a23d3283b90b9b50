"""Mark what a search found in a text by its stem: FTS5 itself marks words that are as written. Pure."""

from collections.abc import Collection

from storage.stems import WORDS, forms, plain, tokens

BEGIN, END = "\x02", "\x03"  # around a hit: no text in the archive holds them
_LEAST = 3  # letters that all forms of a word share with its stem


def marked(text: str, language: str | None, roots: Collection[str]) -> str:
    """The text with every word marked that has one of these stems.

    >>> marked("Die Kriege.", "de", {"krieg"}) == f"Die {BEGIN}Kriege{END}."
    True
    """
    if not roots:
        return text
    return WORDS.sub(lambda word: f"{BEGIN}{word[0]}{END}" if _has(word[0], language, roots) else word[0], text)


def snippet(text: str, language: str | None, roots: Collection[str], most: int) -> str | None:
    """About `most` words around the first that has one of these stems, marked; None: none has."""
    words = list(WORDS.finditer(text))
    at = next((n for n, word in enumerate(words) if roots and _has(word[0], language, roots)), None)
    if at is None:
        return None
    first, last = max(at - most // 2, 0), min(at + most // 2, len(words) - 1)
    begin = words[first].start() if first else 0
    end = words[last].end() if last < len(words) - 1 else len(text)
    part = marked(text[begin:end], language, roots)
    return ("…" if first else "") + part + ("…" if end < len(text) else "")


def _has(word: str, language: str | None, roots: Collection[str]) -> bool:
    letters = plain(word)
    if not any(root[:_LEAST] in letters for root in roots):
        return False  # Snowball takes a tenth of a millisecond for each word
    found = (tokens(each, language) for each in forms(word.lower()))
    return any(each in roots or not stems.isdisjoint(roots) for each, stems in found)
