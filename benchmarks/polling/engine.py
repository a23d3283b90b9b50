"""Replay one policy against one outlet, and count what it saw, when, and at which cost."""

import numpy as np

from polling.world import DAY, served, window

DEEPEST = 25  # pages of the past asked for after a gap
NEVER = -1e18


class Obs:
    """What a policy is shown of a poll.

    status; changed: the body is another one; new_pub, n_new, n_dup: dates and number of entries not seen before, number
    of known ones; win_pub: sort dates of the entries in the document; fresh: the time until which it stands (max-age);
    retry: minutes to wait (Retry-After); sy, ttl: hints in minutes; gap: a full window that shares no unchanged entry
    with the one before; pageable: has pages of the past.
    """

    __slots__ = ("t", "status", "changed", "new_pub", "n_new", "n_dup", "win_pub") + (
        "fresh",
        "retry",
        "sy",
        "ttl",
        "gap",
        "pageable",
    )

    def __init__(self, t, o):
        self.t, self.sy, self.ttl, self.pageable = t, o.sy, o.ttl, o.pageable
        self.status, self.changed, self.n_new, self.n_dup, self.gap = 200, False, 0, 0, False
        self.new_pub = self.win_pub = self.fresh = self.retry = None


class Replay:
    """One policy at one outlet."""

    def __init__(self, o, policy, a):
        self.o, self.policy, self.a = o, policy, a
        self.starts, self.ends = a.warmup * DAY, (a.warmup + a.days) * DAY
        self.seen = np.full(len(o.live), np.inf)
        self.last_seen = np.full(len(o.live), -np.inf)
        self.key = o.pub.copy()
        self.deletions = np.sort(o.del_[np.isfinite(o.del_)])
        self.edited = self.outage = 0
        self.version = self.shown = None  # of the document; (entries, their keys, time) of the last one that was read
        self.fresh_until = self.retry_until = self.last = self.answered = NEVER
        self.listed = 0.0
        self.count = dict.fromkeys(("req", "bodies", "viol", "pages", "tp", "fp", "lf", "ls"), 0)

    def run(self, down):
        """Poll from the start of the warm-up; `down` are (start, end) of our own outages."""
        r = np.random.default_rng([self.a.seed, self.o.i, 77])
        state = self.policy.start(self.o, r)
        t = r.random() * min(60.0, getattr(self.policy, "m", 60.0))
        while t < self.ends + 1.9 * DAY:
            for start, end in down:
                if start <= t < end:
                    t = end + r.random() * 10
            shown = self.poll(t)
            following = self.policy.next(state, t, shown)
            if shown.retry and self.policy.honors_retry:
                following = max(following, t + shown.retry)
            t = max(following, t + 1.0)
        return self.result()

    def _measured(self, t):
        return self.starts <= t < self.ends

    def _note(self, what, n=1):
        self.count[what] += int(n)

    def poll(self, t):
        """What a request at that time is answered."""
        measured = self._measured(t)
        if measured:
            self._note("req")
            early = t < max(self.fresh_until, self.retry_until) - 0.02
            self._note("viol", early or t - self.last < self.a.floor - 0.02)
        shown = Obs(t, self.o)
        if self._is_out(t):
            shown.status = 503
        elif self.o.rl and t - self.answered < self.o.rl:
            self._refuse(t, shown)
        else:
            self._answer(t, shown, measured)
        if self.policy.recon and self.o.recon and shown.status in (200, 304) and t - self.listed >= DAY:
            self._reconcile(t, measured)
        self.last = t
        return shown

    def _is_out(self, t):
        outages = self.o.outages
        while self.outage < len(outages) and outages[self.outage][1] <= t:
            self.outage += 1
        return self.outage < len(outages) and outages[self.outage][0] <= t

    def _refuse(self, t, shown):
        shown.status = 429
        if self.o.rl_hdr:
            shown.retry = 60.0
            self.retry_until = t + 60.0

    def _answer(self, t, shown, measured):
        self.answered = t
        o, at = self.o, served(self.o, t)
        if o.hdr:
            shown.fresh = self.fresh_until = at + o.c
        visible = int(np.searchsorted(o.vis, at, "right"))
        self._edit(at)
        version = (visible, self.edited, int(np.searchsorted(self.deletions, at, "right")))
        if version == self.version:
            shown.status = 304 if o.cond else 200
            shown.n_dup = len(self.shown[0])
        else:
            self.version = version
            shown.changed = True
            self._read(t, at, visible, shown, measured)
        self._note("bodies", measured and shown.status == 200)

    def _edit(self, at):
        times, entries = self.o.edits
        while self.edited < len(times) and times[self.edited] <= at:
            if self.o.bump and times[self.edited] > 0:
                self.key[entries[self.edited]] = times[self.edited]
            self.edited += 1

    def _read(self, t, at, visible, shown, measured):
        entries = window(self.o, self.key, at, visible)
        new = self._see(entries, t, at)
        shown.n_new, shown.n_dup, shown.win_pub = len(new), len(entries) - len(new), self.key[entries]
        if self.shown is not None:
            before, keys, before_at = self.shown
            same = before[self.key[before] == keys]
            shown.gap = len(entries) >= self.o.W and not np.isin(same, entries).any()
            paged = shown.gap and self.policy.pages and self.o.pageable
            if paged:
                new = self._page(t, at, visible, same, new, measured)
                shown.n_new = len(new)
            if measured:
                self._judge(before_at, visible, shown.gap, paged and len(new) > self.o.W)
        if shown.gap:
            self.listed = NEVER  # a gap asks for the second list at once
        shown.new_pub = self.o.pub[new]
        self.shown = (entries, self.key[entries].copy(), at)

    def _see(self, entries, t, at):
        """Those of the entries that were not seen before."""
        new = entries[np.isinf(self.seen[entries])]
        self.seen[new] = t
        self.last_seen[entries] = at
        return new

    def _page(self, t, at, visible, same, new, measured):
        """Pages of the past until one shows a known entry."""
        for depth in range(2, DEEPEST + 1):
            if measured:
                for what in ("req", "bodies", "pages"):
                    self._note(what)
            entries = window(self.o, self.key, at, visible, depth)
            new = np.concatenate((new, self._see(entries, t, at)))
            if np.isin(same, entries).any() or len(entries) < self.o.W * depth:
                break
        return new

    def _judge(self, before_at, visible, gap, repaired):
        """Whether the gap test told what was lost between two looks."""
        since = np.arange(int(np.searchsorted(self.o.vis, before_at, "right")), visible)
        lost = int((np.isinf(self.seen[since]) & self.o.cap[since]).sum())
        if gap:
            self._note("tp" if lost or repaired else "fp")
        self._note("lf" if gap else "ls", lost)

    def _reconcile(self, t, measured):
        """Ask for the complete list of the last two days."""
        low, high = np.searchsorted(self.o.live, (max(self.listed, t - 2 * DAY) - 120, t))
        entries = np.arange(low, high)
        entries = entries[np.isinf(self.seen[entries]) & (self.o.del_[entries] > t)]
        self.seen[entries] = t
        self.listed = t
        self._note("req", measured)
        self._note("bodies", measured)

    def result(self):
        """What came of it."""
        o = self.o
        span = (o.live >= self.starts) & (o.live < self.ends)
        cap = span & o.cap
        got = cap & np.isfinite(self.seen)
        times, entries = o.edits
        edits = (times >= self.starts) & (times < self.ends) & o.cap[entries]
        lost, withdrawn = cap & ~got, np.isfinite(o.del_)
        return self.count | {
            "kind": o.kind,
            "all": int(span.sum()),
            "cap": int(cap.sum()),
            "got": int(got.sum()),
            "gotall": int((span & np.isfinite(self.seen)).sum()),
            "lost_withdrawn": int((lost & withdrawn).sum()),
            "lost_dated_back": int((lost & ~withdrawn & (o.pub < o.live)).sum()),
            "delay": (self.seen[got] - o.live[got]).astype(np.float32),
            "edits": int(edits.sum()),
            "edits_got": int((self.last_seen[entries[edits]] >= times[edits]).sum()),
        }


def simulate(o, policy, a, down):
    """What the policy saw of the outlet, when, and at which cost; only entries put live in the measured span count."""
    return Replay(o, policy, a).run(down)


def own_outages(a):
    """(start, end) of the times at which nobody polls."""
    r = np.random.default_rng([a.seed, 999])
    starts = r.uniform(a.warmup * DAY, (a.warmup + a.days) * DAY, a.downtimes) if a.downtimes else []
    return sorted((float(s), float(s) + a.downtime_hours * 60) for s in starts)


def nothing(o, delay, requests):
    """The result of a bound, which loses nothing by construction."""
    empty = dict.fromkeys(("viol", "pages", "tp", "fp", "lf", "ls", "edits", "edits_got", "all"), 0)
    empty |= {"lost_withdrawn": 0, "lost_dated_back": 0}
    n = len(delay)
    return empty | {
        "kind": o.kind,
        "cap": n,
        "got": n,
        "gotall": n,
        "delay": delay,
        "req": requests,
        "bodies": requests,
    }
