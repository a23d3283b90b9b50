"""Add feeds to a feeds.yaml's text and leave every other byte as it is: comments, order, quotes, blank lines.

Where the new lines go is read from the positions of the YAML nodes. The result is read again before anyone writes it.
"""

import json
import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from ingest.config.additions import NewFeeds
from ingest.config.document import Mapping, Node, Scalar, tree

Entries: TypeAlias = Sequence[tuple[str, "str | Entries"]]

NEW_FILE = "# What chronik archives; `chronik check` tells whether it makes sense.\n"
_PLAIN_WORDS = re.compile(r"[^\W\d_][\w .()/+&-]*(?<! )")
_PLAIN_URL = re.compile(r"https?://[A-Za-z0-9._~:/?@!$&()*+;=%#-]*[A-Za-z0-9/_=-]")
_READ_AS_OTHER = re.compile(r"(?i)y|n|yes|no|on|off|true|false|null")  # by YAML 1.1, which some editors still read


class LayoutError(Exception):
    """The file is laid out in a way that lines cannot be put into; the message holds them for a person to put in."""


@dataclass(frozen=True, slots=True, order=True)
class _Change:
    """`new` takes the place of the text from `start` to `end`."""

    start: int
    end: int
    new: str


def with_feeds(text: str, shown: str, additions: Sequence[NewFeeds]) -> str:
    """The text with the feeds in it. Raises ConfigError where it is not YAML, LayoutError where no lines fit in."""
    changes = sorted(_changes(text, tree(text, shown), additions))
    parts, at = [], 0
    for change in changes:
        parts += [text[at : change.start], change.new]
        at = change.end
    return "".join([*parts, text[at:]])


def _changes(text: str, root: Node, additions: Sequence[NewFeeds]) -> Iterator[_Change]:
    page = _Page(text)
    outlets = _entry(root, "outlets")
    listed = (
        {key.text: (key, node) for key, node in outlets[1].items} if outlets and isinstance(outlets[1], Mapping) else {}
    )
    fresh = []
    for new in additions:
        place = listed.get(new.outlet)
        if place is None:
            fresh.append((new.outlet, _about(new)))
        else:
            yield from page.put(place, "feeds", new.feeds)
    if fresh:
        yield from page.put((None, root), "outlets", fresh)


def _about(new: NewFeeds) -> Entries:
    about = (("name", new.name), ("homepage", new.homepage), ("language", new.language))
    return [*((key, value) for key, value in about if value), ("feeds", new.feeds)]


Place: TypeAlias = tuple[Scalar | None, Node]


def _entry(node: Node, key: str) -> tuple[Scalar, Node] | None:
    items = node.items if isinstance(node, Mapping) else ()
    return next(((name, value) for name, value in items if name.text == key), None)


class _Page:
    """A text, and how it breaks and indents its lines."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.newline = "\r\n" if "\r\n" in text else "\n"

    def put(self, place: Place, key: str, entries: Entries) -> Iterator[_Change]:
        """Put entries under `key` of the mapping at `place`, which may lack the key."""
        found = _entry(place[1], key)
        yield self._into(found, entries) if found else self._into(place, [(key, entries)])

    def _into(self, place: Place, entries: Entries) -> _Change:
        key, node = place
        if isinstance(node, Mapping) and node.flow:
            start = node.span.start + 1
            return _Change(start, start, flow(entries) + (", " if node.items else ""))
        if isinstance(node, Mapping):
            return self._lines_after(node.span.end, node.items[0][0].span.column - 1, entries)
        if isinstance(node, Scalar) and node.is_null:
            return self._in_place_of(key, node, entries)
        raise LayoutError(self.newline.join(block(entries, 0)))

    def _lines_after(self, end: int, indent: int, entries: Entries) -> _Change:
        at = end if self.text[:end].endswith("\n") else self._line_end(end)
        return _Change(at, at, self._lines(at, indent, entries))

    def _in_place_of(self, key: Scalar | None, node: Scalar, entries: Entries) -> _Change:
        if node.text:  # a written `null` or `~`
            raise LayoutError(self.newline.join(block(entries, 0)))
        if key is None:
            return _Change(len(self.text), len(self.text), self._lines(len(self.text), 0, entries))
        at = self._line_end(key.span.end)
        return _Change(at, at, self._lines(at, key.span.column + 1, entries))

    def _line_end(self, at: int) -> int:
        found = self.text.find("\n", at)
        return len(self.text) if found < 0 else found + 1

    def _lines(self, at: int, indent: int, entries: Entries) -> str:
        begun = at > 0 and self.text[at - 1] != "\n"
        return (self.newline if begun else "") + "".join(line + self.newline for line in block(entries, indent))


def block(entries: Entries, indent: int) -> Iterator[str]:
    """Entries as indented lines."""
    for key, value in entries:
        if isinstance(value, str):
            yield f"{' ' * indent}{key}: {scalar(value)}"
        else:
            yield f"{' ' * indent}{key}:"
            yield from block(value, indent + 2)


def flow(entries: Entries) -> str:
    """Entries as they stand between braces."""
    return ", ".join(f"{key}: {_flow_value(value)}" for key, value in entries)


def _flow_value(value: "str | Entries") -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else "{" + flow(value) + "}"


def scalar(text: str) -> str:
    """A value as YAML: plain where every reader takes it for text, else in double quotes.

    >>> scalar("Die Presse"), scalar("no"), scalar('a: "b"')
    ('Die Presse', '"no"', '"a: \\\\"b\\\\""')
    """
    plain = _PLAIN_WORDS.fullmatch(text) or _PLAIN_URL.fullmatch(text)
    return text if plain and not _READ_AS_OTHER.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def replace_file(path: Path, before: str | None, after: str) -> None:
    """Write a file as a whole or not at all. Raises OSError, also if it no longer says `before` (None: no file)."""
    if _content(path) != before:
        raise OSError("it was changed by someone else just now; run this again")
    write_whole(path, after)


def write_whole(path: Path, text: str) -> None:
    """Write a file as UTF-8, as a whole or not at all; a link stays one. Raises OSError."""
    target = path.resolve()
    if target.exists() and not target.is_file():  # a pipe, a terminal
        target.write_bytes(text.encode("utf-8"))
        return
    mode = target.stat().st_mode & 0o777 if target.exists() else 0o644
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(text.encode("utf-8"))
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(mode)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _content(path: Path) -> str | None:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return None
