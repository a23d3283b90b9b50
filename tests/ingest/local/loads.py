"""Short ways to load files into an archive and to ask what came of it."""

import asyncio
from pathlib import Path
from typing import Any

from here import Here, PagesHere
from saying import rows

from ingest.load import Loaded, Loader
from ingest.local.documents import Names
from ingest.local.files import documents
from storage.archive import Archive, Writer


def load(folder: Path, *paths: Path, names: Names | None = None, pages: bool = False) -> list[Loaded]:
    found: list[Loaded] = []

    async def main(archive: Archive) -> None:
        writer = Writer(archive)
        try:
            loader = Loader(archive, writer, Here(), PagesHere())
            await loader.load(documents(paths, names or Names(), pages=pages), found.append)
        finally:
            writer.close()

    with Archive.open(str(folder / "archive.sqlite"), create=True) as archive:
        asyncio.run(main(archive))
    return found


def asked(folder: Path, query: str) -> list[tuple[Any, ...]]:
    with Archive.open(str(folder / "archive.sqlite")) as archive:
        return rows(archive, query)
