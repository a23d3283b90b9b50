"""What the schedule is told: what the configuration allows, and what a visit said besides entries."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from storage.records import Reason


@dataclass(frozen=True, slots=True)
class Bounds:
    """What the configuration allows for a feed.

    `price`: how much delay of one entry a request may cost. 30 minutes ask a feed of 24 entries a day every 60
    minutes; four times the price halves the requests.
    """

    min_interval: timedelta = timedelta(minutes=5)
    max_interval: timedelta = timedelta(hours=24)
    price: timedelta = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Signals:
    """What a visit told besides entries.

    `failed` with `detail` if it gave no document. `fresh_for` is Cache-Control or Expires, `hints` what the document
    says of its own rhythm (ttl, sy:*, skipHours, skipDays). `published` are the dates of all entries in the document.
    `repairable`: what is missed can be had otherwise and will be asked for: pages of the past, a list of the last days.
    None: not known; then the document's own signs of pages count. `leapt`: how far the clock was set forward since the
    last look: that time did not pass, and nothing could come in it.
    """

    failed: Reason | None = None
    detail: str | None = None
    http_status: int | None = None
    retry_after: timedelta | None = None
    fresh_for: timedelta | None = None
    etag: str | None = None
    last_modified: str | None = None
    permanent_url: str | None = None
    not_modified: bool = False
    conditional: bool = False
    hints: dict[str, Any] = field(default_factory=dict)
    published: tuple[datetime, ...] = ()
    repairable: bool | None = None
    leapt: timedelta = timedelta(0)
