"""Say what is wrong with a query so that its author can mend it: the place, the nearest name, the views there are."""

import difflib
import re
from collections.abc import Iterable
from typing import Any, Protocol

from storage.sql_text import Token, pointed_out, tokens


class _Connection(Protocol):
    def execute(self, sql: str, /) -> Any: ...


def explained(connection: _Connection, query: str, error: str) -> str:
    """The message for the author of `query`, given what SQLite says. `connection` must have no authorizer any more."""
    explainer = _Explainer(connection, query)
    for pattern, method in _EXPLANATIONS.items():
        if match := re.match(pattern, error, re.DOTALL):
            return str(getattr(explainer, method)(*match.groups()))
    return error


# What SQLite says, and who explains it. A table, so that a new wording of SQLite is one line.
_EXPLANATIONS = {
    r'near "(.*)": syntax error$': "syntax",
    r"incomplete input$": "unfinished",
    r'unrecognized token: "(.*)"$': "bad_token",
    r"no such table: (?:main\.)?(.+)$": "no_table",
    r'no such column: "?([^"]+?)"?(?: - should .*)?$': "no_column",
    r"no such function: (.+)$": "no_function",
    r"not authorized to use function: (.+)$": "refused_function",
    r"not authorized$": "refused",
    r"access to .* is prohibited$": "refused",
    r"attempt to write a readonly database$": "refused",
    r"cannot \w+ .*transaction": "refused",
    r"You can only execute one statement at a time": "several",
    r"fts5: (.*)$": "full_text",
    r"(unknown special query|unterminated string)": "full_text",
}


_VIEWS = "select name, sql from sqlite_schema where type = 'view', or --list for questions that are ready"
# Words of other databases, and what to write here.
_ELSEWHERE = {
    **dict.fromkeys((".", "\\", "show", "describe", "desc", "use", "help"), _VIEWS),
    **dict.fromkeys(("now", "getdate", "current_time"), "datetime('now')"),
    **dict.fromkeys(("ilike", "similar"), "like: it takes no notice of case in a to z"),
    **dict.fromkeys(("regexp", "regexp_like", "rlike"), "like, glob, or entries_fts match '…'"),
    **dict.fromkeys(("date_trunc", "to_char", "extract", "year", "month"), "substr(published_at, 1, 7) or strftime(…)"),
    **dict.fromkeys(("left", "right"), "substr(…)"),
    "if": "iif(…) or case when … end",
    **dict.fromkeys(("string_agg", "array_agg"), "group_concat(…)"),
}


class _Explainer:
    def __init__(self, connection: _Connection, query: str) -> None:
        self._connection = connection
        self._query = query

    def syntax(self, near: str) -> str:
        at = self._first_bad(near)
        what = f'syntax error near "{near}"{_written(near)}'
        return what if at is None else f"{what}, {pointed_out(self._query, at)}"

    def _first_bad(self, near: str) -> int | None:
        # SQLite knows the place but Python's driver does not tell. The parser stops at the first token that cannot
        # follow, so the shortest beginning of the query that fails in the same way ends with that token.
        places = [match.start() for match in re.finditer(re.escape(near), self._query)] if near else []
        for at in places[:200]:
            if self._complaint(self._query[: at + len(near)]) == f'near "{near}": syntax error':
                return at
        return None

    def _complaint(self, query: str) -> str:
        explains = next(tokens(query)).text.lower() == "explain"
        try:
            self._connection.execute(query if explains else f"explain {query}")
        except Exception as error:  # noqa: BLE001 - whatever it is, its words are what is asked for
            return str(error)
        return ""

    def unfinished(self) -> str:
        return f"the query ends too early, {pointed_out(self._query, len(self._query.rstrip()))}"

    def bad_token(self, token: str) -> str:
        what = "this quotation never ends" if token[:1] in "'\"`[" else f"{token!r} means nothing in SQL"
        return f"{what}, {pointed_out(self._query, max(self._query.find(token), 0))}"

    def no_table(self, name: str) -> str:
        views = view_names(self._connection)
        return f"no view {name}{_meant(name, views)}; there are {', '.join(views)}{self._place_of(name)}"

    def no_column(self, name: str) -> str:
        if all(token.name.lower() != name.rpartition(".")[2].lower() for token in self._names()):
            return self.full_text(f"no column {name}")  # the full-text index reads `a-b` as: b, not in column a
        columns = {view: column_names(self._connection, view) for view in self._mentioned()}
        meant = _meant(name.rpartition(".")[2], [column for names in columns.values() for column in names])
        lists = "".join(f"; {view} has {', '.join(names)}" for view, names in columns.items())
        return f"no column {name}{meant}{lists}{self._place_of(name)}"

    def no_function(self, name: str) -> str:
        rows = self._connection.execute("pragma function_list").fetchall()
        meant = _written(name) or _meant(name, sorted({row[0] for row in rows}))
        return f"no function {name}{meant}{self._place_of(name)}"

    def refused(self) -> str:
        words = [token.text.upper() for token in tokens(self._query)]
        return f"only reading is allowed here, one SELECT, WITH, VALUES or EXPLAIN; {words[0]} would do more"

    def refused_function(self, name: str) -> str:
        return f"function {name} may not be used here, it reaches beyond the query{self._place_of(name)}"

    def several(self) -> str:
        end = next((token.at for token in tokens(self._query) if token.text == ";"), 0)
        return f"one statement at a time; this one ends at {pointed_out(self._query, end)}"

    def full_text(self, what: str) -> str:
        return f"{what} in what `match` looks for: words with signs in them need double quotes, match '\"a-b\"'"

    def _mentioned(self) -> list[str]:
        words = {token.name.lower() for token in self._names()}
        return [view for view in view_names(self._connection) if view.lower() in words]

    def _names(self) -> list[Token]:
        return [token for token in tokens(self._query) if token.kind == "name"]

    def _place_of(self, name: str) -> str:
        last = name.rpartition(".")[2].lower()
        found = [token.at for token in self._names() if token.name.lower() == last]
        return f", {pointed_out(self._query, found[0])}" if found else ""


def view_names(connection: _Connection) -> list[str]:
    """The public views, and the full-text index."""
    found = connection.execute(
        "select name from sqlite_schema where name = 'entries_fts'"
        " union select name from sqlite_schema where type = 'view' and name not like '%@_source' escape '@'"
        " order by name"
    ).fetchall()
    return [row[0] for row in found]


def column_names(connection: _Connection, view: str) -> list[str]:
    """The columns of a view; none where there is no such view."""
    quoted = view.replace('"', '""')
    return [row[1] for row in connection.execute(f'pragma table_info("{quoted}")').fetchall()]


def _written(word: str) -> str:
    here = _ELSEWHERE.get(word.lower())
    return f"; write {here}" if here else ""


def _meant(name: str, names: Iterable[str]) -> str:
    close = difflib.get_close_matches(name.lower(), list(names), n=1, cutoff=0.6)
    return f"; did you mean {close[0]}?" if close else ""
