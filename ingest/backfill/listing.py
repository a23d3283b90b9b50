"""The addresses that a sitemap or sitemap index names (sitemaps.org protocol 0.9). Linear, and no XML parser.

Such files have up to 50 MiB, break off, and nest; so they are read tag by tag: what stands before a mistake counts.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin

from ingest.inflate import MAGIC, Gzip, InflateError

MOST_BYTES = 64 * 1024 * 1024  # unpacked
MOST = 50_000  # addresses of one file, as the protocol has it
MOST_NEWS = 5_000  # entries that are read at once
_URL = re.compile(rb"<(?:[\w.-]{1,40}:)?url[\s>]")
_TAG = re.compile(
    rb"<(/?)(?:[\w.-]{1,40}:)?(sitemapindex|sitemap|urlset|url|loc|lastmod|publication_date)\b[^<>]{0,500}>"
    rb"\s{0,1000}(?:<!\[CDATA\[)?([^<\]]{0,3000})"
)
_ROOT = re.compile(rb"<(?:[\w.-]{1,40}:)?(?:urlset|sitemapindex)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Place:
    """An address of a sitemap. `lastmod` as written; `is_file`: of another sitemap."""

    url: str
    lastmod: str
    is_file: bool


def places(body: bytes, base: str) -> Iterator[Place]:
    """The addresses, in their order, relative ones resolved. Pictures and other extensions are left out."""
    is_file, url, lastmod, found = False, "", "", 0
    for match in _TAG.finditer(body):
        closing, name, text = match[1], match[2], match[3]
        if name in {b"sitemap", b"url"}:
            if closing and url:
                yield Place(urljoin(base, url), lastmod, is_file)
                found += 1
            is_file, url, lastmod = name == b"sitemap", "", ""
        elif name == b"loc" and not closing and b":loc" not in match[0][:20]:
            url = url or _plain(text)
        elif name == b"lastmod" and not closing:
            lastmod = _plain(text)
        if found >= MOST:
            return


def _plain(text: bytes) -> str:
    return html.unescape(text.decode("utf-8", "replace")).strip()


def is_list(body: bytes) -> bool:
    """True for a sitemap or an index of them, whatever stands before it."""
    return _ROOT.search(body) is not None


def has_news(body: bytes) -> bool:
    """True for a sitemap whose addresses come with a date of publication: a news sitemap, to be read as a feed."""
    return b"publication_date" in body and b"<urlset" in body[:4096].lower().replace(b"sm:", b"")


def part_of(body: bytes, number: int, most: int = MOST_NEWS) -> tuple[bytes, int]:
    """The entries of one part of a news sitemap, as a sitemap of their own, and how many parts it has.

    The last one ends as the whole does.
    """
    begins = [match.start() for match in _URL.finditer(body)][::most] if has_news(body) else []
    root = _ROOT.search(body)
    if len(begins) < 2 or root is None:
        return body, 1
    head, number = body[: begins[0]], min(number, len(begins) - 1)
    if number == len(begins) - 1:
        return head + body[begins[number] :], len(begins)
    return head + body[begins[number] : begins[number + 1]] + b"</" + root[0][1:] + b">", len(begins)


def unpacked(body: bytes) -> bytes:
    """A `.gz` file undone, as long as it is within bounds. Raises InflateError. What breaks off gives what there is."""
    if not body.startswith(MAGIC):
        return body
    gzip, whole = Gzip(), bytearray()
    try:
        for piece in gzip.feed(body):
            whole += piece
            if len(whole) > MOST_BYTES:
                raise InflateError(f"more than {MOST_BYTES} bytes unpacked")
        gzip.finish()
    except InflateError as error:
        if not (error.broken_off and whole):
            raise
    return bytes(whole)
