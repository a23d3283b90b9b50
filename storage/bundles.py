"""Wordings that no view shows, since in them but a counter went on: their texts are kept packed together.

Nothing is lost: what comes to be shown after all, because the past came in, is unpacked first. A text of such a
wording takes a hundredth of what it would take by itself.
"""

import base64
import json
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import bindparam, delete, select, update

from storage.checksum import BUNDLE, WORDING, checksum
from storage.compressing import packed, unpacked
from storage.prepared import Often
from storage.tables import bundle, version, wording
from storage.transaction import Tx

TOGETHER = 24  # wordings: fewer would repeat too much of a text, more would wait too long in full
MOST_TEXT = 1_000_000  # characters of a bundle: bounds memory


def pack(tx: Tx, wordings: Mapping[int, int]) -> None:
    """Pack the texts of those wordings that no version has; they are given with their length in characters."""
    shown = {row.wording_id for row in tx.rows_in(_SHOWN, "wordings", wordings)}
    part: list[int] = []
    length = 0
    for wording_id in sorted(wordings.keys() - shown):
        if part and length + wordings[wording_id] > MOST_TEXT:
            _pack(tx, part)
            part, length = [], 0
        part.append(wording_id)
        length += wordings[wording_id]
    _pack(tx, part)


def _pack(tx: Tx, wordings: list[int]) -> None:
    rows = [row._asdict() for row in tx.rows_in(_WHOLE, "wordings", wordings)]
    if not rows:
        return
    bundle_id = tx.ids.next("bundle")
    said = json.dumps([_texts(row) for row in rows], ensure_ascii=False).encode("utf-8", "surrogatepass")
    kept = {"bundle_id": bundle_id, "size": len(said), "body": packed(said, None)}
    tx.write(_NEW, [kept | {"checksum": checksum(kept, BUNDLE)}])
    _put(tx, [row | _NOTHING | {"bundle_id": bundle_id} for row in rows])


def unpack(tx: Tx, wordings: Iterable[int]) -> bool:
    """Give those of these wordings their texts back that are packed. Returns whether there were any."""
    rows = {row.wording_id: row._asdict() for row in tx.rows_in(_PACKED, "wordings", sorted(set(wordings)))}
    found: list[dict[str, Any]] = []
    for held in tx.rows_in(_BODIES, "ids", sorted({row["bundle_id"] for row in rows.values()})):
        for wording_id, summary, content_text, html in json.loads(unpacked(held.body, None, held.size)):
            if wording_id in rows:
                html = None if html is None else base64.b85decode(html)
                texts = {"summary": summary, "content_text": content_text, "html": html, "bundle_id": None}
                found.append(rows[wording_id] | texts)
    _put(tx, found)
    return bool(found)


def drop_unused(tx: Tx) -> None:
    """Delete what no wording is packed in any more."""
    used = select(wording.c.bundle_id).where(wording.c.bundle_id.is_not(None))
    tx.connection.execute(delete(bundle).where(bundle.c.bundle_id.not_in(used)))


def _texts(row: dict[str, Any]) -> list[Any]:
    html = None if row["html"] is None else base64.b85encode(row["html"]).decode()
    return [row["wording_id"], row["summary"], row["content_text"], html]


def _put(tx: Tx, rows: Iterable[dict[str, Any]]) -> None:
    changes = [
        {name: row[name] for name in (*_NOTHING, "bundle_id")}
        | {"of": row["wording_id"], "sum": checksum(row, WORDING)}
        for row in rows
    ]
    tx.write(_CHANGE, changes)


_NOTHING = dict.fromkeys(("summary", "content_text", "html"))
_SHOWN = Often(
    select(version.c.wording_id).distinct().where(version.c.wording_id.in_(bindparam("wordings", expanding=True)))
)
_ONE_OF = wording.c.wording_id.in_(bindparam("wordings", expanding=True))
_WHOLE = Often(select(wording).where(_ONE_OF, wording.c.bundle_id.is_(None)))
_PACKED = Often(select(wording).where(_ONE_OF, wording.c.bundle_id.is_not(None)))
_BODIES = Often(select(bundle).where(bundle.c.bundle_id.in_(bindparam("ids", expanding=True))))
_NEW = Often(bundle.insert())
_CHANGE = Often(
    update(wording)
    .where(wording.c.wording_id == bindparam("of"))
    .values({name: bindparam(name) for name in (*_NOTHING, "bundle_id")} | {"checksum": bindparam("sum")})
)
