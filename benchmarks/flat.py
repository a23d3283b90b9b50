"""Whether a poll costs the same in a small archive and in a large one.

    python benchmarks/flat.py --entries 10000 3000000 --repeat 5 --json flat.json

Makes archives of so many entries of 200 outlets over two years (benchmarks/million.py), or takes those that lie in
--folder; then polls the feeds of these very outlets, with all of their past, from a server of our own: nothing has
changed (304), the same bytes again, one or two new entries. The archives take turns. CPU is that of a process and its
children, less that of a run that asks nothing of the same archive, in milliseconds a feed (medians of both); the ratio
is to the smallest.

Before each run the archive is read through, so that all of it is in the system's memory; with --cold it is let out of
there. Else the small one would be in memory and the large one on disk, as reading takes CPU too. In an archive that was
measured before, news are new with another --seed only.
"""

import argparse
import json
import os
import statistics
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from folders import working
from million import make
from speed.command import Cost, run
from speed.programs import Chronik
from speed.server import STATES, Server, serving

OUTLETS = 200
SCENARIOS = ("304", "same", "news")


class Grown(Chronik):
    """Ourselves, with an archive in which each of the outlets has a past."""

    def follow(self, folder: Path, server: Server) -> None:
        """Let the outlets' feeds be where the server has them."""
        urls = enumerate(server.urls())
        lines = ["network: {spacing: 0s, concurrency: 100, allow_private_hosts: [127.0.0.0/8]}", "outlets:"]
        lines += [f"  zeitung-{n:03}: {{feeds: {{news: '{url}'}}}}" for n, url in urls]
        (folder / "feeds.yaml").write_text("\n".join(lines) + "\n")

    def follow_nothing(self, folder: Path) -> None:
        """List an address that it refuses to ask, and nothing else."""
        self.set_up(folder, [])


def main() -> None:
    """Measure and print."""
    args = _arguments()
    with serving(OUTLETS, args.seed) as server, working(args.folder) as place:
        archives = [_archive(place / str(entries), entries, server, args.seed) for entries in args.entries]
        found = _measured(archives, server, args.repeat, _let_out if args.cold else _read_through)
    print(json.dumps(found, indent=1))
    if args.json:
        args.json.write_text(json.dumps(found, indent=1) + "\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, nargs="+", default=[10_000, 3_000_000])
    parser.add_argument("--repeat", type=int, default=5, help=f"at most {STATES - 1}")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--cold", action="store_true", help="no page of an archive is in memory when a run begins")
    parser.add_argument("--folder", type=Path, help="where archives are kept for another run")
    parser.add_argument("--json", type=Path)
    return parser.parse_args()


def _archive(folder: Path, entries: int, server: Server, seed: int) -> Path:
    """An archive whose feeds have been polled once where they are now."""
    if not folder.exists():
        folder.mkdir(parents=True)
        make(folder / "archive.sqlite", entries, OUTLETS, seed)
    program = Grown()
    program.follow(folder, server)
    server.turn_to(0, validators=True)
    run(program, folder)
    return folder


def _measured(
    archives: list[Path], server: Server, repeat: int, prepare: Callable[[Path], None]
) -> dict[str, dict[str, float]]:
    found = {}
    for scenario in SCENARIOS:
        runs: dict[str, list[tuple[float, float]]] = defaultdict(list)
        for turn in range(repeat):
            server.turn_to(turn + 1 if scenario == "news" else 0, validators=scenario != "same")
            for folder in archives if turn % 2 else archives[::-1]:
                runs[folder.name].append(_costs(folder, server, prepare))
        costs = {folder.name: _net(runs[folder.name]) for folder in archives}
        least = costs[archives[0].name]
        ratios = {f"{name}, ratio": round(cost / least, 2) for name, cost in costs.items()}
        found[scenario] = {name: round(cost, 2) for name, cost in costs.items()} | ratios
    return found


def _costs(folder: Path, server: Server, prepare: Callable[[Path], None]) -> tuple[float, float]:
    """Seconds of a run that asks nothing, and of one that asks every feed."""
    program = Grown()
    program.follow_nothing(folder)
    idle = _prepared(program, folder, prepare)
    program.follow(folder, server)
    return idle.cpu, _prepared(program, folder, prepare).cpu


def _prepared(program: Grown, folder: Path, prepare: Callable[[Path], None]) -> Cost:
    prepare(folder / "archive.sqlite")
    return run(program, folder)


def _net(runs: list[tuple[float, float]]) -> float:
    """Milliseconds a feed. A difference of medians: a median of differences has the chance of two runs in it."""
    idle, asked = (statistics.median(each) for each in zip(*runs, strict=True))
    return 1000 * (asked - idle) / OUTLETS


def _read_through(path: Path) -> None:
    with path.open("rb", buffering=0) as file:
        while file.read(1 << 20):
            pass


def _let_out(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())  # what is not on disk yet would stay
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


if __name__ == "__main__":
    main()
