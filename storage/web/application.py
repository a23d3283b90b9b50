"""Datasette over one archive: what it opens, what a reader may ask of it, and what every answer says to a browser."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from datasette.app import Datasette
from datasette.database import Database
from datasette.plugins import pm

from storage import views
from storage.tables import metadata
from storage.web import plugin, questions
from storage.web.pages import DATABASE

HERE = Path(__file__).parent
MOST_ROWS = 1_000
SECONDS = 3
THEIR_REFUSALS = "datasette.handle_exception"  # would be asked besides ours, and print whatever is in memory
NEWEST = {  # of these views the newest rows are shown first
    "entries": "first_seen_at",
    "entry_versions": "seen_at",
    "fetches": "fetch_id",
    "documents": "document_id",
    "gaps": "gap_id",
    "stories": "newest_at",
    "sightings": "entry_id",
    "coverage_daily": "day",
}
COUNTED = {  # columns of few values
    "outlets": ("language", "country"),
    "feeds": ("outlet", "format", "state"),
    "entries": ("outlet", "feed", "language"),
    "entry_versions": ("feed", "change"),
    "fetches": ("feed", "route", "outcome", "reason"),
    "gaps": ("feed", "state"),
    "coverage_daily": ("outlet",),
}
SETTINGS = {
    "sql_time_limit_ms": SECONDS * 1_000,
    "max_returned_rows": MOST_ROWS,
    "default_page_size": 50,
    "truncate_cells_html": 200,
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
        pm.unregister(name=THEIR_REFUSALS)
    datasette = Datasette(
        files=[],
        metadata=_metadata() | {"plugins": {plugin.NAME: {"names": None if names is None else list(names)}}},
        template_dir=str(HERE / "templates"),
        static_mounts=[("assets", str(HERE / "assets"))],
        settings=SETTINGS,
        memory=False,
    )
    datasette.add_database(_Quiet(datasette, path=str(path), is_mutable=True), name=DATABASE)
    datasette.remove_database("_memory")  # made where no file is named; it would be a second place for any SQL
    return datasette.app()


class _Quiet(Database):  # type: ignore[misc]
    """A wrong query is told to whoever asked it; the log is not the place for it."""

    async def execute(self, *asked: Any, **how: Any) -> Any:
        return await super().execute(*asked, **{**how, "log_sql_errors": False})

    async def table_counts(self, *_limit: float) -> dict[str, int | None]:
        """Nobody looks at these numbers, and of a large archive each takes as long as it may."""
        return dict.fromkeys(await self.table_names())


def _metadata() -> dict[str, Any]:
    public = set(views.statements("sqlite")) | {"entries_fts"}
    private = [table.name for table in metadata.sorted_tables if table.name not in public]
    return {
        "title": "chronik",
        "databases": {
            DATABASE: {
                "tables": {name: {"hidden": True} for name in private} | {name: _shown(name) for name in public},
                "queries": questions.canned(),
            }
        },
    }


def _shown(view: str) -> dict[str, Any]:
    order = {"sort_desc": NEWEST[view]} if view in NEWEST else {}
    return {"description": _what(view), "count_by": list(COUNTED.get(view, ())), **order}


def _what(view: str) -> str:
    lines = views.statements("sqlite").get(view, "").splitlines()
    return next((line.removeprefix("--").strip() for line in lines if line.startswith("--")), "")
