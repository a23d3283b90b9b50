"""Feeds like those of newsrooms: RSS and Atom, teasers and full texts, about 35 entries and 130 kB. Deterministic."""

import random
import time
from collections.abc import Iterator
from html import escape

WORDS = [
    "der",
    "die",
    "das",
    "und",
    "in",
    "von",
    "mit",
    "im",
    "für",
    "auf",
    "ist",
    "nicht",
    "ein",
    "eine",
    "als",
    "auch",
    "nach",
    "bei",
    "über",
    "Wahl",
    "Regierung",
    "Wien",
    "Gemeinde",
    "Preis",
    "Klima",
    "Krise",
    "Verkehr",
    "Gericht",
    "Polizei",
    "Schule",
    "Spital",
    "Budget",
    "Reform",
    "Minister",
    "Partei",
    "Land",
    "Stadt",
    "Bahn",
    "Energie",
    "Wohnung",
    "the",
    "and",
    "of",
    "to",
    "in",
    "for",
    "on",
    "with",
    "as",
    "at",
    "by",
    "from",
    "police",
    "court",
    "school",
    "budget",
    "council",
    "minister",
    "party",
    "city",
    "climate",
    "price",
]
EPOCH = 1_772_366_400  # 2026-03-01T12:00:00Z
SECTIONS = ("Politik", "Wirtschaft", "Kultur", "Sport", "Chronik")


def states(seed: int, number: int) -> Iterator[bytes]:
    """The documents of a feed, each with one or two entries more than the last."""
    draw = random.Random(f"{seed}/{number}")
    atom, full, size = draw.random() < 0.2, draw.random() < 0.5, draw.randint(20, 50)
    newest = size
    while True:
        entries = [_entry(seed, number, n, full) for n in range(newest, newest - size, -1)]
        yield (_atom if atom else _rss)(number, entries)
        newest += draw.randint(1, 2)


def _entry(seed: int, number: int, n: int, full: bool) -> dict[str, str]:
    draw = random.Random(f"{seed}/{number}/{n}")
    title = _sentence(draw, 4, 9)
    link = (
        f"https://www.outlet{number}.example/{draw.choice(SECTIONS).lower()}/{'-'.join(title.lower().split())}-{n}.html"
    )
    paragraphs = "".join(_paragraph(draw, link) for _ in range(draw.randint(5, 14))) if full else ""
    return {
        "title": title,
        "link": link,
        "guid": f"https://www.outlet{number}.example/?p={seed}{n:05}",  # of another seed: another entry
        "author": f"{draw.choice(('Anna', 'Paul', 'Eva'))} {draw.choice(('Gruber', 'Wagner', 'Smith'))}",
        "section": draw.choice(SECTIONS),
        "teaser": " ".join(_sentence(draw, 8, 22) for _ in range(draw.randint(1, 4))),
        "html": f'<figure><img src="{link}.jpg" width="1024" height="683" alt=""/></figure>{paragraphs}'
        if full
        else "",
        "at": str(EPOCH + n * 2400),
    }


def _paragraph(draw: random.Random, link: str) -> str:
    text = " ".join(_sentence(draw, 8, 22) for _ in range(draw.randint(2, 6)))
    return f'<p>{text} <a href="{link}?ref={draw.randint(1, 99)}" target="_blank">{_sentence(draw, 1, 3)}</a></p>\n'


def _sentence(draw: random.Random, least: int, most: int) -> str:
    return " ".join(draw.choices(WORDS, k=draw.randint(least, most))).capitalize() + "."


def _rss(number: int, entries: list[dict[str, str]]) -> bytes:
    items = "\n".join(map(_item, entries))
    names = "".join(
        f' xmlns:{prefix}="{uri}"'
        for prefix, uri in (
            ("content", "http://purl.org/rss/1.0/modules/content/"),
            ("dc", "http://purl.org/dc/elements/1.1/"),
        )
    )
    head = (
        f"<title>Outlet {number}</title><link>https://www.outlet{number}.example/</link><description>News</description>"
    )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"{names}><channel>{head}\n{items}\n</channel></rss>\n'.encode()


def _item(entry: dict[str, str]) -> str:
    at = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(int(entry["at"])))
    content = f"<content:encoded><![CDATA[{entry['html']}]]></content:encoded>" if entry["html"] else ""
    return (
        f"<item><title>{entry['title']}</title><link>{entry['link']}</link><dc:creator>{entry['author']}</dc:creator>"
        f'<pubDate>{at}</pubDate><category>{entry["section"]}</category><guid isPermaLink="false">{entry["guid"]}</guid>'
        f"<description><![CDATA[<p>{entry['teaser']}</p>]]></description>{content}</item>"
    )


def _atom(number: int, entries: list[dict[str, str]]) -> bytes:
    base = f"https://www.outlet{number}.example/"
    updated = _instant(entries[0])
    head = f'<title>Outlet {number}</title><id>{base}</id><updated>{updated}</updated><link href="{base}"/>'
    text = "\n".join(map(_atom_entry, entries))
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">{head}\n{text}\n</feed>\n'.encode()


def _atom_entry(entry: dict[str, str]) -> str:
    at = _instant(entry)
    content = f'<content type="html">{escape(entry["html"])}</content>' if entry["html"] else ""
    return (
        f'<entry><title>{entry["title"]}</title><id>{entry["guid"]}</id><link href="{entry["link"]}"/>'
        f"<published>{at}</published><updated>{at}</updated><author><name>{entry['author']}</name></author>"
        f'<category term="{entry["section"]}"/><summary>{entry["teaser"]}</summary>{content}</entry>'
    )


def _instant(entry: dict[str, str]) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(int(entry["at"])))
