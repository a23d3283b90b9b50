"""`${NAME}` in a value: taken from the environment, never stored, logged or shown."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from ingest.config.problems import UnfitError

PLACEHOLDER = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Filled:
    """A value as written (`template`) and with the environment's values in it. `secrets` are (value, placeholder)."""

    template: str
    value: str = field(repr=False)
    secrets: tuple[tuple[str, str], ...] = field(default=(), repr=False)


def filled(template: str, environ: Mapping[str, str]) -> Filled:
    """Put the environment's values in. Raises UnfitError for a missing variable or a bad placeholder."""
    if "${" not in template:
        return Filled(_clean(template, "holds a control character"), template)
    if "${" in PLACEHOLDER.sub("", template):
        raise UnfitError("holds '${' that is no placeholder", "write ${NAME}, a name of letters, digits and _")
    names = dict.fromkeys(PLACEHOLDER.findall(template))
    missing = [name for name in names if name not in environ]
    if len(missing) > 1:
        raise UnfitError(f"needs the environment variables {', '.join(missing)}", "they are not set: set them")
    values = {name: _value(name, environ) for name in names}
    text = PLACEHOLDER.sub(lambda match: values[match[1]], template)
    return Filled(template, text, tuple((values[name], f"${{{name}}}") for name in names))


def _value(name: str, environ: Mapping[str, str]) -> str:
    value = environ.get(name)
    if not value:
        raise UnfitError(
            f"needs the environment variable {name}", f"it is {'empty' if value == '' else 'not set'}: set it"
        )
    return _clean(value, f"needs the environment variable {name}, which holds a line break or control character")


def _clean(text: str, fault: str) -> str:
    if _CONTROL.search(text):
        raise UnfitError(fault, "take it out")
    return text


def probe(template: str) -> str:
    """The template with a harmless letter for each placeholder: what its shape is, whatever the secrets are."""
    return PLACEHOLDER.sub("x", template)
