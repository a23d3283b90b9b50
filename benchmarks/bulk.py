"""Rows straight into the file of an archive that nobody else uses: without its indexes, which are made at the end."""

from collections import defaultdict
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from storage import stems
from storage.engine import sqlite_driver

FLUSH = 200_000  # rows in memory
CACHE_KIB = 1_500_000
HASH_BYTES = 256 * 1024 * 1024  # what FTS5 gathers in memory before it writes a segment
STRUCTURE = 10  # row of an FTS5 index that lists its segments, https://www.sqlite.org/fts5.html section 6.2
LEVELS = 6  # of four segments each, above the 50 pages that a poll of 200 feeds writes: 200,000 pages


def lifted(record: bytes, levels: int) -> bytes:
    """A list of segments with so many empty levels below.

    It is a cookie of four bytes, then varints: the number of levels, that of segments (both below 128 here), a counter;
    then the levels from the lowest, an empty one as two zeros.
    """
    begin = 6
    while record[begin] & 0x80:  # all but the last byte of the counter
        begin += 1
    lowest = begin + 1
    return record[:4] + bytes([record[4] + levels]) + record[5:lowest] + bytes(2 * levels) + record[lowest:]


class Bulk:
    """`add` rows as dicts of column to stored value; all of one table have the same columns."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite_driver().connect(path, isolation_level=None)
        for pragma in ("synchronous = OFF", f"cache_size = -{CACHE_KIB}", "temp_store = MEMORY", "foreign_keys = OFF"):
            self._connection.execute(f"PRAGMA {pragma}")
        self._indexes = self._connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql > ''"
        )
        self._indexes = self._indexes.fetchall()
        for name, _ in self._indexes:
            self._connection.execute(f"DROP INDEX {name}")
        for index in ("entries_fts", "former_fts"):
            self._tell(index, "hashsize", HASH_BYTES)
            self._tell(index, "automerge", 0)
        self._rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._sorted: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
        self._waiting = 0
        self._connection.execute("BEGIN")

    def add(self, table: str, **row: Any) -> None:
        """A row, written soon."""
        self._rows[table].append(row)
        self._waiting += 1
        if self._waiting >= FLUSH:
            self.flush()

    def add_sorted(self, table: str, row: tuple[Any, ...]) -> None:
        """A row of a table that is kept by a key without order: written at the end, in the key's order."""
        self._sorted[table].append(row)

    def index(self, name: str, line: int, texts: Sequence[str | None]) -> None:
        """A line of a full-text index: title, summary, content_text, stems."""
        self._rows[name].append(
            dict(zip(("rowid", "title", "summary", "content_text", "stems"), (line, *texts), strict=True))
        )

    def run(self, statement: str, values: Sequence[Any] = ()) -> None:
        """Any other statement."""
        self._connection.execute(statement, values)

    def flush(self) -> None:
        """Write what waits."""
        for table, rows in self._rows.items():
            if rows:
                columns = list(rows[0])
                names, values = ", ".join(columns), ", ".join(f":{name}" for name in columns)
                self._connection.executemany(f"INSERT INTO {table}({names}) VALUES ({values})", rows)
                rows.clear()
        self._waiting = 0

    def end(self) -> None:
        """Write the rest, make the indexes, let go."""
        self.flush()
        for table, rows in self._sorted.items():
            rows.sort()
            marks = ", ".join("?" * len(rows[0]))
            self._connection.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
        self._connection.execute("COMMIT")
        for _, statement in self._indexes:
            self._connection.execute(statement)
        for index in ("entries_fts", "former_fts"):
            self._connection.execute(f"INSERT INTO {index}({index}) VALUES ('optimize')")
            self._connection.execute(f"DELETE FROM {index}_config WHERE k IN ('hashsize', 'automerge')")
            self._settle(index)
        self._connection.execute(
            "INSERT OR REPLACE INTO archive_info(key, value) VALUES ('stems', ?)", [stems.version()]
        )
        with closing(self._connection):
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self._connection.execute("PRAGMA optimize")

    def _settle(self, index: str) -> None:
        """Put what was gathered at once as many levels up as it would have risen in an index that grew.

        Among the small segments of the next polls it would be merged with them again and again, and at the sixteenth
        wholly within one commit: 1.7 s of CPU for the former wordings of a million entries.
        """
        (record,) = self._connection.execute(f"SELECT block FROM {index}_data WHERE id = {STRUCTURE}").fetchone()
        self._connection.execute(f"UPDATE {index}_data SET block = ? WHERE id = {STRUCTURE}", [lifted(record, LEVELS)])

    def _tell(self, index: str, setting: str, value: int) -> None:
        self._connection.execute(f"INSERT INTO {index}({index}, rank) VALUES ('{setting}', {value})")
