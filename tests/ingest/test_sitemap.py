"""A news sitemap is a feed; other sitemaps are not."""

import pytest

from ingest.errors import ReadError
from ingest.parse.parsed import Date, Link, ParsedFeed, Term, Text
from ingest.read import parse

ROOT = (
    "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' "
    "xmlns:n='http://www.google.com/schemas/sitemap-news/0.9' xmlns:i='http://www.google.com/schemas/sitemap-image/1.1'>"
)
NEWS = (
    "<url><loc>http://example.org/1</loc><lastmod>2024-01-03</lastmod><n:news><n:publication><n:name>N</n:name>"
    "<n:language>de</n:language></n:publication><n:publication_date>2024-01-02T03:04:05Z</n:publication_date>"
    "<n:title>T &amp; U</n:title><n:keywords>a, b,</n:keywords></n:news>"
    "<i:image><i:loc>http://example.org/1.jpg</i:loc><i:title>no</i:title></i:image></url>"
)


def feed_of(urls: str) -> ParsedFeed:
    return parse(f"<?xml version='1.0'?>{ROOT}{urls}</urlset>".encode())[1]


def test_articles_of_a_news_sitemap_are_entries() -> None:
    feed = feed_of(NEWS)
    (entry,) = feed.entries
    assert (feed.format, feed.language) == ("sitemap", "de")
    assert entry.links == (Link("http://example.org/1"),)
    assert entry.title == Text("T & U", "text", "news:title")
    assert entry.dates == (Date("news:publication_date", "2024-01-02T03:04:05Z"), Date("lastmod", "2024-01-03"))
    assert entry.categories == (Term("a"), Term("b"))
    assert entry.images == ("http://example.org/1.jpg",)
    picture = {"image:loc": "http://example.org/1.jpg", "image:title": "no"}
    assert entry.extra == {"news:name": "N", "image:image": picture}


def test_pages_without_news_among_them_are_left_out() -> None:
    assert len(feed_of(NEWS + "<url><loc>http://example.org/about</loc></url>").entries) == 1


def test_a_sitemap_without_news_is_no_feed() -> None:
    with pytest.raises(ReadError, match="a sitemap of 2 pages without news"):
        feed_of("<url><loc>http://example.org/1</loc></url>" * 2)


def test_a_truncated_news_sitemap_gives_whole_articles_and_a_mark() -> None:
    text = f"{ROOT}{NEWS}{NEWS[:200]}"
    feed = parse(text.encode())[1]
    assert len(feed.entries) == 1
    assert feed.salvaged
