"""Keep the search index up to date, off the hot write path: entries wait in search_pending until `refresh`."""

from collections.abc import Callable
from typing import Any, TypeAlias

from sqlalchemy import Row, bindparam, delete, select, text

from storage.tables import entry, search_line, search_pending, wording
from storage.transaction import Tx

BATCH = 500
Stems: TypeAlias = Callable[[str, str | None], str]


def no_stems(_text: str, _language: str | None) -> str:
    """Until there is a stemmer."""
    return ""


def refresh(tx: Tx, stems: Stems = no_stems, *, limit: int = BATCH) -> int:
    """Bring up to `limit` waiting entries into the index. Returns how many: call again until it is 0."""
    waiting = [row.entry_id for row in tx.rows(select(search_pending.c.entry_id).limit(limit))]
    held = list(tx.rows_in(_HELD, "entries", waiting))
    now = list(tx.rows_in(_NOW, "entries", waiting))
    tx.write(_TAKE_OUT, [_line(row, stems) for row in held])
    tx.write(delete(search_line).where(search_line.c.entry_id == bindparam("of")), [{"of": n} for n in waiting])
    tx.write(search_line.insert(), [{"entry_id": row.entry_id, "wording_id": row.wording_id} for row in now])
    tx.write(_PUT_IN, [_line(row, stems) for row in now])
    tx.write(delete(search_pending).where(search_pending.c.entry_id == bindparam("of")), [{"of": n} for n in waiting])
    return len(waiting)


def _texts(table: Any) -> Any:
    return (
        select(
            table.c.entry_id,
            wording.c.wording_id,
            wording.c.title,
            wording.c.summary,
            wording.c.content_text,
            wording.c.language,
        )
        .join_from(table, wording, wording.c.wording_id == table.c.wording_id)
        .where(table.c.entry_id.in_(bindparam("entries", expanding=True)))
    )


_HELD, _NOW = _texts(search_line), _texts(entry)
# An index over outside content forgets a line only when it is told word for word what the line was.
_TAKE_OUT = text(
    "INSERT INTO entries_fts(entries_fts, rowid, title, summary, content_text, stems)"
    " VALUES ('delete', :entry_id, :title, :summary, :content_text, :stems)"
)
_PUT_IN = text(
    "INSERT INTO entries_fts(rowid, title, summary, content_text, stems)"
    " VALUES (:entry_id, :title, :summary, :content_text, :stems)"
)


def _line(row: Row[Any], stems: Stems) -> dict[str, Any]:
    body = row.content_text if row.content_text != row.summary else None  # the same words once
    words = " ".join(part for part in (row.title, row.summary, body) if part)
    return {
        "entry_id": row.entry_id,
        "title": row.title,
        "summary": row.summary,
        "content_text": body,
        "stems": stems(words, row.language),
    }
