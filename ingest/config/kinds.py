"""Kinds of values: how a node of the tree becomes a value, or a problem on the desk and nothing."""

from collections.abc import Callable, Iterator
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeAlias

from ingest.config.document import Mapping, Node, Scalar, Sequence
from ingest.config.environment import Filled, filled
from ingest.config.problems import Problem, UnfitError, did_you_mean, short
from ingest.source import masked

LONGEST_KEY = 200


@dataclass
class Desk:
    """What the reading of one file needs and gathers. `folder` is where relative paths start."""

    shown: str
    folder: Path
    environ: MappingOf[str, str]
    may_list_none: bool = False  # no outlet at all is no problem
    problems: list[Problem] = field(default_factory=list)

    def object_to(self, node: Node, key: str, message: str) -> None:
        self.problems.append(Problem(self.shown, node.span.line, node.span.column, key, message))


class _Nothing:
    """What a wrong value reads as; its problem is on the desk."""


NOTHING: Final = _Nothing()
Kind: TypeAlias = Callable[[Desk, Node, str], Any]


def text(read: Callable[[Filled], Any], *, null: bool = False) -> Kind:
    """A scalar; `null`: may be absent by `null`, then None."""

    def kind(desk: Desk, node: Node, key: str) -> Any:
        if not isinstance(node, Scalar):
            return wrong(desk, node, key, f"{_what(node)} stands where a single value belongs; write one")
        if node.is_null:
            return None if null else wrong(desk, node, key, "has no value; write one or take the key out")
        return _read(desk, node, key, read)

    return kind


def plain(read: Callable[[str], Any], *, null: bool = False) -> Kind:
    """A scalar whose placeholders need not be told from its text."""
    return text(lambda value: read(value.value), null=null)


def _read(desk: Desk, node: Scalar, key: str, read: Callable[[Filled], Any]) -> Any:
    try:
        value = filled(node.text, desk.environ)
    except UnfitError as unfit:
        return wrong(desk, node, key, f"{unfit.fault}; {unfit.remedy}")
    try:
        return read(value)
    except UnfitError as unfit:
        remedy = "look at its variable's value" if value.secrets else unfit.remedy
        return wrong(desk, node, key, f"{short(masked(node.text))} {unfit.fault}; {remedy}")


def wrong(desk: Desk, node: Node, key: str, message: str) -> _Nothing:
    desk.object_to(node, key, message)
    return NOTHING


def _what(node: Node) -> str:
    return {Scalar: "a single value", Mapping: "a mapping", Sequence: "a list"}[type(node)]


def texts(read: Callable[[str], str]) -> Kind:
    """A list of scalars; wrong ones are left out."""

    def kind(desk: Desk, node: Node, key: str) -> Any:
        if not isinstance(node, Sequence):
            return wrong(desk, node, key, f"{_what(node)} stands where a list belongs; write [] or [one, two]")
        found = [plain(read)(desk, one, f"{key}[{at}]") for at, one in enumerate(node.items)]
        return tuple(one for one in found if one is not NOTHING)

    return kind


def section(desk: Desk, node: Node, key: str, kinds: MappingOf[str, Kind]) -> dict[str, Any]:
    """The values of a mapping whose keys are known; what is unknown, doubled or wrong is on the desk and left out."""
    values: dict[str, Any] = {}
    for name, value in pairs(desk, node, key):
        path = joined(key, name.text)
        if (kind := kinds.get(name.text)) is None:
            desk.object_to(
                name, path, f"unknown key{did_you_mean(name.text, kinds) or '; known here: ' + ', '.join(kinds)}"
            )
        elif (read := kind(desk, value, path)) is not NOTHING:
            values[name.text] = read
    return values


def pairs(desk: Desk, node: Node, key: str) -> Iterator[tuple[Scalar, Node]]:
    """Key and value of a mapping, each key once."""
    if isinstance(node, Scalar) and node.is_null:
        return
    if not isinstance(node, Mapping):
        desk.object_to(node, key, f"{_what(node)} stands where a mapping belongs; write lines of `key: value`")
        return
    lines: dict[str, int] = {}
    for name, value in node.items:
        if name.text in lines:
            desk.object_to(name, joined(key, name.text), f"stands twice, first on line {lines[name.text]}; keep one")
            continue
        lines[name.text] = name.span.line
        yield name, value


def joined(key: str, name: str) -> str:
    """The path of a key: `outlets.orf.feeds`."""
    name = name if len(name) <= LONGEST_KEY else name[:LONGEST_KEY] + "…"
    return f"{key}.{name}" if key else name
