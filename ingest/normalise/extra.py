"""What the schema has no column for, as canonical JSON: the same text for the same meaning. Pure."""

import json
import math
from collections import Counter
from collections.abc import Mapping

from ingest.normalise.text import visible

MAX_EXTRA = 65_536  # characters


def canonical_json(values: Mapping[str, object], cuts: Counter[str]) -> str | None:
    """An object with sorted keys and no white space (RFC 8259), None if it would be empty.

    Where it is longer than MAX_EXTRA the largest members go, and `cuts` counts them.

    >>> canonical_json({"b": 1, "a": "ü"}, Counter())
    '{"a":"ü","b":1}'
    """
    if not values:
        return None
    text = _dumped(values)
    if len(text) > MAX_EXTRA:
        text = _dumped(_within(values, cuts))
    return text if text != "{}" else None


def _within(values: Mapping[str, object], cuts: Counter[str]) -> dict[str, object]:
    sizes = {name: len(_dumped({name: value})) for name, value in values.items()}
    kept = dict(values)
    size = sum(sizes.values())
    for name in sorted(sizes, key=lambda name: (-sizes[name], name)):
        if size <= MAX_EXTRA:
            break
        size -= sizes[name]
        del kept[name]
        cuts["foreign elements left out"] += 1
    return kept


def _dumped(values: Mapping[str, object]) -> str:
    return json.dumps(_storable(values), sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _storable(value: object) -> object:
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, Mapping):
        return {visible(str(name)): _storable(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_storable(inner) for inner in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if isinstance(value, int | float | None) else visible(str(value))
