"""An attempt to get a document, as a row of `fetch`."""

import json
from typing import Any

from storage.records import Fetch, Reason, Recorded
from storage.transaction import Tx


def attempt_row(
    tx: Tx,
    seen: Fetch,
    result: Recorded,
    document_id: int | None = None,
    *,
    body_bytes: int | None = None,
    salvaged: bool | None = None,
    reason: Reason | None = None,
) -> dict[str, Any]:
    """What is written of it, and of what it came to."""
    return {
        "fetch_id": result.fetch_id,
        "feed_id": seen.feed_id,
        "route": seen.route.value,
        "url": seen.url,
        "final_url": seen.final_url if seen.final_url != seen.url else None,
        "requested_at": seen.requested_at,
        "recorded_at": tx.now,
        "request_headers": _headers(seen.request_headers),
        "response_headers": _headers(seen.response_headers),
        "elapsed_ms": seen.elapsed_ms,
        "outcome": result.outcome,
        "reason": None if reason is None else reason.value,
        "detail": seen.detail,
        "http_status": seen.http_status,
        "wire_bytes": seen.wire_bytes,
        "body_bytes": body_bytes,
        "document_id": document_id,
        "salvaged": None if salvaged is None else int(salvaged),
        "entries_seen": result.entries_seen,
        "entries_new": result.entries_new,
        "entries_changed": result.entries_changed,
    }


def _headers(headers: tuple[tuple[str, str], ...]) -> str | None:
    """Headers as a JSON object; one that came several times as the list of its values."""
    values: dict[str, list[str]] = {}
    for name, value in headers:
        values.setdefault(name.lower(), []).append(value)
    plain = {name: each[0] if len(each) == 1 else each for name, each in values.items()}
    return json.dumps(plain, ensure_ascii=False) if plain else None
