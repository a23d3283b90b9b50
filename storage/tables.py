"""The tables (SQLAlchemy Core), every column with its comment. Private: people read the views.

Two kinds of tables. *Facts* say what was seen and are only ever added to: document, fetch, reading, item, wording,
item_key, void_key. *Derived* ones follow from the facts, whatever the order in which these came: window, run, entry,
version, gap. `storage.timeline` and `storage.projection` say how.
"""

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
    case,
    func,
    text,
)

from storage.columns import REFERS_TO, Id, Utc, loose_ref, own_id, ref, table
from storage.columns import metadata as metadata

archive_info = table(
    "archive_info",
    "Public: what this archive is.",
    Column("key", Text, primary_key=True, comment="contract, schema, created_at, software, stems, stories"),
    Column("value", Text, nullable=False, comment="value, as text"),
)

counter = table(
    "counter",
    "Last number given out per kind of id, so that none is ever used twice.",
    Column("name", Text, primary_key=True, comment="which id"),
    Column("value", Id, nullable=False, comment="the last one given out"),
)

outlet = table(
    "outlet",
    "A publisher. Entries are deduplicated within it.",
    own_id("outlet_id", "grows, never reused"),
    Column("slug", Text, nullable=False, unique=True, comment="name for ever, as in feeds.yaml"),
    Column("name", Text, comment="name for people"),
    Column("homepage", Text, comment="where feeds are looked for if none is listed"),
    Column("language", Text, comment="BCP 47, as configured"),
    Column("country", Text, comment="ISO 3166-1, as configured"),
    Column("timezone", Text, comment="IANA name, for dates without a zone"),
    Column("look_due_at", Utc, comment="when its homepage may be looked at for feeds again; NULL: it never was"),
)

feed = table(
    "feed",
    "A feed of an outlet, and how it stands.",
    own_id("feed_id", "grows, never reused"),
    ref("outlet", "whose feed", index=True),
    Column("slug", Text, nullable=False, comment="name within the outlet, for ever"),
    Column("name", Text, nullable=False, unique=True, comment="outlet/slug, as in every view"),
    Column("url", Text, comment="where it is asked for now, placeholders for secrets; NULL: not found yet"),
    Column("listed", Integer, nullable=False, comment="1: in feeds.yaml, polled; 0: kept, not polled"),
    Column("state", Text, nullable=False, comment="new, ok, failing, gone, unlisted"),
    Column("added_at", Utc, nullable=False, comment="first known to the archive"),
    Column("link", Text, comment="the feed's own link, as of its newest document"),
    Column("title", Text, comment="the feed's own title"),
    Column("description", Text, comment="the feed's own description"),
    Column("language", Text, comment="as the feed declares it"),
    Column("format", Text, comment="rss20, atom10, json11, sitemap …"),
    Column("hints", Text, comment="JSON: ttl, hub, next page … of the newest document"),
    Column("last_attempt_at", Utc, comment="last live attempt"),
    Column("last_success_at", Utc, comment="last live document or 304"),
    Column("last_new_at", Utc, comment="last live document with a new entry"),
    Column("failures", Integer, nullable=False, comment="failed live attempts since the last success"),
    Column("last_error", Text, comment="reason and detail of the last failure; NULL after a success"),
    Column("next_due_at", Utc, comment="when it is asked next"),
    Column("due_because", Text, comment="the rule that decided, in words"),
    Column("etag", Text, comment="validator, verbatim, of live_document_id"),
    Column("last_modified", Text, comment="validator, verbatim, of live_document_id"),
    Column("live_document_id", Id, comment="the document that a 304 confirms"),
    Column("newest_window_id", Id, comment="window that shows the feed as last seen"),
    Column("memory", Text, comment="JSON of the schedule"),
    Column("unstable_guids", Integer, nullable=False, comment="1: guids change at every poll and identify nothing"),
    Column("entries", Integer, nullable=False, comment="entries that it has carried"),
    Column("pruned_before", Utc, comment="what was seen before was deleted on purpose, and is not taken in again"),
    Column("lease_by", Text, comment="process that polls it now"),
    Column("lease_until", Utc, comment="after this the lease is void"),
    UniqueConstraint("outlet_id", "slug"),
    Index("feed_due", "listed", "next_due_at"),  # serves: which feeds are due?
)

feed_url = table(
    "feed_url",
    "URLs that a feed has had.",
    ref("feed", "which feed"),
    Column("url", Text, nullable=False, comment="placeholders for secrets"),
    Column("from_at", Utc, nullable=False, comment="from when"),
    Column("until_at", Utc, comment="until when; NULL: still"),
    Column("because", Text, nullable=False, comment="listed, discovered, moved …"),
    Index("feed_url_feed", "feed_id"),
)

document = table(
    "document",
    "A distinct body, as received.",
    own_id("document_id", "grows, never reused"),
    Column("sha256", LargeBinary, nullable=False, unique=True, comment="of the body"),
    Column("content_type", Text, comment="as first served"),
    Column("encoding", Text, comment="read as"),
    Column("encoding_verdict", Text, comment="declared, bom, repaired, guessed"),
    Column("bytes", Integer, nullable=False, comment="length of the body"),
    Column("stored_bytes", Integer, nullable=False, comment="length as kept"),
    Column("first_fetched_at", Utc, nullable=False, comment="earliest time at which it was seen"),
    loose_ref("document", "zstd prefix that it was compressed with; NULL: stands alone", name="prefix_id", null=True),
    Column("depth", Integer, nullable=False, comment="how many prefixes must be read first"),
    Column("chain_id", Id, nullable=False, comment="first of the documents that lean on one another; it may be gone"),
    loose_ref("object", "object that has the compressed body; NULL: document_body has it", null=True),
    Column("object_at", Integer, comment="where in the object it begins, in bytes"),
    Index(  # serves: which chains are still in the archive?
        "document_here", "chain_id", sqlite_where=text("object_id IS NULL"), postgresql_where=text("object_id IS NULL")
    ),
    Index(  # serves: which documents does an object have?
        "document_object",
        "object_id",
        sqlite_where=text("object_id IS NOT NULL"),
        postgresql_where=text("object_id IS NOT NULL"),
    ),
)

document_body = table(
    "document_body",
    "The compressed bodies, apart, so that scans of document stay cheap.",
    Column("document_id", Id, primary_key=True, autoincrement=False, comment="whose body"),
    Column("body", LargeBinary, nullable=False, comment="zstd"),
)

object_ = table(
    "object",
    "Compressed bodies of whole chains of documents, one after the other, that a store outside of the archive keeps.",
    own_id("object_id", "grows, never reused"),
    Column("store", Text, nullable=False, comment="URL of the store, such as s3://bucket/prefix"),
    Column("name", Text, nullable=False, comment="sha256 of its bytes, hexadecimal"),
    Column("bytes", Integer, nullable=False, comment="its length"),
    Column("documents", Integer, nullable=False, comment="how many bodies it was made of"),
    Column("put_at", Utc, nullable=False, comment="our clock"),
)

fetch = table(
    "fetch",
    "An attempt to get a document.",
    own_id("fetch_id", "grows, never reused"),
    ref("feed", "for which feed"),
    Column("route", Text, nullable=False, comment="live, discovery, push, rfc5005, … load"),
    Column("url", Text, nullable=False, comment="as asked, secrets out"),
    Column("final_url", Text, comment="after redirects, where another"),
    Column("requested_at", Utc, nullable=False, comment="when the document was seen; a claim for all routes but ours"),
    Column("recorded_at", Utc, nullable=False, comment="our clock"),
    Column("request_headers", Text, comment="JSON, secrets out"),
    Column("response_headers", Text, comment="JSON, secrets out"),
    Column("elapsed_ms", Integer, comment="of the request"),
    Column("outcome", Text, nullable=False, comment="new, unchanged, not_modified, failed"),
    Column("reason", Text, comment="why it failed, from the closed list"),
    Column("detail", Text, comment="what was seen, in a line"),
    Column("http_status", Integer, comment="of the last answer"),
    Column("wire_bytes", Integer, comment="as sent, compressed"),
    Column("body_bytes", Integer, comment="decoded"),
    ref("document", "what was got or confirmed", null=True),
    Column("salvaged", Integer, comment="1: the document was broken and read as far as it went"),
    Column("entries_seen", Integer, nullable=False, comment="entries in the document"),
    Column("entries_new", Integer, nullable=False, comment="entries that the archive had not had"),
    Column("entries_changed", Integer, nullable=False, comment="entries that got a new version"),
    # serves: observations of a feed around an instant; how well we looked, day by day
    Index("fetch_feed_time", "feed_id", "requested_at", "route", "outcome"),
    Index("fetch_document", "document_id"),
)

reading = table(
    "reading",
    "What a document says as a document of this feed: its entries, in order.",
    Column("feed_id", Id, ForeignKey("feed.feed_id"), primary_key=True, comment="as a document of this feed"),
    Column("document_id", Id, primary_key=True, comment="which document", info={REFERS_TO: "document"}),
    Column("items", LargeBinary, nullable=False, comment="item ids in document order, 8 bytes each, little-endian"),
    Column("head", Text, nullable=False, comment="JSON: what it says of the feed"),
    Column("salvaged", Integer, nullable=False, comment="1: read as far as it went"),
    Column("note", Text, comment="what was repaired, cut or dropped"),
    Column("sources", LargeBinary, comment="digest of what each item was read from, 16 bytes each; zeros: none"),
    sqlite_with_rowid=False,
)

bundle = table(
    "bundle",
    "Texts of wordings that no version has, since in them but a counter went on.",
    own_id("bundle_id", "grows, never reused"),
    Column("size", Integer, nullable=False, comment="bytes of the JSON"),
    Column("checksum", Id, nullable=False, comment="of all other columns: what `verify` holds them against"),
    Column("body", LargeBinary, nullable=False, comment="zstd of JSON [[wording_id, summary, content_text, html], …]"),
)

wording = table(
    "wording",
    "What an entry says, once per outlet.",
    own_id("wording_id", "grows, never reused"),
    ref("outlet", "of which outlet"),
    Column("digest", LargeBinary, nullable=False, comment="of all that makes the wording"),
    Column(
        "variant",
        LargeBinary,
        nullable=False,
        comment="least digest of the items that say it: whose noise this row has",
    ),
    Column("title", Text, comment="plain text"),
    Column("authors", Text, comment="JSON array of objects: name, email, uri"),
    Column("categories", Text, comment="JSON array of objects: term, scheme, label"),
    Column("enclosures", Text, comment="JSON array of objects: url, type, length, …"),
    Column("language", Text, comment="of the text"),
    Column("title_language", Text, comment="of the title"),
    Column("image_url", Text, comment="the entry's picture"),
    Column("published_at", Utc, comment="as the publisher says"),
    Column("published_raw", Text, comment="the date as written"),
    Column("published_source", Text, comment="element or rule that gave it"),
    Column("updated_at", Utc, comment="as the publisher says"),
    Column("words", Integer, nullable=False, comment="of content_text"),
    Column("letters", Id, comment="digest of the title, and of texts without numbers: equal where a counter went on"),
    Column("checksum", Id, nullable=False, comment="of all other columns as stored: what `verify` holds them against"),
    loose_ref("bundle", "what its texts are packed in; NULL: they stand here", null=True),
    # The long ones last: SQLite reads a row only as far as the last column that is asked for.
    Column("summary", Text, comment="plain text"),
    Column("content_text", Text, comment="plain text of the fullest body; NULL: it is the summary"),
    Column("html", LargeBinary, comment="zstd of JSON [summary_html, content_html], sanitised"),
    UniqueConstraint("outlet_id", "digest"),
    Index(  # serves: what is packed where?
        "wording_bundle",
        "bundle_id",
        sqlite_where=text("bundle_id IS NOT NULL"),
        postgresql_where=text("bundle_id IS NOT NULL"),
    ),
)
fullest_text = func.coalesce(wording.c.content_text, wording.c.summary)  # content_text as the views give it

item = table(
    "item",
    "An entry exactly as documents of one feed carry it.",
    own_id("item_id", "grows, never reused"),
    ref("feed", "whose documents"),
    ref("entry", "which entry this is, by the evidence so far", index=True),
    loose_ref("wording", "what it says"),
    Column("digest", LargeBinary, nullable=False, comment="of all of it"),
    Column("tier", Integer, nullable=False, comment="keys that count: 0 strong, 1 title and date, 2 content, 3 none"),
    Column("guid", Text, comment="as published; '': it is the url"),
    Column("url", Text, comment="as published, absolute"),
    Column("canonical_url", Text, comment="the url without what does not address; '': the url itself"),
    Column("comments_url", Text, comment="where readers comment"),
    Column("extra", Text, comment="JSON object of what the schema has no column for"),
    Column("checksum", Id, nullable=False, comment="of what does not change: what `verify` holds it against"),
    UniqueConstraint("feed_id", "digest"),
)
AS_URL = ""  # most often an address is guid, url and canonical URL: it is kept once
guid_as_published = case((item.c.guid == AS_URL, item.c.url), else_=item.c.guid)
whole_canonical_url = case((item.c.canonical_url == AS_URL, item.c.url), else_=item.c.canonical_url)

item_key = table(
    "item_key",
    "Evidence of which entry an item is.",
    # 64 bits of sha256 over scope, kind and text: an index of long texts would be larger than the articles.
    Column("key", Id, primary_key=True, autoincrement=False, comment="digest of scope, kind and text"),
    Column("item_id", Id, ForeignKey("item.item_id"), primary_key=True, comment="which item has it"),
    Column("kind", Integer, nullable=False, comment="storage.grouping.KINDS, from 0"),
    Column("text", Text, comment="the key, where no column of item has it"),
    Index("item_key_item", "item_id"),
    sqlite_with_rowid=False,
)

void_key = table(
    "void_key",
    "A key that one document of the feed had twice: it identifies nothing there.",
    Column("feed_id", Id, ForeignKey("feed.feed_id"), primary_key=True, comment="in this feed"),
    Column("key", Id, primary_key=True, autoincrement=False, comment="as in item_key"),
    sqlite_with_rowid=False,
)

window = table(
    "window",
    "A stretch of time for which a feed was one and the same document.",
    own_id("window_id", "grows, never reused"),
    ref("feed", "which feed"),
    ref("document", "which document", index=True),
    Column("first_at", Utc, nullable=False, comment="first observation"),
    Column("last_at", Utc, nullable=False, comment="last observation, 304s too"),
    Column("size", Integer, nullable=False, comment="entries in it"),
    loose_ref("fetch", "of the first observation", name="first_fetch_id"),
    Index("window_feed_time", "feed_id", "first_at"),  # serves: the windows before and after an instant
)

run = table(
    "run",
    "Consecutive windows that carry an item.",
    own_id("run_id", "grows, never reused; the version that begins with it has this id"),
    ref("item", "which item", index=True),
    loose_ref("feed", "in which feed"),
    ref("window", "first one that has it", name="first_window_id", index=True),
    ref("window", "last one that has it; NULL: the newest", name="last_window_id", null=True, index=True),
    loose_ref("window", "first one without it", name="next_window_id", null=True),
    Column("first_position", Integer, nullable=False, comment="in the first window, from 1"),
    Column("withdrawn", Integer, nullable=False, comment="1: it left while older ones stayed"),
    Index(
        "run_open",
        "feed_id",
        sqlite_where=text("last_window_id IS NULL"),
        postgresql_where=text("last_window_id IS NULL"),
    ),
)

glimpse = table(
    "glimpse",
    "An item seen on a page of the past, which shows no window.",
    own_id("glimpse_id", "from the same numbers as run_id"),
    ref("item", "which item", index=True),
    loose_ref("feed", "in which feed"),
    loose_ref("fetch", "by which attempt"),
    loose_ref("document", "which page"),
    Column("at", Utc, nullable=False, comment="when the page was seen"),
    Column(
        "strand",
        Text,
        nullable=False,
        comment="pages that word alike: window (feed pages), wordpress, sitemap, article",
    ),
)

entry = table(
    "entry",
    "An entry, as it stands now.",
    own_id("entry_id", "grows, never reused"),
    ref("outlet", "whose entry"),
    ref("feed", "with the fullest text", null=True),
    loose_ref("item", "newest one of that feed", null=True),
    loose_ref("wording", "what it says now", null=True),
    Column("version", Integer, nullable=False, comment="rank of that wording in its feed"),
    Column("versions", Integer, nullable=False, comment="wordings in all"),
    Column("published_at", Utc, comment="of the wording"),
    Column("first_seen_at", Utc, comment="earliest observation"),
    Column("seq", Id, nullable=False, comment="grows with every change"),
    Index("entry_outlet_published", "outlet_id", "published_at"),  # serves: an outlet's days
    Index("entry_feed_seen", "feed_id", "first_seen_at"),  # serves: entries per day of a feed
    Index("entry_published", "published_at"),  # serves: newest of all
    Index("entry_seen", "first_seen_at"),
    Index(
        "entry_at", text("coalesce(published_at, first_seen_at)")
    ),  # serves: newest of what a search finds, days of all
    Index("entry_seq", "seq", unique=True),  # serves: what changed since N
)

version = table(
    "version",
    "A wording of an entry in a feed, from when to when.",
    own_id("version_id", "id of the run or glimpse that it was first known from"),
    ref("entry", "which entry", index=True),
    ref("feed", "in which feed"),
    loose_ref("item", "first item that worded it so"),
    ref("wording", "what it says", index=True),
    loose_ref("fetch", "that saw it first"),
    Column("rank", Integer, nullable=False, comment="1 for the first wording in this feed"),
    Column("seen_at", Utc, nullable=False, comment="first seen in this wording"),
    Column("replaced_at", Utc, comment="first seen in the next one"),
    Column("change", Text, nullable=False, comment="first, title, text, meta, date, typo, noise"),
    Column("lag_s", Integer, comment="of a first wording: seconds from publication to sight"),
    Index("version_seen", "seen_at"),  # serves: what changed when
    Index("version_feed_seen", "feed_id", "seen_at", "lag_s", "fetch_id"),  # serves: wordings and lag, day by day
)

sighting = table(
    "sighting",
    "A stretch of time for which a feed carried an entry, by whichever items.",
    Column("entry_id", Id, primary_key=True, autoincrement=False, comment="which entry"),
    Column("feed_id", Id, ForeignKey("feed.feed_id"), primary_key=True, comment="in which feed"),
    Column("first_window_id", Id, primary_key=True, autoincrement=False, comment="first one that has it"),
    Column("last_window_id", Id, comment="last one that has it; NULL: the newest"),
    Column("next_window_id", Id, comment="first one without it"),
    loose_ref("item", "as which it came into sight"),
    Column("first_position", Integer, nullable=False, comment="in the first window, from 1"),
    Column("withdrawn", Integer, nullable=False, comment="1: it left while older ones stayed"),
    Index("sighting_feed", "feed_id"),
    Index("sighting_last", "last_window_id"),  # serves: a window that is cut in two
    sqlite_with_rowid=False,
)

entry_merge = table(
    "entry_merge",
    "Two entries that evidence joined.",
    Column("entry_id", Id, primary_key=True, autoincrement=False, comment="the one that is no more"),
    Column("into_entry_id", Id, nullable=False, comment="the one that stays"),
    Column("at", Utc, nullable=False, comment="our clock"),
    Column("because", Text, nullable=False, comment="the evidence"),
)

gap = table(
    "gap",
    "Two successive windows that share nothing: entries may have been missed between them.",
    own_id("gap_id", "grows, never reused"),
    ref("feed", "which feed", index=True),
    loose_ref("window", "the last one before", name="after_window_id"),
    ref("window", "the first one after", name="before_window_id"),
    Column("detected_at", Utc, nullable=False, comment="our clock"),
    Column("estimated_missed", Integer, comment="entries, estimated"),
    Column("state", Text, nullable=False, comment="open, closed, unclosable"),
    Column("closed_at", Utc, comment="our clock"),
    Column("recovered", Integer, nullable=False, comment="entries that backfill found in it"),
    UniqueConstraint("before_window_id"),
)

move = table(
    "move",
    "Two items that are one article: most of a document was named anew at once between two successive windows.",
    Column("window_id", Id, ForeignKey("window.window_id"), primary_key=True, comment="the first window after it"),
    Column("old_item_id", Id, primary_key=True, comment="the item before"),
    Column("new_item_id", Id, primary_key=True, comment="the item after"),
    Index("move_old_item", "old_item_id", "new_item_id"),
    Index("move_new_item", "new_item_id"),
    sqlite_with_rowid=False,
)

host = table(
    "host",
    "How often a host was asked and when it may be again: holds across all processes on this archive.",
    Column("host", Text, primary_key=True, comment="name or address, without port"),
    Column("memory", Text, comment="JSON of ingest.hosts; storage only keeps it"),
)

poller = table(
    "poller",
    "Processes that work on an archive on a server, each as long as it says so.",
    Column("name", Text, primary_key=True, comment="machine, number and a token, as in leases"),
    Column("verb", Text, nullable=False, comment="run, poll, backfill …"),
    Column("began_at", Utc, nullable=False, comment="when it came"),
    Column("seen_at", Utc, nullable=False, comment="when it last said that it is there"),
    Column("clock_error_s", Integer, nullable=False, comment="how far its clock is ahead of the server's"),
)

search_pending = table(
    "search_pending",
    "Entries whose line in the search index is not of today.",
    own_id("entry_id", "which entry"),
)

search_line = table(
    "search_line",
    "What the search index holds of an entry: needed word for word to take it out again.",
    own_id("entry_id", "rowid in entries_fts"),
    Column("wording_id", Id, nullable=False, comment="the wording that is indexed"),
    Column("language", Text, comment="by whose rules its stems were made"),
)

search_former = table(
    "search_former",
    "What the search index over former wordings holds.",
    own_id("version_id", "rowid in former_fts"),
    Column("entry_id", Id, nullable=False, index=True, comment="of which entry"),
    Column("wording_id", Id, nullable=False, comment="the wording that is indexed"),
    Column("language", Text, comment="by whose rules its stems were made"),
)

story_pending = table(
    "story_pending",
    "Entries of which it is not yet known whether another outlet has them too.",
    own_id("entry_id", "which entry"),
    Column("second", Id, nullable=False, comment="when it came out, about, in seconds since 1970"),
    Index("story_pending_order", "second", "entry_id"),  # serves: the next ones, each after those before it
)

story_text = table(
    "story_text",
    "What was made of an entry's text to find those like it. Entries whose text says too little have none.",
    own_id("entry_id", "which entry"),
    Column("outlet_id", Id, nullable=False, comment="whose entry"),
    Column("wording_id", Id, nullable=False, comment="whose text"),
    Column("second", Id, nullable=False, comment="when it came out, in seconds since 1970"),
    Column("bands", LargeBinary, nullable=False, comment="of its sketch, 4 bytes each, little-endian"),
    Column("story_id", Id, comment="the first entry of its story: itself where that is so; NULL: it is in none"),
    Column(
        "shared", Integer, comment="thousandths of the shorter text that the first one's and this one have in common"
    ),
    Column("similarity", Integer, comment="thousandths of both texts that they have in common"),
    Index(  # serves: the members of a story
        "story_text_story",
        "story_id",
        sqlite_where=text("story_id IS NOT NULL"),
        postgresql_where=text("story_id IS NOT NULL"),
    ),
)

story_band = table(
    "story_band",
    "Which texts share a part of their sketch. A fortnight lies together: what is new touches few pages of the file.",
    Column("fortnight", Integer, primary_key=True, autoincrement=False, comment="since 1970"),
    Column("band", Integer, primary_key=True, autoincrement=False, comment="part of a sketch, 32 bits"),
    Column("is_first", Integer, primary_key=True, autoincrement=False, comment="0: it belongs to another one's story"),
    Column("second", Id, primary_key=True, autoincrement=False, comment="as in story_text"),
    Column("entry_id", Id, primary_key=True, autoincrement=False, comment="which entry"),
    sqlite_with_rowid=False,
)

story = table(
    "story",
    "An article that several outlets have in much the same words.",
    own_id("story_id", "the entry that was first: an entry's number is never used twice"),
    Column("entries", Integer, nullable=False, comment="how many"),
    Column("outlets", Integer, nullable=False, comment="of how many outlets"),
    Column("first_at", Utc, nullable=False, comment="when the first one came out"),
    Column("newest_at", Utc, nullable=False, comment="when the newest one came out"),
    Index("story_newest", "newest_at"),  # serves: the widest stories of the last days
)

job = table(
    "job",
    "A walk into a feed's past by one route: how far it has come. Written with the rows of each page.",
    Column("feed_id", Id, ForeignKey("feed.feed_id"), primary_key=True, autoincrement=False, comment="of which feed"),
    Column("route", Text, primary_key=True, comment="by which route"),
    Column("state", Text, nullable=False, comment="new, under way, done, stopped, not offered"),
    Column("because", Text, comment="why it ended or stopped, in words"),
    Column("walk", Text, comment="JSON of ingest.backfill: what to ask next; storage only keeps it"),
    Column("began_at", Utc, nullable=False, comment="when it was first begun"),
    Column("moved_at", Utc, nullable=False, comment="its last step"),
    Column("requests", Integer, nullable=False, comment="asked so far"),
    Column("entries_new", Integer, nullable=False, comment="entries that it brought"),
    Column("entries_known", Integer, nullable=False, comment="entries that the archive had"),
    Column("entries_changed", Integer, nullable=False, comment="entries that got a new version"),
    Column("lease_by", Text, comment="process that walks now"),
    Column("lease_until", Utc, comment="after this the lease is void"),
)

chore = table(
    "chore",
    "What the daemon did for the archive and when, so that a restart neither repeats nor forgets it.",
    Column("name", Text, primary_key=True, comment="care, verify …"),
    Column("done_at", Utc, nullable=False, comment="when it was done last"),
    Column("note", Text, comment="where it goes on next time"),
)

deletion = table(
    "deletion",
    "What was deleted on purpose, by `chronik prune`.",
    own_id("deletion_id", "grows, never reused"),
    ref("feed", "of which feed", index=True),
    Column("before_at", Utc, nullable=False, comment="what was seen before went"),
    Column("at", Utc, nullable=False, comment="our clock"),
    Column("fetches", Integer, nullable=False, comment="attempts that went"),
    Column("documents", Integer, nullable=False, comment="documents that went"),
    Column("entries", Integer, nullable=False, comment="entries that went"),
    Column("versions", Integer, nullable=False, comment="wordings that went, with those of these entries"),
)

alert = table(
    "alert",
    "What needs a person, and whether that was told.",
    Column("subject", Text, primary_key=True, comment="feed (outlet/slug), or backup"),
    Column("kind", Text, primary_key=True, comment="failing, quiet, gap, backup"),
    Column("detail", Text, nullable=False, comment="why, in words"),
    Column("since_at", Utc, nullable=False, comment="when it was found"),
    Column("told_at", Utc, comment="when it was told; NULL: not yet"),
    Column("over_at", Utc, comment="when it was found to be over; the row goes once that is told"),
)

subscription = table(
    "subscription",
    "A feed whose hub is asked to push (W3C WebSub). Its secret is kept nowhere but in memory.",
    Column("feed_id", Id, ForeignKey("feed.feed_id"), primary_key=True, autoincrement=False, comment="which feed"),
    Column("hub", Text, nullable=False, comment="the hub's URL"),
    Column("topic", Text, nullable=False, comment="what the hub calls the feed: its rel=self"),
    Column("token", Text, nullable=False, unique=True, comment="end of the address that the hub calls; not guessable"),
    Column("state", Text, nullable=False, comment="asked, active, refused, ended"),
    Column("asked_at", Utc, comment="when the hub was last asked"),
    Column("lease_until", Utc, comment="until when it pushes, as it said"),
    Column("pushed_at", Utc, comment="its last push with a new entry"),
    Column("pushed", Integer, nullable=False, comment="entries that a push brought first"),
    Column("missed", Integer, nullable=False, comment="entries that a poll found while pushes were to come"),
    Column("detail", Text, comment="what the hub said last"),
)
