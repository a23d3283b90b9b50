"""What the page of a story shows: who had it when, how much each changed, and one text beside the first."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from storage.differing import Part, parts
from storage.reading import Reader

Row = dict[str, Any]
RECENT = timedelta(days=3)
COMPARED = 20_000  # characters of a text


@dataclass(frozen=True, slots=True)
class Compared:
    """An entry's headline and text against those of the first entry."""

    member: Row
    title: list[Part]
    text: list[Part]


@dataclass(frozen=True, slots=True)
class StoryPage:
    """A story, its members in the order in which they came out, and one of them compared."""

    story: Row
    members: list[Row]
    compared: Compared | None


def story_of(reader: Reader, entry_id: int) -> int | None:
    """The story that an entry is in."""
    rows = reader.rows("select story_id from story_members where entry_id = :entry_id", {"entry_id": entry_id})
    return rows[0]["story_id"] if rows else None


def story_page(reader: Reader, story_id: int, compare: int | None) -> StoryPage | None:
    """The story, and the entry `compare` against its first; None if there is no such story."""
    found = reader.rows("select * from stories where story_id = :story_id", {"story_id": story_id})
    if not found:
        return None
    members = reader.rows(_MEMBERS, {"story_id": story_id})
    others = {row["entry_id"]: row for row in members if not row["is_first"]}
    return StoryPage(found[0], members, _compared(reader, story_id, others[compare]) if compare in others else None)


_MEMBERS = "select * from story_members where story_id = :story_id order by minutes_after, is_first desc, entry_id"


def _compared(reader: Reader, first_id: int, member: Row) -> Compared:
    first, other = (_said(reader, entry_id) for entry_id in (first_id, member["entry_id"]))
    return Compared(member, parts(first[0], other[0]), parts(first[1], other[1]))


def _said(reader: Reader, entry_id: int) -> tuple[str, str]:
    (row,) = reader.rows("select title, content_text from entries where entry_id = :id", {"id": entry_id})
    return row["title"] or "", (row["content_text"] or "")[:COMPARED]


def widest(reader: Reader, now: datetime) -> list[Row]:
    """The stories that most outlets have, of those that went on in the last days."""
    return reader.rows(_WIDEST, {"since": f"{now - RECENT:%Y-%m-%dT%H:%M:%SZ}"})


_WIDEST = """
with widest as materialized (
  select story_id from story where newest_at >= :since order by outlets desc, entries desc, newest_at desc limit 8
)
select s.* from widest join stories s on s.story_id = widest.story_id
order by s.outlets desc, s.entries desc, s.newest_at desc
"""


def later(minutes: int) -> str:
    """How long after the first, in words.

    >>> [later(minutes) for minutes in (0, 45, 125, 3000)]
    ['at once', '45 min', '2 h 5 min', '2 days 2 h']
    """
    days, hours = divmod(minutes // 60, 24)
    if days:
        return f"{days} day{'s' if days > 1 else ''}" + (f" {hours} h" if hours else "")
    if hours:
        return f"{hours} h" + (f" {minutes % 60} min" if minutes % 60 else "")
    return f"{minutes} min" if minutes else "at once"
