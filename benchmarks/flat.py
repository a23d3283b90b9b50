"""Whether a poll costs the same in a small archive and in a large one.

    python benchmarks/flat.py --entries 10000 3000000 --repeat 5 --json flat.json

Makes archives of so many entries of 200 outlets over two years (benchmarks/million.py), or takes those that lie in
--folder; then polls the feeds of these very outlets, with all of their past, from a server of our own: nothing has
changed (304), the same bytes again, one or two new entries. The archives take turns. CPU is that of a process and its
children, less that of a run that asks nothing of the same archive, in milliseconds a feed; the ratio is to the smallest.
"""

import argparse
import json
import statistics
from collections import defaultdict
from pathlib import Path

from folders import working
from million import make
from speed.command import run
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
        found = _measured(archives, server, args.repeat)
    print(json.dumps(found, indent=1))
    if args.json:
        args.json.write_text(json.dumps(found, indent=1) + "\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, nargs="+", default=[10_000, 3_000_000])
    parser.add_argument("--repeat", type=int, default=5, help=f"at most {STATES - 1}")
    parser.add_argument("--seed", type=int, default=7)
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


def _measured(archives: list[Path], server: Server, repeat: int) -> dict[str, dict[str, float]]:
    program, found = Grown(), {}
    for scenario in SCENARIOS:
        costs: dict[str, list[float]] = defaultdict(list)
        for turn in range(repeat):
            server.turn_to(turn + 1 if scenario == "news" else 0, validators=scenario != "same")
            for folder in archives:
                costs[folder.name].append(_cost(program, folder, server))
        found[scenario] = {name: round(statistics.median(each), 2) for name, each in costs.items()}
        least = found[scenario][archives[0].name]
        found[scenario] |= {f"{name}, ratio": round(found[scenario][name] / least, 2) for name in costs}
    return found


def _cost(program: Grown, folder: Path, server: Server) -> float:
    program.follow_nothing(folder)
    idle = run(program, folder).cpu
    program.follow(folder, server)
    return 1000 * (run(program, folder).cpu - idle) / OUTLETS


if __name__ == "__main__":
    main()
