"""Does a feed need a person? Pure: the clock is an argument."""

from datetime import UTC, datetime, timedelta

from ingest.remedies import remedy_of
from storage.feed_health import FeedTold

PATIENCE = timedelta(days=3)  # for what mostly mends itself
OVERDUE = timedelta(days=1)  # an interval is a day at most


def needs_person(feed: FeedTold, now: datetime) -> str | None:
    """Why somebody should look after this feed, in words; None if nobody need."""
    if feed.state == "unlisted":
        return None
    if feed.state == "gone":
        return "the server says that it is gone for good"
    if feed.last_error:
        return _failing(feed, now)
    if now - _instant(feed.next_due_at or feed.added_at) > OVERDUE:
        return "it was due long ago, and nobody has asked it: is `chronik run` running?"
    return None


def _failing(feed: FeedTold, now: datetime) -> str | None:
    remedy = remedy_of(feed.last_error)
    if remedy is None or not remedy.mends_itself:
        return "it fails, and that will not pass by itself" if feed.failures != 1 else None
    if now - _instant(feed.last_success_at or feed.added_at) > PATIENCE:
        return f"it has failed for more than {PATIENCE.days} days"
    return None


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
