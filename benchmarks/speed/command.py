"""Run the programs through the scenarios, and tell what each cost."""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from speed.limits import limits
from speed.programs import Program, installed
from speed.server import STATES, Server, serving

SCENARIOS = ("cold", "304", "same", "news")
PATIENCE = 1800  # seconds for one run


@dataclass(frozen=True)
class Cost:
    """Of one run: seconds of CPU and wall, megabytes of the largest process at its peak."""

    cpu: float
    wall: float
    mb: float


def main() -> int:
    """Measure and print."""
    args = _arguments()
    with tempfile.TemporaryDirectory() as name, serving(args.feeds, args.seed) as server:
        folder = Path(name)
        programs = [each for each in installed(args.reader) if not args.only or each.name in args.only.split(",")]
        found = {each.name: _measured(each, folder / each.name, server, args.repeat) for each in programs}
        told = {
            "date": datetime.now(UTC).strftime("%Y-%m-%d"),
            "machine": f"{os.cpu_count()} cores, {platform.processor() or platform.machine()}, Python {platform.python_version()}",
            "feeds": args.feeds,
            "programs": found,
            "limits": limits(server, folder, min(args.feeds, 200), args.seed),
        }
    print("\n".join(_lines(told)))
    if args.json:
        args.json.write_text(json.dumps(told, indent=1) + "\n")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--feeds", type=int, default=1000)
    parser.add_argument("--repeat", type=int, default=5, help="runs of each scenario but the cold one, which has one")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--reader", help="the Python of an environment with lemon24/reader")
    parser.add_argument("--only", help="these programs, with commas between them")
    parser.add_argument("--json", type=Path)
    return parser.parse_args()


def _measured(program: Program, folder: Path, server: Server, repeat: int) -> dict[str, dict[str, float]]:
    folder.mkdir()
    idle = folder / "idle"
    idle.mkdir()
    program.set_up(idle, [])
    nothing = [run(program, idle) for _ in range(3)][1:]
    base = Cost(min(each.cpu for each in nothing), min(each.wall for each in nothing), 0)
    program.set_up(folder, server.urls())
    found = {}
    for scenario, states in _plan(repeat):
        costs = []
        for state in states:
            server.turn_to(state, validators=scenario != "same")
            costs.append(run(program, folder))
        found[scenario] = _figures(costs, base, server.feeds)
        print(f"{program.name} {scenario}: {found[scenario]}", file=sys.stderr)
    entries, size = program.stored(folder)
    found["stored"] = {"entries": entries, "bytes_per_entry": round(size / max(entries, 1))}
    return found


def _plan(repeat: int) -> Iterator[tuple[str, list[int]]]:
    yield "cold", [0]
    yield "304", [0] * repeat
    yield "same", [0] * repeat
    yield "news", list(range(1, min(repeat, STATES - 1) + 1))


def run(program: Program, folder: Path) -> Cost:
    """Run it once in its folder, to its end."""
    command, given = program.run()
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-c", _TIMED, str(PATIENCE), *command],
        cwd=folder,
        env=os.environ | {"HOME": str(folder), "PYTHONDONTWRITEBYTECODE": ""},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    _, said = process.communicate(given or None)
    cpu, peak = map(float, said.split()[-2:])
    return Cost(cpu, time.monotonic() - began, peak / 1024)


# Takes in whatever the program leaves behind, so that grandchildren count too (prctl: PR_SET_CHILD_SUBREAPER).
_TIMED = """
import ctypes, os, resource, subprocess, sys
ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
subprocess.run(sys.argv[2:], timeout=float(sys.argv[1]), stderr=subprocess.DEVNULL)
try:
    while True: os.wait()
except ChildProcessError: pass
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(used.ru_utime + used.ru_stime, used.ru_maxrss, file=sys.stderr)
"""


def _figures(costs: list[Cost], base: Cost, feeds: int) -> dict[str, float]:
    return {
        "cpu_ms": round(1000 * (statistics.median(each.cpu for each in costs) - base.cpu) / feeds, 2),
        "wall_ms": round(1000 * (statistics.median(each.wall for each in costs) - base.wall) / feeds, 2),
        "peak_mb": round(max(each.mb for each in costs), 1),
    }


def _lines(told: dict[str, object]) -> Iterator[str]:
    programs: dict[str, dict[str, dict[str, float]]] = told["programs"]  # type: ignore[assignment]
    yield f"{told['date']}, {told['machine']}, {told['feeds']} feeds; milliseconds of CPU (wall) per feed"
    yield ""
    yield "| program | " + " | ".join(SCENARIOS) + " | peak MB | entries | bytes each |"
    yield "|---" * (len(SCENARIOS) + 4) + "|"
    for name, found in programs.items():
        costs = (f"{found[each]['cpu_ms']} ({found[each]['wall_ms']})" for each in SCENARIOS)
        peak = max(found[each]["peak_mb"] for each in SCENARIOS)
        stored = found["stored"]
        yield f"| {name} | {' | '.join(costs)} | {peak} | {stored['entries']} | {stored['bytes_per_entry']} |"
    ours = programs.get("chronik")
    for name, found in programs.items():
        if ours is not None and name != "chronik":
            ratios = (f"{found[each]['cpu_ms'] / max(ours[each]['cpu_ms'], 0.01):.1f}" for each in SCENARIOS)
            yield f"| {name}, times ours | {' | '.join(ratios)} | | | |"
    yield ""
    yield "Limits: " + "; ".join(f"{name} {cost:.2f} ms" for name, cost in told["limits"].items())  # type: ignore[attr-defined]
