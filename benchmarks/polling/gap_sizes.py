"""How well the size of a gap is estimated: fixed pollers that ask too seldom, so that gaps open.

Twice for each gap: by the true rate, and by the schedule with what it has learned from the very polls that left the
gaps; the number that the archive would keep.
"""

from multiprocessing import Pool

import numpy as np

from polling.chronik import Chronik
from polling.engine import Replay
from polling.world import DAY, make_outlet


class Watched(Chronik):
    """Polls every so many minutes; the schedule learns from it but is not asked."""

    def __init__(self, every):
        super().__init__("watched", repair=False)
        self.every = every

    def next(self, state, at, shown):
        super().next(state, at, shown)
        return at + self.every


class Gaps(Replay):
    """Adds up, over the gaps: true number of entries missed in all and within gaps, and the two estimates."""

    def __init__(self, o, every, a):
        super().__init__(o, Watched(every), a)
        self.total = np.zeros(5)  # missed, missed within gaps, estimated by the truth, by what was learned, gaps
        self.pending = None
        rate = o.lam * o.scale / DAY * o.phi
        self.came = np.concatenate(([0.0], np.cumsum(np.tile(rate, 12)))) * 60

    def _judge(self, before_at, visible, gap, repaired):
        o, (_, keys, _) = self.o, self.shown
        since = np.arange(int(np.searchsorted(o.vis, before_at, "right")), visible)
        missed = int((np.isinf(self.seen[since]) & (o.del_[since] > self.last)).sum())
        self.total[0] += missed
        if gap:
            self.total[1] += missed
            self.total[4] += 1
            self.pending = keys.max()

    def estimate(self, shown, missed):
        """After the schedule has learned from the poll that found the gap."""
        newest, oldest = self.pending, shown.win_pub.min()
        self.pending = None
        if oldest > newest:
            self.total[2] += self._true(newest, oldest)
        self.total[3] += missed or 0

    def _true(self, start, end):
        week = 168 * 60.0
        base = start // week * week
        low, high = np.interp(np.array([start - base, end - base]) / 60, np.arange(len(self.came)), self.came)
        return float(high - low)

    def watch(self):
        """Poll through the whole span, warm-up included."""
        state = self.policy.start(self.o, None)
        t = 7.0
        while t < self.ends:
            shown = self.poll(t)
            following = self.policy.next(state, t, shown)
            if self.pending is not None:
                self.estimate(shown, state["missed"])
            t = following
        return self.total


def _gaps(args):
    number, every, a = args
    o = make_outlet(number, a)
    o.outages, o.rl, o.cap = [], 0.0, np.ones(len(o.live), bool)
    return Gaps(o, every, a).watch()


def table(a):
    """Print and return the ratios for each interval in `a.gap_check` (minutes)."""
    print(
        f"{'every':>7} {'gaps':>7} {'missed':>8} {'found%':>7} | by the true rate: all, median outlet [quartiles] | learned"
    )
    results = {}
    for every in (float(x) for x in a.gap_check.split(",")):
        with Pool(a.jobs) as pool:
            found = np.array(pool.map(_gaps, [(i, every, a) for i in range(a.outlets)], 4))
        results[f"{every:g}"] = _summary(found)
        _print_row(every, results[f"{every:g}"])
    return results


def _summary(found):
    missed, within, true, learned, gaps = found.sum(0)
    known = found[found[:, 1] >= 10]
    quartiles = [np.percentile(known[:, k] / known[:, 1], (50, 25, 75)).tolist() if len(known) else [] for k in (2, 3)]
    return {
        "gaps": int(gaps),
        "missed": int(missed),
        "found": 100 * within / max(1, missed),
        "true": true / max(1, within),
        "learned": learned / max(1, within),
        "true_outlets": quartiles[0],
        "learned_outlets": quartiles[1],
    }


def _print_row(every, z):
    told = [
        f"{z[name]:.3f} " + "{:.2f} [{:.2f}-{:.2f}]".format(*z[name + "_outlets"] or (0, 0, 0))
        for name in ("true", "learned")
    ]
    print(f"{every:7g} {z['gaps']:7d} {z['missed']:8d} {z['found']:7.1f} | {told[0]} | {told[1]}")
