"""What changed between two texts, word by word. Pure."""

import difflib
import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

Kind = Literal["same", "gone", "new"]
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_WORD = re.compile(r"\s+|\w+|[^\w\s]")


class Part(NamedTuple):
    """A stretch of text, and in which of the two texts it stands."""

    kind: Kind
    text: str


def parts(old: str, new: str) -> list[Part]:
    """The stretches in order: without the new ones they are `old`, without those gone they are `new`.

    >>> parts("Der Krieg dauert an.", "Der Krieg ist aus.")[1:3]
    [Part(kind='gone', text='dauert an'), Part(kind='new', text='ist aus')]
    """
    if old == new:
        return [Part("same", old)] if old else []
    return list(_joined(_by_lines(old, new)))


def _by_lines(old: str, new: str) -> Iterator[Part]:
    # Lines first: word by word a long text would take the square of its length.
    before, after = _LINE.findall(old), _LINE.findall(new)
    for tag, a, b, c, d in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Part("same", "".join(before[a:b]))
        else:
            yield from _by_words("".join(before[a:b]), "".join(after[c:d]))


def _by_words(old: str, new: str) -> Iterator[Part]:
    before, after = _WORD.findall(old), _WORD.findall(new)
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=len(before) > 2_000)
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            yield Part("same", "".join(before[a:b]))
        else:
            yield Part("gone", "".join(before[a:b]))
            yield Part("new", "".join(after[c:d]))


def _joined(found: Iterator[Part]) -> Iterator[Part]:
    # `dauert an` → `ist aus` reads better than word for word with the blank between taken for common.
    gone, new, blank = "", "", ""
    for kind, text in found:
        if kind == "same" and text.isspace() and "\n" not in text and (gone or new):
            blank += text
        elif kind == "same":
            yield from _change(gone, new)
            if blank + text:
                yield Part("same", blank + text)
            gone, new, blank = "", "", ""
        else:
            gone, new, blank = gone + blank, new + blank, ""
            gone, new = (gone + text, new) if kind == "gone" else (gone, new + text)
    yield from _change(gone, new)
    if blank:
        yield Part("same", blank)


def _change(gone: str, new: str) -> Iterator[Part]:
    if gone:
        yield Part("gone", gone)
    if new:
        yield Part("new", new)
