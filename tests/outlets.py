"""An outlet with a past: its live feed shows a few entries, its other roads all of them, with the quirks of real ones.

    with serving(outlet.pages()) as server: ...

Post n (from 1) is published n hours after the first. Everything is answered from `posts`, so that a test may publish
while somebody walks.
"""

import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import parse_qs

from servers import Asked, Page, answer, moved

BEGIN = datetime(2024, 3, 1, tzinfo=UTC)
SITE = "https://o.example"


@dataclass
class Outlet:
    """`cap`: the highest page number that is told apart. `paging`: the name of the parameter, None: there is none."""

    posts: int = 400
    window: int = 20
    paging: str | None = "paged"
    orders: bool = True
    cap: int = 10_000
    generator: str = "https://wordpress.org/?v=6.4"
    links: dict[str, str] = field(default_factory=dict)  # of the live feed: rel to address
    per_page: int = 100  # most of REST
    extra: dict[str, Page] = field(default_factory=dict)
    robots: str = ""
    when_asked: Callable[[Asked], None] = lambda _asked: None

    # --- documents ------------------------------------------------------------------------------------------------

    def at(self, n: int) -> datetime:
        """When post n was published."""
        return BEGIN + timedelta(hours=n)

    def item(self, n: int) -> str:
        """Post n as RSS."""
        return (
            f"<item><title>Meldung Nr. {n}</title><link>{SITE}/{n}/</link>"
            f'<guid isPermaLink="false">{SITE}/?p={n}</guid><pubDate>{format_datetime(self.at(n))}</pubDate>'
            f"<description>Der Text der Meldung Nr. {n}.</description></item>"
        )

    def rss(self, numbers: list[int], links: dict[str, str] | None = None) -> bytes:
        """An RSS document of these posts."""
        said = "".join(f'<atom:link rel="{rel}" href="{href}"/>' for rel, href in (links or {}).items())
        return (
            '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom">'
            f"<channel><title>Meldungen</title><link>{SITE}/</link><description>Was geschieht</description>"
            f"<generator>{self.generator}</generator>{said}{''.join(map(self.item, numbers))}</channel></rss>"
        ).encode()

    def newest(self, count: int, before: int | None = None) -> list[int]:
        """The newest `count` posts, older than `before`."""
        last = self.posts if before is None else before - 1
        return list(range(last, max(last - count, 0), -1))

    # --- the server -----------------------------------------------------------------------------------------------

    def pages(self) -> dict[str, Page]:
        """What the server has."""
        own: dict[str, Page] = {
            "/feed/": self.feed,
            "/robots.txt": answer(self.robots.encode()) if self.robots else answer(b"", 404),
        }
        return own | self.extra

    def feed(self, asked: Asked) -> bytes:
        """The feed, or a page of it."""
        self.when_asked(asked)
        query = {name: values[0] for name, values in parse_qs(asked.query).items()}
        number = int(query.get(self.paging or "", "1") or 1)
        if self.paging is None or self.paging not in query:
            return answer(self.rss(self.newest(self.window), self.links), 200, ("ETag", '"site-wide"'))
        if number > self.cap:
            number = self.cap
        if self.orders and query.get("order") == "ASC":
            first = (number - 1) * self.window + 1
            numbers = list(range(first, min(first + self.window, self.posts + 1)))
        else:
            numbers = self.newest(self.window, before=self.posts + 1 - (number - 1) * self.window)
        return answer(self.rss(numbers), 200, ("ETag", '"site-wide"')) if numbers else answer(b"", 404)

    # --- WordPress REST -------------------------------------------------------------------------------------------

    def rest(self, asked: Asked) -> bytes:
        """`wp-json/wp/v2/posts`: `after` is exclusive, in the site's own time (an hour ahead of UTC)."""
        self.when_asked(asked)
        query = {name: values[0] for name, values in parse_qs(asked.query).items()}
        size, page = int(query["per_page"]), int(query.get("page", "1"))
        if size > self.per_page:
            return answer(b'{"code":"rest_invalid_param"}', 400)
        after = datetime.fromisoformat(query.get("after", "1970-01-01T00:00:00"))
        before = datetime.fromisoformat(query.get("before", "2970-01-01T00:00:00"))
        found = [n for n in range(1, self.posts + 1) if after < self.local(n) < before]
        here = found[(page - 1) * size : page * size]
        if not here and page > 1:
            return answer(b'{"code":"rest_post_invalid_page_number"}', 400)
        body = json.dumps([self.post(n) for n in here]).encode()
        return answer(body, 200, ("Content-Type", "application/json"), ("X-WP-Total", str(len(found))))

    def local(self, n: int) -> datetime:
        """The site's own time of post n."""
        return (self.at(n) + timedelta(hours=1)).replace(tzinfo=None)

    def post(self, n: int) -> dict[str, object]:
        """Post n as REST gives it."""
        return {
            "id": n,
            "date": self.local(n).isoformat(),
            "date_gmt": self.at(n).replace(tzinfo=None).isoformat(),
            "modified_gmt": self.at(n).replace(tzinfo=None).isoformat(),
            "link": f"{SITE}/{n}/",
            "guid": {"rendered": f"{SITE}/?p={n}"},
            "title": {"rendered": f"Meldung Nr. {n}"},
            "excerpt": {"rendered": f"<p>Der Text der Meldung Nr. {n}.</p>"},
            "content": {"rendered": f"<p>Der Text der Meldung Nr. {n}. Und noch viel mehr davon.</p>"},
            "type": "post",
            "_embedded": {"author": [{"name": "Ann"}], "wp:term": [[{"taxonomy": "category", "name": "Politik"}]]},
        }

    # --- RFC 5005 and JSON Feed -----------------------------------------------------------------------------------

    def archive(self, url: Callable[[str], str], size: int = 50) -> dict[str, Page]:
        """Archive documents: number k has posts (k-1)*size+1 …, the newest of them is named by the live feed."""
        count = (self.posts - self.window) // size + 1
        self.links = {"prev-archive": url(f"/archive/{count}")}
        documents: dict[str, Page] = {}
        for k in range(1, count + 1):
            numbers = list(range(min(k * size, self.posts), (k - 1) * size, -1))
            links = {"prev-archive": f"/archive/{k - 1}"} if k > 1 else {}
            documents[f"/archive/{k}"] = answer(self.rss(numbers, links))
        return documents

    def json_feed(self, asked: Asked) -> bytes:
        """A JSON Feed that names its next page."""
        page = int(parse_qs(asked.query).get("p", ["1"])[0])
        numbers = self.newest(self.window, before=self.posts + 1 - (page - 1) * self.window)
        feed: dict[str, object] = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": "Meldungen",
            "items": [
                {
                    "id": f"{SITE}/?p={n}",
                    "url": f"{SITE}/{n}/",
                    "title": f"Meldung Nr. {n}",
                    "content_text": f"Der Text der Meldung Nr. {n}.",
                    "date_published": self.at(n).isoformat(),
                }
                for n in numbers
            ],
        }
        if numbers and numbers[-1] > 1:
            feed["next_url"] = f"?p={page + 1}"
        return answer(json.dumps(feed).encode(), 200, ("Content-Type", "application/feed+json"))

    # --- sitemaps -------------------------------------------------------------------------------------------------

    def sitemaps(self, url: Callable[[str], str], size: int = 100) -> dict[str, Page]:
        """An index of news sitemaps (zipped files), and of plain ones that name pages of other kinds."""
        self.robots = f"User-agent: *\nDisallow: /private/\nSitemap: {url('/sitemap.xml')}\n"
        count = -(-self.posts // size)
        files = [f"/news-{k}.xml.gz" for k in range(1, count + 1)] + [f"/tags-{k}.xml" for k in range(1, 6)]
        lines = "".join(f"<sitemap><loc>{url(file)}</loc><lastmod>2024-05-01</lastmod></sitemap>" for file in files)
        namespace = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
        documents: dict[str, Page] = {
            "/sitemap.xml": answer(f"<?xml version='1.0'?><sitemapindex {namespace}>{lines}</sitemapindex>".encode()),
            "/robots.txt": answer(self.robots.encode()),
        }
        for k in range(1, count + 1):
            numbers = range((k - 1) * size + 1, min(k * size, self.posts) + 1)
            documents[f"/news-{k}.xml.gz"] = answer(gzip.compress(self.news_sitemap(list(numbers))))
        for k in range(1, 6):
            body = f"<urlset {namespace}><url><loc>{SITE}/tag/{k}</loc></url></urlset>"
            documents[f"/tags-{k}.xml"] = answer(body.encode())
        return documents

    def news_sitemap(self, numbers: list[int]) -> bytes:
        """A news sitemap of these posts. `lastmod` is wrong, as it often is: the day on which the file was made."""
        urls = "".join(
            f"<url><loc>{SITE}/{n}/</loc><lastmod>2025-01-01</lastmod><news:news>"
            f"<news:title>Meldung Nr. {n}</news:title>"
            f"<news:publication_date>{self.at(n).isoformat()}</news:publication_date></news:news></url>"
            for n in numbers
        )
        return (
            '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
            f' xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">{urls}</urlset>'
        ).encode()

    # --- a capture archive ----------------------------------------------------------------------------------------

    def captures(self, feed_url: str, every: int = 5) -> "Captures":
        """What a capture archive has of this feed: as it stood after every so many posts."""
        stamps = {
            self.at(n).strftime("%Y%m%d%H%M%S"): answer(self.rss(self.newest(self.window, before=n + 1)))
            for n in range(self.window, self.posts + 1, every)
        }
        return Captures(feed_url, stamps)


@dataclass
class Captures:
    """The Wayback Machine: `captures` by their time; the list of them comes in parts of `per_list`."""

    feed_url: str
    captures: dict[str, bytes]
    per_list: int = 30

    def pages(self) -> dict[str, Page]:
        """Lists and captures."""
        own: dict[str, Page] = {"/cdx/search/cdx": self.listed}
        return own | {f"/web/{stamp}id_/{self.feed_url}": page for stamp, page in self.captures.items()}

    def listed(self, asked: Asked) -> bytes:
        """The list, as `output=json` gives it."""
        query = {name: values[0] for name, values in parse_qs(asked.query).items()}
        if query["url"] != self.feed_url:
            return answer(b"[]\n")
        first = query.get("resumeKey", query.get("from", ""))
        found = [stamp for stamp in sorted(self.captures) if stamp >= first]
        rows: list[list[str]] = [["timestamp", "digest"], *([stamp, f"D{stamp}"] for stamp in found[: self.per_list])]
        if len(found) > self.per_list:
            rows += [[], [found[self.per_list]]]
        return answer(json.dumps(rows).encode())

    def redirect(self, to: str, url: Callable[[str], str]) -> bytes:
        """The answer for a capture that leads to another one."""
        return moved(url(f"/web/{to}"), 302)
