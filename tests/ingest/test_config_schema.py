"""The JSON Schema that editors use agrees with the reader, as far as a schema can tell."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from feedsyaml import BAD, GOOD, Bad

import ingest
from ingest.config.document import Mapping, Node, Sequence, tree
from ingest.config.reading import ALERTS, BACKFILL, BACKUP, DAEMON, DEFAULTS, FEED, NETWORK, OUTLET, TOP, WEBSUB

SCHEMA: dict[str, Any] = json.loads((Path(ingest.__file__).parent / "feeds.schema.json").read_text("utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def value(node: Node) -> Any:
    """The tree as an editor with YAML 1.2 sees it."""
    if isinstance(node, Mapping):
        return {key.text: value(one) for key, one in node.items}
    if isinstance(node, Sequence):
        return [value(one) for one in node.items]
    if node.is_null:
        return None
    return int(node.text) if node.style is None and re.fullmatch(r"-?[0-9]+", node.text) else node.text


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", GOOD)
def test_the_schema_takes_what_the_reader_takes(name: str) -> None:
    assert list(VALIDATOR.iter_errors(value(tree(GOOD[name], "x")))) == []


@pytest.mark.parametrize("bad", [bad for bad in BAD if bad.by_schema], ids=lambda bad: bad.name)
def test_the_schema_refuses_what_it_can_tell(bad: Bad) -> None:
    assert not VALIDATOR.is_valid(value(tree(bad.text, "x")))


@pytest.mark.parametrize(
    ("place", "kinds"),
    [
        (SCHEMA, TOP),
        (SCHEMA["$defs"]["outlet"], OUTLET),
        (SCHEMA["$defs"]["feed"]["anyOf"][1], FEED),
        *[
            (SCHEMA["properties"][name], kinds)
            for name, kinds in {
                "defaults": DEFAULTS,
                "backfill": BACKFILL,
                "network": NETWORK,
                "daemon": DAEMON,
                "websub": WEBSUB,
                "alerts": ALERTS,
                "backup": BACKUP,
            }.items()
        ],
    ],
)
def test_the_schema_and_the_reader_know_the_same_keys(place: dict[str, Any], kinds: dict[str, Any]) -> None:
    assert set(place["properties"]) == set(kinds)


def test_every_key_is_explained_in_the_editor() -> None:
    def properties(node: Any) -> Any:
        if isinstance(node, dict):
            yield from node.get("properties", {}).items()
            for inner in node.values():
                yield from properties(inner)

    feeds_again = {"feeds", "homepage"}  # the conditions of an outlet name them a second time
    assert [name for name, one in properties(SCHEMA) if "description" not in one and name not in feeds_again] == []


def test_our_own_feeds_yaml_makes_sense_and_names_its_schema() -> None:
    from ingest.config import config_of

    path = Path(ingest.__file__).parent.parent / "feeds.yaml"
    text = path.read_text("utf-8")
    first, _, rest = text.partition("\n")
    assert first == "# yaml-language-server: $schema=ingest/feeds.schema.json"
    assert (path.parent / first.partition("=")[2]).is_file()
    VALIDATOR.validate(value(tree(rest, "feeds.yaml")))
    config = config_of(text, path, {})
    assert config.outlets[0].slug == "die-nachrichten"
    assert all(one.language and one.country and one.timezone and one.homepage for one in config.outlets)
    assert all(len(one.feeds) <= 4 for one in config.outlets)
