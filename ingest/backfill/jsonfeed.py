"""JSON Feeds that name their next page (`next_url`, JSON Feed 1.1, "Top-level")."""

from ingest.backfill.chain import Chain
from ingest.backfill.road import About
from storage.records import Route


class JsonFeed(Chain):
    """Pages shift as entries come in; what comes twice is known."""

    route = Route.JSONFEED
    rels = ("next",)

    def speaks(self, about: About) -> bool:
        return (about.signs.format or "").startswith("json")
