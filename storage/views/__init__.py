"""The public views: SQL files, commented for strangers. What the databases say differently is `@name(…)`.

@ago(t,n)   the instant n days before t          @days(a,b)     days from a to b
@day(t)     YYYY-MM-DD                           @hour(t)       hour of the day, 0 to 23
@begin(d)   first instant of a day               @end(d)        last instant of a day
@list(n)    numbers as one value, in order       @middle(l,n)   median of a list of n
@never      later than any time                  @seconds(a,b)  seconds from a to b
@span(t)    days from the least to the greatest t
@names(j,k) JSON array of field k of j's objects @each(j)       the objects of a JSON array, as rows
@field(r,k) text of such a row                   @number(r,k)   number of such a row
@html(w,n)  n-th HTML of a wording                @hex(b)        bytes as text
"""

import re
from importlib.resources import files
from importlib.resources.abc import Traversable

_SQLITE = {
    "ago": "strftime('%Y-%m-%dT%H:%M:%SZ', {0}, '-{1} days')",
    "days": "(julianday({1}) - julianday({0}))",
    "span": "(julianday(max({0})) - julianday(min({0})))",
    "seconds": "(CAST(strftime('%s', {1}) AS INTEGER) - CAST(strftime('%s', {0}) AS INTEGER))",
    "day": "substr({0}, 1, 10)",
    "hour": "CAST(substr({0}, 12, 2) AS INTEGER)",
    "begin": "{0}",
    "end": "{0} || '~'",
    "list": "json_group_array({0})",
    "middle": "(json_extract({0}, '$[' || (({1} - 1) / 2) || ']') + json_extract({0}, '$[' || ({1} / 2) || ']')) / 2",
    "names": (
        "CASE WHEN {0} IS NULL THEN NULL ELSE (SELECT json_group_array("
        "coalesce(json_extract(value, '$.{1}'), json_extract(value, '$.email'), json_extract(value, '$.uri')))"
        " FROM json_each({0})) END"
    ),
    "each": "json_each(coalesce({0}, '[]'))",
    "field": "json_extract({0}.value, '$.{1}')",
    "number": "json_extract({0}.value, '$.{1}')",
    "html": "json_extract(chronik_text({0}.html, {0}.summary, {0}.content_text), '$[{1}]')",
    "hex": "lower(hex({0}))",
}
_POSTGRESQL = {
    "ago": "({0} - interval '{1} days')",
    "days": "(extract(epoch FROM {1} - {0}) / 86400)",
    "span": "(extract(epoch FROM max({0}) - min({0})) / 86400)",
    "seconds": "extract(epoch FROM {1} - {0})::bigint",
    "day": "to_char({0} AT TIME ZONE 'UTC', 'YYYY-MM-DD')",
    "hour": "extract(hour FROM {0} AT TIME ZONE 'UTC')::integer",
    "begin": "({0} || 'T00:00:00Z')::timestamptz",
    "end": "(({0} || 'T00:00:00Z')::timestamptz + interval '1 day')",
    "list": "array_agg({0})",
    "middle": "({0}[(({1} - 1) / 2 + 1)::integer] + {0}[({1} / 2 + 1)::integer]) / 2",
    "names": (
        "(SELECT '[' || coalesce(string_agg(coalesce("
        "to_json(coalesce(j.value->>'{1}', j.value->>'email', j.value->>'uri'))::text, 'null'), ','), '') || ']'"
        " FROM json_array_elements({0}::json) j WHERE {0} IS NOT NULL HAVING {0} IS NOT NULL)"
    ),
    "each": "json_array_elements(coalesce({0}, '[]')::json)",
    "field": "{0}.value->>'{1}'",
    "number": "({0}.value->>'{1}')::numeric",
    "html": "convert_from({0}.html, 'UTF8')::json->>{1}",
    "hex": "encode({0}, 'hex')",
}
_DIALECTS = {"sqlite": _SQLITE, "postgresql": _POSTGRESQL}
_RESERVED = re.compile(r"\b(window|fetch)\b(?! *\()")  # as names of tables: to PostgreSQL they are words of its own
_WORD = re.compile(r"@(\w+)(?:\(([^()]*)\))?")


def statements(dialect: str) -> dict[str, str]:
    """View name to its CREATE VIEW, in an order in which they can be made."""
    texts = [file.read_text(encoding="utf-8") for file in _sources()]
    return {text.split()[2]: _in_dialect(text, dialect) for text in texts}


def _sources() -> list[Traversable]:
    return sorted((file for file in files(__name__).iterdir() if file.name.endswith(".sql")), key=lambda f: f.name)


def _in_dialect(text: str, dialect: str) -> str:
    words = _DIALECTS[dialect]

    def said(match: re.Match[str]) -> str:
        arguments = [part.strip() for part in (match[2] or "").split(",")]
        return words[match[1]].format(*arguments)

    text = _WORD.sub(said, text).strip()
    return text if dialect == "sqlite" else _RESERVED.sub(r'"\1"', text)


_ABOUT = re.compile(r"^\s*--\s*(.+?)\s*$", re.MULTILINE)
_SELECT = re.compile(r"^(?:AS )?SELECT\b", re.MULTILINE)
_COLUMN = re.compile(r"(?:\bAS\s+|\.|^\s*)(\w+),?\s+--\s*(.+)$")


def comments(text: str) -> tuple[str, dict[str, str]]:
    """What a CREATE VIEW says of itself: the view's comment, and column to comment."""
    about = " ".join(match[1] for match in _ABOUT.finditer(text))
    columns = _SELECT.split(text)[-1]  # what comes before are parts of the view, with columns of their own
    found = (match for line in columns.splitlines() if (match := _COLUMN.search(line)))
    return about, {match[1]: match[2].strip() for match in found}
