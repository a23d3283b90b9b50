"""How the feeds stand, for people who look after them. Times are UTC text, as in the public views."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from storage.reading import Reader
from storage.selector import selects


@dataclass(frozen=True, slots=True)
class FeedTold:
    """A feed. `gaps`: stretches in which entries may have been missed, not closed; `missed` is how many, estimated."""

    feed: str
    outlet: str
    url: str | None
    state: str
    added_at: str
    last_attempt_at: str | None
    last_success_at: str | None
    last_new_at: str | None
    next_due_at: str | None
    due_because: str | None
    failures: int
    last_error: str | None
    entries: int
    gaps: int
    missed: int


# The costly columns of `feeds` (its rhythm) are left out: this answers at once for 10,000 feeds.
_FEEDS = """
select f.feed, f.outlet, f.url, f.state, f.added_at, f.last_attempt_at, f.last_success_at, f.last_new_at, f.next_due_at,
  f.due_because, f.failures, f.last_error, f.entries,
  coalesce(g.gaps, 0) as gaps, coalesce(g.missed, 0) as missed
from feeds f
left join (
  select feed, count(*) as gaps, sum(estimated_missed) as missed from gaps where state <> 'closed' group by feed
) g on g.feed = f.feed
order by f.feed
"""


# A feed that was found from its outlet's homepage: what was found there when it was last looked at.
_DISCOVERED = """
select f.name as feed, (
  select x.detail from fetch x
  where x.feed_id = u.feed_id and x.requested_at <= u.from_at and x.route = 'discovery' and x.outcome <> 'failed'
  order by x.requested_at desc limit 1) as found
from feed_url u join feed f on f.feed_id = u.feed_id
where u.until_at is null and u.because like 'discovered%'
order by f.name
"""


def discovered(reader: Reader, selectors: Sequence[str] = ()) -> dict[str, str]:
    """Feeds that were found from a homepage, and all that was found there, in words."""
    rows = reader.rows(_DISCOVERED)
    return {row["feed"]: row["found"] for row in rows if row["found"] and selects(row["feed"], list(selectors))}


def feed_health(reader: Reader, selectors: Sequence[str] = ()) -> list[FeedTold]:
    """The feeds that the selectors name, by name."""
    return [FeedTold(**row) for row in reader.rows(_FEEDS) if selects(row["feed"], list(selectors))]


# Entries of whichever feed shows them: the one with their fullest wording. The index answers this alone.
_DAILY = """
select f.name as feed, substr(e.first_seen_at, 1, 10) as day, count(*) as entries
from entry e join feed f on f.feed_id = e.feed_id
where e.first_seen_at >= :since
group by e.feed_id, f.name, substr(e.first_seen_at, 1, 10)
"""


def daily(reader: Reader, until: datetime, days: int = 14) -> dict[str, list[int]]:
    """New entries of each feed on these UTC days, the last one that of `until`; feeds without any are left out."""
    first = (until - timedelta(days=days - 1)).date()
    counted: dict[str, list[int]] = {}
    for row in reader.rows(_DAILY, {"since": f"{first}T00:00:00Z"}):
        at = (date.fromisoformat(row["day"]) - first).days
        if 0 <= at < days:
            counted.setdefault(row["feed"], [0] * days)[at] = row["entries"]
    return counted
