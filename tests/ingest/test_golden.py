"""Oddities as data: a document and what we make of it, named for its rule.

A new oddity is two new files in `golden/`: the document (`RULE.xml` or `RULE.json`) and `RULE.expected.json`.
`python tests/ingest/test_golden.py` writes the second where it is missing; read it before you commit it.
"""

import json
import sys
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from ingest.errors import ReadError
from ingest.hints import Hints
from ingest.read import read

GOLDEN = Path(__file__).with_name("golden")
HINTS = Hints(base_url="https://www.example.org/news/feed.xml", timezone="Europe/Vienna", language="de")


def documents() -> list[Path]:
    return sorted(path for path in GOLDEN.iterdir() if not path.name.endswith(".expected.json"))


def expected_of(document: Path) -> Path:
    return document.with_name(f"{document.stem}.expected.json")


def said(document: Path) -> str:
    """The reading as JSON, without what is missing and without digests, or the error."""
    try:
        value = _plain(read(document.read_bytes(), HINTS))
    except ReadError as error:
        value = {"reason": str(error.reason), "detail": error.detail}
    return json.dumps(value, indent=1, ensure_ascii=False) + "\n"


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return dict(_fields(value))
    if isinstance(value, datetime):
        return value.isoformat()
    return [_plain(inner) for inner in value] if isinstance(value, tuple) else value


def _fields(value: Any) -> Iterator[tuple[str, Any]]:
    for field in fields(value):
        inner = getattr(value, field.name)
        if field.name in {"extra", "hints"} and inner:
            yield field.name, json.loads(inner)
        elif inner not in (None, (), False) and not isinstance(inner, bytes):
            yield field.name, _plain(inner)


@pytest.mark.parametrize("document", documents(), ids=lambda path: path.name)
def test_the_document_reads_as_its_rule_says(document: Path) -> None:
    assert said(document).splitlines() == expected_of(document).read_text(encoding="utf-8").splitlines()


def test_every_expectation_has_its_document() -> None:
    assert {expected_of(path) for path in documents()} == set(GOLDEN.glob("*.expected.json"))


if __name__ == "__main__":
    for path in documents():
        if not expected_of(path).exists():
            expected_of(path).write_text(said(path), encoding="utf-8")
            sys.stdout.write(f"{path.name}\n")
