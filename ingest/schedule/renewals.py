"""When a server renews the document that it hands out: between two renewals there is nothing to be had.

Either it says so (max-age), or entries tell: one that is dated before our last look and was not in the document then
came late. Caches and site builders that run by the clock renew every 5, 10, 15 or 30 minutes past the hour; each such
rule predicts when an entry may be seen first, and the one that is belied least is taken. Times are minutes since 1970.
"""

import math
from collections.abc import Iterable
from datetime import timedelta

EVERY = (0.0, 5.0, 10.0, 15.0, 30.0)  # minutes; 0: at once
Belied = tuple[float, ...]  # entries that spoke against each of them, fading
NOTHING: Belied = (0.0,) * len(EVERY)
LASTS = 28 * 1440.0
ENOUGH = 4.0  # entries that came late
LATEST = 120.0  # minutes: an entry that came later was back-dated
LONGEST_LIFETIME = 3600  # seconds: documents that stand longer are not worth waiting for
WHOLE_MINUTE = 15.0  # seconds that a cache may have held a copy when we come just after its renewal
ROUND = tuple(60 * minutes for minutes in (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30, 60))  # seconds that caches are told
SAME = 3.0  # seconds


def lifetime(before_s: int, fresh_for: timedelta | None, moved: timedelta) -> int:
    """Seconds for which the server lets a document stand: the longest that it gave lately, in whole minutes.

    `moved`: by how much the time until which it stands is later than at the look before. Who comes ever so late in a
    copy's life is given its rest alone, and would take that for all of it; but the end moves by whole lives.

    >>> lifetime(750, timedelta(seconds=140), timedelta(seconds=1800))
    900
    """
    if fresh_for is None:
        return 0
    given = fresh_for.total_seconds()
    to_the_minute = -given % 60.0
    longest = max(int(given + (to_the_minute if to_the_minute < WHOLE_MINUTE else 0.0)), int(before_s * 0.999))
    if given >= longest - WHOLE_MINUTE or not timedelta(0) < moved < timedelta(days=1):
        return longest
    return next((life for life in ROUND if life >= longest and _is_multiple(moved.total_seconds(), life)), longest)


def _is_multiple(seconds: float, life: int) -> bool:
    return abs(seconds - round(seconds / life) * life) < SAME


def belied(before: Belied, dates: Iterable[float], last: float, now: float) -> Belied:
    """After a look that showed entries of these dates for the first time; `last` is the look before."""
    fading = math.exp(-max(0.0, now - last) / LASTS)
    told = {date for date in dates if last - LATEST < date <= now}
    return tuple(
        fading * count + sum(not last < _first_seen(date, every) <= now for date in told)
        for count, every in zip(before, EVERY, strict=True)
    )


def _first_seen(date: float, every: float) -> float:
    return math.ceil(date / every) * every if every else date


def rhythm_of(counts: Belied) -> float:
    """Minutes between renewals by the clock; 0 where the document is always up to date, or nothing is known.

    >>> rhythm_of((8.0, 5.0, 0.5, 6.0, 9.0)), rhythm_of((1.0, 0.0, 0.0, 0.0, 0.0))
    (10.0, 0.0)
    """
    at_once = counts[0]
    if at_once < ENOUGH:
        return 0.0
    count, every = min(zip(counts[1:], EVERY[1:], strict=True))
    return every if count <= 0.25 * at_once else 0.0
