"""What a search found, for programs: as CSV, JSON or Atom, and counted by what it can be narrowed to. Pure."""

import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from uuid import NAMESPACE_URL, uuid5
from xml.sax.saxutils import escape, quoteattr

from storage.csv_lines import csv_line
from storage.search import Hit
from storage.search_marks import BEGIN, END

_MARKS = str.maketrans("", "", BEGIN + END)
_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, section 2.2
COLUMNS = ("entry_id", "outlet", "feed", "title", "snippet", "url", "published_at", "first_seen_at")


def facets(hits: Sequence[Hit]) -> dict[str, list[tuple[str, int]]]:
    """Outlets, the one with most hits first, and months, the latest first."""
    outlets = Counter(hit.outlet for hit in hits)
    months = Counter((hit.published_at or hit.first_seen_at or "")[:7] for hit in hits)
    return {
        "outlets": sorted(outlets.items(), key=lambda pair: (-pair[1], pair[0])),
        "months": sorted(((month, count) for month, count in months.items() if month), reverse=True),
    }


def as_csv(hits: Sequence[Hit]) -> str:
    """A line for each, below the names of the columns."""
    rows = (_row(hit) for hit in hits)
    return csv_line(COLUMNS) + "".join(csv_line([row[name] for name in COLUMNS]) for row in rows)


def as_json(hits: Sequence[Hit]) -> str:
    """A list of objects."""
    return json.dumps([_row(hit) for hit in hits], ensure_ascii=False, indent=1)


def _row(hit: Hit) -> dict[str, str | int | None]:
    said = {name: value for name, value in asdict(hit).items() if name in COLUMNS}
    return said | {name: (said[name] or "").translate(_MARKS) or None for name in ("title", "snippet")}


def as_atom(hits: Sequence[Hit], words: str, now: str) -> str:
    """A feed (RFC 4287) of what is found by these words: whoever follows it follows the search. `now`: RFC 3339."""
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'
        f"<title>{_text(f'chronik: {words}')}</title>\n<id>{_id(f'search {words}')}</id>\n<updated>{now}</updated>\n"
        f"<author><name>chronik</name></author>\n{''.join(_entry(_row(hit)) for hit in hits)}</feed>\n"
    )


def _entry(row: dict[str, str | int | None]) -> str:
    number, at = row["entry_id"], row["published_at"] or row["first_seen_at"]
    link = f"<link rel='alternate' href={quoteattr(_NOT_XML.sub('', str(row['url'])))}/>" if row["url"] else ""
    return (
        f"<entry><id>{_id(f'entry {number}')}</id><title>{_text(row['title'] or '')}</title>"
        f"<updated>{at}</updated>{link}<source><title>{_text(row['feed'])}</title></source>"
        f"<content>{_text(row['snippet'] or '')}</content></entry>\n"
    )


def _id(name: str) -> str:
    return uuid5(NAMESPACE_URL, f"chronik {name}").urn


def _text(value: object) -> str:
    return escape(_NOT_XML.sub("", str(value)))
