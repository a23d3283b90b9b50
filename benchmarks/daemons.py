"""Several daemons on one archive on PostgreSQL, one of them killed again and again, against a server of our own.

    python benchmarks/daemons.py --feeds 2000 --daemons 4 --seconds 300 --kill-every 20 --json daemons.json

The server notes every request and knows what it showed; a reader follows the archive by `seq` all the while; waits of
the database are sampled. At the end all of it is compared. `--kill-every 0` kills nobody. `--interval 1` asks as fast as
it goes: what then holds the daemons up is CPU, or a lock, as the sampled waits say. Needs a PostgreSQL server on this
machine (the programs, not a running one).
"""

import argparse
import collections
import itertools
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from living_outlets import Outlets, listed, shown
from postgres import database, server

from storage.reading import reading

OUTLETS = Outlets(entries=12, every=60)
SPACING = 0.2  # seconds that a host wants between two requests
SLACK = 0.02  # seconds by which clocks of programs on one machine disagree when they note things
PROGRAM = "import sys; from ingest.cli import main; sys.exit(main(sys.argv[1:]))"


@dataclass
class Found:
    """What was measured. Seconds; counts of things that must not be are 0 where all holds."""

    feeds: int
    daemons: int
    seconds: float
    killed: int
    polls: int
    polls_a_second: float
    asked_twice: int  # recorded polls of a feed less than its interval after the one before
    asked_again_after_a_kill: int  # requests of killed daemons, never recorded, whose feeds were asked anew
    longest_wait: float  # between two polls of one feed
    never_asked: int
    spacing_broken: int
    closest: float  # seconds between two requests at one host
    entries: int
    lost: int
    doubled: int
    missed_by_reader: int
    waits: dict[str, float] = field(default_factory=dict)  # share of samples of busy connections, by what they wait for
    cpu_share: float = 0.0  # of all cores, by whatever runs: daemons, workers, the database, the outlets


def main() -> None:
    """Measure and print."""
    args = _arguments()
    with (
        tempfile.TemporaryDirectory() as folder,
        server(autovacuum="on", fsync="on", synchronous_commit="on") as url,
        database(url, "chronik") as archive,
        OUTLETS.serving(Path(folder, "asked")) as port,
    ):
        found = _measure(Path(folder), archive, port, args)
    print(json.dumps(asdict(found), indent=1))
    if args.json:
        args.json.write_text(json.dumps(asdict(found), indent=1) + "\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--feeds", type=int, default=2_000)
    parser.add_argument("--daemons", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--interval", type=int, default=60, help="seconds between two polls of a feed")
    parser.add_argument("--kill-every", type=float, default=20, help="seconds; 0: nobody is killed")
    parser.add_argument("--json", type=Path)
    return parser.parse_args()


# --- the daemons ------------------------------------------------------------------------------------------------------


def _measure(folder: Path, archive: str, port: int, args: argparse.Namespace) -> Found:
    _configure(folder, port, archive, args)
    daemons = [_started(folder) for _ in range(args.daemons)]
    try:
        _until_all_asked(archive, args, folder / "log")
        reader, watcher = Follower(archive), Waits(archive)
        began, idle = time.time(), _idle()
        killed = _time_passes(folder, daemons, args)
        took = time.time() - began
    finally:
        for daemon in daemons:
            daemon.send_signal(signal.SIGTERM)
        for daemon in daemons:
            daemon.wait(20)
    watcher.stop()
    reader.stop()
    found = _compared(folder, archive, began, args)
    found.killed, found.seconds = killed, round(took, 1)
    found.cpu_share = round(1 - (_idle() - idle) / took / (os.cpu_count() or 1), 2)
    found.missed_by_reader, found.waits = reader.missed(), watcher.shares()
    found.polls_a_second = round(found.polls / took, 1)
    return found


def _configure(folder: Path, port: int, archive: str, args: argparse.Namespace) -> None:
    lines = [
        f"archive: {json.dumps(archive)}",
        f"network: {{spacing: {SPACING}s, per_host: 1, allow_private_hosts: [127.0.0.0/8]}}",
        f"defaults: {{min_interval: {args.interval}s, max_interval: {args.interval}s, timeout: 10s}}",
        listed(args.feeds, port),
    ]
    (folder / "feeds.yaml").write_text("\n".join(lines))


def _started(folder: Path) -> "subprocess.Popen[bytes]":
    # A session of its own: what is killed is killed with its workers.
    with (folder / "log").open("ab") as log:
        command = [sys.executable, "-c", PROGRAM, "run", "--log-level", "warning"]
        return subprocess.Popen(command, cwd=folder, stderr=log, start_new_session=True)


def _until_all_asked(archive: str, args: argparse.Namespace, log: Path) -> None:
    end = time.monotonic() + 120 + args.feeds / 2
    while time.monotonic() < end:
        time.sleep(2)
        try:
            with reading(archive) as reader:
                (row,) = reader.rows("select count(*) as n from feeds where last_success_at is not null")
        except Exception:  # noqa: BLE001 - the first daemon makes the archive now
            continue
        print(f"\rasked {row['n']} of {args.feeds} ", end="", file=sys.stderr, flush=True)
        if row["n"] == args.feeds:
            return
    raise SystemExit(f"the daemons did not get through: {log.read_text()[-3000:]}")


def _time_passes(folder: Path, daemons: "list[subprocess.Popen[bytes]]", args: argparse.Namespace) -> int:
    end, killed = time.monotonic() + args.seconds, 0
    while time.monotonic() < end:
        time.sleep(min(args.kill_every or 5, max(end - time.monotonic(), 0.1)))
        if args.kill_every and time.monotonic() < end:
            place = random.randrange(len(daemons))
            os.killpg(daemons[place].pid, signal.SIGKILL)
            daemons[place].wait()
            daemons[place] = _started(folder)
            killed += 1
    return killed


def _idle() -> float:
    """Seconds that all cores together had nothing to do so far (proc_stat(5)): idle, and waiting for the disk."""
    told = Path("/proc/stat").read_text().splitlines()[0].split()
    return (int(told[4]) + int(told[5])) / os.sysconf("SC_CLK_TCK")


# --- who watches ------------------------------------------------------------------------------------------------------


class Follower(threading.Thread):
    """Reads what changed since the last time, again and again, as an exporter does."""

    def __init__(self, archive: str) -> None:
        super().__init__(daemon=True)
        self._archive = archive
        self._read: set[tuple[int, int]] = set()
        self._last = 0
        self._end = threading.Event()
        self.start()

    def run(self) -> None:
        with_more = True
        while with_more:
            with_more = not self._end.is_set()
            self._look()
            time.sleep(0.2)

    def _look(self) -> None:
        with reading(self._archive) as reader:
            rows = reader.rows("select entry_id, seq from entries where seq > :last order by seq", {"last": self._last})
        self._read |= {(row["entry_id"], row["seq"]) for row in rows}
        self._last = rows[-1]["seq"] if rows else self._last

    def stop(self) -> None:
        """Look once more, and end."""
        self._end.set()
        self.join()

    def missed(self) -> int:
        """Entries as they stand that it has never seen so."""
        with reading(self._archive) as reader:
            rows = reader.rows("select entry_id, seq from entries")
        return len({(row["entry_id"], row["seq"]) for row in rows} - self._read)


class Waits(threading.Thread):
    """Looks, ten times a second, what the database's busy connections wait for."""

    def __init__(self, archive: str) -> None:
        super().__init__(daemon=True)
        self._archive = archive
        self._seen: collections.Counter[str] = collections.Counter()
        self._end = threading.Event()
        self.start()

    def run(self) -> None:
        from storage.server import connect

        with connect(self._archive) as connection:
            connection.autocommit = True
            while not self._end.wait(0.1):
                with connection.cursor() as cursor:
                    cursor.execute(_WAITING)
                    self._seen.update(row[0] for row in cursor.fetchall())

    def stop(self) -> None:
        """End."""
        self._end.set()
        self.join()

    def shares(self) -> dict[str, float]:
        """Of all busy connections seen, by what they waited for."""
        return {name: round(n / self._seen.total(), 3) for name, n in self._seen.most_common()}


_WAITING = """
select coalesce(wait_event_type || ': ' || wait_event, 'CPU') from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid() and state = 'active'
"""


# --- afterwards -------------------------------------------------------------------------------------------------------


def _compared(folder: Path, archive: str, began: float, args: argparse.Namespace) -> Found:
    asked = [json.loads(line) for line in (folder / "asked").read_text().splitlines()]
    with reading(archive) as reader:
        polls = reader.rows("select feed, requested_at, outcome from fetches where route = 'live' order by fetch_id")
        entries = reader.rows("select url, count(*) as n from entries group by url")
    recorded: dict[int, list[float]] = collections.defaultdict(list)
    for row in polls:
        recorded[int(row["feed"][1:].partition("/")[0])].append(_seconds(row["requested_at"]))
    waits = [b - a for times in recorded.values() for a, b in itertools.pairwise(sorted(times))]
    held = {row["url"]: row["n"] for row in entries}
    closeness = _closeness(asked)
    return Found(
        args.feeds,
        args.daemons,
        0,
        0,
        sum(row["requested_at"] >= _text(began) for row in polls),
        0,
        asked_twice=sum(wait < args.interval - 2 for wait in waits),  # instants are kept to the second
        asked_again_after_a_kill=len(asked) - len(polls),
        longest_wait=max(waits, default=0),
        never_asked=args.feeds - len(recorded),
        spacing_broken=sum(gap < SPACING - SLACK for gap in closeness),
        closest=round(min(closeness, default=0), 3),
        entries=len(held),
        lost=len(shown(OUTLETS, folder / "asked", recorded) - held.keys()),
        doubled=sum(n - 1 for n in held.values()),
        missed_by_reader=0,
    )


def _closeness(asked: list[list[Any]]) -> list[float]:
    """Seconds from the end of each request at a host to the beginning of the next."""
    at_host: dict[str, list[tuple[float, float]]] = collections.defaultdict(list)
    for host, _, _, began, ended in asked:
        at_host[host].append((began, ended))
    return [b[0] - a[1] for times in at_host.values() for a, b in itertools.pairwise(sorted(times))]


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def _text(at: float) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))


if __name__ == "__main__":
    main()
