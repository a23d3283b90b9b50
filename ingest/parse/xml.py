"""XML to a parsed feed: read strictly; else with the usual mistakes mended; else what can be saved of it."""

from dataclasses import replace

from ingest.parse import feedparser, repair, salvage
from ingest.parse.known import Known
from ingest.parse.parsed import ParsedFeed
from ingest.parse.precheck import Checked, not_a_feed
from ingest.parse.tree import NotWellFormed, tree


def read(checked: Checked, *, careful: bool = False, known: Known | None = None) -> ParsedFeed:
    """The feed. `salvaged` and a note on all that was not well-formed.

    `careful`: without feedparser. `known`: without these entries, where all is well-formed or could be mended. Raises
    ReadError: not_a_feed, malformed.
    """
    feed = _read(checked, careful, known)
    notes = [*checked.notes, *filter(None, [feed.note])]
    return replace(feed, note="; ".join(notes) or None, salvaged=feed.salvaged or bool(checked.notes))


def _read(checked: Checked, careful: bool, known: Known | None) -> ParsedFeed:
    try:
        return _strict(checked, checked.text, careful, known)
    except NotWellFormed as error:
        fault = error
    text = repair.mended(checked)
    try:
        return _marked(checked, _strict(checked, text, careful, known), fault)
    except NotWellFormed as error:
        text = repair.with_prefixes(checked, text) if error.lacks_prefix else text
    try:
        return _marked(checked, _strict(checked, text, careful, known), fault)
    except NotWellFormed:
        return salvage.salvaged(checked, text, str(fault), careful=careful)


def _marked(checked: Checked, feed: ParsedFeed, fault: NotWellFormed) -> ParsedFeed:
    if checked.defines(fault.entity):
        return feed  # no fault but our own: we read no DTD
    return replace(feed, salvaged=True, note="; ".join(filter(None, [f"mended: {fault}", feed.note])))


def _strict(checked: Checked, text: str, careful: bool, known: Known | None) -> ParsedFeed:
    root = tree(text)
    feed = salvage.read_tree(root, checked.doctype, known) or _unknown_root(checked, text, careful)
    if feed.format == "sitemap" and not feed.entries:
        raise not_a_feed(f"a sitemap of {len(root)} pages without news")
    return feed


def _unknown_root(checked: Checked, text: str, careful: bool) -> ParsedFeed:
    """Some feeds have roots of their own making; feedparser looks for entries wherever they are."""
    error = not_a_feed(f"XML with the root <{checked.root[:50]}>, no feed")
    if careful:
        raise error
    try:
        feed = feedparser.read(text)
    except feedparser.Unreadable:
        raise error from None
    if not feed.entries:
        raise error
    return feed
