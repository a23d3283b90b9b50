"""The docs are true: made parts are as code makes them, what they show runs, what they name is there."""

import argparse
import re
import runpy
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from commands import chronik
from feeds import rss
from servers import Page, Server, answer, serving

from ingest.cli import VERBS, verb_parser
from ingest.cli.frame import Stop
from ingest.config import config_of
from storage.query import answered

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
MADE: dict[Path, str] = runpy.run_path(str(ROOT / "docs" / "generate.py"))["made"]()


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its text, and where it stands."""

    place: str
    language: str
    text: str


def _blocks() -> Iterator[Block]:
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for found in re.finditer(r"^```(\w*)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE):
            line = text.count("\n", 0, found.start()) + 1
            yield Block(f"{page.relative_to(ROOT)}:{line}", found[1], found[2])


BLOCKS = list(_blocks())


def blocks(language: str, page: str = "") -> list[Any]:
    """Blocks of a language as test parameters."""
    found = [block for block in BLOCKS if block.language == language and block.place.startswith(page)]
    return [pytest.param(block, id=block.place) for block in found]


# --- made parts, links, names -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", MADE, ids=lambda path: path.name)
def test_parts_that_are_made_from_code_are_as_code_makes_them(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == MADE[path], "run: python docs/generate.py"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_files_and_headings_that_are_there(page: Path) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if "://" not in link and not _is_there(page, link)] == []


def _is_there(page: Path, link: str) -> bool:
    name, _, heading = link.partition("#")
    target = page.parent / name if name else page
    return target.is_file() and (not heading or heading in _headings(target))


def _headings(page: Path) -> set[str]:
    found = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in found}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_files_that_the_docs_name_are_there(page: Path) -> None:
    named = re.findall(
        r"`((?:ingest|storage|tests|docs|deploy|benchmarks)/[\w./-]*)`", page.read_text(encoding="utf-8")
    )
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_every_page_is_in_reach_of_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [page.name for page in PAGES[1:] if f"{page.relative_to(ROOT)})" not in readme] == []


# --- commands ---------------------------------------------------------------------------------------------------------


def _commands() -> list[Any]:
    lines = [(block.place, line[2:]) for block in BLOCKS for line in block.text.splitlines() if line.startswith("$ ")]
    return [pytest.param(line, id=f"{place} {line}") for place, line in lines]


@pytest.mark.parametrize("line", _commands())
def test_every_command_shown_is_one_that_chronik_takes(line: str) -> None:
    name, verb, *words = shlex.split(line.partition(" | ")[0])
    assert name == "chronik"
    assert _takes(verb, words)


def _takes(verb: str, words: list[str]) -> bool:
    try:
        verb_parser(verb).parse_args(words)
    except SystemExit as end:
        return end.code == 0
    return True


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_verb_and_option_named_in_the_text_is_there(page: Path) -> None:
    named = re.findall(r"`chronik ([a-z][a-z-]+)([^`\n]*)`", page.read_text(encoding="utf-8"))
    assert [verb for verb, _ in named if verb not in VERBS] == []
    for verb, rest in named:
        assert set(re.findall(r"--[a-z][a-z-]+", rest)) <= _options(verb), (verb, rest)


def _options(verb: str) -> set[str]:
    try:
        parser: argparse.ArgumentParser = verb_parser(verb)
    except Stop:
        return set()
    return {option for action in parser._actions for option in action.option_strings}


# --- feeds.yaml and SQL -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("block", blocks("yaml"))
def test_every_feeds_yaml_shown_is_valid(block: Block, tmp_path: Path) -> None:
    assert config_of(block.text, tmp_path / "feeds.yaml", {}, may_list_none=not block.place.startswith("README"))


def article(title: str, text: str, url: str, at: str) -> str:
    """An article of 2 March 2026."""
    return f"""<item><title>{title}</title><link>{url}</link><guid>{url}</guid>
      <pubDate>Mon, 02 Mar 2026 {at}:00 +0100</pubDate><description>{text}</description></item>"""


BRIDGE = article(
    "Rat beschließt neue Brücke", "Die Brücke kommt 2028.", "https://beispielblatt.example/bruecke", "09:30"
)
QUAKE = article("Erdbeben vor der Küste", "Keine Verletzten.", "https://beispielblatt.example/erdbeben", "08:05")
AGREED = article(
    "Koalition einig über Budget",
    "Nach zwölf Stunden ist man sich einig.",
    "https://stadtbote.example/budget",
    "07:00",
)
DISAGREED = AGREED.replace("Koalition einig", "Koalition doch uneinig").replace("sich einig", "sich uneinig")
PAGES_SERVED: dict[str, Page] = {
    "/beispielblatt": answer(rss([BRIDGE, QUAKE])),
    "/stadtbote": [answer(rss([AGREED])), answer(rss([DISAGREED]))],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder as it is where README's transcript is made: a feeds.yaml, and the outlets on line."""
    folder = tmp_path_factory.mktemp("transcript")
    with serving(PAGES_SERVED) as server:
        (folder / "feeds.yaml").write_text(_feeds_yaml(server))
        yield folder


def _feeds_yaml(server: Server) -> str:
    outlets = "".join(f"  {path[1:]}: {{feeds: {{news: '{server.url(path)}'}}}}\n" for path in server.pages)
    return f"network: {{spacing: 0s, per_host: 9, allow_private_hosts: [127.0.0.0/8]}}\noutlets:\n{outlets}"


def test_readme_shows_what_the_commands_print(folder: Path) -> None:
    for block in [block for block in BLOCKS if block.language == "console" and block.place.startswith("README")]:
        for shown in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
            command, _, output = shown.partition("\n")
            done = chronik(*shlex.split(command)[1:], cwd=folder)
            assert _alike(done.stdout + done.stderr) == _alike(output), block.place


def _alike(output: str) -> list[str]:
    """What two runs have in common: feeds answer in any order; times, what follows from them, and widths differ."""
    output = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ and", "… and", output)
    output = re.sub(r"\d+ (s|min|h|d)\b", "…", output)
    lines = [re.sub(r"─+", "─", re.sub(r"\s+", " ", line)).strip() for line in output.splitlines()]
    return sorted(re.sub(r"(?<=█ ).*", "because", line) for line in lines if line)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A small archive, loaded by the command itself: two outlets, an edit."""
    folder = tmp_path_factory.mktemp("loaded")
    (folder / "documents").mkdir()
    for n, items in enumerate([[BRIDGE, QUAKE], [BRIDGE.replace("neue", "keine")]]):
        (folder / "documents" / f"2026030{n + 2}T1200.xml").write_bytes(rss(items))
    done = chronik("load", "documents", "--feed", "beispielblatt/news", "-a", "archive.sqlite", cwd=folder)
    assert done.returncode == 0, done.stdout
    return str(folder / "archive.sqlite")


@pytest.mark.parametrize("block", [*blocks("sql", "README"), *blocks("sql", "docs/schema")])
def test_every_query_shown_runs(block: Block, archive: str) -> None:
    with answered(archive, block.text) as answer:
        assert answer.columns
        list(answer)


def test_the_readme_finds_the_changed_headline(archive: str) -> None:
    (query,) = [block.text for block in BLOCKS if block.place.startswith("README") and "title_before" in block.text]
    with answered(archive, query) as answer:
        assert [row[-2:] for row in answer] == [("Rat beschließt neue Brücke", "Rat beschließt keine Brücke")]
