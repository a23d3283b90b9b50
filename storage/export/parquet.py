"""Entries as Parquet files in folders by outlet and month: DuckDB, Spark, pandas and polars read them as one table."""

import importlib
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from storage.errors import ArchiveError
from storage.export.slices import BATCH, Row, Slice, entries_of, wordings
from storage.export.slices import places as places_of
from storage.reading import Reader

INSTANTS = ("published_at", "updated_at", "first_seen_at", "last_seen_at")
NUMBERS = ("entry_id", "version", "versions", "words", "seq")
LISTS = ("authors", "categories")
TEXTS = (
    "feed", "guid", "url", "canonical_url", "title", "summary", "content_text", "content_html", "language",
    "title_language", "image_url", "comments_url", "published_raw", "published_source", "extra",
)  # fmt: skip


def parquet(reader: Reader, wanted: Slice, folder: Path, tell: Callable[[int], None]) -> int:
    """`outlet=…/month=2026-03/entries-FIRST-LAST.parquet`, FIRST and LAST the least and the greatest `seq` in it.

    The month is that of publication, else of first sight (UTC). A file that is there is not written again: interrupted,
    it goes on; with `after_seq`, the next slice comes beside the first. Raises ArchiveError without pyarrow.
    """
    arrow, files = _arrow("pyarrow"), _arrow("pyarrow.parquet")
    schema = _schema(arrow)
    done = 0
    for (month, outlet), found in groupby(places_of(reader, wanted), key=lambda row: (row["month"], row["outlet"])):
        ids = [(row["entry_id"], row["seq"]) for row in found]
        target = folder / f"outlet={outlet}" / f"month={month}" / f"entries-{ids[0][1]}-{ids[-1][1]}.parquet"
        if not target.exists():
            _write(files, arrow, schema, target, _rows(reader, [entry_id for entry_id, _ in ids]))
        done += len(ids)
        tell(done)
    return done


def _arrow(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError:
        raise ArchiveError("Parquet takes pyarrow: pip install 'chronik[parquet]', or take --format csv") from None


def _schema(arrow: Any) -> Any:
    return arrow.schema(
        [
            *((name, arrow.int64()) for name in NUMBERS),
            *((name, arrow.string()) for name in TEXTS),
            *((name, arrow.list_(arrow.string())) for name in LISTS),
            *((name, arrow.timestamp("s", tz="UTC")) for name in INSTANTS),
        ]
    )


def _rows(reader: Reader, ids: Sequence[int]) -> Iterator[list[Row]]:
    for start in range(0, len(ids), BATCH):
        batch = entries_of(reader, ids[start : start + BATCH])
        said = wordings(reader, batch)
        for row in batch:
            current = next((each for each in reversed(said[row["entry_id"]]) if each["feed"] == row["feed"]), {})
            row["content_html"] = current.get("content_html")
        yield batch


def _write(files: Any, arrow: Any, schema: Any, target: Path, batches: Iterator[list[Row]]) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(f".{target.name}.partial")
    with files.ParquetWriter(partial, schema, compression="zstd") as writer:
        for batch in batches:
            columns = {field.name: [_value(row, field.name) for row in batch] for field in schema}
            writer.write_table(arrow.Table.from_pydict(columns, schema=schema))
    partial.replace(target)


def _value(row: Row, name: str) -> Any:
    value = row[name]
    if name in INSTANTS and value is not None:
        return datetime.fromisoformat(value)
    return str(value) if name == "extra" and value is not None else value
