"""The simulated outlets: when their entries come, and what their feeds show of them. Deterministic in (seed, number).

Per outlet: entries by hour of the day, weekday and day-level noise, bursts of breaking news, bulk posts (many entries in
one minute), entries scheduled on quarters of an hour, back-dated inserts, edits (some feeds bump edited entries to the
top), deletions, a server-side cache with or without max-age, 304, 429, outages, boilerplate hints, pages of the past and
a complete second list. Times are minutes from a Monday's midnight; `a` holds the arguments of the run.

The world is invented: rates and windows follow published surveys of news feeds, the rest is judgement.
"""

import json
import math
from pathlib import Path

import numpy as np

DAY = 1440.0
# Share of a day's entries by hour of a newsroom's own time.
BASE = np.array(
    [1.0, 0.7, 0.5, 0.5, 0.8, 2.2, 4.2, 5.4, 6.0, 6.3, 6.5, 6.4]
    + [6.0, 6.0, 6.1, 6.2, 6.2, 6.0, 5.6, 5.0, 4.2, 3.4, 2.6, 1.7]
)
BASE = BASE / BASE.mean()
# kind: (share of the outlets up to here, median entries a day, spread, windows, their shares)
KINDS = {
    "national": (0.10, 150.0, 0.5, (20, 30, 50, 100), (0.25, 0.25, 0.30, 0.20)),
    "regional": (0.40, 30.0, 0.6, (10, 15, 20, 30, 50), (0.30, 0.10, 0.30, 0.15, 0.15)),
    "local": (1.01, 3.0, 1.0, (10, 15, 20, 25, 50), (0.60, 0.10, 0.15, 0.10, 0.05)),
}
LISTED = {"national": 0.8, "regional": 0.6, "local": 0.25}


class Outlet:
    """One outlet with its whole history.

    lam: entries a day before bursts; W: entries the feed shows; phi: relative rate by hour of the week; c, hdr: minutes
    for which the server keeps a copy, and whether it says so; sy, ttl: hints in minutes; cond: answers 304; pageable:
    has pages of the past; recon: a complete list of the last days exists; rl, rl_hdr: minutes between answers below
    which it says 429, and whether with Retry-After; live, pub, vis, del_: when each entry is put live, its date, when
    the served document may first show it, when it is withdrawn; edits: (times, entries); bump: edits come to the top.
    """

    __slots__ = (
        "i",
        "kind",
        "lam",
        "W",
        "phi",
        "c",
        "hdr",
        "sy",
        "ttl",
        "cond",
        "pageable",
        "recon",
        "rl",
        "rl_hdr",
        "bump",
    ) + ("live", "pub", "vis", "del_", "edits", "outages", "cap", "scale")


def make_outlet(i, a):
    """Outlet number i of the world a.seed."""
    r = np.random.default_rng([a.seed, i])
    o = Outlet()
    o.i = i
    _draw_size(o, r)
    _draw_rhythm(o, r)
    _draw_server(o, r)
    first = -max(7.0, 2.5 * o.W / o.lam) * DAY
    last = (a.warmup + a.days + 2) * DAY
    _draw_entries(o, r, first, last)
    _draw_changes(o, r)
    span = (last - first) / DAY
    starts = r.uniform(first, last, r.poisson(0.04 * span))
    o.outages = sorted((float(s), float(s + min(360.0, 20 * math.exp(r.standard_normal())))) for s in starts)
    return o


def _draw_size(o, r):
    x = r.random()
    o.kind = next(kind for kind, (below, *_) in KINDS.items() if x < below)
    _, median, spread, windows, shares = KINDS[o.kind]
    o.lam = float(np.clip(median * math.exp(spread * r.standard_normal()), 0.05, 600))
    o.W = int(r.choice(windows, p=shares))


def _draw_rhythm(o, r):
    shift = 0 if r.random() < 0.7 else int(r.integers(-8, 9))
    hours = np.roll(BASE, shift) ** r.uniform(0.6, 1.4)
    weekend = r.uniform(0.4, 0.9)
    days = np.array([1, 1, 1, 1, 1, weekend, weekend])
    o.phi = (days[:, None] / days.mean() * (hours / hours.mean())[None, :]).ravel()


def _draw_server(o, r):
    o.c = float(r.choice((0, 1, 5, 10, 15, 30), p=(0.45, 0.10, 0.20, 0.10, 0.10, 0.05)))
    o.hdr = bool(o.c > 0 and r.random() < 0.8)
    wordpress = r.random() < 0.55
    o.sy = 60.0 if wordpress else None
    o.ttl = None
    if not wordpress and r.random() < 0.25:
        o.ttl = float(r.choice((5, 15, 60, 1440), p=(0.2, 0.25, 0.45, 0.1)))
    o.cond = bool(r.random() < 0.65)
    o.pageable = bool(wordpress and r.random() < 0.85)
    o.recon = bool(r.random() < (0.8 if wordpress else LISTED[o.kind]))
    o.rl = float(r.choice((10, 20, 30))) if r.random() < 0.08 else 0.0
    o.rl_hdr = bool(r.random() < 0.5)
    o.bump = bool(r.random() < 0.06)


def _draw_entries(o, r, first, last):
    span = (last - first) / DAY
    parts = [_usual(o, r, first, last), *_bursts(o, r, first, last, span), *_bulk(o, r, first, last, span)]
    t = np.sort(np.concatenate(parts))
    t = t[(t >= first) & (t < last)]
    o.scale = len(t) / span / o.lam
    share = r.uniform(0.2, 0.7) if r.random() < 0.4 else 0.05
    m = r.random(len(t)) < share
    t[m] = np.ceil(t[m] / 15) * 15
    o.live = np.sort(t)
    o.vis = o.live if o.c == 0 else np.ceil(o.live / o.c) * o.c


def _usual(o, r, first, last):
    hours = np.arange(math.floor(first / 60), math.ceil(last / 60))
    days = hours // 24
    noise = r.gamma(16.0, 1 / 16.0, size=days.max() - days.min() + 1)
    n = r.poisson(o.lam / 24 * o.phi[hours % 168] * noise[days - days.min()])
    return np.repeat(hours * 60.0, n) + r.random(n.sum()) * 60


def _bursts(o, r, first, last, span):
    for at in r.uniform(first, last, r.poisson(r.uniform(0.05, 0.3) * span)):
        k = 1 + r.geometric(1 / max(3.0, 0.15 * o.lam))
        yield at + r.exponential(60.0, k)


def _bulk(o, r, first, last, span):
    if r.random() >= 0.6:
        return
    for at in r.uniform(first, last, r.poisson(r.uniform(0.03, 0.4) * span)):
        big = r.random() < 0.05
        k = int(r.integers(max(2, o.W // 2), 1 + int(1.5 * o.W))) if big else 1 + int(r.geometric(1 / 4.0))
        yield np.full(k, at)


def _draw_changes(o, r):
    """Back-dating, deletions, edits."""
    n = len(o.live)
    o.pub = o.live.copy()
    often = 0.06 if r.random() < 0.05 else 0.003
    m = r.random(n) < often
    o.pub[m] -= r.exponential(240.0, m.sum())
    o.del_ = np.full(n, np.inf)
    m = r.random(n) < 0.004
    o.del_[m] = o.live[m] + r.exponential(180.0, m.sum())
    entries = np.nonzero(r.random(n) < 0.15)[0]
    times = o.live[entries] + r.exponential(120.0, len(entries)) + 1
    order = np.argsort(times)
    o.edits = (times[order], entries[order])


def load_trace(path, a):
    """Real arrivals instead: a JSON object a line, {"feed": name, "w": window, "t": [minutes, …]}."""
    with Path(path).open(encoding="utf-8") as lines:
        return [_traced(i, json.loads(line)) for i, line in enumerate(lines)]


def _traced(i, said):
    o = Outlet()
    live = np.sort(np.array(said["t"], float))
    o.i, o.kind, o.W = i, said.get("feed", str(i)), int(said["w"])
    o.lam = max(0.05, len(live) / max(1.0, (live[-1] - live[0]) / DAY))
    hours = np.bincount((live // 60).astype(int) % 168, minlength=168) + 1.0
    o.phi, o.scale = hours / hours.mean(), 1.0
    o.c, o.hdr, o.sy, o.ttl, o.cond = 0.0, False, said.get("sy"), said.get("ttl"), True
    o.pageable, o.recon = bool(said.get("pageable")), bool(said.get("recon"))
    o.rl, o.rl_hdr, o.bump, o.outages = 0.0, False, False, []
    o.live = o.pub = o.vis = live
    o.del_ = np.full(len(live), np.inf)
    o.edits = (np.zeros(0), np.zeros(0, int))
    return o


def served(o, t):
    """The time whose state the document has that the server gives at t."""
    return t if o.c == 0 else math.floor(t / o.c) * o.c


def window(o, key, at, visible, depth=1):
    """Entries on pages 1..depth of the document of that time; `key` sorts, `visible` counts the entries put live."""
    low = max(0, visible - o.W * depth - (400 if o.bump else 40))
    entries = np.arange(low, visible)
    gone = o.del_[low:visible] <= at
    if gone.any():
        entries = entries[~gone]
    return entries[np.argsort(-key[entries], kind="stable")[: o.W * depth]]


def capturable(o):
    """True for each entry that a poller who sees every state of the document would see."""
    seen = np.zeros(len(o.live), bool)
    key = o.pub.copy()
    times, entries = o.edits
    edited = 0
    for at in np.unique(o.vis):
        while edited < len(times) and times[edited] <= at:
            if o.bump:
                key[entries[edited]] = times[edited]
            edited += 1
        seen[window(o, key, at, int(np.searchsorted(o.vis, at, "right")))] = True
    return seen
