"""The page of an article is one entry: what it says in JSON-LD, in OpenGraph, and in its text."""

import asyncio
from datetime import UTC, datetime

import pytest

from ingest.errors import ReadError
from ingest.hints import Hints
from ingest.parse.article import read
from ingest.parse.sandbox import Sandbox
from storage.records import Entry, Reason

URL = "https://o.example/politik/1?from=home"
PARAGRAPHS = "".join(
    f"<p>Der {n}. Absatz der Meldung ist so lang, dass man ihn für <b>Text</b> halten darf, und er sagt auch etwas.</p>"
    for n in range(1, 5)
)
LINKED = """{"@context": "https://schema.org", "@graph": [{"@type": "WebSite", "name": "O"},
  {"@type": ["NewsArticle"], "headline": "Der Titel", "datePublished": "2024-03-01T10:00:00+01:00",
   "dateModified": "2024-03-01T12:00:00Z", "author": [{"@type": "Person", "name": "Ann Ä"}, "Bert"],
   "keywords": "Wien, Budget", "articleSection": "Politik", "description": "Der Vorspann.",
   "image": [{"url": "/bild.jpg"}], "inLanguage": "de-AT"}]}"""


def page(head: str = "", body: str = f"<article><h1>Der Titel</h1>{PARAGRAPHS}</article>", language: str = "de") -> str:
    return (
        f"<!DOCTYPE html><html lang='{language}'><head><title>Der Titel - O</title>{head}</head>"
        f"<body><nav><a href='/'>Start</a></nav>{body}<footer>Impressum</footer></body></html>"
    )


def entry(text: str | bytes, content_type: str = "text/html", *, careful: bool = False) -> Entry:
    body = text if isinstance(text, bytes) else text.encode()
    (only,) = read(body, Hints(content_type, URL, "Europe/Vienna", "de"), careful=careful).entries
    return only


def linked(text: str = LINKED) -> str:
    return page(f"<script type='application/ld+json'>{text}</script>")


def test_json_ld_tells_title_dates_people_and_words() -> None:
    said = entry(linked()).wording
    assert (said.title, said.summary) == ("Der Titel", "Der Vorspann.")
    assert said.published_at == datetime(2024, 3, 1, 9, tzinfo=UTC)
    assert said.updated_at == datetime(2024, 3, 1, 12, tzinfo=UTC)
    assert said.published_source == "datePublished"
    assert [each.name for each in said.authors] == ["Ann Ä", "Bert"]
    assert [each.term for each in said.categories] == ["Politik", "Wien", "Budget"]
    assert (said.image_url, said.language) == ("https://o.example/bild.jpg", "de")


def test_the_text_is_the_articles_without_what_stands_around_it_and_without_its_title() -> None:
    said = entry(linked()).wording
    assert said.content_text is not None
    assert said.content_text.startswith("Der 1. Absatz")
    assert "Der 4. Absatz" in said.content_text
    assert "Impressum" not in said.content_text
    assert said.content_html is not None
    assert "<p>" in said.content_html


def test_opengraph_does_where_there_is_no_json_ld() -> None:
    head = (
        "<meta property='og:type' content='article'><meta property='og:title' content='Ein Titel'>"
        "<meta property='article:published_time' content='2024-03-01T09:00:00Z'><meta name='author' content='Ann'>"
        "<meta property='article:tag' content='Wien'><meta property='article:tag' content='Budget'>"
    )
    said = entry(page(head)).wording
    assert (said.title, said.published_at) == ("Ein Titel", datetime(2024, 3, 1, 9, tzinfo=UTC))
    assert [each.term for each in said.categories] == ["Wien", "Budget"]
    assert [each.name for each in said.authors] == ["Ann"]


@pytest.mark.parametrize(
    "broken", ["{", "[" * 5000, '{"@type": 1}', '{"@type": "NewsArticle", "headline": {"a": 1}}', "7"]
)
def test_json_ld_that_is_broken_takes_nothing_from_the_rest(broken: str) -> None:
    head = f"<script type='application/ld+json'>{broken}</script><meta property='og:type' content='article'>"
    assert entry(page(head)).wording.title == "Der Titel"


def test_it_is_the_entry_at_the_address_that_it_gives_itself_on_its_own_host() -> None:
    own = page("<meta property='og:type' content='article'><link rel='canonical' href='/politik/1'>")
    other = page("<meta property='og:type' content='article'><link rel='canonical' href='https://elsewhere.example/1'>")
    front = page("<meta property='og:type' content='article'><link rel='canonical' href='/'>")
    assert entry(own).url == "https://o.example/politik/1"
    assert entry(other).url == entry(front).url == URL


def test_the_page_tells_its_encoding_where_the_answer_does_not() -> None:
    head = (
        "<meta charset=iso-8859-2><meta property='og:type' content='article'><meta property='og:title' content='Łódź'>"
    )
    assert entry(page(head).encode("iso-8859-2")).wording.title == "Łódź"


def test_the_second_try_does_without_the_extraction() -> None:
    body = LINKED.replace('"inLanguage"', '"articleBody": "Der ganze Text.", "inLanguage"')
    assert entry(linked(body), careful=True).wording.content_text == "Der ganze Text."


@pytest.mark.parametrize(
    "other",
    [
        page(),
        page("<meta property='og:type' content='website'>"),
        "<rss><channel><item><title>a</title></item></channel></rss>",
        '{"headline": "a"}',
        "",
    ],
)
def test_what_is_no_article_is_refused(other: str) -> None:
    with pytest.raises(ReadError) as refused:
        entry(other)
    assert refused.value.reason is Reason.NOT_A_FEED


def test_it_is_read_in_a_worker_that_can_read_nothing_else() -> None:
    async def main() -> list[str | None]:
        async with Sandbox(1, reader="ingest.parse.article:read") as pages:
            reading = await pages.read(linked().encode(), Hints("text/html", URL))
            return [each.wording.title for each in reading.entries]

    assert asyncio.run(main()) == ["Der Titel"]
