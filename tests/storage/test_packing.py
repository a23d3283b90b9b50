"""HTML is kept against the plain texts beside it: small, and it comes back as it was."""

import json
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from saying import START, Said

from storage.archive import Archive
from storage.packing import html_of, lightened, packed_html, spelled_out, unpacked
from storage.query import answered
from storage.records import Entry, FeedHead, FeedRecord, Fetch, Ingested, Reading, Route, Visit, Wording

TEXTS = st.none() | st.text(max_size=400)
ARTICLE = " ".join(f"{sha256(b'%d' % n).hexdigest()}." for n in range(60))
HTML = f"<p>{ARTICLE.replace('. ', '.</p><p>')}</p>"


@given(st.text(max_size=400), TEXTS, TEXTS, TEXTS)
def test_html_comes_back_as_it_was_whatever_stands_beside_it(
    summary: str, content: str | None, one: str | None, other: str | None
) -> None:
    packed = packed_html(summary, content, (one, other))
    found = json.loads(unpacked(packed, one, other) or "")
    assert found == [summary, content]


def test_html_of_a_text_takes_hardly_any_room_beside_it() -> None:
    alone, beside = packed_html(None, HTML), packed_html(None, HTML, (None, ARTICLE))
    assert alone is not None
    assert beside is not None
    assert len(beside) < len(alone) / 2


def test_where_there_is_no_html_nothing_is_kept() -> None:
    assert packed_html(None, None, ("a", "b")) is None
    assert unpacked(None, "a", "b") is None


@given(TEXTS, TEXTS, TEXTS, TEXTS)
def test_a_wording_with_its_html_packed_is_the_same_wording(
    summary: str | None, content: str | None, one: str | None, other: str | None
) -> None:
    said = Wording(b"", summary=one, content_text=other, summary_html=summary, content_html=content)
    light = lightened(said)
    assert (light.summary_html, light.content_html) == (None, None)
    assert html_of(light) == html_of(said)
    assert spelled_out(light) == said


def said(name: bytes, text: str) -> Entry:
    """One wording with a session number in its text, as each document has another."""
    entry = Said("Häuser", guid="1", html=HTML).entry()
    return replace(entry, digest=name, wording=replace(entry.wording, content_text=text))


def shown(feed: FeedRecord, hour: int, entry: Entry) -> Visit:
    body = f"{hour}".encode()
    reading = Reading(FeedHead("rss20"), (entry,), "utf-8", "declared")
    fetch = Fetch(feed.feed_id, Route.LOAD, "file:x", START + timedelta(hours=hour))
    return Visit(Ingested(fetch, body, sha256(body).digest(), reading))


@pytest.mark.parametrize("by_worker", [False, True])
def test_html_is_readable_where_another_item_gave_the_wordings_noise(tmp_path: Path, by_worker: bool) -> None:
    entries = [said(b"b" * 16, ARTICLE + " s=1"), said(b"a" * 16, ARTICLE + " s=22222")]
    if by_worker:
        entries = [replace(entry, wording=lightened(entry.wording)) for entry in entries]
    with Archive.open(str(tmp_path / "a.sqlite"), create=True) as archive:
        feed = archive.ensure_feed("orf", "news")
        archive.record([shown(feed, hour, entry) for hour, entry in enumerate(entries)])
    with answered(str(tmp_path / "a.sqlite"), "select content_html from entry_html") as answer:
        assert list(answer) == [(HTML,)]


def test_a_body_that_is_the_summary_is_kept_once_and_told_in_both_places(tmp_path: Path) -> None:
    entry = said(b"a" * 16, ARTICLE)
    entry = replace(entry, wording=replace(entry.wording, summary=ARTICLE, summary_html=HTML))
    with Archive.open(str(tmp_path / "a.sqlite"), create=True) as archive:
        archive.record([shown(archive.ensure_feed("orf", "news"), 1, entry)])
        with archive.read() as connection:
            kept = connection.exec_driver_sql("select summary, content_text from wording").all()
    assert kept == [(ARTICLE, None)]
    for view in ("entries", "entry_versions"):
        with answered(str(tmp_path / "a.sqlite"), f"select summary, content_text from {view}") as answer:
            assert list(answer) == [(ARTICLE, ARTICLE)]
    with answered(str(tmp_path / "a.sqlite"), "select summary_html, content_html from entry_html") as answer:
        assert list(answer) == [(HTML, HTML)]
