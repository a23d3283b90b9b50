"""Bounds: what a schedule could reach that knows every arrival, or the true rate."""

import math

import numpy as np

from polling.guard import SIZES, room, runs
from polling.world import DAY


class Listed:
    """A list of times made in advance."""

    honors_retry, recon, pages = True, False, False

    def __init__(self, name, times):
        self.name, self.times = name, times

    def start(self, o, r):
        return {"k": 0}

    def next(self, s, t, b):
        while s["k"] < len(self.times) and self.times[s["k"]] <= t + 1:
            s["k"] += 1
        return self.times[s["k"]] if s["k"] < len(self.times) else 1e18


def clairvoyant(o, mu, a):
    """(delays, polls) with the least sum of delays + mu * polls without loss, all arrivals known (dynamic program)."""
    m = o.cap & (o.live >= a.warmup * DAY) & (o.live < (a.warmup + a.days) * DAY)
    vis, live = o.vis[m], o.live[m]
    if len(vis) == 0:
        return np.zeros(0, np.float32), 0
    tick, first = np.unique(vis, return_index=True)
    before = np.concatenate((first, [len(vis)]))  # arrivals before each tick
    sums = np.concatenate(([0.0], np.cumsum(live)))[before]
    last = _cheapest(before, sums, tick, o.W, mu)
    delays, polls, j = np.empty(len(live), np.float32), 0, len(tick)
    while j > 0:
        i = last[j]
        delays[before[i] : before[j]] = tick[j - 1] - live[before[i] : before[j]]
        j, polls = i, polls + 1
    return delays, polls


def _cheapest(before, sums, tick, w, mu):
    """For each tick the poll before it on the cheapest way there."""
    cost = np.zeros(len(tick) + 1)
    last = np.zeros(len(tick) + 1, int)
    reach = np.searchsorted(before, before - w)
    for j in range(1, len(tick) + 1):
        low = min(int(reach[j]), j - 1)
        i = slice(low, j)
        c = cost[i] + (before[j] - before[i]) * tick[j - 1] - (sums[j] - sums[i])
        k = int(c.argmin())
        cost[j], last[j] = c[k] + mu, low + k
    return last


def poisson_times(o, mu, a, eps=1e-3, step=5.0, cap=720.0):
    """The best times fixed in advance when the true rate is known, not the arrivals (dynamic program)."""
    n = int((a.warmup + a.days + 2) * DAY / step)
    rate = o.lam * o.scale / DAY * o.phi[((np.arange(n) * step) // 60).astype(int) % 168]
    came = np.concatenate(([0.0], np.cumsum(rate) * step))
    moments = np.concatenate(([0.0], np.cumsum(rate * (np.arange(n) + 0.5) * step) * step))
    floor = max(a.floor, o.rl, o.c if o.hdr else 0.0)
    shortest, longest = max(1, math.ceil(floor / step)), int(cap / step)
    reach = np.searchsorted(came, came - (1e9 if eps >= 1 else _allowed(o, eps)))
    cost, last = np.full(n + 1, np.inf), np.zeros(n + 1, int)
    cost[0] = 0
    for j in range(shortest, n + 1):
        low = min(max(int(reach[j]), j - longest), j - shortest)
        i = slice(low, j - shortest + 1)
        c = cost[i] + (came[j] - came[i]) * j * step - (moments[j] - moments[i])
        k = int(c.argmin())
        cost[j], last[j] = c[k] + mu, low + k
    return _way_back(last, cost, n, step)


def _allowed(o, eps):
    """Entries that may be expected between two polls, by the true sizes of runs."""
    sizes = np.bincount(np.minimum(runs(o.live), 121), minlength=122).astype(float)
    w = min(o.W, 120)
    sizes[max(2, int(0.5 * w)) + 1 :] = 0.0
    sizes /= sizes.sum()
    return room(1.5, sizes, w, eps) * float((sizes * SIZES).sum())


def _way_back(last, cost, n, step):
    times, j = [], n
    while j > 0 and np.isfinite(cost[j]):
        times.append(j * step)
        j = last[j]
    return times[::-1]
