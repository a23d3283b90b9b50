"""Entries in parts that there is memory for. Pure."""

from collections.abc import Iterable, Iterator

from storage.records import Entry

MOST_ENTRIES = 500
MOST_CHARACTERS = 512 * 1024  # of their texts, about


def parts(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """Entries in their order, as lists of at most so many and so much text; one that has more stands alone.

    The next part is begun when it is asked for: whoever asks may have let the last one go.
    """
    part: list[Entry] = []
    size = 0
    for entry in entries:
        own = weight(entry)
        if part and (len(part) >= MOST_ENTRIES or size + own > MOST_CHARACTERS):
            yield part
            part, size = [], 0
        part.append(entry)
        size += own
    if part:
        yield part


def weight(entry: Entry) -> int:
    """Characters of its texts, about."""
    said = entry.wording
    texts = (said.summary, said.content_text, said.summary_html, said.content_html, said.html, entry.extra)
    return sum(len(text) for text in texts if text)
