"""Rows on their way from one kind of database to the other: as they are kept there, and what must be equal. Pure.

A file keeps HTML compressed against its texts, a server as it is (storage.packing); all else is kept alike.
"""

import base64
import json
from datetime import datetime
from hashlib import blake2b
from typing import Any

from storage.checksum import BUNDLE, WORDING, checksum
from storage.columns import utc_text
from storage.compressing import packed, unpacked
from storage.packing import packed_html
from storage.packing import unpacked as html_unpacked

Row = dict[str, Any]


def kept_there(table: str, row: Row, *, on_server: bool) -> Row:
    """A row of the other kind of database as this kind keeps it."""
    match table:
        case "wording":
            texts = row["summary"], row["content_text"]
            row = row | {"html": _html(row["html"], texts, on_server=on_server)}
            return row | {"checksum": checksum(row, WORDING)}
        case "bundle":
            said = json.loads(unpacked(row["body"], None, row["size"]))
            plain = json.dumps(
                [[n, a, b, _html_text(html, (a, b), on_server=on_server)] for n, a, b, html in said],
                ensure_ascii=False,
            ).encode("utf-8", "surrogatepass")
            row = row | {"size": len(plain), "body": packed(plain, None)}
            return row | {"checksum": checksum(row, BUNDLE)}
    return row


def _html(kept: bytes | None, texts: tuple[str | None, str | None], *, on_server: bool) -> bytes | None:
    if kept is None:
        return None
    if on_server:
        plain = html_unpacked(kept, *texts)
        return None if plain is None else plain.encode("utf-8", "surrogatepass")
    summary, content = json.loads(kept)
    return packed_html(summary, content, texts)


def _html_text(kept: str | None, texts: tuple[str | None, str | None], *, on_server: bool) -> str | None:
    html = _html(None if kept is None else base64.b85decode(kept), texts, on_server=on_server)
    return None if html is None else base64.b85encode(html).decode()


def fingerprint(table: str, row: Row, *, on_server: bool) -> int:
    """64 bits over what a row says, the same for both kinds of database. Their sum stands for a table."""
    if table in {"wording", "bundle"}:
        if not on_server:
            row = kept_there(table, row, on_server=True)
        # Two releases of zstd may pack otherwise, and then the lengths and checksums differ, too.
        body = unpacked(row["body"], None, row["size"]) if table == "bundle" else None
        row = {name: value for name, value in row.items() if name not in {"checksum", "size", "body"}} | {"said": body}
    said = (_told(row[name]) for name in sorted(row))
    told = b"".join(b"-" if each is None else b"%d:%b" % (len(each), each) for each in said)
    return int.from_bytes(blake2b(told, digest_size=8).digest(), "big")


def _told(value: object) -> bytes | None:
    if value is None or isinstance(value, bytes):
        return value
    text = utc_text(value) if isinstance(value, datetime) else str(value)
    return text.encode("utf-8", "surrogatepass")
