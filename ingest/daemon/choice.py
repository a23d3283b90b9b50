"""Which of the due feeds to take in hand now. Pure: time and places are arguments.

No host gets so many places that its feeds, waiting for their turn, keep other hosts' feeds out. What is overdue by more
than a moment, after a sleep, a stop or a full disk, is caught up with at a measured pace; what falls due meanwhile
is on time.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from math import ceil
from urllib.parse import urlsplit

from ingest.config import Config
from ingest.guard import host_name
from storage.due import Due

OVERDUE = timedelta(minutes=1)
AHEAD = timedelta(seconds=4)  # for how long a host's places keep it busy, so that it never waits for us
LEAST_PACE = 10  # feeds a round that are caught up with
HEADROOM = 2  # times as many as could fall due


@dataclass(frozen=True, slots=True)
class Places:
    """`room`: visits in all; `a_host`: visits at one; `pace`: overdue feeds taken in one round."""

    room: int
    a_host: int
    pace: int

    def left(self, under_way: int) -> "Places":
        """What is left of them."""
        return Places(max(self.room - under_way, 0), self.a_host, self.pace)


def places(config: Config, room: int, tick: timedelta) -> Places:
    """The places that a configuration needs."""
    network = config.network
    ahead = AHEAD / max(network.spacing, timedelta(milliseconds=20))
    rate = sum(tick / max(feed.min_interval, tick) for feed in config.feeds())
    return Places(room, min(network.per_host + ceil(ahead), room // 2), max(LEAST_PACE, ceil(HEADROOM * rate)))


def chosen(due: Iterable[Due], now: datetime, left: Places, taken: Mapping[str, int]) -> list[Due]:
    """Feeds to visit. `due` has the longest due first; `taken` says how many visits each host has already."""
    picked: list[Due] = []
    hosts, pace = Counter(taken), left.pace
    for each in due:
        if len(picked) >= left.room:
            break
        host = host_of(each.url)
        overdue = each.due_at is None or now - each.due_at > OVERDUE
        if hosts[host] >= left.a_host or (overdue and not pace):
            continue
        pace -= overdue
        hosts[host] += 1
        picked.append(each)
    return picked


@lru_cache(maxsize=20_000)
def host_of(url: str | None) -> str:
    """The host that will be asked, as its turns are kept.

    >>> host_of("https://Orf.at/rss?a=1"), host_of(None)
    ('orf.at', '')
    """
    try:
        return host_name(urlsplit(url or "").hostname or "")
    except ValueError:
        return ""
