"""How many requests the schedule makes, how late it is and what it misses, beside other schedules.

    python benchmarks/polling.py --outlets 500 --days 30 --seed 1 --policies chronik,reader,newsblur --json polling.json

What is measured is what runs: the policy `chronik` is `ingest.schedule` itself. `--simulator FILE` puts it into that
simulator instead of ours: a Python file with `make_policy(name)`, whose `main` takes the other arguments. Needs numpy.
"""

import argparse
import importlib.util
import multiprocessing
import sys
from pathlib import Path
from types import ModuleType

sys.path.insert(0, str(Path(__file__).parent))


def main() -> None:
    """Run our simulator, or the one given, with the schedule in it."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--simulator", type=Path)
    args, rest = parser.parse_known_args()
    sys.argv[1:] = rest
    multiprocessing.set_start_method("fork")  # the workers must have the simulator that we changed
    if args.simulator is None:
        from polling import simulator
    else:
        simulator = _given(args.simulator)
    simulator.main()


def _given(path: Path) -> ModuleType:
    """The simulator in that file, with the schedule as policy `chronik`."""
    from polling.chronik import chronik

    spec = importlib.util.spec_from_file_location("given_simulator", path)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{path} is no Python file")
    simulator = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = simulator
    spec.loader.exec_module(simulator)
    others = simulator.make_policy

    def make_policy(name: str) -> object:
        return chronik(name, getattr(simulator, "FLOOR", 5.0)) if name.startswith("chronik") else others(name)

    simulator.make_policy = make_policy  # type: ignore[attr-defined]
    return simulator


if __name__ == "__main__":
    main()
