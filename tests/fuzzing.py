"""Seeded mutations of own documents, and what reading them must come to.

The tests read 20,000; `python tests/fuzzing.py 100000` reads more and says what came of them.
"""

import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from ingest.decode import legal
from ingest.errors import ReadError
from ingest.hints import Hints
from ingest.read import read
from storage.records import Reading

SEEDS = [
    path.read_bytes()
    for path in sorted((Path(__file__).parent / "ingest" / "golden").iterdir())
    if not path.name.endswith(".expected.json")
]
HINTS = [
    Hints(base_url="https://www.example.org/feed.xml", timezone="Europe/Vienna", language="de"),
    Hints(content_type="text/xml; charset=iso-8859-1"),
    Hints(content_type="application/json", base_url="http://[::1"),
    Hints(content_type="text/html; charset=utf-16", timezone="Asia/Kathmandu"),
]

# What has broken feed parsers before.
TOKENS = [
    line.encode().decode("unicode_escape").encode("latin-1")
    for line in Path(__file__).with_name("fuzz_tokens.txt").read_text(encoding="ascii").splitlines()
]


def documents(first: int, count: int) -> Iterator[tuple[bytes, Hints]]:
    """The documents with these numbers: the same at every run."""
    for number in range(first, first + count):
        chance = random.Random(number)
        body = bytearray(chance.choice(SEEDS))
        for _ in range(chance.choice((1, 1, 2, 3, 5, 10))):
            _mutate(body, chance)
        yield bytes(body), chance.choice(HINTS)


def _mutate(body: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(body) + 1)
    end = min(len(body), at + chance.choice((1, 2, 4, 16, 64, 256)))
    match chance.randrange(7):
        case 0 | 1 | 2:
            body[at:at] = chance.choice(TOKENS)
        case 3:
            body[at:end] = chance.choice(TOKENS)
        case 4:
            del body[at:end]
        case 5:
            body[at:at] = body[at:end] * chance.choice((1, 2, 20))
        case _:
            other = chance.choice(SEEDS)
            begin = chance.randrange(len(other))
            body[at:end] = other[begin : begin + chance.choice((8, 64, 512))]
    if chance.random() < 0.03:
        del body[at:]


def outcome(body: bytes, hints: Hints) -> str:
    """What came of a document: the reason of its error, `salvaged`, or `read`. Raises whatever should not be."""
    try:
        reading = read(body, hints)
    except ReadError as error:
        if error.detail != legal(error.detail):
            raise AssertionError(error.detail) from error
        return str(error.reason)
    check(reading)
    return "salvaged" if reading.salvaged else "read"


def check(reading: Reading) -> None:
    """What holds of every reading."""
    assert reading.note or not reading.salvaged
    for entry in reading.entries:
        wording = entry.wording
        texts = (entry.guid, entry.url, entry.extra, wording.title, wording.content_text, wording.content_html)
        said = "".join(filter(None, texts))
        assert said == legal(said)
        assert entry.digest
        assert wording.published_at is None or wording.published_at.utcoffset() is not None


def main(count: int) -> None:
    """Read that many documents and say what came of them; stops at the first exception and names the document."""
    outcomes: Counter[str] = Counter()
    slowest = 0.0
    began = time.monotonic()
    for number, (body, hints) in enumerate(documents(0, count)):
        start = time.monotonic()
        try:
            outcomes[outcome(body, hints)] += 1
        except BaseException:
            sys.stdout.write(f"document {number}, {hints}\n{body!r}\n")
            raise
        slowest = max(slowest, time.monotonic() - start)
    sys.stdout.write(
        f"{count} documents in {time.monotonic() - began:.0f} s, slowest {slowest:.2f} s: {dict(outcomes)}\n"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
