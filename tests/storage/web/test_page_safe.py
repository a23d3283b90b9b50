"""Whatever publishers wrote, and wherever the archive keeps it: no script of theirs runs on the page."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from browsers import browsing, page_over
from saying import Said, visit
from vectors import VECTORS

from storage.archive import Archive
from storage.engine import sqlite_driver

COLUMNS = {
    "outlet": ("name", "homepage", "language", "country", "timezone"),
    "feed": ("title", "link", "description", "language", "last_error", "due_because", "url"),
    "item": ("guid", "url", "canonical_url", "comments_url"),
    "wording": (
        *("title", "summary", "content_text", "language", "title_language", "image_url"),
        *("published_raw", "published_source"),
    ),
    "fetch": ("url", "final_url", "detail", "request_headers", "response_headers"),
    "version": ("change",),
}
NOW = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
LISTS = [
    *("/", "/search?q=Probe", "/changes", "/charts", "/queries", "/archive", "/archive/entries?_size=100"),
    *("/archive/fetches", "/archive/feeds?_facet=outlet&_facet=language", "/archive/newest-entries?limit=200"),
    *("/archive/outlet/1", "/archive?sql=select+*+from+entry_versions", "/archive/entries?title=%3Cscript%3E"),
    *("/search?q=Probe&since=%3Cscript%3Ealert(1)%3C/script%3E", "/archive?sql=%3Cscript%3Ealert(1)%3C/script%3E"),
    *(
        "/archive/first-to-report?term=Probe",
        "/entries.atom",
        "/changes.atom",
        "/archive/entries.atom",
        "/entry/1.json",
    ),
]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An entry for each vector, which stands in every column that can hold a text."""
    path = tmp_path_factory.mktemp("safe") / "archive.sqlite"
    with Archive.open(str(path), create=True) as opened:
        for number, vector in enumerate(VECTORS):
            feed = opened.ensure_feed(f"o{number}", "news", f"https://o{number}.example/")
            opened.record([visit(feed, 1, Said(f"Probe {vector}", guid=vector, url=f"https://x.example/{number}"))])
        opened.refresh_search()
    connection = sqlite_driver().connect(path, isolation_level=None)
    for table, columns in COLUMNS.items():
        for number, vector in enumerate(VECTORS, 1):
            values = ", ".join(f"{column} = :vector" for column in columns)
            connection.execute(f"update {table} set {values} where {table}_id = :id", {"vector": vector, "id": number})
    for number, vector in enumerate(VECTORS, 1):
        listed = json.dumps([{"name": vector, "term": vector, "url": vector, "type": vector, "title": vector}])
        query = "update wording set authors = :all, categories = :all, enclosures = :all where wording_id = :id"
        connection.execute(query, {"all": listed, "id": number})
    connection.execute("update feed set state = 'failing' where feed_id % 2")
    for number in range(1, len(VECTORS) + 1):  # one story of them all
        row = {"id": number, "bands": bytes(96)}
        connection.execute("insert into story_text values (:id, :id, :id, 0, :bands, 1, 900, 900)", row)
    connection.execute("insert into story values (1, :many, :many, :at, :at)", {"many": len(VECTORS), "at": NOW})
    connection.close()
    return path


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with browsing() as opened:
        yield opened


@pytest.mark.parametrize("policy", [True, False], ids=["with the policy", "without it"])
def test_no_script_runs(archive: Path, browser: Any, policy: bool) -> None:
    ran: list[str] = []
    asked: list[str] = []
    with page_over(archive) as address:
        context = browser.new_context(bypass_csp=not policy)
        context.expose_function("heard", lambda what: ran.append(str(what)))
        context.add_init_script("window.alert = window.confirm = window.prompt = what => heard(location.href)")
        context.on("request", lambda request: asked.append(request.url))
        page = context.new_page()
        page.on("dialog", lambda dialog: (ran.append(dialog.message), dialog.dismiss()))
        numbers = range(1, len(VECTORS) + 1)
        each = [path for number in numbers for path in (f"/entry/{number}", f"/story/1?with={number}")]
        for path in [*LISTS, "/story/1", *each]:
            page.goto(f"{address}{path}", wait_until="load")
            hrefs = page.locator("a[href]").evaluate_all("all => all.map(each => each.href)")
            assert [href for href in hrefs if not href.startswith(("http:", "https:"))] == [], path
        page.evaluate("alert('the ear is open')")
        context.close()
    assert len(ran) == 1, ran
    assert [url for url in asked if not url.startswith(address)] == []
