"""Entries as lines: NDJSON with all that is known of each, and CSV for spreadsheets."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

from storage.csv_lines import csv_line
from storage.export.growing import Growing
from storage.export.slices import Row, Slice, entries, sightings, wordings
from storage.reading import Reader

CHECKPOINT = 20  # batches
Tell: TypeAlias = Callable[[int], None]
COLUMNS = (
    "entry_id", "outlet", "feed", "guid", "url", "canonical_url", "title", "summary", "content_text", "authors",
    "categories", "language", "title_language", "image_url", "comments_url", "published_at", "published_raw",
    "published_source", "updated_at", "first_seen_at", "last_seen_at", "version", "versions", "words", "extra", "seq",
)  # fmt: skip


def ndjson(reader: Reader, wanted: Slice, path: Path, tell: Tell) -> int:
    """One JSON object a line for each entry: the columns of `entries`, and all its `wordings` and `sightings`."""

    def lines(batch: list[Row]) -> Sequence[str]:
        said, seen = wordings(reader, batch), sightings(reader, batch)
        return [
            json.dumps(
                row | {"wordings": said.get(row["entry_id"], []), "sightings": seen.get(row["entry_id"], [])},
                ensure_ascii=False,
                separators=(",", ":"),
            )
            + "\n"
            for row in batch
        ]

    return _written(reader, wanted, path, tell, lines, "ndjson")


def csv(reader: Reader, wanted: Slice, path: Path, tell: Tell) -> int:
    """RFC 4180 with LF, UTF-8: the columns of `entries`. A text that a spreadsheet would run gets a ' in front."""

    def lines(batch: list[Row]) -> Sequence[str]:
        return [csv_line([_cell(row[name]) for name in COLUMNS]) for row in batch]

    return _written(reader, wanted, path, tell, lines, "csv", head=csv_line(COLUMNS))


def _cell(value: object) -> str | int | float | None:
    if isinstance(value, list):
        return "; ".join(map(str, value)) or None
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False)
    assert value is None or isinstance(value, str | int | float)  # noqa: S101 - what the view has
    return value


def _written(
    reader: Reader,
    wanted: Slice,
    path: Path,
    tell: Tell,
    lines: Callable[[list[Row]], Sequence[str]],
    form: str,
    head: str = "",
) -> int:
    question = {"format": form, "selectors": list(wanted.selectors), "since": wanted.since, "until": wanted.until}
    with Growing(path, question | {"after_seq": wanted.after_seq}).open() as growing:
        done = growing.done
        if not growing.position:
            growing.file.write(head.encode("utf-8"))
        left = wanted.after(max(growing.position, wanted.after_seq))
        for number, batch in enumerate(entries(reader, left), 1):
            growing.file.write("".join(lines(batch)).encode("utf-8", "replace"))
            done += len(batch)
            tell(done)
            if number % CHECKPOINT == 0:
                growing.checkpoint(batch[-1]["seq"], done)
    return done
