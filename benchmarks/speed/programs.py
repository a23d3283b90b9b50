"""The programs that are measured: how each is set up, what a run is, and what it has stored."""

import shutil
import sqlite3
import sys
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path

Command = tuple[list[str], bytes]  # what is run, and what it reads


class Program(ABC):
    """A program in a folder of its own."""

    name: str
    database: str | None = None

    @abstractmethod
    def set_up(self, folder: Path, urls: Sequence[str]) -> None:
        """Let it know of the feeds; asks nothing."""

    @abstractmethod
    def run(self) -> Command:
        """Ask every feed once."""

    def stored(self, folder: Path) -> tuple[int, int]:
        """Entries, and the bytes that they take with all that the program keeps besides."""
        if self.database is None:
            return 0, 0
        files = [each for each in folder.iterdir() if each.name.startswith(self.database)]
        connection = sqlite3.connect(folder / self.database)
        try:
            (entries,) = connection.execute(f"select count(*) from {self.table}").fetchone()
        finally:
            connection.close()
        return entries, sum(each.stat().st_size for each in files)

    table = ""


class Chronik(Program):
    """Ourselves: bodies, headers, versions, sightings and the search index are all stored."""

    name, database, table = "chronik", "archive.sqlite", "entry"

    def set_up(self, folder: Path, urls: Sequence[str]) -> None:
        network = "network: {spacing: 0s, concurrency: 100, allow_private_hosts: [127.0.0.0/8]}"
        lines = [network, "outlets:"]
        lines += [f"  o{n}: {{feeds: {{news: '{url}'}}}}" for n, url in enumerate(urls)]
        if not urls:  # an address that it refuses to ask
            lines = ["outlets: {none: {feeds: {news: 'http://127.0.0.1:1/'}}}"]
        (folder / "feeds.yaml").write_text("\n".join(lines) + "\n")

    def run(self) -> Command:
        # Without the extra chronik[stories]: none of the others looks for stories.
        program = "import sys; sys.modules['rensa'] = None; from ingest.cli import main; sys.exit(main(sys.argv[1:]))"
        return [sys.executable, "-c", program, "poll", "--force", "--json"], b""


class Reader(Program):
    """lemon24/reader, with its workers."""

    name, database, table = "reader", "reader.sqlite", "entries"

    def __init__(self, python: str) -> None:
        self.python = python

    def set_up(self, folder: Path, urls: Sequence[str]) -> None:
        (folder / "urls").write_text("\n".join(urls))

    def run(self) -> Command:
        program = (
            "from reader import make_reader; r = make_reader('reader.sqlite')\n"
            "for url in open('urls').read().split(): r.add_feed(url, exist_ok=True)\n"
            "r.update_feeds(scheduled=False, workers=10)"
        )
        return [self.python, "-c", program], b""


class Newsboat(Program):
    """newsboat, reloading without its screen."""

    name, database, table = "newsboat", "cache.db", "rss_item"

    def set_up(self, folder: Path, urls: Sequence[str]) -> None:
        (folder / "urls").write_text("\n".join(urls or ["http://127.0.0.1:1/"]) + "\n")
        (folder / "config").write_text("reload-threads 10\nmax-items 0\n")

    def run(self) -> Command:
        return ["newsboat", "-u", "urls", "-c", "cache.db", "-C", "config", "-x", "reload"], b""


class Sfeed(Program):
    """sfeed, a process of curl and one of sfeed for each feed; knows no conditional requests of itself."""

    name = "sfeed"

    def set_up(self, folder: Path, urls: Sequence[str]) -> None:
        feeds = "".join(f'feed "f{n}" "{url}"\n' for n, url in enumerate(urls))
        (folder / "sfeedrc").write_text(f'sfeedpath="{folder}/feeds"\nmaxjobs=4\nfeeds() {{\n:\n{feeds}}}\n')

    def run(self) -> Command:
        return ["sfeed_update", "sfeedrc"], b""

    def stored(self, folder: Path) -> tuple[int, int]:
        files = list((folder / "feeds").glob("*")) if (folder / "feeds").exists() else []
        return sum(each.read_bytes().count(b"\n") for each in files), sum(each.stat().st_size for each in files)


def installed(reader: str | None) -> list[Program]:
    """Those that are there."""
    found: list[Program] = [Chronik()]
    if reader is not None:
        found.append(Reader(reader))
    found += [Newsboat()] if shutil.which("newsboat") else []
    found += [Sfeed()] if shutil.which("sfeed_update") else []
    return found
