"""The pages: what is asked for, what is looked up, which template shows it. Reading happens in threads, never here."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, TypeVar

from datasette.utils.asgi import BadRequest, NotFound, Response

from storage import documents
from storage.archive import Archive
from storage.differing import parts
from storage.errors import ArchiveError
from storage.named import named_queries
from storage.reading import Reader, reading
from storage.search import Hit, search
from storage.search_syntax import SearchError
from storage.story_sketch import is_available
from storage.web import asking, drawing, following, found, whole
from storage.web.story import later, story_of, story_page
from storage.web.wish import problem, search_for, wish

T = TypeVar("T")
DATABASE = "archive"
MENU = (
    ("/", "Start"),
    ("/search", "Search"),
    ("/changes", "Changes"),
    ("/charts", "Charts"),
    ("/queries", "Questions"),
    ("/archive/entries", "Tables"),
    ("/archive", "SQL"),
)


async def start(datasette: Any, request: Any) -> Response:
    """The archive at a glance."""
    now = _now()
    seen = await _asked(datasette, lambda reader: asking.overview(reader, now))
    chart = drawing.bars(seen.days, title="New entries a day")
    return await _page(datasette, request, "start.html", seen=seen, chart=chart, finds_stories=is_available())


async def searching(datasette: Any, request: Any) -> Response:
    """Search, with the words that were found marked."""
    asked, outlets = wish(request.args), await _asked(datasette, asking.outlets)
    hits: list[Hit] = []
    wrong = problem(asked, outlets)
    if asked.q and not wrong:
        try:
            hits = await _asked(datasette, lambda reader: search(reader, search_for(asked)))
        except SearchError as error:
            wrong = str(error)
    shown = [(hit, found.marked(hit.title), found.marked(hit.snippet)) for hit in hits]
    told = {"asked": asked, "hits": shown, "problem": wrong, "outlets": outlets, "facets": found.facets(hits)}
    return await _page(datasette, request, "searching.html", **told)


async def searched(datasette: Any, request: Any) -> Response:
    """The same for programs."""
    asked = wish(request.args)
    if wrong := problem(asked, await _asked(datasette, asking.outlets)):
        raise BadRequest(wrong)
    try:
        hits = await _asked(datasette, lambda reader: search(reader, search_for(asked)))
    except SearchError as error:
        raise BadRequest(str(error)) from error
    match request.url_vars["form"]:
        case "csv":
            return Response(found.as_csv(hits), content_type="text/csv; charset=utf-8")
        case "json":
            return Response(found.as_json(hits), content_type="application/json; charset=utf-8")
    return _atom(found.as_atom(hits, asked.q, _text(_now())))


async def entry(datasette: Any, request: Any) -> Response:
    """One entry: what it says, what it said, where that was seen."""
    entry_id = int(request.url_vars["entry_id"])
    page = await _asked(datasette, lambda reader: asking.entry_page(reader, entry_id))
    if page is None:
        raise NotFound(f"There is no entry {entry_id}")
    if request.url_vars["form"]:
        return _json(page)
    return await _page(datasette, request, "entry.html", page=page, is_link=is_link)


def is_link(url: str | None) -> bool:
    """Whether it may stand in an href."""
    return bool(url) and str(url).lower().startswith(("http://", "https://"))


async def story(datasette: Any, request: Any) -> Response:
    """One story: who had it when, how much each changed. The address of any of its entries leads to it."""
    asked = int(request.url_vars["story_id"])
    compare = request.args.get("with") or ""
    story_id = await _asked(datasette, lambda reader: story_of(reader, asked))
    if story_id is None:
        raise NotFound(f"There is no story {asked}")
    if story_id != asked:
        return Response.redirect(f"/story/{story_id}{request.url_vars['form'] or ''}")
    page = await _asked(datasette, lambda reader: story_page(reader, asked, _number(compare)))
    if page is None:
        raise NotFound(f"There is no story {asked} any more")
    if request.url_vars["form"]:
        return _json(page)
    return await _page(datasette, request, "story.html", page=page, later=later)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None


async def raw(datasette: Any, request: Any) -> Response:
    """A document as it was received: as a file, never as a page."""
    document_id = int(request.url_vars["document_id"])
    try:
        body = await asyncio.to_thread(_body, _path(datasette), document_id)
    except ArchiveError as error:
        raise NotFound(str(error)) from error
    headers = {"content-disposition": f'attachment; filename="document-{document_id}.txt"'}
    return Response(body, headers=headers, content_type="text/plain; charset=utf-8")


def _body(path: str, document_id: int) -> bytes:
    with Archive.open(path) as archive, archive.read() as connection:
        return documents.body(connection, document_id)


async def charts(datasette: Any, request: Any) -> Response:
    """How much, when, how late, and on which days we looked."""
    now, outlet = _now(), request.args.get("outlet") or None
    drawn = await _asked(datasette, lambda reader: _drawn(reader, now, outlet))
    names = await _asked(datasette, asking.outlets)
    return await _page(datasette, request, "charts.html", drawn=drawn, outlets=names, outlet=outlet or "")


def _drawn(reader: Reader, now: datetime, outlet: str | None) -> list[str]:
    whose = outlet or "all outlets"
    drawn = [
        drawing.bars(asking.per_day(reader, now, outlet), title=f"New entries a day, {whose}"),
        drawing.heat(asking.hours_of_week(reader, now, outlet), title=f"Published when (UTC), {whose}, 30 days"),
        drawing.lines(asking.lags(reader, now, outlet), title=f"Seen how long after publication, {whose}, 30 days"),
    ]
    if outlet is not None:
        seen = asking.days_seen(reader, now.date(), outlet)
        drawn.append(drawing.calendar(seen, title=f"Requests a day, {outlet}", last=now.date()))
    return drawn


async def queries(datasette: Any, request: Any) -> Response:
    """Questions that come with chronik."""
    return await _page(datasette, request, "queries.html", queries=named_queries().values())


# --- to be followed, and whole ----------------------------------------------------------------------------------------


async def changes(datasette: Any, request: Any) -> Response:
    """The newest changes, of all outlets or one: a page, or a feed."""
    outlet = await _outlet(datasette, request)
    rows = await _asked(datasette, lambda reader: asking.changes(reader, outlet))
    if request.url_vars["form"]:
        return _atom(following.changes(rows, outlet, _text(_now()), _base(datasette, request)))
    names = await _asked(datasette, asking.outlets)
    shown = [(row, parts(row["was"] or "", row["title"] or "")) for row in rows]
    return await _page(datasette, request, "changes.html", changes=shown, outlets=names, outlet=outlet or "")


async def entries_atom(datasette: Any, request: Any) -> Response:
    """The newest entries, of all outlets or one, as an Atom feed."""
    outlet = await _outlet(datasette, request)
    return _atom(await _asked(datasette, lambda reader: following.entries(reader, outlet)))


async def stories_atom(datasette: Any, request: Any) -> Response:
    """The stories that went on last, as an Atom feed."""
    rows = await _asked(datasette, asking.newest_stories)
    return _atom(following.stories(rows, _text(_now()), _base(datasette, request)))


async def rows_atom(datasette: Any, request: Any, rows: Any, table: str | None, query_name: str | None) -> Response:
    """What a page of Datasette's shows, as an Atom feed."""
    said = [dict(row) for row in rows]
    name = table or query_name or request.args.get("sql") or "rows"
    return _atom(following.rows(name, said, _text(_now()), _base(datasette, request)))


async def all_rows(datasette: Any, request: Any) -> Any:
    """All rows of a view, for programs."""
    asked = request.url_vars["view"], request.url_vars["form"], request.args, request.receive
    return await asyncio.to_thread(whole.answer, _path(datasette), *asked)


async def _outlet(datasette: Any, request: Any) -> str | None:
    asked = request.args.get("outlet") or None
    if asked is not None and asked not in await _asked(datasette, asking.outlets):
        raise NotFound(f"The archive has no outlet {asked}")
    return asked


# --- for all of them --------------------------------------------------------------------------------------------------


ROUTES = [
    (r"^/$", start),
    (r"^/search$", searching),
    (r"^/search\.(?P<form>csv|json|atom)$", searched),
    (r"^/entry/(?P<entry_id>[0-9]{1,18})(?P<form>\.json)?$", entry),
    (r"^/story/(?P<story_id>[0-9]{1,18})(?P<form>\.json)?$", story),
    (r"^/document/(?P<document_id>[0-9]{1,18})$", raw),
    (r"^/charts$", charts),
    (r"^/queries$", queries),
    (r"^/changes(?P<form>\.atom)?$", changes),
    (r"^/entries\.atom$", entries_atom),
    (r"^/stories\.atom$", stories_atom),
    (rf"^/{DATABASE}/(?P<view>{'|'.join(whole.NAMES)})\.(?P<form>{'|'.join(whole.FORMS)})$", all_rows),
]


def _path(datasette: Any) -> str:
    return str(datasette.get_database(DATABASE).path)


async def _asked(datasette: Any, ask: Callable[[Reader], T]) -> T:
    def read() -> T:
        with reading(_path(datasette)) as reader:
            return ask(reader)

    return await asyncio.to_thread(read)


async def _page(datasette: Any, request: Any, template: str, **values: Any) -> Response:
    return Response.html(await datasette.render_template(template, values, request=request))


def _atom(body: str | bytes) -> Response:
    return Response(body, content_type="application/atom+xml; charset=utf-8")


def _json(page: Any) -> Response:
    body = json.dumps(asdict(page), ensure_ascii=False, indent=1)
    return Response(body, content_type="application/json; charset=utf-8")


def _base(datasette: Any, request: Any) -> str:
    return str(datasette.absolute_url(request, "")).rstrip("/")


def _text(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def _now() -> datetime:
    return datetime.now(UTC)
