"""A PostgreSQL server for tests: started in a folder of its own, reached by a socket in it, gone at the end."""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

WHERE = "usr/lib/postgresql/*/bin/postgres"  # Debian keeps its programs out of the way
# Nothing here outlives its test, so nothing has to survive a crash.
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "60",
    "shared_buffers": "64MB",
    "timezone": "Asia/Kathmandu",
    "datestyle": "German",
    "log_min_messages": "fatal",
    "autovacuum": "off",
}


def programs() -> Path | None:
    """The folder of its programs; None: there is none on this machine."""
    found = shutil.which("postgres")
    known = [Path(found).resolve()] if found else sorted(Path("/").glob(WHERE))
    return known[-1].parent if known else None


@contextmanager
def server(**settings: str) -> Iterator[str]:
    """The URL of a server's database `postgres`, with these settings besides.

    Where it lacks tests are skipped with the reason; in CI they fail.
    """
    binaries = programs()
    if binaries is None and not os.environ.get("CI"):
        pytest.skip("there is no PostgreSQL on this machine: install the package postgresql")
    assert binaries is not None, "CI must have PostgreSQL: .ci/run installs it"
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    owner = _somebody_else(folder)
    try:
        data = folder / "data"
        initdb = [binaries / "initdb", "-D", data, "-U", "chronik", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]
        subprocess.run([*initdb, "--no-sync"], check=True, stdout=subprocess.DEVNULL, **owner)
        with _running(binaries, folder, data, owner, SETTINGS | settings):
            yield f"postgresql+psycopg://chronik@/postgres?host={folder}"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _somebody_else(folder: Path) -> dict[str, Any]:
    """It does not run as root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": [], "cwd": folder}


@contextmanager
def _running(binaries: Path, folder: Path, data: Path, owner: dict[str, Any], wanted: dict[str, str]) -> Iterator[None]:
    settings = [part for name, value in wanted.items() for part in ("-c", f"{name}={value}")]
    with (folder / "log").open("wb") as log:
        command = [binaries / "postgres", "-D", data, "-k", folder, *settings]
        process = subprocess.Popen(command, stdout=log, stderr=log, **owner)
    try:
        while not (folder / ".s.PGSQL.5432").exists() or "ready" not in (data / "postmaster.pid").read_text():
            assert process.poll() is None, (folder / "log").read_text()
            time.sleep(0.02)
        yield
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def database(server_url: str, name: str, like: str | None = None) -> Iterator[str]:
    """A database of its own, empty or like another; the URL."""
    template = f" TEMPLATE {like}" if like else ""
    _do(server_url, f"CREATE DATABASE {name}{template}")
    try:
        yield server_url.replace("/postgres?", f"/{name}?")
    finally:
        _do(server_url, f"DROP DATABASE {name} WITH (FORCE)")


def _do(server_url: str, statement: str) -> None:
    engine = create_engine(server_url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
