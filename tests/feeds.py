"""Feed documents that tests write themselves."""

from collections.abc import Iterable


def item(n: int, *, title: str | None = None, text: str = "", guid: str | None = None) -> str:
    """An RSS item of an outlet's n-th article, published at hour n of 1 March 2026 (and on)."""
    day, hour = divmod(n, 24)
    return f"""<item><title>{title or f"Meldung Nr. {n}"}</title>
      <link>https://o.example/{n}/</link>
      <guid isPermaLink="false">{guid or f"https://o.example/?p={n}"}</guid>
      <pubDate>{1 + day:02} Mar 2026 {hour:02}:00:00 +0000</pubDate>
      <description><![CDATA[<p>{text or f"Der Text der Meldung Nr. {n}."}</p>]]></description></item>"""


def rss(items: Iterable[str], title: str = "Meldungen") -> bytes:
    """An RSS 2.0 document."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"><channel><title>{title}</title><link>https://o.example/</link>
<description>Was geschieht</description><language>de-AT</language>
{"".join(items)}
</channel></rss>""".encode()


def news(*numbers: int) -> bytes:
    """An RSS document of these articles."""
    return rss(item(n) for n in numbers)
