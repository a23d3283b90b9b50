"""`--pages`: the pages that sitemaps name are got and become entries, or the text of entries that had none."""

import asyncio
import json
from pathlib import Path

import pytest
from outlets import Outlet
from pasts import Here, PagesHere, StillClock, asked, config_text, got
from servers import Page, Server, answer, serving

from ingest.reparse import Reparser
from storage.archive import Archive, Writer
from storage.jobs import JobState
from storage.records import Route

NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
NEWS = 'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'


def article(n: int) -> bytes:
    said = {"@type": "NewsArticle", "headline": f"Bericht {n}", "datePublished": f"2024-03-{n:02}T09:00:00Z"}
    text = "".join(
        f"<p>Absatz {k} des Berichts {n}, lang genug, dass man ihn für Text halten darf.</p>" for k in range(5)
    )
    page = (
        f"<!DOCTYPE html><html lang='de'><head><title>Bericht {n}</title>"
        f"<script type='application/ld+json'>{json.dumps(said)}</script></head>"
        f"<body><article><h1>Bericht {n}</h1>{text}</article></body></html>"
    )
    return answer(page.encode(), 200, ("Content-Type", "text/html; charset=utf-8"))


def plain(server: Server, numbers: range) -> bytes:
    urls = "".join(f"<url><loc>{server.url(f'/bericht/{n}')}</loc></url>" for n in numbers)
    return answer(f"<urlset {NAMESPACE}>{urls}</urlset>".encode())


def news(server: Server, numbers: range) -> bytes:
    urls = "".join(
        f"<url><loc>{server.url(f'/bericht/{n}')}</loc><news:news><news:title>Bericht {n}</news:title>"
        f"<news:publication_date>2024-03-{n:02}T09:00:00Z</news:publication_date></news:news></url>"
        for n in numbers
    )
    return answer(f"<urlset {NAMESPACE} {NEWS}>{urls}</urlset>".encode())


def offered(server: Server, sitemap: bytes, robots: str = "") -> str:
    pages: dict[str, Page] = {f"/bericht/{n}": article(n) for n in range(1, 10)}
    robots = f"User-agent: *\n{robots}Sitemap: {server.url('/sitemap.xml')}\n"
    server.pages |= pages | {"/sitemap.xml": sitemap, "/robots.txt": answer(robots.encode())}
    return config_text(server)


TOLD = "select title, published_at, content_text from entries where url like '%/bericht/%' order by title"


def test_pages_that_a_plain_sitemap_names_are_entries(tmp_path: Path) -> None:
    with serving(Outlet(20, paging=None).pages()) as server:
        config = offered(server, plain(server, range(1, 6)))
        without = got(tmp_path, config, Route.SITEMAP)
        assert asked(tmp_path, TOLD) == []
        past = got(tmp_path, config, Route.SITEMAP, pages=True)
    found = asked(tmp_path, TOLD)
    assert without.arrived[Route.SITEMAP].state is past.arrived[Route.SITEMAP].state is JobState.DONE
    assert [row[:2] for row in found] == [(f"Bericht {n}", f"2024-03-0{n}T09:00:00Z") for n in range(1, 6)]
    assert all("Absatz 4 des Berichts" in row[2] for row in found)


def test_entries_of_a_news_sitemap_get_the_text_of_their_pages_and_stay_one(tmp_path: Path) -> None:
    with serving(Outlet(20, paging=None).pages()) as server:
        config = offered(server, news(server, range(1, 6)))
        got(tmp_path, config, Route.SITEMAP)
        assert [row[2] for row in asked(tmp_path, TOLD)] == [None] * 5
        got(tmp_path, config, Route.SITEMAP, pages=True)
        got(tmp_path, config, Route.SITEMAP, pages=True)
        assert [server.count(f"/bericht/{n}") for n in range(1, 6)] == [1] * 5
    found = asked(tmp_path, TOLD)
    assert len(found) == 5
    assert all("Absatz 4 des Berichts" in row[2] for row in found)


def test_a_headline_that_the_sitemap_changes_takes_no_text_away(tmp_path: Path) -> None:
    with serving(Outlet(20, paging=None).pages()) as server:
        config = offered(server, news(server, range(1, 3)))
        got(tmp_path, config, Route.SITEMAP, pages=True)
        server.pages["/sitemap.xml"] = answer(
            news(server, range(1, 3))
            .partition(b"\r\n\r\n")[2]
            .replace(b"<news:title>Bericht", b"<news:title>EIL: Bericht")
        )
        got(tmp_path, config, Route.SITEMAP, pages=True)
    assert all(text and "Absatz 4" in text for _, _, text in asked(tmp_path, TOLD))


def test_pages_that_robots_txt_closes_are_not_asked_for(tmp_path: Path) -> None:
    with serving(Outlet(20, paging=None).pages()) as server:
        got(tmp_path, offered(server, plain(server, range(1, 6)), "Disallow: /bericht/3\n"), Route.SITEMAP, pages=True)
        assert server.count("/bericht/3") == 0
    assert [row[0] for row in asked(tmp_path, TOLD)] == [f"Bericht {n}" for n in (1, 2, 4, 5)]


@pytest.mark.parametrize(
    "other", [answer(b"", 404), answer(b"<!DOCTYPE html><html><body><ul><li>Thema</ul></html>"), answer(b"%PDF-1.4 x")]
)
def test_a_page_that_is_no_article_costs_only_itself(tmp_path: Path, other: bytes) -> None:
    with serving(Outlet(20, paging=None).pages()) as server:
        config = offered(server, plain(server, range(1, 6)))
        server.pages["/bericht/2"] = other
        past = got(tmp_path, config, Route.SITEMAP, pages=True)
        got(tmp_path, config, Route.SITEMAP, pages=True)
        assert server.count("/bericht/2") == 1  # which one knows the next time
    assert past.arrived[Route.SITEMAP].state is JobState.DONE
    assert [row[0] for row in asked(tmp_path, TOLD)] == [f"Bericht {n}" for n in (1, 3, 4, 5)]


def test_a_page_that_cannot_be_had_now_is_told_and_asked_for_again(tmp_path: Path) -> None:
    with serving(Outlet(20, paging=None).pages()) as server:
        file = server.url("/berichte.xml")
        index = f"<sitemapindex><sitemap><loc>{file}</loc><lastmod>2024-03-09</lastmod></sitemap></sitemapindex>"
        config = offered(server, answer(index.encode()))
        server.pages |= {"/berichte.xml": plain(server, range(1, 6)), "/bericht/3": answer(b"", 500)}
        past = got(tmp_path, config, Route.SITEMAP, pages=True, clock=StillClock())
        assert past.arrived[Route.SITEMAP].because == "all sitemaps are read; 1 of the pages could not be had"
        assert not past.arrived[Route.SITEMAP].walk.whole
        server.pages["/bericht/3"] = article(3)
        again = got(tmp_path, config, Route.SITEMAP, pages=True, clock=StillClock())
        assert server.count("/bericht/1") == 1
    assert again.arrived[Route.SITEMAP].because == "all sitemaps are read"
    assert [title for title, _, _ in asked(tmp_path, TOLD)] == [f"Bericht {n}" for n in range(1, 6)]


def test_reading_again_reads_pages_as_pages(tmp_path: Path) -> None:
    with serving(Outlet(20, paging=None).pages()) as server:
        got(tmp_path, offered(server, plain(server, range(1, 4))), Route.SITEMAP, pages=True)
    with Archive.open(str(tmp_path / "archive.sqlite")) as archive:
        writer = Writer(archive)
        reparser = Reparser(archive, writer, Here(), articles=PagesHere())
        report = asyncio.run(reparser.reparse(archive.feeds(), lambda *_: None))
        writer.close()
    assert (report.documents, report.otherwise, report.unreadable) == (4, 0, 0)


def test_cut_short_it_goes_on_with_the_pages_that_are_left(tmp_path: Path) -> None:
    with serving(Outlet(20, paging=None).pages()) as server:
        config = offered(server, plain(server, range(1, 8)))
        for _ in range(6):
            past = got(tmp_path, config, Route.SITEMAP, pages=True, most=3)
        assert [server.count(f"/bericht/{n}") for n in range(1, 8)] == [1] * 7
    assert past.arrived[Route.SITEMAP].state is JobState.DONE
    assert len(asked(tmp_path, TOLD)) == 7
