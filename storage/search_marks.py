"""Mark what a search found in a text by its stem: FTS5 itself marks words that are as written. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from storage.stems import WORDS, forms, plain, tokens

SNIPPET_TOKENS = 24
BEGIN, END = "\x02", "\x03"  # around a hit: no text in the archive holds them
_LEAST = 3  # letters that all forms of a word share with its stem


@dataclass(frozen=True, slots=True)
class Written:
    """What was looked for as it is written: words as the index has them (storage.stems.plain), and how some begin."""

    words: frozenset[str] = frozenset()
    beginnings: tuple[str, ...] = ()

    def has(self, word: str) -> bool:
        """Whether a word of a text is one of these."""
        return any(each in self.words or each.startswith(self.beginnings) for each in map(plain, forms(word.lower())))


def marked(text: str, language: str | None, roots: Collection[str], written: Written | None = None) -> str:
    """The text with every word marked that has one of these stems.

    >>> marked("Die Kriege.", "de", {"krieg"}) == f"Die {BEGIN}Kriege{END}."
    True
    """
    if not roots and written is None:
        return text
    return WORDS.sub(
        lambda word: f"{BEGIN}{word[0]}{END}" if _is_hit(word[0], language, roots, written) else word[0], text
    )


def snippet(
    text: str, language: str | None, roots: Collection[str], most: int, written: Written | None = None
) -> str | None:
    """About `most` words around the first that is a hit, marked; None: none is."""
    words = list(WORDS.finditer(text))
    at = next((n for n, word in enumerate(words) if _is_hit(word[0], language, roots, written)), None)
    if at is None:
        return None
    first, last = max(at - most // 2, 0), min(at + most // 2, len(words) - 1)
    begin = words[first].start() if first else 0
    end = words[last].end() if last < len(words) - 1 else len(text)
    part = marked(text[begin:end], language, roots, written)
    return ("…" if first else "") + part + ("…" if end < len(text) else "")


def marks(row: Mapping[str, Any], looked_for: Written) -> dict[str, str | None]:
    """What FTS5 would mark in the title, summary and content_text of a row in that `language`."""

    def part(name: str) -> str | None:
        text = row[name]
        return text and (snippet(text, row["language"], (), SNIPPET_TOKENS, looked_for) or _beginning(text))

    title = row["title"]
    return {
        "marked_title": title and marked(title, row["language"], (), looked_for),
        "in_summary": part("summary"),
        "in_content": part("content_text"),
    }


def _beginning(text: str) -> str:
    words = text.split(maxsplit=SNIPPET_TOKENS)
    return text if len(words) <= SNIPPET_TOKENS else " ".join(words[:SNIPPET_TOKENS]) + "…"


def _is_hit(word: str, language: str | None, roots: Collection[str], written: Written | None) -> bool:
    return (written is not None and written.has(word)) or (bool(roots) and _has(word, language, roots))


def _has(word: str, language: str | None, roots: Collection[str]) -> bool:
    letters = plain(word)
    if not any(root[:_LEAST] in letters for root in roots):
        return False  # Snowball takes a tenth of a millisecond for each word
    found = (tokens(each, language) for each in forms(word.lower()))
    return any(each in roots or not stems.isdisjoint(roots) for each, stems in found)
