"""Datasette over one archive: what it opens, what a reader may ask of it, and what every answer says to a browser."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from datasette.app import Datasette
from datasette.database import Database
from datasette.plugins import pm

from storage import views
from storage.named import NamedQuery, named_queries
from storage.tables import metadata
from storage.web import plugin
from storage.web.pages import DATABASE

HERE = Path(__file__).parent
MOST_ROWS = 1_000
SECONDS = 3
SETTINGS = {
    "sql_time_limit_ms": SECONDS * 1_000,
    "max_returned_rows": MOST_ROWS,
    "default_page_size": 50,
    "default_allow_sql": True,
    "allow_download": False,
    "allow_facet": True,
    "suggest_facets": False,  # it would look at every entry
    "default_cache_ttl": 0,
    "num_sql_threads": 3,
    "max_csv_mb": 100,
}


def application(path: Path, names: Sequence[str] | None = None) -> Any:
    """An ASGI application that reads the archive at `path`. It must be there, and of this release.

    `names`: the hosts that it answers to besides this machine's own names; None: any. A page of a stranger can have a
    name of its own lead to this machine, and would read the archive under it (DNS rebinding).
    """
    if not pm.is_registered(plugin):
        pm.register(plugin, plugin.NAME)
    datasette = Datasette(
        files=[],
        metadata=_metadata() | {"plugins": {plugin.NAME: {"names": None if names is None else list(names)}}},
        template_dir=str(HERE / "templates"),
        static_mounts=[("assets", str(HERE / "assets"))],
        settings=SETTINGS,
        memory=False,
    )
    datasette.add_database(Database(datasette, path=str(path), is_mutable=True), name=DATABASE)
    datasette.remove_database("_memory")  # made where no file is named; it would be a second place for any SQL
    return datasette.app()


def _metadata() -> dict[str, Any]:
    public = set(views.statements("sqlite")) | {"entries_fts"}
    private = [table.name for table in metadata.sorted_tables if table.name not in public]
    return {
        "title": "chronik",
        "databases": {
            DATABASE: {
                "tables": {name: {"hidden": True} for name in private},
                "queries": {name: _canned(query) for name, query in named_queries().items()},
            }
        },
    }


def _canned(query: NamedQuery) -> Mapping[str, Any]:
    return {
        "sql": query.sql,
        "title": query.question,
        "params": [each.name for each in query.parameters],
        "description": "; ".join(_described(query)),
    }


def _described(query: NamedQuery) -> list[str]:
    return [f"{each.name}: {each.what}" for each in query.parameters]
