"""How long the pages of `chronik serve` take, warm: median of the time and of the processor's, over an archive.

    python benchmarks/pages.py archive.sqlite --times 15 --json pages.json

The processor's time is that of server and reader together; on a busy machine it is the one to go by.
"""

import argparse
import json
import statistics
import sys
import time
from pathlib import Path
from urllib.request import urlopen

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from browsers import page_over

from storage.reading import reading

WARMING = 2


def pages(path: Path) -> dict[str, str]:
    """What is asked for, by name."""
    with reading(str(path)) as reader:
        outlet = reader.rows("select slug from outlet order by slug limit 1")[0]["slug"]
        entry_id = reader.rows("select max(entry_id) / 2 as n from entry")[0]["n"]
    return {
        "start": "/",
        "an entry": f"/entry/{entry_id}",
        "search, the newest": "/search?q=krieg",
        "search, two words": "/search?q=krieg+wien",
        "search, of an outlet": f"/search?q=krieg&outlet={outlet}",
        "search, of a month": "/search?q=krieg&since=2024-06&until=2024-06",
        "search, in a language": "/search?q=krieg&language=de",
        "search, the best": "/search?q=krieg&sort=best",
        "search, three letters": "/search?q=kri*",
        "changes": "/changes",
        "charts": "/charts",
        "charts of an outlet": f"/charts?outlet={outlet}",
        "the newest as Atom": "/entries.atom",
        "a page of the table": "/archive/entries",
    }


def taken(address: str, path: str, times: int) -> dict[str, float]:
    """Medians in ms."""
    walls, processors = [], []
    for _ in range(WARMING + times):
        wall, processor = time.perf_counter(), time.process_time()
        with urlopen(f"{address}{path}", timeout=60) as answer:
            answer.read()
        walls.append((time.perf_counter() - wall) * 1000)
        processors.append((time.process_time() - processor) * 1000)
    return {"ms": statistics.median(walls[WARMING:]), "cpu_ms": statistics.median(processors[WARMING:])}


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("archive", type=Path)
    parser.add_argument("--times", type=int, default=15)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    told = {}
    with page_over(args.archive) as address:
        for name, path in pages(args.archive).items():
            told[name] = taken(address, path, args.times)
            print(f"{name:24} {told[name]['ms']:6.0f} ms, processor {told[name]['cpu_ms']:6.0f} ms", flush=True)
    if args.json:
        args.json.write_text(json.dumps(told, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
