"""Readers in this process: what tests read is their own, and workers take a second to start."""

from ingest import read
from ingest.hints import Hints
from ingest.parse import article
from storage.records import Reading


class Here:
    """Reads documents."""

    async def read(self, body: bytes, hints: Hints) -> Reading:
        return read.read(body, hints)


class PagesHere:
    """Reads pages of articles."""

    async def read(self, body: bytes, hints: Hints) -> Reading:
        return article.read(body, hints)
