"""The public views: SQL files, commented for strangers. What the databases say differently is `@name(…)`.

@ago(t,n)   the instant n days before t          @days(a,b)     days from a to b
@day(t)     YYYY-MM-DD                           @hour(t)       hour of the day, 0 to 23
@begin(d)   first instant of a day               @end(d)        last instant of a day
@list(n)    numbers as one value, in order       @middle(l,n)   median of a list of n
@never      later than any time                  @seconds(a,b)  seconds from a to b
@span(t)    days from the least to the greatest t
@names(j,k) JSON array of field k of j's objects @each(j)       the objects of a JSON array, as rows
@field(r,k) text of such a row                   @number(r,k)   number of such a row
@html(w,n)  n-th HTML of a wording
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
}
_DIALECTS = {"sqlite": _SQLITE}
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

    return _WORD.sub(said, text).strip()


_ABOUT = re.compile(r"^\s*--\s*(.+?)\s*$", re.MULTILINE)
_SELECT = re.compile(r"^(?:AS )?SELECT\b", re.MULTILINE)
_COLUMN = re.compile(r"(?:\bAS\s+|\.|^\s*)(\w+),?\s+--\s*(.+)$")


def comments(text: str) -> tuple[str, dict[str, str]]:
    """What a CREATE VIEW says of itself: the view's comment, and column to comment."""
    about = " ".join(match[1] for match in _ABOUT.finditer(text))
    columns = _SELECT.split(text)[-1]  # what comes before are parts of the view, with columns of their own
    found = (match for line in columns.splitlines() if (match := _COLUMN.search(line)))
    return about, {match[1]: match[2].strip() for match in found}
