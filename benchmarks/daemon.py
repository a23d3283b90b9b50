"""Due lateness and memory of `chronik run` with many feeds, against a server of our own on loopback.

    python benchmarks/daemon.py --feeds 10000 --rate 50 --seconds 120 --json daemon.json

Every feed is due again every feeds/rate seconds. Prints percentiles of due lateness (from the daemon's own /metrics),
polls a second, and the largest memory of the daemon and its workers (proportional set size: shared pages once).

A soak is the same with few feeds and many polls: `--feeds 500 --seconds 240 --reader` measures 12,000. `grown_mb` is
by how much the daemon's own memory was larger at the end than after a tenth of the time, `descriptors` the fewest and
the most that it had open in that time, `log_mb` the largest write-ahead log. `--reader`: another connection has read,
and stays open.

What one small machine should carry, 100 polls a second of 20,000 feeds, of which a tenth bring something new and a
twentieth the same again, from servers that take their time (before it come 20,000 first polls):

    python benchmarks/daemon.py --feeds 20000 --rate 100 --seconds 600 --entries 35 --every 2000 --deaf 20 \\
        --waits 0.05 2 --full 30

`outcomes`: polls by what came of them. `lost`: entries that were shown to a recorded poll and that the archive has not.

`--attacks 1` measures on while the statements of tests/attacks.py are asked of its archive one after another, each for
as many seconds at most: then `attacked` has the lateness meanwhile, and by how much statements outlived their limit.
"""

import argparse
import contextlib
import json
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from folders import working
from living_outlets import Outlets, listed, shown

from storage.errors import ArchiveError
from storage.query import Limits, QueryError, answered
from storage.reading import read_only, reading


@dataclass
class Found:
    """What was measured. Seconds, MB, polls a second."""

    feeds: int
    polls: int
    polls_a_second: float
    late_p50: float
    late_p99: float
    late_most: float
    daemon_mb: float
    workers_mb: float
    cpu_share: float
    grown_mb: float
    descriptors: tuple[int, int]
    log_mb: float
    outcomes: dict[str, int]
    due_at_end: int
    entries: int = 0
    lost: int = 0
    attacked: "Attacked | None" = None


@dataclass
class Attacked:
    """What statements that mean harm did. Seconds; `over`: beyond start and limit of the one that did so most."""

    statements: int
    late_p50: float
    late_p99: float
    late_most: float
    over: float


def main() -> None:
    """Measure and print."""
    args = _arguments()
    outlets = Outlets(args.entries, args.every, args.deaf, tuple(args.waits), args.full)
    with working(args.folder) as place, outlets.serving(place / "asked", args.port) as port:
        found = _measure(place, port, args)
        found.entries, found.lost = _held(place, outlets)
    print(json.dumps(asdict(found), indent=1))
    if args.json:
        args.json.write_text(json.dumps(asdict(found), indent=1) + "\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--feeds", type=int, default=10_000)
    parser.add_argument("--rate", type=float, default=50, help="polls a second")
    parser.add_argument("--seconds", type=float, default=120, help="to measure, after every feed was polled once")
    parser.add_argument("--entries", type=int, default=10, help="that a feed shows")
    parser.add_argument("--every", type=float, default=300, help="seconds until a feed has one or two new entries")
    parser.add_argument("--deaf", type=int, default=0, help="each so-manieth feed never says 304")
    parser.add_argument("--waits", type=float, nargs=2, default=(0, 0), help="seconds that answers take, from and to")
    parser.add_argument("--full", type=int, default=3, help="sentences of an entry in every other feed")
    parser.add_argument("--attacks", type=float, help="then attack the archive: seconds that each statement is given")
    parser.add_argument("--reader", action="store_true", help="another connection stays open after it has read")
    parser.add_argument("--folder", type=Path, help="where the archive stays: another run there goes on with it")
    parser.add_argument("--port", type=int, default=0, help="of the outlets; such a run wants the port of the last one")
    parser.add_argument("--json", type=Path)
    return parser.parse_args()


# --- the measurement --------------------------------------------------------------------------------------------------


def _measure(folder: Path, port: int, args: argparse.Namespace) -> Found:
    listen = f"127.0.0.1:{_free_port()}"
    _configure(folder, port, listen, args)
    program = "import sys; from ingest.cli import main; sys.exit(main(sys.argv[1:]))"
    daemon = subprocess.Popen([sys.executable, "-c", program, "run", "--log-level", "error"], cwd=folder)
    try:
        _wait_for_all(daemon, listen, args)
        with _resting(folder, args.reader):
            found = _measured(daemon.pid, folder, listen, args)
        if args.attacks:
            found.attacked = _attacked(folder / "archive.sqlite", listen, args.attacks)
        return found
    finally:
        daemon.send_signal(signal.SIGTERM)
        daemon.wait(15)


def _configure(folder: Path, port: int, listen: str, args: argparse.Namespace) -> None:
    every = f"{max(round(args.feeds / args.rate), 1)}s"
    lines = [
        "network: {spacing: 0s, per_host: 20, allow_private_hosts: [127.0.0.0/8]}",
        f"defaults: {{min_interval: {every}, max_interval: {every}}}",
        f"daemon: {{listen: '{listen}'}}",
        listed(args.feeds, port),
    ]
    (folder / "feeds.yaml").write_text("\n".join(lines))


def _free_port() -> int:
    import socket

    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


def _wait_for_all(daemon: "subprocess.Popen[bytes]", listen: str, args: argparse.Namespace) -> None:
    end = time.monotonic() + 600 + args.feeds * args.entries / 60
    while time.monotonic() < end:
        time.sleep(2)
        if daemon.poll() is not None:
            raise SystemExit(f"the daemon ended with {daemon.returncode}")
        told = _metrics(listen)
        print(f"\rpolled {_polls(told):.0f} of {args.feeds} ", end="", file=sys.stderr, flush=True)
        if _polls(told) > args.feeds * 1.3 and told.get("chronik_due", 0) < args.rate * 2:
            return
    raise SystemExit("the daemon did not get through")


@contextlib.contextmanager
def _resting(folder: Path, wanted: bool) -> Iterator[None]:
    """Somebody who has asked the archive something and left the connection open."""
    if not wanted:
        yield
        return
    _, connection = read_only(folder / "archive.sqlite")
    with contextlib.closing(connection):
        connection.execute("select count(*) from entries").fetchall()
        yield


@dataclass
class Sample:
    """What the daemon held at one time."""

    daemon_mb: float
    workers_mb: float
    descriptors: int
    log_mb: float


def _sampled(pid: int, folder: Path) -> Sample:
    log = folder / "archive.sqlite-wal"
    size = log.stat().st_size if log.exists() else 0
    return Sample(*_memory(pid), len(list(Path(f"/proc/{pid}/fd").iterdir())), size / 2**20)


def _measured(pid: int, folder: Path, listen: str, args: argparse.Namespace) -> Found:
    before, cpu, began = _metrics(listen), _cpu(pid), time.monotonic()
    samples = []
    while time.monotonic() - began < args.seconds:
        time.sleep(5)
        samples.append(_sampled(pid, folder))
    after, took = _metrics(listen), time.monotonic() - began
    buckets = _lateness(before, after)
    polls = _polls(after) - _polls(before)
    most = max(samples, key=lambda each: each.daemon_mb + each.workers_mb)
    settled = samples[len(samples) // 10 :]
    opened = [each.descriptors for each in settled]
    return Found(
        args.feeds,
        round(polls),
        round(polls / took, 1),
        _quantile(buckets, 0.5),
        _quantile(buckets, 0.99),
        _quantile(buckets, 1),
        round(most.daemon_mb, 1),
        round(most.workers_mb, 1),
        round((_cpu(pid) - cpu) / took, 2),
        round(settled[-1].daemon_mb - settled[0].daemon_mb, 1),
        (min(opened), max(opened)),
        round(max(each.log_mb for each in samples), 1),
        _outcomes(before, after),
        round(after["chronik_due"]),
    )


def _outcomes(before: dict[str, float], after: dict[str, float]) -> dict[str, int]:
    """Polls by outcome, since `before`."""
    found: Counter[str] = Counter()
    for name, value in after.items():
        if name.startswith("chronik_polls_total"):
            found[name.split('"')[1]] += round(value - before.get(name, 0))
    return dict(found)


def _held(folder: Path, outlets: Outlets) -> tuple[int, int]:
    """How many entries the archive has, and how many it lacks."""
    with reading(str(folder / "archive.sqlite")) as reader:
        polls = reader.rows("select feed, requested_at from fetches where outcome <> 'failed'")
        held = {row["url"] for row in reader.rows("select url from entries")}
    recorded: dict[int, list[float]] = defaultdict(list)
    for row in polls:
        recorded[int(row["feed"][1:].partition("/")[0])].append(datetime.fromisoformat(row["requested_at"]).timestamp())
    return len(held), len(shown(outlets, folder / "asked", recorded) - held)


def _attacked(archive: Path, listen: str, limit: float) -> Attacked:
    sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
    from attacks import ATTACKS

    before = _metrics(listen)
    over = max(_outlived(archive, statement, limit) for statement in ATTACKS)
    buckets = _lateness(before, _metrics(listen))
    return Attacked(len(ATTACKS), *(_quantile(buckets, share) for share in (0.5, 0.99, 1)), round(over, 2))


def _outlived(archive: Path, statement: str, limit: float) -> float:
    return _asking(archive, statement, limit) - _asking(archive, "select 1", limit) - limit


def _asking(archive: Path, statement: str, limit: float) -> float:
    began = time.monotonic()
    with contextlib.suppress(QueryError, ArchiveError), answered(str(archive), statement, None, Limits(limit)) as rows:
        for _ in rows:
            pass
    return time.monotonic() - began


def _metrics(listen: str) -> dict[str, float]:
    try:
        with urllib.request.urlopen(f"http://{listen}/metrics", timeout=20) as answer:
            lines = answer.read().decode().splitlines()
    except OSError:
        return {}
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines) if name[:1] != "#"}


def _polls(told: dict[str, float]) -> float:
    return sum(value for name, value in told.items() if name.startswith("chronik_polls_total"))


def _lateness(before: dict[str, float], after: dict[str, float]) -> list[tuple[float, float]]:
    """(upper bound, how many so far) of each bucket, since `before`."""
    prefix = "chronik_due_lateness_seconds_bucket"
    names = [name for name in after if name.startswith(prefix)]
    bounds = [(float(name.split('"')[1]), after[name] - before.get(name, 0)) for name in names]
    return sorted(bounds)


def _quantile(buckets: list[tuple[float, float]], share: float) -> float:
    """The bound of the bucket that it lies in."""
    wanted = buckets[-1][1] * share
    return next(bound for bound, count in buckets if count >= wanted)


def _family(pid: int) -> Iterator[int]:
    yield pid
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            yield from _family(int(child))


def _memory(pid: int) -> tuple[float, float]:
    sizes = [_proportional(each) for each in _family(pid)]
    return sizes[0], sum(sizes[1:])


def _proportional(pid: int) -> float:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    return sum(int(kb) for kb in re.findall(r"^Pss:\s+(\d+)", text, re.MULTILINE)) / 1024


def _cpu(pid: int) -> float:
    """Seconds of the daemon and its workers."""
    total = 0
    for each in _family(pid):
        fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / 100


if __name__ == "__main__":
    main()
