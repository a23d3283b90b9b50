"""How long to wait after a good answer: a request is spent when it saves enough delay, or before the window rolls over.

Delay: one request is worth `price` minutes of delay of one entry. With a constant rate the cheapest interval is
sqrt(2 price / rate) (Sia, Cho and Cho 2007: requests by the square root of the rate), at whose end the entries that
came have waited `price` minutes in all. So with a rate that changes by the hour: we come when they will have.

Loss: a window of W entries shares one with the last window as long as fewer than W came. The wait ends where the
chance of more passes 1 in 1,000: the expected number m satisfies m + z sqrt(F m) + (z^2 - 1)(2 F - 1) / 6 = W - 1
(Cornish-Fisher expansion of an overdispersed count, F = variance over mean).
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.schedule.rhythm import BURST_LASTS, Rhythm, hour_of, weekday_of

SURE = 3.09  # normal quantile of 1 in 1,000
UPPER = 1.65  # the level's upper 95 % bound
FIRST_STEP, GROWTH = 2.0, 1.1  # the search goes in steps that grow: minutes, factor
MARKED = 0.15  # share of entries on quarters of an hour from which it pays to come just after one
MARKS = (0.5, 2.0)  # how much sooner and later it pays to come for what many entries go by ...
RENEWED = (0.4, 2.5)  # ... and for what all go by: between two renewals there is nothing to be had


@dataclass(frozen=True, slots=True)
class Wait:
    """Minutes until the next look, how many entries are expected by then, and which rule decided."""

    minutes: float
    entries: float
    guarded: bool = False


def room(window: float, clumping: float) -> float:
    """Entries that may be expected between two looks so that the window almost surely still shows one known entry.

    >>> round(room(20, 1.0), 1), round(room(50, 1.5), 1)
    (8.5, 26.6)
    """
    skew = (SURE * SURE - 1.0) / 6.0 * (2.0 * clumping - 1.0)
    spare = window - 1.0 - skew
    if spare <= 0.0:
        return 0.02
    half = SURE * math.sqrt(clumping) / 2.0
    root = math.sqrt(half * half + spare) - half
    return max(0.02, root * root)


def best_wait(rhythm: Rhythm, now: float, price: float, allowed: float, longest: float) -> Wait:
    """Until the entries that come have waited `price` minutes in all, or more than `allowed` may have come."""
    careful = 1.0 + UPPER / math.sqrt(max(1.0, rhythm.seen))
    at = came = waited = 0.0
    for step, rate in _rates(rhythm, now, longest):
        more = rate * step
        if (came + more) * careful > allowed:
            return Wait(at + max(0.0, allowed / careful - came) / rate, allowed / careful, guarded=True)
        waiting = (came + more / 2.0) * step
        if waited + waiting > price:
            part = (price - waited) / waiting
            return Wait(at + step * part, came + more * part)
        at, came, waited = at + step, came + more, waited + waiting
    return Wait(longest, came)


def _rates(rhythm: Rhythm, now: float, longest: float) -> Iterator[tuple[float, float]]:
    """(minutes, entries a minute) of steps that grow from now on."""
    level, boost = rhythm.level, rhythm.boost - 1.0
    hours, days = rhythm.day_profile(), rhythm.week_profile()
    at, step = 0.0, FIRST_STEP
    while at < longest:
        step = min(step, longest - at)
        middle = at + step / 2.0
        then = now + middle
        usual = level * hours[hour_of(then)] * days[weekday_of(then)]
        yield step, usual * (1.0 + boost * math.exp(-middle / BURST_LASTS))
        at += step
        step *= GROWTH


def on_grid(minutes: float, first: float, every: float, within: tuple[float, float]) -> float:
    """The nearest of `first`, `first + every`, … where it is not too much sooner or later, else `minutes`.

    >>> on_grid(22.0, 4.0, 10.0, MARKS), on_grid(22.0, 4.0, 120.0, MARKS)
    (24.0, 22.0)
    """
    after = first + max(0.0, math.ceil((minutes - first) / every)) * every
    sooner, later = within
    candidates = [at for at in (after - every, after) if at >= first and sooner <= at / minutes <= later]
    return min(candidates, key=lambda at: max(at / minutes, minutes / at), default=minutes)
