"""The schedule that this project began with (`guard(MU)`): learned rate, loss guard, price of a request.

rate(s)   = a/b u[hour] v[weekday] boost(s): a Gamma-Poisson level, shrunk profiles, a burst memory of 90 minutes
loss      longest T with P(N(T) >= W) <= 1e-3, N compound negative binomial: runs of entries less than 3 minutes apart,
          with their sizes as seen so far; sizes above W / 2 left out (found by the gap test and repaired instead)
delay     first T with integral_0^T rate(s) (T - s) ds >= mu
next      clamp(min(loss, delay), floor, 12 h), not before max-age ends, pulled onto quarters of an hour where it pays
"""

import math

import numpy as np

from polling.peers import Fixed
from polling.world import BASE, DAY

EPS = 1e-3
SIZES = np.arange(122)
WEEKDAYS = np.array([1.1, 1.1, 1.1, 1.1, 1.1, 0.75, 0.75])
_J = SIZES[1:]
PRIOR = np.concatenate(([0.0], 0.97 * (1 - 1 / 1.1) ** (_J - 1) / 1.1 + 0.03 * (1 - 1 / 5.0) ** (_J - 1) / 5.0))


def law(kappa, dispersion, sizes, w):
    """P(N = 0..w-1) for a vector of kappas: N is a sum of C run sizes, C negative binomial with mean kappa (Panjer)."""
    most = int(np.nonzero(sizes)[0].max())
    p = np.zeros((len(kappa), w))
    if dispersion > 1.02:
        q = (dispersion - 1) / dispersion
        r = kappa / (dispersion - 1)
        p[:, 0] = (1 - q) ** r
        alpha, beta = q, (r - 1) * q
    else:
        p[:, 0] = np.exp(-kappa)
        alpha, beta = 0.0, kappa
    share = sizes[1 : most + 1]
    weighed = np.arange(1, most + 1) * share
    for n in range(1, w):
        k = min(n, most)
        before = p[:, n - k : n][:, ::-1]
        p[:, n] = alpha * (before @ share[:k]) + beta / n * (before @ weighed[:k])
    return p


def room(dispersion, sizes, w, eps):
    """Largest expected number of runs between two polls with P(N >= w) <= eps."""
    low, high = 0.0, float(w)
    for _ in range(3):
        x = np.linspace(low, high, 15)
        fine = np.nonzero(1.0 - law(x[1:], dispersion, sizes, w).sum(axis=1) <= eps)[0]
        i = int(fine.max()) + 1 if len(fine) else 0
        low, high = x[i], x[min(i + 1, 14)]
    return float(max(low, 1e-3))


def runs(pub):
    """Sizes of the runs of entries less than three minutes apart."""
    if len(pub) == 0:
        return []
    cut = np.nonzero(np.diff(np.sort(pub)) > 3.0)[0]
    return np.diff(np.concatenate(([-1], cut, [len(pub) - 1]))).astype(int).tolist()


def run_law(counts, w):
    """Distribution of run sizes up to half a window, shrunk."""
    f = counts + 4.0 * PRIOR
    f[max(2, int(0.5 * w)) + 1 :] = 0.0
    return f / f.sum()


class Guard(Fixed):
    """See the module."""

    def __init__(self, mu, floor=5.0, cap=720.0):
        super().__init__(60, True)
        self.mu, self.floor, self.cap = mu, floor, cap

    def start(self, o, r):
        state = {"a": None, "b": 0.0, "nh": np.zeros(24), "nd": np.zeros(7), "F": 1.5, "g": 0.0, "ge": 0.0}
        state |= {"W": 1, "last": None, "lastok": None, "day": None, "phi": None, "fails": 0, "tmin": self.floor}
        return state | {"q": 0.0, "qn": 0.0, "sz": np.zeros(122), "room": None, "due": 0, "es": 1.0, "gb": 1.0}

    def next(self, s, t, b):
        if b.status not in (200, 304):
            return self._after_failure(s, t, b)
        s["fails"] = 0
        if s["a"] is None and b.win_pub is None:
            return t + 60
        if b.win_pub is not None:
            s["W"] = max(s["W"], len(b.win_pub))
        if s["a"] is None:
            self._begin(s, t, b)
        else:
            self._learn(s, t, b)
        s["last"] = s["lastok"] = t
        wait = min(self.cap, max(s["tmin"], self._wait(s, t, b)))
        s["tmin"] = max(self.floor, s["tmin"] * 0.9997)
        return max(self._on_mark(s, t, wait), (b.fresh or 0) + 0.05)

    def _after_failure(self, s, t, b):
        s["fails"] += 1
        gap = t - s["last"] if s["last"] is not None else 10.0
        s["last"] = t
        if b.status == 429:
            s["tmin"] = min(120.0, max(s["tmin"], 1.6 * gap, 10.0))
            return t + (b.retry or max(60.0, self.floor))
        return t + max(self.floor, min(60.0, 5.0 * 2 ** (s["fails"] - 1)))

    # -- learning

    def _profile(self, s):
        u = 24 * (s["nh"] + BASE) / (s["nh"].sum() + 24.0)
        v = 7 * (s["nd"] + 40.0 * WEEKDAYS / 7) / (s["nd"].sum() + 40.0)
        phi = (v[:, None] * u[None, :]).ravel()
        s["phi"] = phi / phi.mean()
        s["cum"] = np.concatenate(([0.0], np.cumsum(np.tile(s["phi"], 3)))) * 60.0

    def _exposure(self, s, start, end):
        """Integral of the profile, in minutes, over at most a week."""
        week = 168 * 60.0
        base = (start // week) * week
        x = np.array([start - base, min(end - base, 2.9 * week)]) / 60.0
        y = np.interp(x, np.arange(len(s["cum"])), s["cum"])
        return float(y[1] - y[0])

    def _reroom(self, s):
        w = min(s["W"], 120)
        f = run_law(s["sz"], w)
        s["es"] = float((f * SIZES).sum())
        s["room"] = room(s["F"], f, w, EPS) if w > 1 else 0.02

    def _begin(self, s, t, b):
        self._profile(s)
        p = np.sort(b.win_pub)
        p = p[p >= t - 21 * DAY]
        s["a"], s["b"] = 1.0, 3 * DAY
        if len(p) >= 2:
            span = max(30.0, t - p[0])
            exposure = self._exposure(s, t - min(span, 7 * DAY), t) * max(1.0, span / (7 * DAY))
            s["a"], s["b"] = max(1.0, 0.5 * len(p)), max(15.0, 0.5 * exposure)
            self._count(s, p)
        s["day"] = t // DAY
        self._profile(s)
        self._reroom(s)

    def _count(self, s, dates):
        for x in dates:
            s["nh"][int(x // 60) % 24] += 1
            s["nd"][int(x // DAY) % 7] += 1
        for k in runs(dates):
            s["sz"][min(k, 121)] += 1

    def _learn(self, s, t, b):
        dt = t - s["lastok"]
        exposure = self._exposure(s, s["lastok"], t) if dt <= 7 * DAY else dt
        m = s["a"] / s["b"] * exposure
        n = max(b.n_new, m) if b.gap else b.n_new
        new = b.new_pub[b.new_pub > t - 2 * DAY] if b.n_new else np.zeros(0)
        if m > 0.2:
            mean = m * (1 + (s["gb"] - 1) * 90 / dt * (1 - math.exp(-dt / 90))) / s["es"]
            w = 0.05 * min(1.0, mean)
            s["F"] = min(8.0, max(1.0, (1 - w) * s["F"] + w * min(25.0, (len(runs(new)) - mean) ** 2 / mean)))
        f, k = math.exp(-dt / (7 * DAY)), math.exp(-dt / 90.0)
        s["a"], s["b"] = f * s["a"] + n, f * s["b"] + exposure
        if s["a"] < 0.5:
            s["a"], s["b"] = s["a"] + 0.05, s["b"] + 0.05 * 60 * DAY
        s["g"], s["ge"] = k * s["g"] + n, k * s["ge"] + m
        self._count(s, new)
        s["q"] += ((new % 15 < 0.02) | (new % 15 > 14.98)).sum()
        s["qn"] += len(new)
        self._age(s, t, b.gap or max(runs(new), default=0) > 4)

    def _age(self, s, t, at_once):
        s["due"] = 0 if at_once else s["due"]
        if t // DAY != s["day"]:
            s["day"] = t // DAY
            for name, factor in (("nh", 0.965), ("nd", 0.98), ("sz", 0.98), ("q", 0.95), ("qn", 0.95)):
                s[name] *= factor
            self._profile(s)
            s["due"] -= 1
        if s["due"] <= 0:
            s["due"] = 3
            self._reroom(s)

    # -- deciding

    def _wait(self, s, t, b):
        level = s["a"] / s["b"]
        here = level * s["phi"][int(t // 60) % 168]
        steps = 96
        guess = min(self.cap, max(self.floor, math.sqrt(2 * self.mu / max(here, 1e-6))))
        step = max(guess / 16.0, 30.0 / steps)
        x = step * (np.arange(steps) + 0.5)
        s["gb"] = min(8.0, max(0.6, (2 + s["g"]) / (2 + s["ge"])))
        rate = level * s["phi"][((t + x) // 60).astype(int) % 168] * (1 + (s["gb"] - 1) * np.exp(-x / 90.0))
        came = np.cumsum(rate) * step
        waited = (np.cumsum(came) - 0.5 * came) * step
        k = int(np.searchsorted(waited, self.mu))
        wait = step * (k + 1) if k < steps else self.cap
        if 0 < k < steps:
            wait = step * (k + (self.mu - waited[k - 1]) / max(1e-9, waited[k] - waited[k - 1]))
        if s["W"] > 1:
            repairable = self.pages and b.pageable
            limit = max(s["room"] * s["es"], 2.0 * s["W"]) if repairable else s["room"] * s["es"]
            j = int(np.searchsorted(came * (1 + 1.65 / math.sqrt(max(1.0, s["a"]))), limit))
            wait = min(wait, step * (j + 0.5)) if j < steps else wait
        return wait

    def _on_mark(self, s, t, wait):
        mark = round((t + wait) / 15) * 15 + 0.3 - t
        marked = s["qn"] > 8 and s["q"] / s["qn"] > 0.15
        return t + (mark if marked and 0.7 * wait <= mark <= 1.25 * wait and mark >= s["tmin"] else wait)
