"""Keep the search index up to date, off the hot write path: entries wait in search_pending until `refresh`.

Two indexes: entries_fts has the current wordings, former_fts those that were replaced (on a server entries_words and
former_words, see storage.search_words). FTS5 over outside content forgets a line only when it is told word for word
what the line was, so search_line and search_former keep which wording a line has and by the rules of which language its
stems were made; `storage.stems.version` says with which rules, and an index made with others is made anew.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Table, bindparam, delete, insert, select, text
from sqlalchemy.exc import DBAPIError

from storage import stems
from storage.bundles import unpack
from storage.search_words import vector
from storage.tables import archive_info, entry, search_former, search_line, search_pending, version, wording
from storage.transaction import Tx

log = logging.getLogger(__name__)

BATCH = 500
CORRUPT = 11  # SQLITE_CORRUPT, https://www.sqlite.org/rescode.html
_VERSION = "stems"  # key in archive_info


def refresh(tx: Tx, *, limit: int = BATCH) -> int:
    """Bring up to `limit` waiting entries into the index. Returns how many: call again until it is 0."""
    if not is_of_today(tx.connection):
        forget_all(tx.connection)
    # On a server others work at it as well: what one of them has in hand is left to it.
    next_ones = select(search_pending.c.entry_id).limit(limit).with_for_update(skip_locked=True)
    waiting = [row.entry_id for row in tx.rows(next_ones)]
    with _or_anew(tx):
        _bring_up_to_date(tx, waiting)
    return len(waiting)


def _bring_up_to_date(tx: Tx, entry_ids: Sequence[int]) -> None:
    _spell_out(tx, entry_ids)
    for index in (_CURRENT, _FORMER):
        held = {row.line: row for row in tx.rows_in(index.held, "entries", entry_ids)}
        now = {row.line: row for row in tx.rows_in(index.now, "entries", entry_ids)}
        stale = [row for line, row in held.items() if line not in now or _said(row) != _said(now[line])]
        fresh = [row for line, row in now.items() if line not in held or _said(row) != _said(held[line])]
        index.take_out(tx, stale)
        index.put_in(tx, fresh)
    tx.write(_NO_LONGER_WAITING, [{"of": n} for n in entry_ids])


def take_out(tx: Tx, entry_ids: Iterable[int]) -> None:
    """Forget these entries' lines, as long as their wordings are still there."""
    entry_ids = list(entry_ids)
    _spell_out(tx, entry_ids)
    with _or_anew(tx):
        for index in (_CURRENT, _FORMER):
            index.take_out(tx, list(tx.rows_in(index.held, "entries", entry_ids)))
    tx.write(_NO_LONGER_WAITING, [{"of": n} for n in entry_ids])


def _spell_out(tx: Tx, entry_ids: Sequence[int]) -> None:
    """What the index has to be told word for word must be at hand."""
    unpack(tx, [row.wording_id for index in _PACKED for row in tx.rows_in(index, "entries", entry_ids)])


@contextmanager
def _or_anew(tx: Tx) -> Iterator[None]:
    """An index that does not have what it was told, since a file was damaged or a text changed, is made anew."""
    try:
        with tx.connection.begin_nested():
            yield
    except _NotWholeError:
        log.warning("the search index is not whole and is made anew")
        forget_all(tx.connection)


class _NotWholeError(Exception):
    """The index was told to forget a line that it does not have so."""


def is_of_today(connection: Connection) -> bool:
    """Whether the index was made by today's rules."""
    held = select(archive_info.c.value).where(archive_info.c.key == _VERSION)
    return connection.execute(held).scalar() == stems.version()


def forget_all(connection: Connection) -> None:
    """Empty the index: every entry waits to be indexed by today's rules."""
    for index in (_CURRENT, _FORMER):
        connection.execute(text(index.emptying(connection.dialect.name)))
        connection.execute(delete(index.lines))
    connection.execute(delete(search_pending))
    connection.execute(insert(search_pending).from_select(["entry_id"], select(entry.c.entry_id)))
    connection.execute(delete(archive_info).where(archive_info.c.key == _VERSION))
    connection.execute(insert(archive_info), {"key": _VERSION, "value": stems.version()})


_NO_LONGER_WAITING = delete(search_pending).where(search_pending.c.entry_id == bindparam("of"))


# --- one index --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Index:
    """An FTS5 table (on a server: one of vectors) and the table of its lines.

    `held` and `now` select them by `:entries`, texts and all.
    """

    name: str
    vectors: str
    lines: Table
    held: Any
    now: Any

    def emptying(self, dialect: str) -> str:
        """The statement that forgets all lines."""
        if dialect == "sqlite":
            return f"INSERT INTO {self.name}({self.name}) VALUES ('delete-all')"  # noqa: S608 - our own names
        return f"DELETE FROM {self.vectors}"  # noqa: S608

    def take_out(self, tx: Tx, rows: Sequence[Row[Any]]) -> None:
        """Forget lines that are held."""
        (key,) = self.lines.primary_key.columns
        if tx.on_server:
            tx.write(text(f"DELETE FROM {self.vectors} WHERE {key.name} = :line"), _lines_of(rows))  # noqa: S608
        else:
            self._take_out_of_file(tx, rows)
        tx.write(delete(self.lines).where(key == bindparam("of")), [{"of": row.line} for row in rows])

    def _take_out_of_file(self, tx: Tx, rows: Sequence[Row[Any]]) -> None:
        columns = f"{self.name}, rowid, title, summary, content_text, stems"
        values = "'delete', :line, :title, :summary, :content_text, :stems"
        forget = text(f"INSERT INTO {self.name}({columns}) VALUES ({values})")  # noqa: S608
        try:
            tx.write(forget, [_texts(row) for row in rows])
        except DBAPIError as error:
            if getattr(error.orig, "sqlite_errorcode", 0) & 0xFF == CORRUPT:
                raise _NotWholeError from error
            raise

    def put_in(self, tx: Tx, rows: Sequence[Row[Any]]) -> None:
        """Index lines anew."""
        (key,) = self.lines.primary_key.columns
        said = [dict(row._mapping) | {key.name: row.line} for row in rows]  # noqa: SLF001 - SQLAlchemy's public name
        tx.write(self.lines.insert(), [{name: row[name] for name in self.lines.columns.keys()} for row in said])  # noqa: SIM118
        if tx.on_server:
            add = text(f"INSERT INTO {self.vectors}({key.name}, words) VALUES (:line, CAST(:words AS tsvector))")  # noqa: S608
            tx.write(add, [_vector(row) for row in rows])
            return
        columns, values = "rowid, title, summary, content_text, stems", ":line, :title, :summary, :content_text, :stems"
        add = text(f"INSERT INTO {self.name}({columns}) VALUES ({values})")  # noqa: S608
        tx.write(add, [_texts(row) for row in rows])


def _texts(row: Row[Any]) -> dict[str, Any]:
    body = row.content_text if row.content_text != row.summary else None  # the same words once
    return {
        "line": row.line,
        "title": row.title,
        "summary": row.summary,
        "content_text": body,
        "stems": stems.stems(row.title, (row.summary, body), row.language),
    }


def _vector(row: Row[Any]) -> dict[str, Any]:
    said = _texts(row)
    return {"line": row.line, "words": vector(said["title"], said["summary"], said["content_text"], said["stems"])}


def _lines_of(rows: Sequence[Row[Any]]) -> list[dict[str, Any]]:
    return [{"line": row.line} for row in rows]


def _said(row: Row[Any]) -> tuple[int, str | None]:
    return row.wording_id, row.language


def _lines(line: Any, table: Table, language: Any) -> Any:
    texts = (wording.c.title, wording.c.summary, wording.c.content_text)
    return (
        select(line.label("line"), table.c.entry_id, wording.c.wording_id, *texts, language)
        .join_from(table, wording, wording.c.wording_id == table.c.wording_id)
        .where(table.c.entry_id.in_(bindparam("entries", expanding=True)))
    )


_CURRENT = _Index(
    "entries_fts",
    "entries_words",
    search_line,
    _lines(search_line.c.entry_id, search_line, search_line.c.language),
    _lines(entry.c.entry_id, entry, wording.c.language),
)
_FORMER = _Index(
    "former_fts",
    "former_words",
    search_former,
    _lines(search_former.c.version_id, search_former, search_former.c.language),
    _lines(version.c.version_id, version, wording.c.language).where(version.c.replaced_at.is_not(None)),
)


def _packed(lines: Table) -> Any:
    held = lines.c.entry_id.in_(bindparam("entries", expanding=True))
    joined = select(wording.c.wording_id).join_from(lines, wording, wording.c.wording_id == lines.c.wording_id)
    return joined.where(held, wording.c.bundle_id.is_not(None))


_PACKED = [_packed(lines) for lines in (search_line, search_former)]
