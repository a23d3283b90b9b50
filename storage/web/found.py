"""What a search found, for programs: as CSV, JSON or Atom, and counted by what it can be narrowed to. Pure."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict

from storage.csv_lines import csv_line
from storage.search import Hit
from storage.search_marks import BEGIN, END
from storage.web.atom import Told, feed

_MARKS = str.maketrans("", "", BEGIN + END)
COLUMNS = ("entry_id", "outlet", "feed", "title", "snippet", "url", "published_at", "first_seen_at", "language")


def facets(hits: Sequence[Hit]) -> dict[str, list[tuple[str, int]]]:
    """Outlets and languages, the one with most hits first, and months, the latest first."""
    months = Counter((hit.published_at or hit.first_seen_at or "")[:7] for hit in hits)
    return {
        "outlets": _counted(hit.outlet for hit in hits),
        "languages": _counted(hit.language for hit in hits),
        "months": sorted(((month, count) for month, count in months.items() if month), reverse=True),
    }


def _counted(names: Iterable[str | None]) -> list[tuple[str, int]]:
    counts = Counter(name for name in names if name)
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def marked(text: str | None) -> list[tuple[bool, str]]:
    """A text in parts, and whether each was found.

    >>> marked(f"ein {BEGIN}Wort{END} mehr")
    [(False, 'ein '), (True, 'Wort'), (False, ' mehr')]
    """
    pieces = []
    for piece in (text or "").split(BEGIN):
        inside, end, outside = piece.partition(END)
        pieces += [(True, inside), (False, outside)] if end else [(False, piece)]
    return [(is_found, part) for is_found, part in pieces if part]


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
    return feed(f"chronik: {words}", now, (_told(_row(hit), now) for hit in hits))


def _told(row: dict[str, str | int | None], now: str) -> Told:
    return Told(
        name=f"entry {row['entry_id']}",
        title=str(row["title"] or ""),
        updated=str(row["published_at"] or row["first_seen_at"] or now),
        link=str(row["url"]) if row["url"] else None,
        content=str(row["snippet"] or ""),
        source=str(row["feed"]),
    )
