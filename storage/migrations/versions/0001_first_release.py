"""First release."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

Utc = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    op.create_table('alert',
    sa.Column('subject', sa.Text(), nullable=False, comment='feed (outlet/slug), or backup'),
    sa.Column('kind', sa.Text(), nullable=False, comment='failing, quiet, gap, backup'),
    sa.Column('detail', sa.Text(), nullable=False, comment='why, in words'),
    sa.Column('since_at', Utc, nullable=False, comment='when it was found'),
    sa.Column('told_at', Utc, nullable=True, comment='when it was told; NULL: not yet'),
    sa.Column('over_at', Utc, nullable=True, comment='when it was found to be over; the row goes once that is told'),
    sa.PrimaryKeyConstraint('subject', 'kind'),
    comment='What needs a person, and whether that was told.',
    sqlite_strict=True
    )
    op.create_table('archive_info',
    sa.Column('key', sa.Text(), nullable=False, comment='contract, schema, created_at, software, stems, stories'),
    sa.Column('value', sa.Text(), nullable=False, comment='value, as text'),
    sa.PrimaryKeyConstraint('key'),
    comment='Public: what this archive is.',
    sqlite_strict=True
    )
    op.create_table('bundle',
    sa.Column('bundle_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False, comment='grows, never reused'),
    sa.Column('size', sa.Integer(), nullable=False, comment='bytes of the JSON'),
    sa.Column('checksum', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False, comment='of all other columns: what `verify` holds them against'),
    sa.Column('body', sa.LargeBinary(), nullable=False, comment='zstd of JSON [[wording_id, summary, content_text, html], …]'),
    sa.PrimaryKeyConstraint('bundle_id'),
    comment='Texts of wordings that no version has, since in them but a counter went on.',
    sqlite_strict=True
    )
    op.create_table('chore',
    sa.Column('name', sa.Text(), nullable=False, comment='care, verify …'),
    sa.Column('done_at', Utc, nullable=False, comment='when it was done last'),
    sa.Column('note', sa.Text(), nullable=True, comment='where it goes on next time'),
    sa.PrimaryKeyConstraint('name'),
    comment='What the daemon did for the archive and when, so that a restart neither repeats nor forgets it.',
    sqlite_strict=True
    )
    op.create_table('counter',
    sa.Column('name', sa.Text(), nullable=False, comment='which id'),
    sa.Column('value', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False, comment='the last one given out'),
    sa.PrimaryKeyConstraint('name'),
    comment='Last number given out per kind of id, so that none is ever used twice.',
    sqlite_strict=True
    )
    op.create_table('document',
    sa.Column('document_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False, comment='grows, never reused'),
    sa.Column('sha256', sa.LargeBinary(), nullable=False, comment='of the body'),
    sa.Column('content_type', sa.Text(), nullable=True, comment='as first served'),
    sa.Column('encoding', sa.Text(), nullable=True, comment='read as'),
    sa.Column('encoding_verdict', sa.Text(), nullable=True, comment='declared, bom, repaired, guessed'),
    sa.Column('bytes', sa.Integer(), nullable=False, comment='length of the body'),
    sa.Column('stored_bytes', sa.Integer(), nullable=False, comment='length as kept'),
    sa.Column('first_fetched_at', Utc, nullable=False, comment='earliest time at which it was seen'),
    sa.Column('prefix_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True, comment='zstd prefix that it was compressed with; NULL: stands alone'),
    sa.Column('depth', sa.Integer(), nullable=False, comment='how many prefixes must be read first'),
    sa.Column('chain_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False, comment='first of the documents that lean on one another; it may be gone'),
    sa.Column('object_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True, comment='object that has the compressed body; NULL: document_body has it'),
    sa.Column('object_at', sa.Integer(), nullable=True, comment='where in the object it begins, in bytes'),
    sa.PrimaryKeyConstraint('document_id'),
    sa.UniqueConstraint('sha256'),
    comment='A distinct body, as received.',
    sqlite_strict=True
    )
    op.create_index('document_here', 'document', ['chain_id'], unique=False, sqlite_where=sa.text('object_id IS NULL'), postgresql_where=sa.text('object_id IS NULL'))
    op.create_index('document_object', 'document', ['object_id'], unique=False, sqlite_where=sa.text('object_id IS NOT NULL'), postgresql_where=sa.text('object_id IS NOT NULL'))
    op.create_table('document_body',
    sa.Column('document_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False, comment='whose body'),
    sa.Column('body', sa.LargeBinary(), nullable=False, comment='zstd'),
    sa.PrimaryKeyConstraint('document_id'),
    comment='The compressed bodies, apart, so that scans of document stay cheap.',
    sqlite_strict=True
    )
    op.create_table('entry_merge',
    sa.Column('entry_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False, comment='the one that is no more'),
    sa.Column('into_entry_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False, comment='the one that stays'),
    sa.Column('at', Utc, nullable=False, comment='our clock'),
    sa.Column('because', sa.Text(), nullable=False, comment='the evidence'),
    sa.PrimaryKeyConstraint('entry_id'),
    comment='Two entries that evidence joined.',
    sqlite_strict=True
    )
    op.create_table('host',
    sa.Column('host', sa.Text(), nullable=False, comment='name or address, without port'),
    sa.Column('memory', sa.Text(), nullable=True, comment='JSON of ingest.hosts; storage only keeps it'),
    sa.PrimaryKeyConstraint('host'),
    comment='How often a host was asked and when it may be again: holds across all processes on this archive.',
    sqlite_strict=True
    )
    op.create_table('object',
    sa.Column('object_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False, comment='grows, never reused'),
    sa.Column('store', sa.Text(), nullable=False, comment='URL of the store, such as s3://bucket/prefix'),
    sa.Column('name', sa.Text(), nullable=False, comment='sha256 of its bytes, hexadecimal'),
    sa.Column('bytes', sa.Integer(), nullable=False, comment='its length'),
    sa.Column('documents', sa.Integer(), nullable=False, comment='how many bodies it was made of'),
    sa.Column('put_at', Utc, nullable=False, comment='our clock'),
    sa.PrimaryKeyConstraint('object_id'),
    comment='Compressed bodies of whole chains of documents, one after the other, that a store outside of the archive keeps.',
    sqlite_strict=True
    )
    op.create_table('outlet',
    sa.Column('outlet_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False, comment='grows, never reused'),
    sa.Column('slug', sa.Text(), nullable=False, comment='name for ever, as in feeds.yaml'),
    sa.Column('name', sa.Text(), nullable=True, comment='name for people'),
    sa.Column('homepage', sa.Text(), nullable=True, comment='where feeds are looked for if none is listed'),
    sa.Column('language', sa.Text(), nullable=True, comment='BCP 47, as configured'),
    sa.Column('country', sa.Text(), nullable=True, comment='ISO 3166-1, as configured'),
    sa.Column('timezone', sa.Text(), nullable=True, comment='IANA name, for dates without a zone'),
    sa.Column('look_due_at', Utc, nullable=True, comment='when its homepage may be looked at for feeds again; NULL: it never was'),
    sa.PrimaryKeyConstraint('outlet_id'),
    sa.UniqueConstraint('slug'),
    comment='A publisher. Entries are deduplicated within it.',
    sqlite_strict=True
    )
    op.create_table('poller',
    sa.Column('name', sa.Text(), nullable=False, comment='machine, number and a token, as in leases'),
    sa.Column('verb', sa.Text(), nullable=False, comment='run, poll, backfill …'),
    sa.Column('began_at', Utc, nullable=False, comment='when it came'),
    sa.Column('seen_at', Utc, nullable=False, comment='when it last said that it is there'),
    sa.Column('clock_error_s', sa.Integer(), nullable=False, comment="how far its clock is ahead of the server's"),
    sa.PrimaryKeyConstraint('name'),
    comment='Processes that work on an archive on a server, each as long as it says so.',
    sqlite_strict=True
    )
    op.create_table('search_former',
    sa.Column('version_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False, comment='rowid in former_fts'),
    sa.Column('entry_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False, comment='of which entry'),
    sa.Column('wording_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False, comment='the wording that is indexed'),
    sa.Column('language', sa.Text(), nullable=True, comment='by whose rules its stems were made'),
    sa.PrimaryKeyConstraint('version_id'),
    comment='What the search index over former wordings holds.',
    sqlite_strict=True
    )
    op.create_index(op.f('ix_search_former_entry_id'), 'search_former', ['entry_id'], unique=False)
    op.create_table('search_line',
    sa.Column('entry_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False, comment='rowid in entries_fts'),
    sa.Column('wording_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False, comment='the wording that is indexed'),
    sa.Column('language', sa.Text(), nullable=True, comment='by whose rules its stems were made'),
    sa.PrimaryKeyConstraint('entry_id'),
    comment='What the search index holds of an entry: needed word for word to take it out again.',
    sqlite_strict=True
    )
    op.create_table('search_pending',
    sa.Column('entry_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False, comment='which entry'),
    sa.PrimaryKeyConstraint('entry_id'),
    comment='Entries whose line in the search index is not of today.',
    sqlite_strict=True
    )
    op.create_table('story',
    sa.Column('story_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False, comment="the entry that was first: an entry's number is never used twice"),
    sa.Column('entries', sa.Integer(), nullable=False, comment='how many'),
    sa.Column('outlets', sa.Integer(), nullable=False, comment='of how many outlets'),
    sa.Column('first_at', Utc, nullable=False, comment='when the first one came out'),
    sa.Column('newest_at', Utc, nullable=False, comment='when the newest one came out'),
    sa.PrimaryKeyConstraint('story_id'),
    comment='An article that several outlets have in much the same words.',
    sqlite_strict=True
    )
    op.create_index('story_newest', 'story', ['newest_at'], unique=False)
    op.create_table('story_band',
    sa.Column('fortnight', sa.Integer(), autoincrement=False, nullable=False, comment='since 1970'),
    sa.Column('band', sa.Integer(), autoincrement=False, nullable=False, comment='part of a sketch, 32 bits'),
    sa.Column('is_first', sa.Integer(), autoincrement=False, nullable=False, comment="0: it belongs to another one's story"),
    sa.Column('second', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False, comment='as in story_text'),
    sa.Column('entry_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False, comment='which entry'),
    sa.PrimaryKeyConstraint('fortnight', 'band', 'is_first', 'second', 'entry_id'),
    comment='Which texts share a part of their sketch. A fortnight lies together: what is new touches few pages of the file.',
    sqlite_strict=True,
    sqlite_with_rowid=False
    )
    op.create_table('story_pending',
    sa.Column('entry_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False, comment='which entry'),
    sa.Column('second', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False, comment='when it came out, about, in seconds since 1970'),
    sa.PrimaryKeyConstraint('entry_id'),
    comment='Entries of which it is not yet known whether another outlet has them too.',
    sqlite_strict=True
    )
    op.create_index('story_pending_order', 'story_pending', ['second', 'entry_id'], unique=False)
    op.create_table('story_text',
    sa.Column('entry_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False, comment='which entry'),
    sa.Column('outlet_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False, comment='whose entry'),
    sa.Column('wording_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False, comment='whose text'),
    sa.Column('second', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False, comment='when it came out, in seconds since 1970'),
    sa.Column('bands', sa.LargeBinary(), nullable=False, comment='of its sketch, 4 bytes each, little-endian'),
    sa.Column('story_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True, comment='the first entry of its story: itself where that is so; NULL: it is in none'),
    sa.Column('shared', sa.Integer(), nullable=True, comment="thousandths of the shorter text that the first one's and this one have in common"),
    sa.Column('similarity', sa.Integer(), nullable=True, comment='thousandths of both texts that they have in common'),
    sa.PrimaryKeyConstraint('entry_id'),
    comment="What was made of an entry's text to find those like it. Entries whose text says too little have none.",
    sqlite_strict=True
    )
    op.create_index('story_text_story', 'story_text', ['story_id'], unique=False, sqlite_where=sa.text('story_id IS NOT NULL'), postgresql_where=sa.text('story_id IS NOT NULL'))
    op.create_table('feed',
    sa.Column('feed_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False, comment='grows, never reused'),
    sa.Column('outlet_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False, comment='whose feed'),
    sa.Column('slug', sa.Text(), nullable=False, comment='name within the outlet, for ever'),
    sa.Column('name', sa.Text(), nullable=False, comment='outlet/slug, as in every view'),
    sa.Column('url', sa.Text(), nullable=True, comment='where it is asked for now, placeholders for secrets; NULL: not found yet'),
    sa.Column('listed', sa.Integer(), nullable=False, comment='1: in feeds.yaml, polled; 0: kept, not polled'),
    sa.Column('state', sa.Text(), nullable=False, comment='new, ok, failing, gone, unlisted'),
    sa.Column('added_at', Utc, nullable=False, comment='first known to the archive'),
    sa.Column('link', sa.Text(), nullable=True, comment="the feed's own link, as of its newest document"),
    sa.Column('title', sa.Text(), nullable=True, comment="the feed's own title"),
    sa.Column('description', sa.Text(), nullable=True, comment="the feed's own description"),
    sa.Column('language', sa.Text(), nullable=True, comment='as the feed declares it'),
    sa.Column('format', sa.Text(), nullable=True, comment='rss20, atom10, json11, sitemap …'),
    sa.Column('hints', sa.Text(), nullable=True, comment='JSON: ttl, hub, next page … of the newest document'),
    sa.Column('last_attempt_at', Utc, nullable=True, comment='last live attempt'),
    sa.Column('last_success_at', Utc, nullable=True, comment='last live document or 304'),
    sa.Column('last_new_at', Utc, nullable=True, comment='last live document with a new entry'),
    sa.Column('failures', sa.Integer(), nullable=False, comment='failed live attempts since the last success'),
    sa.Column('last_error', sa.Text(), nullable=True, comment='reason and detail of the last failure; NULL after a success'),
    sa.Column('next_due_at', Utc, nullable=True, comment='when it is asked next'),
    sa.Column('due_because', sa.Text(), nullable=True, comment='the rule that decided, in words'),
    sa.Column('etag', sa.Text(), nullable=True, comment='validator, verbatim, of live_document_id'),
    sa.Column('last_modified', sa.Text(), nullable=True, comment='validator, verbatim, of live_document_id'),
    sa.Column('live_document_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True, comment='the document that a 304 confirms'),
    sa.Column('newest_window_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True, comment='window that shows the feed as last seen'),
    sa.Column('memory', sa.Text(), nullable=True, comment='JSON of the schedule'),
    sa.Column('unstable_guids', sa.Integer(), nullable=False, comment='1: guids change at every poll and identify nothing'),
    sa.Column('entries', sa.Integer(), nullable=False, comment='entries that it has carried'),
    sa.Column('pruned_before', Utc, nullable=True, comment='what was seen before was deleted on purpose, and is not taken in again'),
    sa.Column('lease_by', sa.Text(), nullable=True, comment='process that polls it now'),
    sa.Column('lease_until', Utc, nullable=True, comment='after this the lease is void'),
    sa.ForeignKeyConstraint(['outlet_id'], ['outlet.outlet_id'], initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('feed_id'),
    sa.UniqueConstraint('name'),
    sa.UniqueConstraint('outlet_id', 'slug'),
    comment='A feed of an outlet, and how it stands.',
    sqlite_strict=True
    )
    op.create_index('feed_due', 'feed', ['listed', 'next_due_at'], unique=False)
    op.create_index(op.f('ix_feed_outlet_id'), 'feed', ['outlet_id'], unique=False)
    op.create_table('wording',
    sa.Column('wording_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False, comment='grows, never reused'),
    sa.Column('outlet_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False, comment='of which outlet'),
    sa.Column('digest', sa.LargeBinary(), nullable=False, comment='of all that makes the wording'),
    sa.Column('variant', sa.LargeBinary(), nullable=False, comment='least digest of the items that say it: whose noise this row has'),
    sa.Column('title', sa.Text(), nullable=True, comment='plain text'),
    sa.Column('authors', sa.Text(), nullable=True, comment='JSON array of objects: name, email, uri'),
    sa.Column('categories', sa.Text(), nullable=True, comment='JSON array of objects: term, scheme, label'),
    sa.Column('enclosures', sa.Text(), nullable=True, comment='JSON array of objects: url, type, length, …'),
    sa.Column('language', sa.Text(), nullable=True, comment='of the text'),
    sa.Column('title_language', sa.Text(), nullable=True, comment='of the title'),
    sa.Column('image_url', sa.Text(), nullable=True, comment="the entry's picture"),
    sa.Column('published_at', Utc, nullable=True, comment='as the publisher says'),
    sa.Column('published_raw', sa.Text(), nullable=True, comment='the date as written'),
    sa.Column('published_source', sa.Text(), nullable=True, comment='element or rule that gave it'),
    sa.Column('updated_at', Utc, nullable=True, comment='as the publisher says'),
    sa.Column('words', sa.Integer(), nullable=False, comment='of content_text'),
    sa.Column('letters', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True, comment='digest of the title, and of texts without numbers: equal where a counter went on'),
    sa.Column('checksum', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False, comment='of all other columns as stored: what `verify` holds them against'),
    sa.Column('bundle_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True, comment='what its texts are packed in; NULL: they stand here'),
    sa.Column('summary', sa.Text(), nullable=True, comment='plain text'),
    sa.Column('content_text', sa.Text(), nullable=True, comment='plain text of the fullest body; NULL: it is the summary'),
    sa.Column('html', sa.LargeBinary(), nullable=True, comment='zstd of JSON [summary_html, content_html], sanitised'),
    sa.ForeignKeyConstraint(['outlet_id'], ['outlet.outlet_id'], initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('wording_id'),
    sa.UniqueConstraint('outlet_id', 'digest'),
    comment='What an entry says, once per outlet.',
    sqlite_strict=True
    )
    op.create_index('wording_bundle', 'wording', ['bundle_id'], unique=False, sqlite_where=sa.text('bundle_id IS NOT NULL'), postgresql_where=sa.text('bundle_id IS NOT NULL'))
    op.create_table('deletion',
    sa.Column('deletion_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False, comment='grows, never reused'),
    sa.Column('feed_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False, comment='of which feed'),
    sa.Column('before_at', Utc, nullable=False, comment='what was seen before went'),
    sa.Column('at', Utc, nullable=False, comment='our clock'),
    sa.Column('fetches', sa.Integer(), nullable=False, comment='attempts that went'),
    sa.Column('documents', sa.Integer(), nullable=False, comment='documents that went'),
    sa.Column('entries', sa.Integer(), nullable=False, comment='entries that went'),
    sa.Column('versions', sa.Integer(), nullable=False, comment='wordings that went, with those of these entries'),
    sa.ForeignKeyConstraint(['feed_id'], ['feed.feed_id'], initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('deletion_id'),
    comment='What was deleted on purpose, by `chronik prune`.',
    sqlite_strict=True
    )
    op.create_index(op.f('ix_deletion_feed_id'), 'deletion', ['feed_id'], unique=False)
    op.create_table('entry',
    sa.Column('entry_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False, comment='grows, never reused'),
    sa.Column('outlet_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False, comment='whose entry'),
    sa.Column('feed_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True, comment='with the fullest text'),
    sa.Column('item_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True, comment='newest one of that feed'),
    sa.Column('wording_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True, comment='what it says now'),
    sa.Column('version', sa.Integer(), nullable=False, comment='rank of that wording in its feed'),
    sa.Column('versions', sa.Integer(), nullable=False, comment='wordings in all'),
    sa.Column('published_at', Utc, nullable=True, comment='of the wording'),
    sa.Column('first_seen_at', Utc, nullable=True, comment='earliest observation'),
    sa.Column('seq', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False, comment='grows with every change'),
    sa.ForeignKeyConstraint(['feed_id'], ['feed.feed_id'], initially='DEFERRED', deferrable=True),
    sa.ForeignKeyConstraint(['outlet_id'], ['outlet.outlet_id'], initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('entry_id'),
    comment='An entry, as it stands now.',
    sqlite_strict=True
    )
    op.create_index('entry_feed_seen', 'entry', ['feed_id', 'first_seen_at'], unique=False)
    op.create_index('entry_outlet_published', 'entry', ['outlet_id', 'published_at'], unique=False)
    op.create_index('entry_published', 'entry', ['published_at'], unique=False)
    op.create_index('entry_seen', 'entry', ['first_seen_at'], unique=False)
    op.create_index('entry_seq', 'entry', ['seq'], unique=True)
    op.create_table('feed_url',
    sa.Column('feed_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False, comment='which feed'),
    sa.Column('url', sa.Text(), nullable=False, comment='placeholders for secrets'),
    sa.Column('from_at', Utc, nullable=False, comment='from when'),
    sa.Column('until_at', Utc, nullable=True, comment='until when; NULL: still'),
    sa.Column('because', sa.Text(), nullable=False, comment='listed, discovered, moved …'),
    sa.ForeignKeyConstraint(['feed_id'], ['feed.feed_id'], initially='DEFERRED', deferrable=True),
    comment='URLs that a feed has had.',
    sqlite_strict=True
    )
    op.create_index('feed_url_feed', 'feed_url', ['feed_id'], unique=False)
    op.create_table('fetch',
    sa.Column('fetch_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False, comment='grows, never reused'),
    sa.Column('feed_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False, comment='for which feed'),
    sa.Column('route', sa.Text(), nullable=False, comment='live, discovery, push, rfc5005, … load'),
    sa.Column('url', sa.Text(), nullable=False, comment='as asked, secrets out'),
    sa.Column('final_url', sa.Text(), nullable=True, comment='after redirects, where another'),
    sa.Column('requested_at', Utc, nullable=False, comment='when the document was seen; a claim for all routes but ours'),
    sa.Column('recorded_at', Utc, nullable=False, comment='our clock'),
    sa.Column('request_headers', sa.Text(), nullable=True, comment='JSON, secrets out'),
    sa.Column('response_headers', sa.Text(), nullable=True, comment='JSON, secrets out'),
    sa.Column('elapsed_ms', sa.Integer(), nullable=True, comment='of the request'),
    sa.Column('outcome', sa.Text(), nullable=False, comment='new, unchanged, not_modified, failed'),
    sa.Column('reason', sa.Text(), nullable=True, comment='why it failed, from the closed list'),
    sa.Column('detail', sa.Text(), nullable=True, comment='what was seen, in a line'),
    sa.Column('http_status', sa.Integer(), nullable=True, comment='of the last answer'),
    sa.Column('wire_bytes', sa.Integer(), nullable=True, comment='as sent, compressed'),
    sa.Column('body_bytes', sa.Integer(), nullable=True, comment='decoded'),
    sa.Column('document_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True, comment='what was got or confirmed'),
    sa.Column('salvaged', sa.Integer(), nullable=True, comment='1: the document was broken and read as far as it went'),
    sa.Column('entries_seen', sa.Integer(), nullable=False, comment='entries in the document'),
    sa.Column('entries_new', sa.Integer(), nullable=False, comment='entries that the archive had not had'),
    sa.Column('entries_changed', sa.Integer(), nullable=False, comment='entries that got a new version'),
    sa.ForeignKeyConstraint(['document_id'], ['document.document_id'], initially='DEFERRED', deferrable=True),
    sa.ForeignKeyConstraint(['feed_id'], ['feed.feed_id'], initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('fetch_id'),
    comment='An attempt to get a document.',
    sqlite_strict=True
    )
    op.create_index('fetch_document', 'fetch', ['document_id'], unique=False)
    op.create_index('fetch_feed_time', 'fetch', ['feed_id', 'requested_at', 'route', 'outcome'], unique=False)
    op.create_table('job',
    sa.Column('feed_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False, comment='of which feed'),
    sa.Column('route', sa.Text(), nullable=False, comment='by which route'),
    sa.Column('state', sa.Text(), nullable=False, comment='new, under way, done, stopped, not offered'),
    sa.Column('because', sa.Text(), nullable=True, comment='why it ended or stopped, in words'),
    sa.Column('walk', sa.Text(), nullable=True, comment='JSON of ingest.backfill: what to ask next; storage only keeps it'),
    sa.Column('began_at', Utc, nullable=False, comment='when it was first begun'),
    sa.Column('moved_at', Utc, nullable=False, comment='its last step'),
    sa.Column('requests', sa.Integer(), nullable=False, comment='asked so far'),
    sa.Column('entries_new', sa.Integer(), nullable=False, comment='entries that it brought'),
    sa.Column('entries_known', sa.Integer(), nullable=False, comment='entries that the archive had'),
    sa.Column('entries_changed', sa.Integer(), nullable=False, comment='entries that got a new version'),
    sa.Column('lease_by', sa.Text(), nullable=True, comment='process that walks now'),
    sa.Column('lease_until', Utc, nullable=True, comment='after this the lease is void'),
    sa.ForeignKeyConstraint(['feed_id'], ['feed.feed_id'], ),
    sa.PrimaryKeyConstraint('feed_id', 'route'),
    comment="A walk into a feed's past by one route: how far it has come. Written with the rows of each page.",
    sqlite_strict=True
    )
    op.create_table('reading',
    sa.Column('feed_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False, comment='as a document of this feed'),
    sa.Column('document_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False, comment='which document'),
    sa.Column('items', sa.LargeBinary(), nullable=False, comment='item ids in document order, 8 bytes each, little-endian'),
    sa.Column('head', sa.Text(), nullable=False, comment='JSON: what it says of the feed'),
    sa.Column('salvaged', sa.Integer(), nullable=False, comment='1: read as far as it went'),
    sa.Column('note', sa.Text(), nullable=True, comment='what was repaired, cut or dropped'),
    sa.Column('sources', sa.LargeBinary(), nullable=True, comment='digest of what each item was read from, 16 bytes each; zeros: none'),
    sa.ForeignKeyConstraint(['feed_id'], ['feed.feed_id'], ),
    sa.PrimaryKeyConstraint('feed_id', 'document_id'),
    comment='What a document says as a document of this feed: its entries, in order.',
    sqlite_strict=True,
    sqlite_with_rowid=False
    )
    op.create_table('sighting',
    sa.Column('entry_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False, comment='which entry'),
    sa.Column('feed_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False, comment='in which feed'),
    sa.Column('first_window_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False, comment='first one that has it'),
    sa.Column('last_window_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True, comment='last one that has it; NULL: the newest'),
    sa.Column('next_window_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True, comment='first one without it'),
    sa.Column('item_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False, comment='as which it came into sight'),
    sa.Column('first_position', sa.Integer(), nullable=False, comment='in the first window, from 1'),
    sa.Column('withdrawn', sa.Integer(), nullable=False, comment='1: it left while older ones stayed'),
    sa.ForeignKeyConstraint(['feed_id'], ['feed.feed_id'], ),
    sa.PrimaryKeyConstraint('entry_id', 'feed_id', 'first_window_id'),
    comment='A stretch of time for which a feed carried an entry, by whichever items.',
    sqlite_strict=True,
    sqlite_with_rowid=False
    )
    op.create_index('sighting_feed', 'sighting', ['feed_id'], unique=False)
    op.create_index('sighting_last', 'sighting', ['last_window_id'], unique=False)
    op.create_table('subscription',
    sa.Column('feed_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False, comment='which feed'),
    sa.Column('hub', sa.Text(), nullable=False, comment="the hub's URL"),
    sa.Column('topic', sa.Text(), nullable=False, comment='what the hub calls the feed: its rel=self'),
    sa.Column('token', sa.Text(), nullable=False, comment='end of the address that the hub calls; not guessable'),
    sa.Column('state', sa.Text(), nullable=False, comment='asked, active, refused, ended'),
    sa.Column('asked_at', Utc, nullable=True, comment='when the hub was last asked'),
    sa.Column('lease_until', Utc, nullable=True, comment='until when it pushes, as it said'),
    sa.Column('pushed_at', Utc, nullable=True, comment='its last push with a new entry'),
    sa.Column('pushed', sa.Integer(), nullable=False, comment='entries that a push brought first'),
    sa.Column('missed', sa.Integer(), nullable=False, comment='entries that a poll found while pushes were to come'),
    sa.Column('detail', sa.Text(), nullable=True, comment='what the hub said last'),
    sa.ForeignKeyConstraint(['feed_id'], ['feed.feed_id'], ),
    sa.PrimaryKeyConstraint('feed_id'),
    sa.UniqueConstraint('token'),
    comment='A feed whose hub is asked to push (W3C WebSub). Its secret is kept nowhere but in memory.',
    sqlite_strict=True
    )
    op.create_table('void_key',
    sa.Column('feed_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False, comment='in this feed'),
    sa.Column('key', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False, comment='as in item_key'),
    sa.ForeignKeyConstraint(['feed_id'], ['feed.feed_id'], ),
    sa.PrimaryKeyConstraint('feed_id', 'key'),
    comment='A key that one document of the feed had twice: it identifies nothing there.',
    sqlite_strict=True,
    sqlite_with_rowid=False
    )
    op.create_table('window',
    sa.Column('window_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False, comment='grows, never reused'),
    sa.Column('feed_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False, comment='which feed'),
    sa.Column('document_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False, comment='which document'),
    sa.Column('first_at', Utc, nullable=False, comment='first observation'),
    sa.Column('last_at', Utc, nullable=False, comment='last observation, 304s too'),
    sa.Column('size', sa.Integer(), nullable=False, comment='entries in it'),
    sa.Column('first_fetch_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False, comment='of the first observation'),
    sa.ForeignKeyConstraint(['document_id'], ['document.document_id'], initially='DEFERRED', deferrable=True),
    sa.ForeignKeyConstraint(['feed_id'], ['feed.feed_id'], initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('window_id'),
    comment='A stretch of time for which a feed was one and the same document.',
    sqlite_strict=True
    )
    op.create_index(op.f('ix_window_document_id'), 'window', ['document_id'], unique=False)
    op.create_index('window_feed_time', 'window', ['feed_id', 'first_at'], unique=False)
    op.create_table('gap',
    sa.Column('gap_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False, comment='grows, never reused'),
    sa.Column('feed_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False, comment='which feed'),
    sa.Column('after_window_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False, comment='the last one before'),
    sa.Column('before_window_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False, comment='the first one after'),
    sa.Column('detected_at', Utc, nullable=False, comment='our clock'),
    sa.Column('estimated_missed', sa.Integer(), nullable=True, comment='entries, estimated'),
    sa.Column('state', sa.Text(), nullable=False, comment='open, closed, unclosable'),
    sa.Column('closed_at', Utc, nullable=True, comment='our clock'),
    sa.Column('recovered', sa.Integer(), nullable=False, comment='entries that backfill found in it'),
    sa.ForeignKeyConstraint(['before_window_id'], ['window.window_id'], initially='DEFERRED', deferrable=True),
    sa.ForeignKeyConstraint(['feed_id'], ['feed.feed_id'], initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('gap_id'),
    sa.UniqueConstraint('before_window_id'),
    comment='Two successive windows that share nothing: entries may have been missed between them.',
    sqlite_strict=True
    )
    op.create_index(op.f('ix_gap_feed_id'), 'gap', ['feed_id'], unique=False)
    op.create_table('item',
    sa.Column('item_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False, comment='grows, never reused'),
    sa.Column('feed_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False, comment='whose documents'),
    sa.Column('entry_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False, comment='which entry this is, by the evidence so far'),
    sa.Column('wording_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False, comment='what it says'),
    sa.Column('digest', sa.LargeBinary(), nullable=False, comment='of all of it'),
    sa.Column('tier', sa.Integer(), nullable=False, comment='keys that count: 0 strong, 1 title and date, 2 content, 3 none'),
    sa.Column('guid', sa.Text(), nullable=True, comment="as published; '': it is the url"),
    sa.Column('url', sa.Text(), nullable=True, comment='as published, absolute'),
    sa.Column('canonical_url', sa.Text(), nullable=True, comment="the url without what does not address; '': the url itself"),
    sa.Column('comments_url', sa.Text(), nullable=True, comment='where readers comment'),
    sa.Column('extra', sa.Text(), nullable=True, comment='JSON object of what the schema has no column for'),
    sa.Column('checksum', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False, comment='of what does not change: what `verify` holds it against'),
    sa.ForeignKeyConstraint(['entry_id'], ['entry.entry_id'], initially='DEFERRED', deferrable=True),
    sa.ForeignKeyConstraint(['feed_id'], ['feed.feed_id'], initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('item_id'),
    sa.UniqueConstraint('feed_id', 'digest'),
    comment='An entry exactly as documents of one feed carry it.',
    sqlite_strict=True
    )
    op.create_index(op.f('ix_item_entry_id'), 'item', ['entry_id'], unique=False)
    op.create_table('move',
    sa.Column('window_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False, comment='the first window after it'),
    sa.Column('old_item_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False, comment='the item before'),
    sa.Column('new_item_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False, comment='the item after'),
    sa.ForeignKeyConstraint(['window_id'], ['window.window_id'], ),
    sa.PrimaryKeyConstraint('window_id', 'old_item_id', 'new_item_id'),
    comment='Two items that are one article: most of a document was named anew at once between two successive windows.',
    sqlite_strict=True,
    sqlite_with_rowid=False
    )
    op.create_index('move_new_item', 'move', ['new_item_id'], unique=False)
    op.create_index('move_old_item', 'move', ['old_item_id', 'new_item_id'], unique=False)
    op.create_table('version',
    sa.Column('version_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False, comment='id of the run or glimpse that it was first known from'),
    sa.Column('entry_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False, comment='which entry'),
    sa.Column('feed_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False, comment='in which feed'),
    sa.Column('item_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False, comment='first item that worded it so'),
    sa.Column('wording_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False, comment='what it says'),
    sa.Column('fetch_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False, comment='that saw it first'),
    sa.Column('rank', sa.Integer(), nullable=False, comment='1 for the first wording in this feed'),
    sa.Column('seen_at', Utc, nullable=False, comment='first seen in this wording'),
    sa.Column('replaced_at', Utc, nullable=True, comment='first seen in the next one'),
    sa.Column('change', sa.Text(), nullable=False, comment='first, title, text, meta, date, typo, noise'),
    sa.Column('lag_s', sa.Integer(), nullable=True, comment='of a first wording: seconds from publication to sight'),
    sa.ForeignKeyConstraint(['entry_id'], ['entry.entry_id'], initially='DEFERRED', deferrable=True),
    sa.ForeignKeyConstraint(['feed_id'], ['feed.feed_id'], initially='DEFERRED', deferrable=True),
    sa.ForeignKeyConstraint(['wording_id'], ['wording.wording_id'], initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('version_id'),
    comment='A wording of an entry in a feed, from when to when.',
    sqlite_strict=True
    )
    op.create_index(op.f('ix_version_entry_id'), 'version', ['entry_id'], unique=False)
    op.create_index(op.f('ix_version_wording_id'), 'version', ['wording_id'], unique=False)
    op.create_index('version_feed_seen', 'version', ['feed_id', 'seen_at', 'lag_s', 'fetch_id'], unique=False)
    op.create_index('version_seen', 'version', ['seen_at'], unique=False)
    op.create_table('glimpse',
    sa.Column('glimpse_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False, comment='from the same numbers as run_id'),
    sa.Column('item_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False, comment='which item'),
    sa.Column('feed_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False, comment='in which feed'),
    sa.Column('fetch_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False, comment='by which attempt'),
    sa.Column('document_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False, comment='which page'),
    sa.Column('at', Utc, nullable=False, comment='when the page was seen'),
    sa.Column('strand', sa.Text(), nullable=False, comment='pages that word alike: window (feed pages), wordpress, sitemap, article'),
    sa.ForeignKeyConstraint(['item_id'], ['item.item_id'], initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('glimpse_id'),
    comment='An item seen on a page of the past, which shows no window.',
    sqlite_strict=True
    )
    op.create_index(op.f('ix_glimpse_item_id'), 'glimpse', ['item_id'], unique=False)
    op.create_table('item_key',
    sa.Column('key', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False, comment='digest of scope, kind and text'),
    sa.Column('item_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False, comment='which item has it'),
    sa.Column('kind', sa.Integer(), nullable=False, comment='storage.grouping.KINDS, from 0'),
    sa.Column('text', sa.Text(), nullable=True, comment='the key, where no column of item has it'),
    sa.ForeignKeyConstraint(['item_id'], ['item.item_id'], ),
    sa.PrimaryKeyConstraint('key', 'item_id'),
    comment='Evidence of which entry an item is.',
    sqlite_strict=True,
    sqlite_with_rowid=False
    )
    op.create_index('item_key_item', 'item_key', ['item_id'], unique=False)
    op.create_table('run',
    sa.Column('run_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), autoincrement=False, nullable=False, comment='grows, never reused; the version that begins with it has this id'),
    sa.Column('item_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False, comment='which item'),
    sa.Column('feed_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False, comment='in which feed'),
    sa.Column('first_window_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False, comment='first one that has it'),
    sa.Column('last_window_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True, comment='last one that has it; NULL: the newest'),
    sa.Column('next_window_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True, comment='first one without it'),
    sa.Column('first_position', sa.Integer(), nullable=False, comment='in the first window, from 1'),
    sa.Column('withdrawn', sa.Integer(), nullable=False, comment='1: it left while older ones stayed'),
    sa.ForeignKeyConstraint(['first_window_id'], ['window.window_id'], initially='DEFERRED', deferrable=True),
    sa.ForeignKeyConstraint(['item_id'], ['item.item_id'], initially='DEFERRED', deferrable=True),
    sa.ForeignKeyConstraint(['last_window_id'], ['window.window_id'], initially='DEFERRED', deferrable=True),
    sa.PrimaryKeyConstraint('run_id'),
    comment='Consecutive windows that carry an item.',
    sqlite_strict=True
    )
    op.create_index(op.f('ix_run_first_window_id'), 'run', ['first_window_id'], unique=False)
    op.create_index(op.f('ix_run_item_id'), 'run', ['item_id'], unique=False)
    op.create_index(op.f('ix_run_last_window_id'), 'run', ['last_window_id'], unique=False)
    op.create_index('run_open', 'run', ['feed_id'], unique=False, sqlite_where=sa.text('last_window_id IS NULL'), postgresql_where=sa.text('last_window_id IS NULL'))
    op.create_index('entry_at', 'entry', [sa.literal_column('coalesce(published_at, first_seen_at)')], unique=False)
