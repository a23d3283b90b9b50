"""The page for programs: all of it as CSV, JSON and Atom, refusals in one line, and nothing but reading."""

import asyncio
import csv
import io
import json
import logging
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen
from xml.etree import ElementTree

import pytest
from browsers import page_over
from datasette.utils import MultiParams
from saying import Said, visit

from storage.archive import Archive
from storage.web import whole

ATOM = "{http://www.w3.org/2005/Atom}"


def got(address: str, path: str, host: str | None = None) -> tuple[int, str]:
    """Status and text."""
    asked = Request(f"{address}{path}", headers={"Host": host} if host else {})
    try:
        with urlopen(asked, timeout=20) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        with error:
            return error.code, error.read().decode()


def test_an_answer_that_is_too_long_is_ended(address: str) -> None:
    endless = (
        "with recursive c(x) as (select 1 union all select x + 1 from c) select zeroblob(4000000) from c limit 400"
    )
    status, told = got(address, f"/archive.json?sql={quote(endless)}")
    assert status != 200 or len(told) < 100_000
    assert got(address, "/")[0] == 200


@pytest.mark.parametrize("path", ["/_memory", "/_memory.json?sql=select+1", "/-/databases.json", "/-/patterns"])
def test_there_is_no_other_place_to_ask(address: str, path: str) -> None:
    assert got(address, path)[0] == 404


@pytest.mark.parametrize(
    ("host", "status"),
    [("localhost:80", 200), ("127.0.0.1", 200), ("[::1]:8001", 200), ("news.example", 200), ("evil.example:8001", 421)],
)
def test_a_name_that_a_stranger_gave_this_machine_is_not_answered_to(address: str, host: str, status: int) -> None:
    assert got(address, "/", host)[0] == status


def feed(address: str, path: str) -> list[str]:
    """The titles of a feed's entries, once it is sure that it is one (RFC 4287 section 4.1)."""
    status, text = got(address, path)
    assert status == 200, text
    root = ElementTree.fromstring(text)
    needed = ("id", "title", "updated")
    assert all(each.findtext(f"{ATOM}{name}") for each in (root, *root.iter(f"{ATOM}entry")) for name in needed)
    ids = [each.findtext(f"{ATOM}id") for each in root.iter(f"{ATOM}entry")]
    assert len(ids) == len(set(ids))
    return [each.findtext(f"{ATOM}title") or "" for each in root.iter(f"{ATOM}entry")]


@pytest.mark.parametrize(
    ("path", "first", "how_many"),
    [
        ("/search.atom?q=Meldung", "Meldung 4", 10),
        ("/entries.atom", "Meldung 4", 13),
        ("/entries.atom?outlet=orf", "Davor", 3),
        ("/changes.atom", "Haushalt gekippt", 1),
        ("/changes.atom?outlet=presse", None, 0),
        ("/stories.atom", "Meldung 0", 1),
        ("/archive/entries.atom", "Meldung", 13),
        ("/archive/newest-entries.atom", "Meldung", 13),
        ("/archive/newest-entries.atom?limit=2", "Meldung", 2),
        ("/archive/fetches.atom", "presse/news", 4),
        ("/archive.atom?sql=select+1+as+one", "1", 1),
    ],
)
def test_whatever_is_shown_can_be_followed(address: str, path: str, first: str | None, how_many: int) -> None:
    titles = feed(address, path)
    assert len(titles) == how_many
    assert first is None or titles[0].startswith(first.partition(" 4")[0])


def test_the_newest_entries_come_first(address: str) -> None:
    root = ElementTree.fromstring(got(address, "/entries.atom")[1])
    outlets = [each.findtext(f"{ATOM}source/{ATOM}title") for each in root.iter(f"{ATOM}entry")]
    assert outlets == ["presse/news"] * 5 + ["standard/news"] * 5 + ["orf/news"] * 3


def test_an_entry_of_an_answer_stays_the_same_one_while_it_is_asked_again(address: str) -> None:
    def ids() -> list[str | None]:
        root = ElementTree.fromstring(got(address, "/archive/entries-per-day.atom")[1])
        return [each.findtext(f"{ATOM}id") for each in root.iter(f"{ATOM}entry")]

    assert ids() == ids()


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """More entries than a page or an answer of Datasette's has."""
    path = tmp_path_factory.mktemp("many") / "archive.sqlite"
    with Archive.open(str(path), create=True) as opened:
        feed_of = opened.ensure_feed("orf", "news")
        said = [Said(f"=Meldung {n}", guid=str(n), text=f"Zeile\nund, {n}") for n in range(1_200)]
        opened.record([visit(feed_of, 1, *said)])
    return path


def test_nothing_is_read_for_who_does_not_listen_any_more(many: Path) -> None:
    def sent(listens: bool) -> int:
        written: list[str] = []

        class Writer:
            async def write(self, part: str) -> None:
                written.append(part)
                await asyncio.sleep(0)

        async def receive() -> dict[str, Any]:
            await asyncio.sleep(60 if listens else 0)
            return {"type": "http.disconnect"}

        answer = whole.answer(str(many), "entries", "ndjson", MultiParams({}), receive)
        asyncio.run(answer.stream_fn(Writer()))
        return "".join(written).count("\n")

    assert sent(listens=True) == 1_200
    assert sent(listens=False) < 1_200


def test_a_view_is_there_from_its_first_row_to_its_last(many: Path) -> None:
    with page_over(many) as address:
        rows = list(csv.DictReader(io.StringIO(got(address, "/archive/entries.csv")[1])))
        lines = [json.loads(line) for line in got(address, "/archive/entries.ndjson")[1].splitlines()]
        some = got(address, "/archive/entries.csv?entry_id__lte=7&_sort_desc=entry_id")[1]
    assert [int(row["entry_id"]) for row in rows] == [row["entry_id"] for row in lines] == list(range(1, 1_201))
    assert rows[0]["title"] == "'=Meldung 0"  # which a spreadsheet would run
    assert [row["entry_id"] for row in csv.DictReader(io.StringIO(some))] == list("7654321")


@pytest.mark.parametrize(
    "view", ["outlets", "feeds", "entry_versions", "entry_html", "coverage_daily", "story_members"]
)
def test_every_view_is_there_whole(address: str, view: str) -> None:
    heads = got(address, f"/archive/{view}.csv")[1].splitlines()[0].split(",")
    assert all(list(json.loads(line)) == heads for line in got(address, f"/archive/{view}.ndjson")[1].splitlines())


@pytest.mark.parametrize("asked", ["nothing=1", "outlet__evil=1", "entry_id%22%20or%201--=1"])
def test_a_column_that_there_is_not_is_refused(address: str, asked: str) -> None:
    status, told = got(address, f"/archive/entries.csv?{asked}")
    assert (status, told.count("\n")) == (400, 1)


def test_an_entry_and_a_story_are_there_as_json(address: str) -> None:
    entry = json.loads(got(address, "/entry/1.json")[1])
    assert (entry["entry"]["title"], len(entry["steps"])) == ("Haushalt gekippt", 2)
    story = json.loads(got(address, "/story/4.json")[1])
    assert [row["outlet"] for row in story["members"]] == ["standard", "presse"]


REFUSED = [
    ("/nothing", 404),
    ("/entry/99999", 404),
    ("/archive/nothing", 404),
    ("/archive/entries?_next=x", 400),
    ("/archive/entries?_sort=x", 400),
    ("/archive/entries?_size=x", 400),
    ("/archive?sql=select+1&_timelimit=x", 400),
    ("/archive?sql=delete+from+entry", 400),
    ("/entries.atom?outlet=nobody", 404),
    ("/search.csv?q=Haushalt&since=never", 400),
]


@pytest.mark.parametrize(("path", "status"), REFUSED)
def test_a_refusal_is_a_line_and_leaves_nothing_in_the_log(
    address: str, path: str, status: int, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.WARNING):
        told = got(address, path)
    assert told[0] == status
    assert "Traceback" not in told[1]
    assert (caplog.text, *capsys.readouterr()) == ("", "", "")


@pytest.mark.parametrize("path", ["/nothing.json", "/archive/entries.json?_next=x", "/entry/99999.json"])
def test_who_asks_for_json_is_refused_in_json(address: str, path: str) -> None:
    status, told = got(address, path)
    refusal = json.loads(told)
    assert (refusal["ok"], refusal["status"]) == (False, status)
    assert refusal["error"]


def test_a_fault_of_ours_is_told_as_one_and_is_in_the_log(
    address: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: Any) -> None:
        raise KeyError("secret")

    monkeypatch.setattr("storage.web.asking.changes", broken)
    status, told = got(address, "/changes")
    assert status == 500
    assert "secret" not in told
    assert "secret" in caplog.text


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
@pytest.mark.parametrize("path", ["/", "/archive/entries", "/archive/newest-entries", "/nothing"])
def test_nothing_but_reading_is_answered(address: str, method: str, path: str) -> None:
    with pytest.raises(HTTPError) as refused:
        urlopen(Request(f"{address}{path}", method=method, data=b"sql=select+1"), timeout=20)
    with refused.value as answer:
        assert (answer.code, answer.headers["allow"]) == (405, "GET, HEAD")
