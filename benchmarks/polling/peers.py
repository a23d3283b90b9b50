"""How others decide when to poll, re-implemented from their published source: without queues, batch caps and push.

A policy has `start(outlet, random)` -> state and `next(state, t, shown)` -> time of the next poll, `pages` and `recon`
(whether pages of the past and the second list are asked for) and `honors_retry`.
"""

import math

from polling.world import DAY


class Fixed:
    """Every m minutes."""

    recon = False

    def __init__(self, m, honor=False):
        self.m, self.honors_retry, self.pages = m, honor, False
        self.name = f"fixed{m}"

    def start(self, o, r):
        return {}

    def next(self, s, t, b):
        return t + self.m


class ReaderPy(Fixed):
    """lemon24/reader 3.x: grid of 60 min, later on max-age and Retry-After."""

    def __init__(self):
        super().__init__(60, True)
        self.name = "reader"

    def next(self, s, t, b):
        nxt = (t // 60 + 1) * 60
        h = max(b.fresh or 0, t + b.retry if b.retry else 0)
        return (h // 60 + 1) * 60 if h > nxt else nxt


class MinifluxRR(Fixed):
    """Miniflux round_robin without the batch cap: max(60, ttl, max-age), cap 24 h."""

    def __init__(self):
        super().__init__(60, True)
        self.name = "miniflux-rr"

    def iv(self, s, t):
        return 60.0

    def next(self, s, t, b):
        hint = max(b.ttl or 0, (b.fresh - t) if b.fresh else 0) if b.changed else 0
        if b.retry:
            hint = b.retry
        return t + min(DAY, max(self.iv(s, t), hint))


class MinifluxEF(MinifluxRR):
    """Miniflux entry_frequency: week / ceil(week / mean gap between entries of the last week), min 5, max 24 h."""

    def __init__(self, factor=1):
        Fixed.__init__(self, 60, True)
        self.factor = factor
        self.name = "miniflux-ef" + ("" if factor == 1 else str(factor))

    def start(self, o, r):
        return {"p": []}

    def iv(self, s, t):
        p = s["p"] = [x for x in s["p"] if x >= t - 7 * DAY]
        if len(p) < 2 or max(p) == min(p):
            return DAY
        w = math.ceil(7 * DAY / ((max(p) - min(p)) / (len(p) - 1)))
        return min(DAY, max(5.0, 7 * DAY / (w * self.factor)))

    def next(self, s, t, b):
        if b.n_new:
            s["p"].extend(b.new_pub.tolist())
        return super().next(s, t, b)


class MediaCloud(Fixed):
    """mediacloud/rss-fetcher: poll_minutes moved by the share of known entries."""

    def __init__(self):
        super().__init__(360, True)
        self.name = "mediacloud"

    def start(self, o, r):
        return {"m": None, "prev": None, "last_new": None, "fail": 0.0, "r": r}

    def next(self, s, t, b):
        m = s["m"] or b.sy or 360.0
        if b.status in (200, 304):
            s["m"] = self._adapted(s, t, b, m)
            return t + s["m"]
        s["m"] = m
        s["fail"] += 0.5
        wait = min(DAY, m * s["fail"]) if s["fail"] >= 1 else m
        if b.retry:
            wait = max(wait, min(DAY, b.retry))
        return t + wait + (s["r"].random() * 60 if b.status == 429 else 0)

    def _adapted(self, s, t, b, m):
        s["fail"] = 0.0
        if b.n_new:
            s["last_new"] = t
        before, s["prev"] = s["prev"], t
        if before is None:
            return m
        late = (t - before) - m
        known = 100.0 * b.n_dup / max(1, b.n_new + b.n_dup) if b.changed else 101.0
        if known >= 67 and late >= -20:
            since = (t - s["last_new"]) / DAY if s["last_new"] is not None else 0
            return min(DAY, m + (10 if since <= 31 or known < 100 else 60))
        if known < 33 and late <= 20:
            return max(360.0 if m > 360 else m - 60, b.sy or 0, 10.0)
        return m


class NewsBlur(Fixed):
    """NewsBlur decay for a feed with 2..10 premium subscribers."""

    def __init__(self):
        super().__init__(15, True)
        self.name = "newsblur"

    def start(self, o, r):
        return {"p": [], "err": 0, "last": 0.0, "r": r}

    def next(self, s, t, b):
        if b.n_new:
            s["p"].extend(b.new_pub.tolist())
            s["last"] = t
        s["p"] = [x for x in s["p"] if x >= t - 30 * DAY] if len(s["p"]) % 50 == 0 else s["p"]
        spd = sum(1 for x in s["p"][-40:] if x >= t - 30 * DAY) / 30.0
        if spd >= 1:
            tot = 15.0
        elif spd > 0:
            tot = 60 - spd * 60
        else:
            tot = 360.0 * max(1.0, (t - s["last"]) / (30 * DAY))
        tot = min(max(tot, 1.0), 720.0)
        s["err"] = 0 if b.status in (200, 304) else s["err"] + 1
        if s["err"]:
            tot = min(tot * s["err"], 7 * DAY)
        return t + tot + s["r"].random() * tot / 4


class StormAdaptive(Fixed):
    """StormCrawler AdaptiveScheduler with commoncrawl/news-crawl's settings."""

    def __init__(self):
        super().__init__(720, True)
        self.name = "cc-news"

    def start(self, o, r):
        return {"m": 720.0}

    def next(self, s, t, b):
        if b.status not in (200, 304):
            return t + 2880
        s["m"] *= 0.8 if b.changed else 1.5
        s["m"] = min(129600.0, max(90.0, s["m"]))
        return t + s["m"]


class Sqrt(Fixed):
    """T = sqrt(2 mu / mean rate of the last 14 days); no hours, no loss guard."""

    def __init__(self, mu, floor=5.0):
        super().__init__(60, True)
        self.mu, self.floor = mu, floor

    def start(self, o, r):
        return {"p": [], "first": None}

    def next(self, s, t, b):
        if b.n_new:
            s["p"].extend(b.new_pub.tolist())
        p = s["p"] = [x for x in s["p"] if x >= t - 14 * DAY]
        span = max(60.0, t - min(p)) if p else 14 * DAY
        lam = (len(p) + 0.5) / span
        nxt = t + min(720.0, max(self.floor, math.sqrt(2 * self.mu / lam)))
        if b.retry:
            nxt = max(nxt, t + b.retry)
        return max(nxt, (b.fresh or 0) + 0.1)
