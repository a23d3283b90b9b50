"""The schedule that runs in the daemon, put into the simulator as one more policy.

What the simulator shows of a poll becomes what the line would tell the schedule, and the schedule's answer is the time
of the next poll. Nothing of the simulated world is looked at that a daemon would not know.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from ingest.schedule import Bounds, Signals, standing
from storage.records import FeedHealth, FeedRecord, Reason, Recorded

START = datetime(2024, 1, 1, tzinfo=UTC)  # a Monday, as the simulator's first day is
_OUTCOMES = {304: "not_modified", 200: "unchanged"}
_REASONS = {429: Reason.RATE_LIMITED, 503: Reason.HTTP_5XX}


PRICE, FRUGAL = 30.0, 90.0  # minutes of delay of one entry that a request is worth


def chronik(name, floor):
    """The policy of that name: chronik, chronik-frugal or chronik(PRICE); -norepair: gaps are not repaired."""
    price = FRUGAL if "-frugal" in name else float(name.split("(")[1].split(")")[0]) if "(" in name else PRICE
    return Chronik(name, price, floor, repair="-norepair" not in name)


class Chronik:
    """`ingest.schedule` as a policy of the simulator."""

    honors_retry = True

    def __init__(self, name, price=PRICE, floor=5.0, repair=True):
        self.name, self.pages, self.recon = name, repair, repair
        self.bounds = Bounds(min_interval=timedelta(minutes=floor), price=timedelta(minutes=price))

    def start(self, outlet, random):
        feed = FeedRecord(outlet.i, "outlet", str(outlet.i), "https://example.org/", None, None, None, FeedHealth.NEW)
        return {"feed": feed, "listed": self.recon and outlet.recon, "newest": None, "missed": None}

    def next(self, state, at, shown):
        now, feed = time_at(at), state["feed"]
        told, recorded = self._told(state, at, shown), _recorded(state, shown)
        stands = standing(feed, recorded, told, self.bounds, now)
        state["feed"] = replace(
            feed,
            state=stands.state,
            failures=stands.failures,
            last_attempt_at=now,
            last_success_at=feed.last_success_at if told.failed else now,
            next_due_at=stands.next_due_at,
            memory=stands.memory,
        )
        state["missed"] = stands.estimated_missed
        return (stands.next_due_at - START) / timedelta(minutes=1)

    def _told(self, state, at, shown):
        if shown.status not in _OUTCOMES:
            retry_after = None if shown.retry is None else timedelta(minutes=shown.retry)
            return Signals(failed=_REASONS[shown.status], http_status=shown.status, retry_after=retry_after)
        return Signals(
            fresh_for=None if shown.fresh is None else timedelta(minutes=shown.fresh - at),
            not_modified=shown.status == 304,
            conditional=True,
            hints=_hints(shown),
            published=() if shown.win_pub is None else tuple(time_at(float(each)) for each in shown.win_pub),
            repairable=state["listed"] or (self.pages and shown.pageable),
        )


def time_at(minutes):
    """The simulator's minutes as a time."""
    return START + timedelta(minutes=minutes)


def _hints(shown):
    hourly = {"sy:updatePeriod": "hourly", "sy:updateFrequency": "1"} if shown.sy else {}
    return hourly | ({"ttl": str(int(shown.ttl))} if shown.ttl else {})


def _recorded(state, shown):
    if shown.status not in _OUTCOMES:
        return Recorded(0, "failed")
    if shown.win_pub is None:
        return Recorded(0, _OUTCOMES[shown.status])
    seen = len(shown.win_pub)
    new = min(shown.n_new, seen)  # pages of the past are asked apart; the schedule is not told of them
    unseen = _unseen(state["newest"], shown) if shown.gap else None
    state["newest"] = shown.win_pub.max()
    outcome = "new" if new else "unchanged"
    return Recorded(0, outcome, seen, new, overlap=seen - new, gap=shown.gap, unseen=unseen)


def _unseen(newest, shown):
    """As storage.gaps tells it."""
    later = shown.win_pub[shown.win_pub > newest]
    return (time_at(float(newest)), time_at(float(later.min()))) if len(later) else None
