"""The Datasette plugin: our pages, connections that can only read, and headers that let no script run."""

import re
import weakref
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import ip_address
from typing import Any

from datasette import hookimpl
from markupsafe import Markup

from storage.engine import sqlite_driver
from storage.permitted import authorizer
from storage.reading import chronik_text
from storage.web import pages, refusing

# What Datasette wants to know of the schema.
PRAGMAS = frozenset(
    {
        *("table_info", "table_xinfo", "table_list", "index_list", "index_info", "index_xinfo", "foreign_key_list"),
        *("database_list", "schema_version", "page_count", "encoding", "function_list", "compile_options"),
    }
)
NAME = "chronik"
MEMORY = 256 * 1024 * 1024  # bytes that SQLite may have in this process
ANSWER = 64 * 1024 * 1024  # bytes of one answer
OWN_ROOMS = "/-/"  # Datasette's, for whoever looks after it; of these only what its pages are made of is shown
PLACES = {"entry_id": "entry", "story_id": "story", "document_id": "document"}
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
READING = ("GET", "HEAD")
HEADERS = {
    "content-security-policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]


@hookimpl  # type: ignore[untyped-decorator]
def register_routes() -> list[tuple[str, Any]]:
    """Our pages come before Datasette's own."""
    return pages.ROUTES


@hookimpl  # type: ignore[untyped-decorator]
def prepare_connection(conn: Any, database: str) -> None:
    """Whatever is asked, in the SQL editor or in an address: it can but read. Datasette's own notes it may write."""
    if database != pages.DATABASE:
        return
    conn.create_function("chronik_text", -1, chronik_text, deterministic=True)
    conn.execute("pragma query_only = on")
    conn.execute(f"pragma hard_heap_limit = {MEMORY}")
    conn.row_factory = _Rows(sqlite_driver().Row)
    conn.set_authorizer(authorizer(sqlite_driver(), PRAGMAS))


class _Rows:
    """Rows as Datasette wants them, until an answer is too long: SQLite's limits are over when Python has a row."""

    def __init__(self, kind: Any) -> None:
        self._kind = kind
        self._cursor: Any = None
        self._left = 0

    def __call__(self, cursor: Any, row: tuple[Any, ...]) -> Any:
        if self._cursor is None or self._cursor() is not cursor:
            self._cursor, self._left = weakref.ref(cursor), ANSWER
        self._left -= sum(len(value) for value in row if isinstance(value, str | bytes))
        if self._left < 0:
            raise MemoryError
        return self._kind(cursor, row)


@hookimpl  # type: ignore[untyped-decorator]
def extra_template_vars() -> dict[str, Any]:
    """For all templates, Datasette's too."""
    return {"menu": pages.MENU}


@hookimpl  # type: ignore[untyped-decorator]
def render_cell(value: object, column: str) -> Markup | None:
    """In whatever rows are shown, an id leads to the page of what it is the id of, and an instant stays in one line."""
    if column in PLACES and isinstance(value, int):
        return Markup('<a href="/{}/{}">{}</a>').format(PLACES[column], value, value)
    if isinstance(value, str) and INSTANT.fullmatch(value):
        return Markup("<time>{}</time>").format(value)
    return None


@hookimpl  # type: ignore[untyped-decorator]
def permission_allowed(action: str) -> bool | None:
    """Nobody is anybody here: what is for administrators is for nobody."""
    return False if action in {"permissions-debug", "debug-menu", "view-database-download"} else None


@hookimpl  # type: ignore[untyped-decorator]
def handle_exception(datasette: Any, request: Any, exception: Exception) -> Any:
    """Whatever goes wrong, whosever fault it is."""
    return refusing.refuse(datasette, request, exception)


@hookimpl  # type: ignore[untyped-decorator]
def register_output_renderer() -> dict[str, Any]:
    """Whatever rows a page shows can be followed."""
    return {"extension": "atom", "render": pages.rows_atom, "can_render": _has_columns}


def _has_columns(columns: Sequence[str]) -> bool:
    return bool(columns)


@hookimpl  # type: ignore[untyped-decorator]
def asgi_wrapper(datasette: Any) -> Callable[[Application], Application]:
    """The headers go with every answer, errors included."""
    names = (datasette.plugin_config(NAME) or {}).get("names")

    def wrap(inner: Application) -> Application:
        async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
            async def told(message: dict[str, Any]) -> None:
                if message["type"] == "http.response.start":
                    message["headers"] = _with_ours(message.get("headers", []))
                await send(message)

            if scope["type"] == "http" and (refusal := _refusal(scope, names)) is not None:
                await _refuse(told, *refusal)
            else:
                await inner(scope, receive, told)

        return guarded

    return wrap


def _refusal(scope: Scope, names: Sequence[str] | None) -> tuple[int, str] | None:
    path = scope["path"]
    if scope["method"] not in READING:
        return 405, "this page can but be read"
    if path.startswith(OWN_ROOMS) and not path.startswith(f"{OWN_ROOMS}static"):
        return 404, "not here"
    asked = dict(scope["headers"]).get(b"host", b"").decode("latin-1").lower()
    if names is None or _is_ours(asked, names):
        return None
    return 421, f"this page is not called {asked}: see chronik serve --help, --name"


def _is_ours(asked: str, names: Sequence[str]) -> bool:
    host = asked.rpartition("]")[0].lstrip("[") if asked.startswith("[") else asked.partition(":")[0]
    if host in {"localhost", *names}:
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


async def _refuse(send: Send, status: int, told: str) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8")]
    headers += [(b"allow", ", ".join(READING).encode())] if status == 405 else []  # RFC 9110, section 15.5.6
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": f"{told}\n".encode()})


def _with_ours(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    unsaid = [
        (name, value) for name, value in headers if name.decode("latin-1").lower() not in {*HEADERS, "set-cookie"}
    ]
    return [*unsaid, *((name.encode(), value.encode()) for name, value in HEADERS.items())]
