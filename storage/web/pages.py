"""The pages: what is asked for, what is looked up, which template shows it. Reading happens in threads, never here."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from datasette.utils.asgi import NotFound, Response

from storage import documents
from storage.archive import Archive
from storage.errors import ArchiveError
from storage.export.atom import atom
from storage.export.slices import Slice
from storage.named import named_queries
from storage.reading import Reader, reading
from storage.search import Hit, Search, search
from storage.search_marks import BEGIN, END
from storage.story_sketch import is_available
from storage.web import asking, drawing, found
from storage.web.story import later, story_of, story_page

T = TypeVar("T")
DATABASE = "archive"
MENU = (
    ("/", "Start"),
    ("/search", "Search"),
    ("/charts", "Charts"),
    ("/queries", "Questions"),
    ("/archive/entries", "Tables"),
    ("/archive?sql=select+*+from+outlets", "SQL"),
)
PER_PAGE = 25
FEED_ENTRIES = 50


async def start(datasette: Any, request: Any) -> Response:
    """The archive at a glance."""
    now = _now()
    seen = await _asked(datasette, lambda reader: asking.overview(reader, now))
    chart = drawing.bars(seen.days, title="New entries a day")
    return await _page(datasette, request, "start.html", seen=seen, chart=chart, finds_stories=is_available())


async def searching(datasette: Any, request: Any) -> Response:
    """Search, with the words that were found marked."""
    asked = _wish(request)
    hits: list[Hit] = []
    problem = None
    names = await _asked(datasette, asking.outlets)
    if asked["q"].strip():
        try:
            hits = await _asked(datasette, lambda reader: search(reader, _search(asked)))
        except ArchiveError as error:
            problem = str(error)
    shown = [(hit, marked(hit.title), marked(hit.snippet)) for hit in hits]
    told = {"asked": asked, "hits": shown, "problem": problem, "outlets": names, "facets": found.facets(hits)}
    return await _page(datasette, request, "searching.html", **told)


async def searched(datasette: Any, request: Any) -> Response:
    """The same for programs."""
    asked, form = _wish(request), request.url_vars["form"]
    try:
        hits = await _asked(datasette, lambda reader: search(reader, _search(asked)))
    except ArchiveError as error:
        return Response.text(f"{error}\n", status=400)
    if form == "csv":
        return Response(found.as_csv(hits), content_type="text/csv; charset=utf-8")
    if form == "json":
        return Response(found.as_json(hits), content_type="application/json; charset=utf-8")
    body = found.as_atom(hits, asked["q"], f"{_now():%Y-%m-%dT%H:%M:%SZ}")
    return Response(body, content_type="application/atom+xml; charset=utf-8")


def _wish(request: Any) -> dict[str, str]:
    return {name: request.args.get(name) or "" for name in ("q", "outlet", "since", "until", "sort")}


def _search(asked: Mapping[str, str]) -> Search:
    return Search(
        words=asked["q"],
        outlets=(asked["outlet"],) if asked["outlet"] else (),
        since=asked["since"] or None,
        until=f"{asked['until']}~" if asked["until"] else None,  # all of what begins so
        sort="best" if asked["sort"] == "best" else "newest",
        limit=PER_PAGE * 4,
    )


def marked(text: str | None) -> list[tuple[bool, str]]:
    """A text in parts, and whether each was found.

    >>> marked(f"ein {BEGIN}Wort{END} mehr")
    [(False, 'ein '), (True, 'Wort'), (False, ' mehr')]
    """
    pieces = []
    for piece in (text or "").split(BEGIN):
        inside, end, outside = piece.partition(END)
        pieces += [(True, inside), (False, outside)] if end else [(False, piece)]
    return [(is_found, part) for is_found, part in pieces if part]


async def entry(datasette: Any, request: Any) -> Response:
    """One entry: what it says, what it said, where that was seen."""
    entry_id = int(request.url_vars["entry_id"])
    page = await _asked(datasette, lambda reader: asking.entry_page(reader, entry_id))
    if page is None:
        raise NotFound(f"There is no entry {entry_id}")
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
        return Response.redirect(f"/story/{story_id}")
    page = await _asked(datasette, lambda reader: story_page(reader, asked, _number(compare)))
    if page is None:
        raise NotFound(f"There is no story {asked} any more")
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
        drawing.bars(asking.lags(reader, now, outlet), title=f"Seen how long after publication, {whose}, 30 days"),
    ]
    if outlet is not None:
        seen = asking.days_seen(reader, now.date(), outlet)
        drawn.append(drawing.calendar(seen, title=f"Requests a day, {outlet}", last=now.date()))
    return drawn


async def queries(datasette: Any, request: Any) -> Response:
    """Questions that come with chronik."""
    return await _page(datasette, request, "queries.html", queries=named_queries().values())


async def entries_atom(datasette: Any, request: Any) -> Response:
    """The newest entries, of all outlets or one, as an Atom feed."""
    outlet = request.args.get("outlet") or None
    body = await _asked(datasette, lambda reader: _atom(reader, outlet))
    return Response(body, content_type="application/atom+xml; charset=utf-8")


def _atom(reader: Reader, outlet: str | None) -> bytes:
    newest = reader.rows("select coalesce(max(seq), 0) as seq from entry")[0]["seq"]
    wanted = Slice(selectors=(outlet,) if outlet else (), after_seq=max(newest - FEED_ENTRIES, 0))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "entries.atom"
        atom(reader, wanted, path, lambda _done: None)
        return path.read_bytes()


async def too_much(datasette: Any, request: Any) -> Response:
    """In place of an answer for which there is no memory."""
    told = {"error": "The query wants more memory than one may have: ask for fewer or shorter values.", "status": 400}
    return Response.html(await datasette.render_template("error.html", told, request=request), status=400)


# --- for all of them --------------------------------------------------------------------------------------------------


ROUTES = [
    (r"^/$", start),
    (r"^/search$", searching),
    (r"^/search\.(?P<form>csv|json|atom)$", searched),
    (r"^/entry/(?P<entry_id>[0-9]{1,18})$", entry),
    (r"^/story/(?P<story_id>[0-9]{1,18})$", story),
    (r"^/document/(?P<document_id>[0-9]{1,18})$", raw),
    (r"^/charts$", charts),
    (r"^/queries$", queries),
    (r"^/entries\.atom$", entries_atom),
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


def _now() -> datetime:
    return datetime.now(UTC)
