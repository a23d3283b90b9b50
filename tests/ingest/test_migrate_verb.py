"""`chronik migrate`: what it says."""

from pathlib import Path

import pytest

from ingest.cli import main
from storage.archive import Archive
from storage.schema import SCHEMA


def test_it_says_that_there_is_nothing_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    archive = str(tmp_path / "archive.sqlite")
    Archive.open(archive, create=True).close()
    assert main(["migrate", "-a", archive]) == 0
    assert capsys.readouterr().out == f"{archive}: schema {SCHEMA}, nothing to do\n"


def test_it_makes_no_archive_where_there_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["migrate", "-a", str(tmp_path / "archive.sqlite")]) == 2
    assert "no archive at" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
