"""A view from its first row to its last, as CSV or NDJSON, part by part: all of it, in little memory."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Generator, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import islice
from typing import Any

from datasette.filters import Filters
from datasette.utils import escape_sqlite
from datasette.utils.asgi import AsgiStream, BadRequest

from storage import views
from storage.csv_lines import csv_line
from storage.reading import reading

SECONDS = 600  # an answer may take; for as long the archive's log cannot be folded into it
PART = 500  # rows that are sent at a time
FORMS = {"csv": "text/csv; charset=utf-8", "ndjson": "application/x-ndjson; charset=utf-8"}
Receive = Callable[[], Awaitable[dict[str, Any]]]
NAMES = tuple(views.statements("sqlite"))


def answer(path: str, view: str, form: str, args: Any, receive: Receive) -> AsgiStream:
    """All rows of the view that the address asks for: `?outlet=orf`, `?words__gt=500`, `?_sort_desc=…` as on its page.

    It ends where `receive` (ASGI) tells that nobody listens any more. Raises BadRequest where it asks for a column that
    there is not.
    """
    columns = _columns(path, view)
    query, values = _query(view, columns, args)
    heads = csv_line(columns) if form == "csv" else ""

    async def stream(writer: Any) -> None:
        loop, thread = asyncio.get_running_loop(), ThreadPoolExecutor(1)  # who reads slowly holds nobody else up
        lines = _lines(path, query, values, form, time.monotonic)
        left = asyncio.ensure_future(_left(receive))
        try:
            await writer.write(heads)
            while not left.done() and (part := await loop.run_in_executor(thread, partial(_part, lines))):
                await writer.write(part)
        finally:
            left.cancel()
            await loop.run_in_executor(thread, lines.close)
            thread.shutdown(wait=False)

    headers = {"content-disposition": f'attachment; filename="{view}.{form}"'}
    return AsgiStream(stream, headers=headers, content_type=FORMS[form])


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _columns(path: str, view: str) -> list[str]:
    with reading(path) as reader:
        return [row["name"] for row in reader.rows("select name from pragma_table_info(:view)", {"view": view})]


def _query(view: str, columns: list[str], args: Any) -> tuple[str, Mapping[str, Any]]:
    pairs = [(key, value) for key in args for value in args.getlist(key) if not key.startswith("_")]
    filters = Filters(sorted(pairs))
    for column, lookup, _ in filters.selections():
        if column not in columns or lookup not in dict.fromkeys(key for key, *_ in filters.lookups()):
            raise BadRequest(f"{view} has no column {column}, or none that is asked for by {lookup}")
    where, values = filters.build_where_clauses(view)
    query = f"select * from {view}" + (f" where {' and '.join(where)}" if where else "")  # noqa: S608 - known names
    return query + _order(columns, args), values


def _order(columns: list[str], args: Any) -> str:
    for name, way in (("_sort", ""), ("_sort_desc", " desc")):
        if (column := args.get(name)) in columns:
            return f" order by {escape_sqlite(column)}{way}"
    return ""


def _part(lines: Iterator[str]) -> str:
    return "".join(islice(lines, PART))


def _lines(
    path: str, query: str, values: Mapping[str, Any], form: str, clock: Callable[[], float]
) -> Generator[str, None, None]:
    """Raises TimeoutError when it takes too long: an answer that breaks off is seen to be none."""
    end = clock() + SECONDS
    with reading(path) as reader:
        for row in reader.stream(query, values):
            if clock() > end:
                raise TimeoutError(f"more than {SECONDS} s")
            yield csv_line(list(row.values())) if form == "csv" else f"{json.dumps(row, ensure_ascii=False)}\n"
