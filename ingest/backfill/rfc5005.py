"""Archived feeds (RFC 5005 section 4: `prev-archive`) and paged feeds (section 3: `next`)."""

from ingest.backfill.chain import Chain
from ingest.backfill.road import About
from storage.records import Route


class Rfc5005(Chain):
    """Archive documents stand for ever, pages shift as entries come in: the archive goes first."""

    route = Route.RFC5005
    rels = ("prev-archive", "next")

    def speaks(self, about: About) -> bool:
        return not (about.signs.format or "").startswith("json")
