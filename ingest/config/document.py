"""YAML text to a tree with positions, within bounds. Knows YAML and nothing of what the file should say.

Scalars stay the text they are (`no` is a country, not False). Anchors, aliases, tags and a second document are refused:
the file has no use for them and a small one could grow without end. No recursion; the parser is asked event by event.

Two parsers: libyaml for files of plain manners, ten times as fast; ruamel.yaml for all others, and for what is wrong.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from ingest.config.problems import ConfigError, Problem, short

MOST_BYTES = 4 * 1024**2  # about 60,000 feeds
DEEPEST = 12  # the deepest promised value, a feed's header, is at 6
_INDENTED_BY_TAB = re.compile(r"^ *\t", re.MULTILINE)
# Where libyaml (YAML 1.1) and ruamel.yaml (1.2) might see different things: what is no plain text; directives, anchors,
# tags, blocks of text, complex keys and reserved signs; marks of documents.
_UNUSUAL = re.compile(
    r"""[^\n -~\u00a0-\u2027\u2030-\ud7ff\ue000-\ufefe\uff00-\ufffd]|(?:^|[\s\[\]{},:"'-])[%&*!|>?@`]|^---|^\.\.\.""",
    re.MULTILINE,
)
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})  # YAML 1.2.2 section 10.3.2


@dataclass(frozen=True, slots=True)
class Span:
    """Where a node stands: line and column count from 1, `start` and `end` are offsets into the text."""

    line: int
    column: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value, as text. `style` is None for plain, else the character that opens it."""

    span: Span
    text: str
    style: str | None = None

    @property
    def is_null(self) -> bool:
        """True for an absent value, `~` and `null` (plain only)."""
        return self.style is None and self.text in _NULLS


@dataclass(slots=True)
class Mapping:
    """Keys with values, in order; the same key may come twice. `span.end` is where the last value ends."""

    span: Span
    flow: bool
    items: list[tuple[Scalar, "Node"]] = field(default_factory=list)

    def get(self, key: str) -> "Node | None":
        """The first value of that key."""
        return next((value for name, value in self.items if name.text == key), None)


@dataclass(slots=True)
class Sequence:
    """A list."""

    span: Span
    flow: bool
    items: list["Node"] = field(default_factory=list)


Node: TypeAlias = Scalar | Mapping | Sequence


def text_of(path: Path, shown: str) -> str:
    """The file's text without byte order mark. Raises ConfigError if it is missing, unreadable, huge or not UTF-8."""
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise _whole(
            shown, "there is no such file; name another with --config, or start one with chronik add"
        ) from None
    except IsADirectoryError:
        raise _whole(shown, "this is a folder; name the file in it") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise _whole(shown, f"cannot be read: {reason}") from None
    if len(data) > MOST_BYTES:
        raise _whole(shown, f"is larger than {MOST_BYTES // 1024**2} MiB; split it over several configurations")
    return _decoded(data, shown)


def _decoded(data: bytes, shown: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line, column = before.count(b"\n") + 1, error.start - before.rfind(b"\n")
        raise ConfigError([Problem(shown, line, column, "", "is not UTF-8; save the file as UTF-8")]) from None


def _whole(shown: str, message: str) -> ConfigError:
    return ConfigError([Problem(shown, 0, 0, "", message)])


def tree(text: str, shown: str) -> Node:
    """The file's one document. Raises ConfigError on text that is not YAML or leaves the bounds; empty text is null."""
    if (quick := _quick_tree(text, shown)) is not None:
        return quick
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    try:
        return _Builder(shown).build(_events(text))
    except (YAMLError, ValueError, ArithmeticError) as error:  # the last two: a numeric escape beyond Unicode
        mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
        raise ConfigError(_syntax(text, shown, error, mark)) from None


def _quick_tree(text: str, shown: str) -> Node | None:
    """The same by libyaml; None where it is not at hand, or the text is not plain enough for it, or wrong."""
    try:
        from yaml import CSafeLoader, YAMLError, parse
    except ImportError:  # PyYAML is also built without libyaml
        return None
    if _UNUSUAL.search(text):
        return None
    try:
        return _Builder(shown).build(parse(text, CSafeLoader))
    except (YAMLError, ConfigError):
        return None


def top_scalar(text: str, key: str, shown: str) -> Scalar | None:
    """The value of one key of the top mapping, reading no further than needed; None where it is absent or no scalar."""
    from ruamel.yaml.error import YAMLError

    depth, at_value, wanted = 0, False, False
    try:
        for event in _events(text):
            kind = type(event).__name__
            if wanted:
                return Scalar(_span(event), event.value, event.style) if kind == "ScalarEvent" else None
            depth += _STEP.get(kind, 0)
            if depth == 1 and kind in _ENDS_NODE:
                wanted = not at_value and kind == "ScalarEvent" and event.value == key
                at_value = not at_value
    except (YAMLError, ValueError, ArithmeticError):
        tree(text, shown)  # says what and where
    return None


_STEP = {"MappingStartEvent": 1, "SequenceStartEvent": 1, "MappingEndEvent": -1, "SequenceEndEvent": -1}
_ENDS_NODE = frozenset({"ScalarEvent", "AliasEvent", "MappingEndEvent", "SequenceEndEvent"})


def _events(text: str) -> Iterator[Any]:
    from ruamel.yaml import YAML

    return iter(YAML(typ="safe", pure=True).parse(text))


def _syntax(text: str, shown: str, error: Exception, mark: Any) -> list[Problem]:
    if tabs := [match.end() - 1 for match in _INDENTED_BY_TAB.finditer(text)]:
        return [Problem(shown, *place(text, at), "", "a tab indents this line; write spaces") for at in tabs]
    line, column = (mark.line + 1, mark.column + 1) if mark else place(text, getattr(error, "position", 0))
    return [Problem(shown, line, column, "", f"this is not YAML: {_said(error)}")]


def _said(error: Exception) -> str:
    said = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
    advice = {
        "mapping values are not allowed here": "; put a value that holds ': ' into quotes, or mend the indentation",
        "could not find expected ':'": "; a key ends with a colon and a blank",
    }
    usual = "; mend the indentation, the quotes or the brackets from here upwards"
    return short(str(said), 200)[1:-1] + advice.get(str(said), usual)


def place(text: str, at: int) -> tuple[int, int]:
    """Line and column of an offset, both from 1."""
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


class _Builder:
    """Puts events together. `open` is the path of unfinished collections, `keys` the keys that wait for their value."""

    def __init__(self, shown: str) -> None:
        self.shown = shown
        self.root: Node | None = None
        self.open: list[Mapping | Sequence] = []
        self.keys: list[Scalar | None] = []
        self.last_end = 0

    def build(self, events: Iterator[Any]) -> Node:
        for event in events:
            self._refuse(event)
            getattr(self, f"_{type(event).__name__}", _pass)(event)
        return self.root or Scalar(Span(1, 1, 0, 0), "")

    def _refuse(self, event: Any) -> None:
        if getattr(event, "anchor", None):
            raise self._problem(
                event, "anchors (&) and aliases (*) have no place here; write the value out, or set it in defaults:"
            )
        if _tagged(event):
            raise self._problem(event, "tags (!) have no place here; write the value without it")

    def _problem(self, event: Any, message: str) -> ConfigError:
        mark = event.start_mark
        return ConfigError([Problem(self.shown, mark.line + 1, mark.column + 1, "", message)])

    def _DocumentStartEvent(self, event: Any) -> None:  # noqa: N802 - named for the event
        if self.root is not None:
            raise self._problem(event, "a second document starts here; keep one")

    def _ScalarEvent(self, event: Any) -> None:  # noqa: N802
        key = self.keys[-1] if self.keys else None
        absent = not event.style and not event.value  # the parser places it after the comments that follow
        span = key.span if key and absent else _span(event)
        self.last_end = span.end + absent
        self._put(Scalar(span, event.value, event.style or None), event)

    def _MappingStartEvent(self, event: Any) -> None:  # noqa: N802
        self._start(Mapping(_span(event), bool(event.flow_style)), event)

    def _SequenceStartEvent(self, event: Any) -> None:  # noqa: N802
        self._start(Sequence(_span(event), bool(event.flow_style)), event)

    def _start(self, node: Mapping | Sequence, event: Any) -> None:
        if len(self.open) == DEEPEST:
            raise self._problem(event, f"nested deeper than {DEEPEST} levels; nothing here needs that")
        self._put(node, event)
        self.open.append(node)
        self.keys.append(None)

    def _MappingEndEvent(self, event: Any) -> None:  # noqa: N802
        self._end(event)

    def _SequenceEndEvent(self, event: Any) -> None:  # noqa: N802
        self._end(event)

    def _end(self, event: Any) -> None:
        node = self.open.pop()
        self.keys.pop()
        if node.flow:
            self.last_end = event.end_mark.index
        span = node.span
        node.span = Span(span.line, span.column, span.start, self.last_end)

    def _put(self, node: Node, event: Any) -> None:
        parent = self.open[-1] if self.open else None
        if parent is None:
            self.root = node
        elif isinstance(parent, Sequence):
            parent.items.append(node)
        elif (key := self.keys[-1]) is not None:
            parent.items.append((key, node))
            self.keys[-1] = None
        elif isinstance(node, Scalar):
            self.keys[-1] = node
        else:
            raise self._problem(event, "a key is a plain word, not a list or a mapping")


def _pass(event: Any) -> None:
    """Stream and document events say nothing."""


def _tagged(event: Any) -> bool:
    return getattr(event, "tag", None) is not None


def _span(event: Any) -> Span:
    start = event.start_mark
    return Span(start.line + 1, start.column + 1, start.index, event.end_mark.index)
