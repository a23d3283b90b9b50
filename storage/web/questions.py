"""The questions that come with chronik, as Datasette's canned queries: a field left empty means what the query says."""

import re
from typing import Any

from storage.named import NamedQuery, Parameter, named_queries


def canned() -> dict[str, dict[str, Any]]:
    """By name, as Datasette's metadata wants them."""
    return {name: _canned(query) for name, query in named_queries().items()}


def _canned(query: NamedQuery) -> dict[str, Any]:
    return {
        "sql": with_defaults(query),
        "title": query.question,
        "params": [each.name for each in query.parameters],
        "hide_sql": True,
        "fields": {each.name: _field(each) for each in query.parameters},
    }


def _field(parameter: Parameter) -> dict[str, Any]:
    default = "all" if parameter.default is None else str(parameter.default)
    return {"what": parameter.what, "required": parameter.required, "default": "" if parameter.required else default}


def with_defaults(query: NamedQuery) -> str:
    """Its SQL for whoever gives all parameters as texts, empty ones for those that are left out.

    >>> limit = Parameter("limit", "how many", 50, required=False)
    >>> with_defaults(NamedQuery("new", "What is new?", (limit,), "select 1 limit :limit"))
    "select 1 limit cast(coalesce(nullif(:limit, ''), 50) as integer)"
    """
    said = "\n".join(line for line in query.sql.splitlines() if not line.lstrip().startswith("-- :"))
    for parameter in query.parameters:
        said = re.sub(rf":{parameter.name}\b", lambda _, known=parameter: _given(known), said)  # type: ignore[misc]
    return said


def _given(parameter: Parameter) -> str:
    if parameter.required:  # all of them are searched for: by an empty phrase FTS5 finds nothing, without it complains
        return f"""coalesce(nullif(:{parameter.name}, ''), '""')"""
    match parameter.default:
        case None:
            return f"nullif(:{parameter.name}, '')"
        case int():
            return f"cast(coalesce(nullif(:{parameter.name}, ''), {parameter.default}) as integer)"
    return f"coalesce(nullif(:{parameter.name}, ''), '{parameter.default}')"
