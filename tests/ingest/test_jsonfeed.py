"""JSON Feed 1.0 and 1.1, as written and as publishers get it wrong."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.decode import legal
from ingest.errors import ReadError
from ingest.parse.parsed import Author, Date, Link, Medium, ParsedEntry, ParsedFeed, Term, Text
from ingest.read import parse
from storage.records import Reason

VERSION = "https://jsonfeed.org/version/1.1"


def feed_of(value: Any) -> ParsedFeed:
    return parse(json.dumps(value).encode())[1]


def entry_of(**item: Any) -> ParsedEntry:
    (entry,) = feed_of({"version": VERSION, "items": [item]}).entries
    return entry


def test_a_feed_is_read_with_all_its_fields() -> None:
    feed = feed_of(
        {
            "version": VERSION,
            "title": "F",
            "description": "D",
            "home_page_url": "http://example.org/",
            "feed_url": "http://example.org/feed.json",
            "next_url": "http://example.org/feed.json?page=2",
            "language": "de-AT",
            "authors": [{"name": "Ann", "url": "http://example.org/ann"}],
            "hubs": [{"type": "WebSub", "url": "http://hub.example.org/"}],
            "items": [],
        }
    )
    assert feed.format == "json11"
    assert (feed.title, feed.description) == (Text("F", "text", "title"), Text("D", "text", "description"))
    assert feed.links[0] == Link("http://example.org/", rel="alternate")
    assert feed.language == "de-AT"
    assert feed.authors == (Author(name="Ann", uri="http://example.org/ann", element="authors"),)
    assert feed.hints == {
        "hub": ["http://hub.example.org/"],
        "self": ["http://example.org/feed.json"],
        "next": ["http://example.org/feed.json?page=2"],
    }


def test_an_entry_is_read_with_all_its_fields() -> None:
    entry = entry_of(
        id="1",
        url="u",
        external_url="x",
        title="T",
        content_html="<p>h</p>",
        content_text="t",
        summary="s",
        image="i",
        banner_image="b",
        date_published="2024-01-02T03:04:05+01:00",
        date_modified="2024",
        tags=["a", "b"],
        language="en",
        attachments=[{"url": "a.mp3", "mime_type": "audio/mpeg", "size_in_bytes": 7, "duration_in_seconds": 1.5}],
        _custom={"a": [1]},
    )
    assert (entry.guid, entry.guid_is_permalink) == ("1", False)
    assert entry.links == (Link("u", rel="alternate"), Link("x", rel="related"))
    assert entry.contents == (Text("<p>h</p>", "html", "content_html"), Text("t", "text", "content_text"))
    assert entry.summaries == (Text("s", "text", "summary"),)
    assert entry.images == ("i", "b")
    assert entry.dates == (Date("date_published", "2024-01-02T03:04:05+01:00"), Date("date_modified", "2024"))
    assert entry.categories == (Term("a"), Term("b"))
    assert entry.media == (Medium("a.mp3", "attachment", "audio/mpeg", "7", duration="1.5"),)
    assert entry.extra == {"_custom": {"a": [1]}, "banner_image": "b"}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"id": 5}, "5"),
        ({"id": 1.5}, "1.5"),
        ({"id": int("9" * 30)}, "9" * 30),
        ({"id": True}, None),
        ({"id": None}, None),
        ({"id": " "}, None),
        ({"id": ["x"]}, None),
    ],
)
def test_ids_of_a_wrong_type_are_taken_for_what_they_mean(given: dict[str, Any], expected: str | None) -> None:
    assert entry_of(title="t", **given).guid == expected


def test_what_is_no_text_where_one_is_wanted_is_kept_as_it_is() -> None:
    entry = entry_of(id=True, title="t", url=["https://a.example/1"], summary=None, language=" ")
    assert (entry.guid, entry.links) == (None, ())
    assert entry.extra == {"id": True, "url": ["https://a.example/1"]}


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ({"author": {"name": "A"}}, ["A"]),
        ({"authors": [{"name": "A"}, {"name": "B"}, {"avatar": "x"}]}, ["A", "B"]),
        ({"authors": "A"}, ["A"]),
        ({"authors": {"name": "A"}}, ["A"]),
        ({"author": "A"}, ["A"]),
        ({"authors": [None, 3, "A"]}, ["A"]),
    ],
)
def test_authors_are_found_in_every_form(given: dict[str, Any], names: list[str]) -> None:
    assert [author.name for author in entry_of(id="1", **given).authors] == names


def test_version_1_is_told_from_1_1() -> None:
    assert feed_of({"version": "https://jsonfeed.org/version/1", "items": []}).format == "json1"
    assert feed_of({"version": "https://jsonfeed.org/version/1.0", "items": []}).format == "json1"


def test_a_feed_without_version_is_known_by_its_items() -> None:
    assert len(feed_of({"items": [{"id": "1", "url": "u"}]}).entries) == 1


@pytest.mark.parametrize("value", [{}, {"items": 3}, {"items": []}, {"error": "not found"}, [], [{"id": 1}]])
def test_other_json_is_no_feed(value: Any) -> None:
    with pytest.raises(ReadError, match="JSON that is no JSON Feed") as caught:
        feed_of(value)
    assert caught.value.reason == Reason.NOT_A_FEED


@pytest.mark.parametrize("text", ["{", '{"a": }', "{]}", "[" * 100_000, '{"a":' * 100_000, '{"a": "' + "x" * 100])
def test_what_is_no_json_is_malformed(text: str) -> None:
    with pytest.raises(ReadError) as caught:
        parse(text.encode())
    assert caught.value.reason == Reason.MALFORMED


def test_a_feed_that_breaks_off_gives_its_whole_entries_and_a_mark() -> None:
    items = [{"id": str(number), "title": "t"} for number in range(3)]
    text = json.dumps({"version": VERSION, "title": "F", "items": items})
    feed = parse(text[:-20].encode())[1]
    assert [entry.guid for entry in feed.entries] == ["0", "1"]
    assert feed.title == Text("F", "text", "title")
    assert feed.salvaged
    assert feed.note is not None
    assert feed.note.startswith("not well-formed: a mistake at character")


def test_characters_that_cannot_be_stored_are_replaced() -> None:
    text = f'{{"version": "{VERSION}", "items": [{{"id": "a\\u0000b", "title": "\\ud800", "_x": ["a\\u0001"]}}]}}'
    (entry,) = parse(text.encode())[1].entries
    assert entry.guid == "a\ufffdb"
    assert entry.title == Text("\ufffd", "text", "title")
    assert entry.extra == {"_x": ["a"]}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
names = st.sampled_from(
    ["id", "url", "title", "authors", "author", "tags", "attachments", "content_html", "image", "_x"]
)


@given(st.lists(st.dictionaries(names, json_values), max_size=3))
def test_values_of_any_type_anywhere_do_no_harm(items: list[dict[str, Any]]) -> None:
    feed = feed_of({"version": VERSION, "items": items})
    assert len(feed.entries) == len(items)
    for entry in feed.entries:
        assert entry.guid is None or entry.guid == legal(entry.guid)
