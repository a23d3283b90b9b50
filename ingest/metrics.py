"""What is counted and measured while polling, for Prometheus. The only module that knows prometheus-client."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from ingest.pipeline import Visited
from storage.records import Failed, Ingested
from storage.vitals import Vitals

CONTENT_TYPE = CONTENT_TYPE_LATEST
disable_created_metrics()  # type: ignore[no-untyped-call,unused-ignore]  # a second series for each, of which nobody makes use
_DELAYS = (60, 300, 600, 1200, 1800, 3600, 7200, 14400, 28800, 86400)
_LATENESS = (0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3600)
_PARSING = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


@dataclass(frozen=True, slots=True)
class Now:
    """What is so at this moment: how many visits are under way, how many jobs wait to be written, and the archive."""

    in_hand: int
    writing: int
    vitals: Vitals
    at: datetime


class Metrics:
    """Counts since the start. A registry of its own: nothing else of the process is in it."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self._polls = Counter("chronik_polls", "visits", ("outcome", "reason"), registry=registry)
        self._entries = Counter("chronik_entries_new", "entries that the archive had not had", registry=registry)
        self._changed = Counter("chronik_entries_changed", "entries with a new wording", registry=registry)
        self._gaps = Counter("chronik_gaps", "gaps that were opened", registry=registry)
        self._bytes = Counter("chronik_wire_bytes", "bodies as sent", registry=registry)
        self._lag = _histogram("chronik_lag_seconds", "from publication to first seen, new entries", _DELAYS, registry)
        self._late = _histogram("chronik_due_lateness_seconds", "from due to taken in hand", _LATENESS, registry)
        self._parse = _histogram("chronik_parse_seconds", "to read a document, turns waited for", _PARSING, registry)
        self._pushed = Counter("chronik_push", "WebSub: entries by who brought them first", ("by",), registry=registry)
        self._gauges = {name: Gauge(f"chronik_{name}", told, registry=registry) for name, told in _GAUGES.items()}

    def visited(self, visited: Visited) -> None:
        """Count a visit."""
        failed, recorded = visited.outcome, visited.recorded
        reason = failed.reason.value if isinstance(failed, Failed) else ""
        outcome = "postponed" if visited.postponed_until else recorded.outcome if recorded else "failed"
        self._polls.labels(outcome, reason).inc()
        if visited.outcome is not None:
            self._bytes.inc(visited.outcome.fetch.wire_bytes or 0)
        if recorded is not None:
            self._entries.inc(recorded.entries_new)
            self._changed.inc(recorded.entries_changed)
            self._gaps.inc(recorded.gap)
        for lag in lags(visited):
            self._lag.observe(lag.total_seconds())

    def late(self, lateness: timedelta) -> None:
        """A feed was taken in hand so long after it was due."""
        self._late.observe(lateness.total_seconds())

    def parsed(self, seconds: float) -> None:
        """A document was read."""
        self._parse.observe(seconds)

    def pushed(self, by: str, entries: int) -> None:
        """New entries of a feed with a hub came by `push` or by `poll` (which a push had missed)."""
        self._pushed.labels(by).inc(entries)

    def text(self, now: Now) -> bytes:
        """In Prometheus's text format."""
        for name, value in _values(now).items():
            self._gauges[name].set(value)
        return generate_latest(self.registry)


def _histogram(name: str, told: str, buckets: tuple[float, ...], registry: CollectorRegistry) -> Histogram:
    return Histogram(name, told, buckets=buckets, registry=registry)


_GAUGES = {
    "in_hand": "visits under way",
    "write_queue": "jobs that wait for the writer",
    "feeds": "listed feeds",
    "feeds_failing": "feeds whose last attempt failed",
    "feeds_gone": "feeds that the server says are gone for good",
    "due": "feeds that are due and not yet in hand",
    "due_oldest_seconds": "how long the first of them has been due",
    "gaps_open": "stretches in which entries may have been missed, not closed",
    "unindexed": "entries that wait for the search index",
    "archive_bytes": "size of the archive",
    "archive_log_bytes": "size of the archive's write-ahead log",
}


def _values(now: Now) -> dict[str, float]:
    told, oldest = now.vitals, now.vitals.oldest_due_at
    return {
        "in_hand": now.in_hand,
        "write_queue": now.writing,
        "feeds": told.feeds,
        "feeds_failing": told.failing,
        "feeds_gone": told.gone,
        "due": told.due,
        "due_oldest_seconds": 0 if oldest is None else max((now.at - oldest).total_seconds(), 0),
        "gaps_open": told.gaps_open,
        "unindexed": told.unindexed,
        "archive_bytes": told.bytes or 0,
        "archive_log_bytes": told.log_bytes or 0,
    }


def lags(visited: Visited) -> list[timedelta]:
    """From publication to first seen, of the new entries of a feed that was read before.

    Which ones are new is not said: it is those published last that are taken for it.
    """
    outcome, recorded = visited.outcome, visited.recorded
    if recorded is None or not isinstance(outcome, Ingested) or visited.feed.last_success_at is None:
        return []
    published = (entry.wording.published_at for entry in outcome.reading.entries)
    last = sorted((at for at in published if at is not None), reverse=True)[: recorded.entries_new]
    seen = outcome.fetch.requested_at
    return [seen - at for at in last if at <= seen]
