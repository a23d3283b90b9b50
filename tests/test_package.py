"""What is installed is all that runs need, and no more."""

import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CARRIED = {".py", ".sql", ".json", ".typed", ".css", ".html", ".js", ".svg"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """Names of the files in a wheel, built with the build tools that are here."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (path,) = folder.glob("*.whl")
    return zipfile.ZipFile(path).namelist()


def in_source() -> set[str]:
    found = (path for package in ("ingest", "storage") for path in (ROOT / package).rglob("*") if path.is_file())
    return {path.relative_to(ROOT).as_posix() for path in found if "__pycache__" not in path.parts}


def test_every_file_of_the_packages_is_of_a_kind_that_the_wheel_carries() -> None:
    assert {name for name in in_source() if Path(name).suffix not in CARRIED} == set()


def test_the_wheel_holds_every_file_of_the_packages_and_nothing_else(wheel: list[str]) -> None:
    assert {name for name in wheel if ".dist-info/" not in name} == in_source()


@pytest.mark.parametrize("needed", ["storage/views/03_entries.sql", "ingest/feeds.schema.json", "ingest/py.typed"])
def test_views_schema_and_types_come_along(wheel: list[str], needed: str) -> None:
    assert needed in wheel


def test_every_dependency_has_a_lower_and_an_upper_bound() -> None:
    extras = PROJECT["optional-dependencies"].values()
    wanted = [*PROJECT["dependencies"], *(each for extra in extras for each in extra)]
    dated = ("tzdata",)  # its version is a date, and the newest is always wanted
    loose = [each for each in wanted if ">=" not in each or (",<" not in each and not each.startswith(dated))]
    assert loose == []


def test_the_command_is_there() -> None:
    told = subprocess.check_output([Path(sys.executable).with_name("chronik"), "--version"], text=True)
    assert told == f"chronik {PROJECT['version']}\n"
