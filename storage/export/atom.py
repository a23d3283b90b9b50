"""Entries as an Atom feed (RFC 4287), their HTML sanitised, for whatever reads feeds."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5
from xml.sax.saxutils import escape, quoteattr

from storage.export.growing import Growing
from storage.export.slices import Row, Slice, entries, wordings
from storage.reading import Reader


def atom(reader: Reader, wanted: Slice, path: Path, tell: Callable[[int], None]) -> int:
    """One feed of all entries, in the order in which they last changed. An id is made of outlet and guid (RFC 9562)."""
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    done = 0
    with Growing(path, {}).open() as growing:
        growing.file.write(_head(", ".join(wanted.selectors) or "all outlets", now).encode("utf-8"))
        for batch in entries(reader, wanted):
            said = wordings(reader, batch)
            text = "".join(_entry(row, said.get(row["entry_id"], [])) for row in batch)
            growing.file.write(text.encode("utf-8", "replace"))
            done += len(batch)
            tell(done)
        growing.file.write(b"</feed>\n")
    return done


def feed_of(reader: Reader, what: str, rows: Sequence[Row]) -> bytes:
    """A feed of these few entries, in this order; `what` they are is its title."""
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    said = wordings(reader, rows)
    told = "".join(_entry(row, said.get(row["entry_id"], [])) for row in rows)
    return f"{_head(what, now)}{told}</feed>\n".encode("utf-8", "replace")


def _head(what: str, now: str) -> str:
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'
        f"<title>{escape(what)}</title>\n<id>{uuid5(NAMESPACE_URL, f'chronik {what}').urn}</id>\n"
        f"<updated>{now}</updated>\n<author><name>chronik</name></author>\n<generator>chronik</generator>\n"
    )


def _entry(row: Row, said: list[Row]) -> str:
    current = next((each for each in reversed(said) if each["feed"] == row["feed"]), {})
    name = f"{row['outlet']}/{row['guid'] or row['url'] or row['entry_id']}"
    updated = row["updated_at"] or current.get("seen_at") or row["first_seen_at"]
    parts = [
        f"<id>{uuid5(NAMESPACE_URL, name).urn}</id>",
        f"<title>{escape(row['title'] or '')}</title>",
        f"<updated>{updated}</updated>",
        f"<published>{row['published_at']}</published>" if row["published_at"] else "",
        f'<link rel="alternate" href={quoteattr(row["url"])}/>' if row["url"] else "",
        *(_author(each) for each in current.get("authors", ()) if each.get("name")),
        *(f"<category term={quoteattr(each)}/>" for each in row["categories"]),
        *(_enclosure(each) for each in current.get("enclosures", ()) if each.get("url")),
        f"<source><title>{escape(row['feed'])}</title></source>",
        f"<summary>{escape(row['summary'])}</summary>" if row["summary"] else "",
        _content(row, current),
    ]
    return "\n".join(["<entry>", *filter(None, parts), "</entry>", ""])


def _author(author: Row) -> str:
    return f"<author><name>{escape(author['name'])}</name></author>"


def _enclosure(enclosure: Row) -> str:
    kind = f" type={quoteattr(enclosure['type'])}" if enclosure.get("type") else ""
    return f'<link rel="enclosure" href={quoteattr(enclosure["url"])}{kind}/>'


def _content(row: Row, current: Row) -> str:
    html = current.get("content_html")
    language = f" xml:lang={quoteattr(row['language'])}" if row["language"] else ""
    if html:
        return f'<content type="html"{language}>{escape(html)}</content>'
    # RFC 4287 section 4.1.2: an entry without a link must have content.
    return f"<content{language}>{escape(row['content_text'] or '')}</content>" if not row["url"] else ""
