"""A yardstick for the times at which feeds are polled: the policies, the runs, the table.

All policies are replayed against the very same outlets (see world.py). Only entries put live in the measured span count.

  loss%      capturable entries never seen (capturable: shown by some state of the served document)
  lossA%     the same of all published entries
  worst      loss% of the worst outlet with 20 capturable entries or more; n>1%: outlets above 1 %
  d50, d95, mean   minutes from "put live" to first seen, over the entries that were seen
  req/d      requests an outlet and day, pages of the past and second lists included; req/new: per entry seen
  200/d      answers with a body an outlet and day
  viol/k     breaches of politeness in 1,000 requests: within max-age or Retry-After, or sooner than --floor
  edit%      edits seen of those that a later poll could show
  gapR       share of what was lost, before the second list is asked, that lies in a flagged gap
  gapP       share of the flagged gaps that truly held something
"""

import argparse
import json
import math
import sys
import time
from multiprocessing import Pool

import numpy as np

from polling import gap_sizes
from polling.bounds import Listed, clairvoyant, poisson_times
from polling.chronik import chronik
from polling.curve import draw
from polling.engine import nothing, own_outages, simulate
from polling.guard import Guard
from polling.peers import Fixed, MediaCloud, MinifluxEF, MinifluxRR, NewsBlur, ReaderPy, Sqrt, StormAdaptive
from polling.world import capturable, load_trace, make_outlet

NAMED = {
    "reader": ReaderPy,
    "miniflux-rr": MinifluxRR,
    "miniflux-ef": MinifluxEF,
    "miniflux-ef3": lambda: MinifluxEF(3),
    "mediacloud": MediaCloud,
    "newsblur": NewsBlur,
    "cc-news": StormAdaptive,
}
POLICIES = """chronik chronik-frugal chronik(PRICE), each with -norepair
fixedN reader miniflux-rr miniflux-ef miniflux-ef3 mediacloud newsblur cc-news sqrt(MU) guard(MU), each with
+page (pages of the past after a gap) and +recon (a complete list of two days, daily and after a gap)
bounds: poisson-opt(MU)[-noloss] (knows the true rate) clairvoyant(MU) (knows every arrival)
PRICE, MU: entry-minutes of delay that one request is worth"""
DEFAULT = (
    "chronik,chronik-frugal,fixed15,fixed60,reader,miniflux-rr,miniflux-ef,mediacloud,newsblur,cc-news,"
    "fixed60+page+recon,sqrt(30),guard(30),guard(30)+page+recon,poisson-opt(30),clairvoyant(30)"
)
COLUMNS = {
    "loss%": ("loss", ".3f"),
    "lossA%": ("lossA", ".3f"),
    "worst": ("worst", ".1f"),
    "n>1%": ("n1", "d"),
    "d50": ("d50", ".1f"),
    "d95": ("d95", ".1f"),
    "mean": ("mean", ".1f"),
    "req/d": ("req_day", ".2f"),
    "req/new": ("req_new", ".3f"),
    "200/d": ("b200_day", ".2f"),
    "viol/k": ("viol_k", ".1f"),
    "edit%": ("edit", ".1f"),
    "gapR": ("gapR", ".0f"),
    "gapP": ("gapP", ".0f"),
}


def make_policy(name, floor=5.0):
    """The policy of that name."""
    if name.startswith("chronik"):
        return chronik(name, floor)
    body, *options = name.split("+")
    base, _, number = body.rstrip(")").partition("(")
    if base.startswith("fixed"):
        policy = Fixed(int(base[5:]))
    elif base in NAMED:
        policy = NAMED[base]()
    elif base in {"sqrt", "guard"}:
        policy = (Sqrt if base == "sqrt" else Guard)(float(number or 300), floor)
    else:
        raise SystemExit(f"unknown policy {name!r} (see --list)")
    policy.pages, policy.recon, policy.name = "page" in options, "recon" in options, name
    return policy


BOUNDS = ("clairvoyant(", "poisson-opt(")  # what knows the future, or the true rates: not policies


def replay(name, o, a, down):
    """The result of one policy, or bound, at one outlet."""
    if name.startswith("clairvoyant("):
        return nothing(o, *clairvoyant(o, float(name[12:-1]), a))
    if name.startswith("poisson-opt("):
        eps = 1.0 if name.endswith("-noloss") else 1e-3
        return simulate(o, Listed(name, poisson_times(o, float(name[12:].split(")")[0]), a, eps)), a, down)
    return simulate(o, make_policy(name, a.floor), a, down)


def work(args):
    """All policies at one outlet."""
    number, a, names, traced = args
    o = make_outlet(number, a) if traced is None else traced
    o.cap = capturable(o)
    return {name: replay(name, o, a, own_outages(a)) for name in names}


def summarise(rows, a):
    """The figures of one policy over some outlets."""
    total = {
        key: sum(row[key] for row in rows)
        for key in ("all", "cap", "got", "gotall", "req", "bodies", "viol", "pages", "tp", "fp", "lf", "ls", "edits")
        + ("edits_got", "lost_withdrawn", "lost_dated_back")
    }
    delays = np.concatenate([row["delay"] for row in rows])
    losses = [100 * (1 - row["got"] / row["cap"]) for row in rows if row["cap"] >= 20]
    outlet_days = len(rows) * a.days
    return {
        "loss": 100 - _percent(total["got"], total["cap"]),
        "lossA": 100 - _percent(total["gotall"], total["all"]),
        "d50": _percentile(delays, 50),
        "d95": _percentile(delays, 95),
        "mean": float(delays.mean()) if len(delays) else float("nan"),
        "req_day": total["req"] / outlet_days,
        "req_new": total["req"] / max(1, total["got"]),
        "b200_day": total["bodies"] / outlet_days,
        "viol_k": 1000 * total["viol"] / max(1, total["req"]),
        "edit": _percent(total["edits_got"], total["edits"]),
        "gapR": _percent(total["lf"], total["lf"] + total["ls"]),
        "gapP": _percent(total["tp"], total["tp"] + total["fp"]),
        "worst": max(losses, default=float("nan")),
        "silent": total["ls"],
        "n1": sum(loss > 1 for loss in losses),
        "pages_day": total["pages"] / outlet_days,
        "entries": total["cap"],
        "lost": total["cap"] - total["got"],
        "lost_withdrawn": total["lost_withdrawn"],
        "lost_dated_back": total["lost_dated_back"],
        "unav": 100 - _percent(total["cap"], total["all"]),
    }


def _percent(part, whole):
    return 100 * part / whole if whole else float("nan")


def _percentile(values, q):
    return float(np.percentile(values, q)) if len(values) else float("nan")


def run(a, names):
    """The rows of each policy, an outlet each."""
    outlets = load_trace(a.trace, a) if a.trace else [None] * a.outlets
    jobs = [(number, a, names, traced) for number, traced in enumerate(outlets)]
    with Pool(a.jobs) as pool:
        found = list(pool.imap(work, jobs, chunksize=4))
    return {name: [each[name] for each in found] for name in names}


def show(rows, a, names):
    """Print the table, and one for each kind of outlet if wanted; returns the figures."""
    print(
        f"outlets {len(rows[names[0]])}, days {a.days:g} (+{a.warmup:g} warm-up), seed {a.seed}, floor {a.floor:g} min, "
        f"own outages {a.downtimes} x {a.downtime_hours:g} h"
    )
    results = _part(rows, a, names, "", lambda row: True)
    if a.by_kind:
        for kind in sorted({row["kind"] for row in rows[names[0]]}):
            print("--", kind)
            results |= _part(rows, a, names, kind + "/", lambda row, kind=kind: row["kind"] == kind)
    return results


def _part(rows, a, names, prefix, wanted):
    print(f"{'policy':<27}" + "".join(f"{head:>8}" for head in COLUMNS))
    results = {}
    for name in names:
        figures = summarise([row for row in rows[name] if wanted(row)], a)
        results[prefix + name] = figures
        print(f"{name[:27]:<27}" + "".join(f"{figures[key]:>8{form}}" for key, form in COLUMNS.values()))
    return results


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--outlets", type=int, default=500)
    add("--days", type=float, default=30)
    add("--warmup", type=float, default=5, help="days run but not scored")
    add("--seed", type=int, default=1)
    add("--floor", type=float, default=5, help="politeness floor, minutes")
    add("--downtimes", type=int, default=0, help="own outages in the span")
    add("--downtime-hours", type=float, default=6)
    add("--policies", default=DEFAULT)
    add("--by-kind", action="store_true")
    add("--gap-check", metavar="T,T,..", help="instead: how well gaps are sized that pollers every T minutes leave")
    add("--jobs", type=int, default=2)
    add("--trace", help="real arrivals, JSON lines, instead of the synthetic world")
    add("--json", help="write the results there")
    add("--svg", help="draw requests against delay there, beside each policy what is lost of all entries")
    add("--list", action="store_true", help="name the policies")
    add("--simulator", metavar="FILE", help="another simulator with the same interface, our schedule in it")
    return parser.parse_args()


def main():
    """Run as the arguments say."""
    a = _arguments()
    if a.list:
        print(POLICIES)
        return
    names = [name for name in a.policies.split(",") if name]
    for name in names:
        if not name.startswith(BOUNDS):
            make_policy(name)  # an unknown one ends here, and not in a worker
    began = time.monotonic()
    results = gap_sizes.table(a) if a.gap_check else show(run(a, names), a, names)
    print(f"{time.monotonic() - began:.0f} s", file=sys.stderr)
    if a.svg and not a.gap_check:
        draw(results, a.svg)
    if a.json:
        settings = {key: value for key, value in vars(a).items() if key not in ("json", "svg", "trace")}
        with open(a.json, "w", encoding="utf-8") as out:
            json.dump({"args": settings, "results": _numbers(results)}, out, indent=1, allow_nan=False)


def _numbers(results):
    """What cannot be reckoned is null: JSON knows no NaN."""
    if isinstance(results, dict):
        return {key: _numbers(value) for key, value in results.items()}
    if isinstance(results, list | tuple):
        return [_numbers(value) for value in results]
    return None if isinstance(results, float) and not math.isfinite(results) else results
