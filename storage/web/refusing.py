"""What is not answered is told in one plain line, as a page or as data; only what is our fault goes to the log."""

import logging
from dataclasses import dataclass
from typing import Any

from datasette.utils.asgi import Base400, Forbidden, NotFound, Response
from datasette.views.base import DatasetteError

from storage.engine import sqlite_driver
from storage.errors import ArchiveError

log = logging.getLogger(__name__)

TITLES = {400: "This cannot be answered", 403: "Not for you", 404: "Not here", 503: "Not now", 500: "A fault of ours"}
MEMORY = "The query wants more memory than one may have: ask for fewer or shorter values."
TIME = "The query takes longer than a page may: ask for less of it, or ask with `chronik sql`, which has a --timeout."
FAULT = "Something went wrong that should not; the log of `chronik serve` says what."
DATASETTES = "/archive"  # below it addresses are read by Datasette, which trips over what it does not expect there


@dataclass(frozen=True, slots=True)
class Refusal:
    """A status and the line that goes with it."""

    status: int
    told: str


async def refuse(datasette: Any, request: Any, exception: Exception) -> Response:
    """The answer in place of the one that could not be given: JSON, text or a page, as it was asked for."""
    refusal = of_exception(exception, request.path)
    if refusal.status >= 500:
        log.error("%s %s", request.method, request.path, exc_info=exception)
    match _form(request):
        case "json":
            return Response.json({"ok": False, "error": refusal.told, "status": refusal.status}, status=refusal.status)
        case "text":
            return Response.text(f"{refusal.told}\n", status=refusal.status)
    told = {"title": TITLES.get(refusal.status), "status": refusal.status, "error": refusal.told}
    return Response.html(await datasette.render_template("error.html", told, request=request), status=refusal.status)


def of_exception(exception: Exception, path: str) -> Refusal:
    """Whose fault it is, and what is said of it.

    >>> of_exception(NotFound("There is no entry 7"), "/entry/7")
    Refusal(status=404, told='There is no entry 7')
    >>> of_exception(ValueError("invalid literal"), "/archive/entries").status, of_exception(KeyError(), "/").status
    (400, 500)
    """
    match exception:
        case DatasetteError(title="SQL Interrupted"):
            return Refusal(400, TIME)
        case DatasetteError():
            return Refusal(400 if exception.status == 500 else exception.status, _line(exception.message))
        case NotFound() | Forbidden() | Base400():
            return Refusal(exception.status, _line(exception) if str(exception) != "404" else "There is no such page.")
        case MemoryError():
            return Refusal(400, MEMORY)
        case ArchiveError():
            return Refusal(503, _line(exception))
        case _ if isinstance(exception, sqlite_driver().Error):
            return Refusal(400, _line(exception))
        case ValueError() | KeyError() | TypeError() | AssertionError() if path.startswith(DATASETTES):
            return Refusal(400, f"This address has a part that means nothing here: {_line(exception)}")
    return Refusal(500, FAULT)


def _line(said: object) -> str:
    return " ".join(str(said).split())[:500] or "This cannot be answered."


def _form(request: Any) -> str:
    ending = request.path.rpartition("/")[2].rpartition(".")[2]
    if ending in {"json", "ndjson"} or request.headers.get("accept", "").startswith("application/json"):
        return "json"
    return "text" if ending in {"csv", "atom"} else "page"
