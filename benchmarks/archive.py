"""An archive of a million entries from 200 outlets over two years, and how long its questions take.

    python benchmarks/archive.py make archive.sqlite --entries 1000000
    python benchmarks/archive.py ask archive.sqlite --json asked.json

`ask` measures first search pages, all named queries, and sizes. See benchmarks/million.py for what is in it.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from million import make

from storage.named import named_queries
from storage.query import Limits, answered
from storage.reading import reading
from storage.search import Search, search

SEARCHES = {
    "common": ["krieg", "wahl", "regierung", "polizei", "preis", "klima", "der", "wien"],
    "rare": ["Kanzlerpreis", "kalberlan", "Wolfsgesetz", "marsather", "Museumsflug"],
    "inflected": ["Kriege", "Krisen", "Wohnungen", "Häuser", "Regierungen"],
    "phrase": ['"krieg und"', '"die regierung"', '"krise der"', '"wahl in wien"'],
    "prefix": ["krieg*", "regier*", "wolf*"],
    "several": ["krieg krise", "wahl OR urteil", "polizei -unfall", "NEAR(krieg wahl, 5)", "title:kanzler"],
}


def ask(path: Path, times: int) -> dict[str, object]:
    """Everything that is measured."""
    told: dict[str, object] = {"sizes": sizes(path)}
    for sort in ("newest", "best"):
        told[sort] = {kind: _percentiles(path, words, sort, times) for kind, words in SEARCHES.items()}
    told["former"] = _percentiles(path, SEARCHES["common"][:4], "newest", 2, former=True)
    told["named"] = {name: _named(path, name) for name in named_queries()}
    return told


def _percentiles(path: Path, words: list[str], sort: str, times: int, *, former: bool = False) -> dict[str, float]:
    with reading(str(path)) as reader:
        taken = {
            each: [
                timed(lambda each=each: search(reader, Search(each, sort=sort, former=former))) for _ in range(times)
            ]  # type: ignore[misc, arg-type]
            for each in words
        }
    every = sorted(took for each in taken.values() for took in each)
    p95 = statistics.quantiles(every, n=20)[-1] if len(every) > 1 else every[0]
    slowest = max(taken, key=lambda each: statistics.median(taken[each]))
    return {
        "p50_ms": _ms(statistics.median(every)),
        "p95_ms": _ms(p95),
        f"slowest: {slowest}": _ms(max(taken[slowest])),
    }


def timed(act: Callable[[], object]) -> float:
    """Seconds that it takes."""
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)


def _named(path: Path, name: str) -> float:
    query = named_queries()[name]
    values = query.defaults | {known.name: "krieg" for known in query.parameters if known.required}

    def answer() -> None:
        with answered(str(path), query.sql, values, Limits(seconds=120, rows=None)) as rows:
            list(rows)

    return _ms(timed(answer))


def sizes(path: Path) -> dict[str, float]:
    """Megabytes, and how many times the text as the views give it (and each text once) and the documents the file takes."""
    texts = "sum(coalesce(octet_length(title), 0) + coalesce(octet_length(summary), 0)"
    with reading(str(path)) as reader:
        (text,) = reader.rows(
            f"select {texts} + coalesce(octet_length(content_text), octet_length(summary), 0)) as n,"
            f" {texts} + coalesce(octet_length(content_text), 0)) as once, count(*) as wordings from wording"
        )
        (documents,) = reader.rows("select sum(stored_bytes) as n, count(*) as c from document")
        (entries,) = reader.rows("select count(*) as n from entry")
    whole = path.stat().st_size
    return {
        "entries": entries["n"],
        "wordings": text["wordings"],
        "text_mb": round(text["n"] / 1e6),
        "documents_mb": round(documents["n"] / 1e6),
        "file_mb": round(whole / 1e6),
        "times": round(whole / (text["n"] + documents["n"]), 2),
        "times_the_text_once": round(whole / (text["once"] + documents["n"]), 2),
    }


def main() -> None:
    """Make or ask."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["make", "ask"])
    parser.add_argument("path", type=Path)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--outlets", type=int, default=200)
    parser.add_argument("--times", type=int, default=5, help="how often each search is asked")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    if args.what == "make":
        make(args.path, args.entries, args.outlets, args.seed)
        return
    told = json.dumps(ask(args.path, args.times), indent=2, ensure_ascii=False)
    print(told)
    if args.json:
        args.json.write_text(told + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
