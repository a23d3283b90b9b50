"""A manifest: NDJSON, a line a document: `{"path", "feed": "outlet/feed", "url"?, "fetched_at"?, "content_type"?}`.

`path` is relative to the manifest. `fetched_at` is RFC 3339 (without zone: UTC) and says when the document was seen.
"""

import json
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ingest.local.documents import FEED_NAME, MAX_BYTES, LocalDocument, Unreadable
from ingest.local.files import TIME_ASSUMED, body_of

_KEYS = {"path", "feed", "url", "fetched_at", "content_type"}


class ManifestError(Exception):
    """A line that makes no sense: `file:line: what and the remedy`."""


def listed(manifest: Path, max_bytes: int = MAX_BYTES) -> Iterator[LocalDocument | Unreadable]:
    """The documents that a manifest names, in its order. A wrong line is told with its place and skipped."""
    with manifest.open(encoding="utf-8", errors="replace") as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                place = f"{manifest.name}:{number}"
                try:
                    yield _document(manifest.parent, line, max_bytes)
                except ManifestError as error:
                    yield Unreadable(place, str(error))


def _document(folder: Path, line: str, max_bytes: int) -> LocalDocument | Unreadable:
    said = _said(line)
    name = FEED_NAME.fullmatch(said["feed"])
    if name is None:
        raise ManifestError(f'"feed" is {said["feed"]!r}: write "outlet/feed" in small letters, digits and hyphens')
    path = folder / said["path"]
    try:
        body = body_of(path, max_bytes)
        changed_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except (OSError, EOFError, zlib.error, ValueError) as error:
        raise ManifestError(f"{said['path']} cannot be read: {error}") from error
    if body is None:
        raise ManifestError(f"{said['path']} is larger than {max_bytes} bytes")
    at = _instant(said["fetched_at"]) if said.get("fetched_at") else None
    return LocalDocument(
        place=said["path"],
        body=body,
        outlet=name[1],
        feed=name[2],
        fetched_at=at or changed_at,
        url=said.get("url"),
        content_type=said.get("content_type"),
        assumed=None if at else TIME_ASSUMED,
    )


def _said(line: str) -> dict[str, Any]:
    try:
        said = json.loads(line)
    except ValueError as error:
        raise ManifestError(f"is no JSON ({error}): write one object a line") from error
    if not isinstance(said, dict) or not all(isinstance(said.get(key), str) for key in ("path", "feed")):
        raise ManifestError('needs "path" and "feed", both texts')
    wrong = [key for key in _KEYS if said.get(key) is not None and not isinstance(said[key], str)]
    if wrong:
        raise ManifestError(f'"{wrong[0]}" must be a text')
    return said


def _instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise ManifestError(f'"fetched_at" is {text!r}: write it as 2026-03-01T12:00:00Z') from error
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
