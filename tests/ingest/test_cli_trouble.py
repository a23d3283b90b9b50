"""What keeps an archive from being written ends a verb with one line and the remedy, and what was done is kept."""

import resource
import subprocess
from pathlib import Path

import pytest
from commands import CHRONIK, chronik, environment
from feeds import news
from servers import answer, serving
from sqlalchemy import create_engine

from storage.archive import Archive
from storage.engine import faults_told
from storage.errors import ArchiveError
from storage.trouble import Trouble, trouble_of


def test_a_disk_that_takes_no_more_is_one_line_with_the_remedy(tmp_path: Path) -> None:
    archive = tmp_path / "archive.sqlite"
    Archive.open(str(archive), create=True).close()
    most = archive.stat().st_size + 64 * 1024

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

    with serving({"/feed": answer(news(*range(1, 400)))}) as server:
        outlet = f"outlets: {{o: {{feeds: {{news: '{server.url('/feed')}'}}}}}}\n"
        (tmp_path / "feeds.yaml").write_text(f"network: {{allow_private_hosts: [127.0.0.1]}}\n{outlet}")
        told = subprocess.run(
            [CHRONIK, "poll"],
            cwd=tmp_path,
            env=environment(),
            preexec_fn=limited,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert (told.returncode, told.stderr.count("\n")) == (1, 1), told
    assert "disk" in told.stderr
    assert "what was done is kept" in told.stderr
    assert chronik("verify", cwd=tmp_path).returncode == 0


def test_the_trouble_is_found_in_a_group_of_errors() -> None:
    group = ExceptionGroup("several", [ValueError(), ExceptionGroup("more", [OSError(28, "No space left on device")])])
    assert trouble_of(group) is Trouble.FULL
    assert trouble_of(ExceptionGroup("several", [ValueError()])) is None


def test_a_fault_of_the_database_is_told_with_the_remedy_of_its_trouble() -> None:
    with create_engine("sqlite://").connect() as connection:
        connection.exec_driver_sql("pragma max_page_count = 1")
        full = pytest.raises(ArchiveError, match=r"^an archive: database or disk is full; make room")
        with full, faults_told("an archive"):
            connection.exec_driver_sql("create table t (x)")
        with pytest.raises(ArchiveError, match=r"chronik verify"), faults_told("an archive"):
            connection.exec_driver_sql("select from")
