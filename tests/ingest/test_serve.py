"""`chronik serve`: it says where, ends in order, and what it cannot do it says in a line."""

import re
import signal
from pathlib import Path
from urllib.request import urlopen

import pytest
from commands import chronik, start

from ingest.cli.serve import is_loopback
from storage.archive import Archive


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_serves_until_it_is_told_to_end(tmp_path: Path, number: signal.Signals) -> None:
    Archive.open(str(tmp_path / "archive.sqlite"), create=True).close()
    process = start("serve", "--port", "0", cwd=tmp_path)
    assert process.stdout is not None
    try:
        told = process.stdout.readline()
        address = re.match(r"(http://127\.0\.0\.1:\d+/) shows ", told)
        assert address, told
        with urlopen(address[1], timeout=10) as answer:
            assert b"What the archive saw" in answer.read()
        process.send_signal(number)
        _, said = process.communicate(timeout=10)
    finally:
        process.kill()
        process.communicate()
    assert (process.returncode, said) == (0, "")


def test_an_archive_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    told = chronik("serve", cwd=tmp_path)
    assert told.returncode == 2
    assert len(told.stderr.splitlines()) == 1


def test_a_port_that_is_taken_is_one_line_with_the_remedy(tmp_path: Path) -> None:
    Archive.open(str(tmp_path / "archive.sqlite"), create=True).close()
    told = chronik("serve", "--host", "192.0.2.1", "--port", "1", cwd=tmp_path)
    assert told.returncode == 2
    assert "choose another --port or --host" in told.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("host", "ours"), [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False)]
)
def test_others_are_warned_of_only_where_there_are_any(host: str, ours: bool) -> None:
    assert is_loopback(host) is ours
