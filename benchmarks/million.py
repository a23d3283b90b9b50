"""A million entries of 200 outlets over two years, written straight into the tables: as the daemon would have, sooner.

A document has 30 entries, 20 of them new; one of the ten others in five was reworded since; four 304s follow each. The
text is German by its letters, its compounds and its frequencies (Zipf). Every title is its own; what stands below it is
one of 20,000 texts, so that their stems are found once.
"""

import random
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from html import escape
from itertools import accumulate
from pathlib import Path
from typing import Any

import zstandard
from bulk import Bulk

from storage import stems
from storage.archive import Archive
from storage.change import FIRST
from storage.checksum import ITEM, WORDING, checksum
from storage.columns import utc_text
from storage.compressing import LEVEL
from storage.documents import MAX_DEPTH
from storage.grouping import KINDS, key_number
from storage.packing import packed_html
from storage.records import FeedRecord, Key, KeyKind
from storage.tables import AS_URL
from storage.timeline import packed_items

START = datetime(2024, 1, 1, tzinfo=UTC)
YEARS = timedelta(days=730)
NEW, HELD = 20, 10  # entries of a document that it brings, and that it still has
POLLS = 4  # that find nothing, for each document
TEXTS = 20_000
HEADERS = '{"content-type": "application/rss+xml; charset=utf-8", "etag": "5e1f-61a", "server": "nginx"}'
EVIDENCE = (KeyKind.GUID, KeyKind.GUID_GLOBAL, KeyKind.URL, KeyKind.TITLE_TIME)

_SMALL = """der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden aus er
hat dass sie nach wird bei einer um am sind noch wie einem über einen so zum war haben nur oder aber vor zur bis mehr
durch man sein wurde sei"""
_NOUNS = """Krieg Krise Wahl Regierung Minister Kanzler Partei Gesetz Gericht Urteil Polizei Unfall Brand Sturm Klima
Wetter Schule Lehrer Kind Familie Frau Mann Stadt Land Gemeinde Bürger Haus Wohnung Miete Preis Steuer Bank Geld Markt
Handel Firma Arbeit Lohn Rente Kasse Arzt Klinik Virus Impfung Energie Strom Gas Öl Bahn Auto Verkehr Straße Flug Schiff
Sport Spiel Trainer Verein Liga Tor Film Musik Theater Buch Kunst Museum Kirche Papst Fest Sommer Winter Regen Schnee
Berg Wald Tier Hund Wolf Wasser Fluss See Insel Grenze Flucht Asyl Armee Waffe Rakete Frieden Vertrag Gipfel Konferenz
Forschung Studie Schüler Student Universität Technik Daten Netz Handy Rekord Sieg Gewinn Verlust Börse Aktie Streik
Protest Demonstration Anschlag Terror Gewalt Opfer Täter Prozess Strafe Reform Budget Haushalt Koalition Opposition
Präsident
Parlament Ausschuss Bericht Kritik Debatte Zukunft Geschichte Kultur Region Wien Berlin Europa Ukraine Russland
China Amerika Israel Österreich Deutschland Schweiz"""
SMALL, NOUNS = _SMALL.split(), _NOUNS.split()
HEADS = NOUNS[:110]
_SYLLABLES = "ba be ber da den er fen ge gen hal her in kal ker lan lin mar mei nor ra ren sa schen tal ter un vo wer"
SYLLABLES = _SYLLABLES.split()


def vocabulary(rng: random.Random) -> list[str]:
    """Words from the most to the least frequent: small ones, nouns, compounds of nouns, and rare ones."""
    compounds = [
        f"{rng.choice(NOUNS)}{rng.choice(['s', '', '', 'en'])}{rng.choice(HEADS).lower()}" for _ in range(20_000)
    ]
    rare = ["".join(rng.choices(SYLLABLES, k=rng.randint(2, 5))) for _ in range(150_000)]
    return list(dict.fromkeys([*SMALL, *NOUNS, *compounds, *rare]))


@dataclass(frozen=True, slots=True)
class Stemmed:
    """What the search index takes from a text: stems, and the words as written."""

    roots: frozenset[str]
    written: frozenset[str]


@dataclass(frozen=True, slots=True)
class Text:
    """What stands below a title, in all forms in which it is kept."""

    summary: str
    content: str | None
    xml: str
    html: bytes | None
    words: int
    name: bytes
    stemmed: Stemmed

    @property
    def body(self) -> str:
        """The fullest text."""
        return self.content or self.summary


class World:
    """Says what 200 outlets say."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self._words = vocabulary(rng)
        self._weights = list(accumulate(1 / (rank + 3) for rank in range(len(self._words))))
        self._tokens = {word.lower(): stems.tokens(word, "de") for word in self._words}
        self._texts = [self._text() for _ in range(TEXTS)]

    def title(self) -> tuple[str, Stemmed]:
        """A headline."""
        said = self._said(self.rng.randint(5, 11))
        return self._sentences(said), self._stemmed(said)

    def text(self) -> Text:
        """What stands below it."""
        return self.rng.choice(self._texts)

    def _said(self, count: int) -> list[str]:
        return self.rng.choices(self._words, cum_weights=self._weights, k=count)

    def _sentences(self, said: Sequence[str]) -> str:
        dotted = [f"{word}." if at % 14 == 12 else word for at, word in enumerate(said)]
        return " ".join(dotted).capitalize() + "."

    def _stemmed(self, said: Sequence[str]) -> Stemmed:
        found = [self._tokens[word.lower()] for word in set(said)]
        roots = frozenset().union(*(each[1] for each in found))
        return Stemmed(roots, frozenset(each[0] for each in found))

    def _text(self) -> Text:
        teaser = self._said(self.rng.randint(15, 35))
        article = self._said(self.rng.randint(120, 400)) if self.rng.random() < 0.4 else []
        summary, content = self._sentences(teaser), self._sentences(article) if article else None
        html = "".join(f"<p>{escape(part)}.</p>" for part in content.split(".") if part) if content else None
        return Text(
            summary,
            content,
            f"<description>{escape(summary)}</description><content:encoded><![CDATA[{html or ''}]]></content:encoded>",
            packed_html(f"<p>{escape(summary)}</p>", html, (summary, content)),
            len(article or teaser),
            sha256(f"{summary}{content}".encode()).digest(),
            self._stemmed([*teaser, *article]),
        )


@dataclass(frozen=True, slots=True)
class Said:
    """An entry in one wording. `at`: UTC text."""

    url: str
    title: str
    stemmed: Stemmed
    text: Text
    at: datetime

    def digest(self) -> bytes:
        return sha256(f"{self.url} {self.title}".encode() + self.text.name).digest()[:16]

    def xml(self) -> str:
        return (
            f"<item><title>{escape(self.title)}</title><link>{self.url}</link><guid>{self.url}</guid>"
            f"<pubDate>{self.at:%a, %d %b %Y %H:%M:%S} +0000</pubDate>{self.text.xml}</item>\n"
        )

    def indexed(self) -> tuple[str, str, str | None, str]:
        """As `storage.search_index` and `storage.stems` would."""
        title, text = self.stemmed, self.text.stemmed
        marked = (stems.TITLE + root for root in title.roots - title.written)
        beside = " ".join(sorted((*((title.roots | text.roots) - (title.written | text.written)), *marked)))
        return self.title, self.text.summary, self.text.content, beside


def make(path: Path, entries: int, outlets: int, seed: int) -> None:
    """Write the archive in the order of time; then make its indexes."""
    began = time.monotonic()
    world = World(random.Random(seed))
    with Archive.open(str(path), create=True) as archive:
        names = [f"zeitung-{n:03}" for n in range(outlets)]
        feeds = [archive.ensure_feed(name, "news", f"https://{name}.example/feed/") for name in names]
    rounds = entries // (outlets * NEW)
    bulk = Bulk(path)
    line = Line(world, bulk, feeds, rounds)
    for turn in range(rounds):
        line.write(turn)
        _say(f"{(turn + 1) * outlets * NEW:,} entries, {time.monotonic() - began:.0f} s")
    line.end()
    written = time.monotonic()
    bulk.end()
    _say(f"written in {written - began:.0f} s, indexed in {time.monotonic() - written:.0f} s\n")


def _say(line: str) -> None:
    print(f"\r{line}", end="", file=sys.stderr, flush=True)


class Line:
    """Writes one document of each feed at a time. Windows are numbered turn by turn, feed by feed."""

    def __init__(self, world: World, bulk: Bulk, feeds: list[FeedRecord], rounds: int) -> None:
        self._world, self._bulk, self._feeds, self._rounds = world, bulk, feeds, rounds
        self._held: dict[int, list[tuple[int, Said]]] = defaultdict(list)
        self._last: dict[int, tuple[int, int, bytes]] = {}  # document, its depth, its body
        self._given: dict[str, int] = defaultdict(int)

    def write(self, turn: int) -> None:
        """A document of every feed."""
        for place, feed in enumerate(self._feeds):
            self._document(feed, place, turn)

    def end(self) -> None:
        """How the feeds stand, and which numbers were given out."""
        last_at = utc_text(self._at(self._rounds - 1) + YEARS / self._rounds * POLLS / (POLLS + 1))
        for place, feed in enumerate(self._feeds):
            values = [self._rounds * len(self._feeds) - len(self._feeds) + place + 1, self._last[feed.feed_id][0]]
            self._bulk.run(
                "UPDATE feed SET state = 'ok', format = 'rss20', newest_window_id = ?, live_document_id = ?,"
                " entries = ?, last_success_at = ? WHERE feed_id = ?",
                [*values, self._rounds * NEW, last_at, feed.feed_id],
            )
        self._given["window"] = self._rounds * len(self._feeds)
        for name, last in self._given.items():
            self._bulk.run("INSERT OR REPLACE INTO counter(name, value) VALUES (?, ?)", [name, last])

    def _next(self, name: str, count: int = 1) -> int:
        """The first of `count` new numbers."""
        self._given[name] += count
        return self._given[name] - count + 1

    def _at(self, turn: int) -> datetime:
        return (START + YEARS * (turn + 1) / self._rounds).replace(microsecond=0)

    def _window(self, place: int, turn: int) -> int | None:
        return None if turn >= self._rounds else turn * len(self._feeds) + place + 1

    def _document(self, feed: FeedRecord, place: int, turn: int) -> None:
        at, span = self._at(turn), YEARS / self._rounds
        times = sorted((at - span * self._world.rng.random() for _ in range(NEW)), reverse=True)
        held = self._held[feed.feed_id]
        fetch_id = self._next("fetch", POLLS + 1)
        fresh = [
            self._entry(feed, place, turn, n, self._said(feed, turn * NEW + n, when.replace(microsecond=0)), fetch_id)
            for n, when in enumerate(times)
        ]
        shown = [(each[0], each[1]) for each in fresh] + held
        self._held[feed.feed_id] = [(each[2], each[3]) for each in fresh[:HELD]]
        self._show(feed, place, turn, shown, fetch_id)

    def _said(self, feed: FeedRecord, number: int, at: datetime) -> Said:
        url = f"https://{feed.outlet}.example/artikel/{at:%Y/%m/%d}/{number}"
        return Said(url, *self._world.title(), self._world.text(), at)

    def _show(self, feed: FeedRecord, place: int, turn: int, shown: list[tuple[int, Said]], fetch_id: int) -> None:
        at = utc_text(self._at(turn))
        items = "".join(said.xml() for _, said in shown)
        body = f'<?xml version="1.0"?>\n<rss version="2.0"><channel><title>T</title>\n{items}</channel></rss>'.encode()
        document_id = self._body(feed, body, at)
        packed = packed_items(item_id for item_id, _ in shown)
        self._bulk.add("reading", feed_id=feed.feed_id, document_id=document_id, items=packed,
                       head='{"format": "rss20"}', salvaged=0)  # fmt: skip
        self._fetches(feed, turn, fetch_id, document_id, len(body))
        last_at = utc_text(self._at(turn) + YEARS / self._rounds * POLLS / (POLLS + 1))
        self._bulk.add("window", window_id=self._window(place, turn), feed_id=feed.feed_id, document_id=document_id,
                       first_at=at, last_at=last_at, size=len(shown), first_fetch_id=fetch_id)  # fmt: skip

    def _body(self, feed: FeedRecord, body: bytes, at: str) -> int:
        """As `storage.documents` keeps it: against the one before it."""
        document_id = self._next("document")
        prefix_id, depth, before = self._last.get(feed.feed_id, (None, MAX_DEPTH, b""))
        alone = depth >= MAX_DEPTH
        like = None if alone else zstandard.ZstdCompressionDict(before, dict_type=zstandard.DICT_TYPE_RAWCONTENT)
        packed = zstandard.ZstdCompressor(level=LEVEL, dict_data=like).compress(body)
        self._last[feed.feed_id] = document_id, 0 if alone else depth + 1, body
        self._bulk.add("document", document_id=document_id, sha256=sha256(body).digest(), bytes=len(body),
                       content_type="application/rss+xml", encoding="utf-8", encoding_verdict="declared",
                       stored_bytes=len(packed), first_fetched_at=at, prefix_id=None if alone else prefix_id,
                       depth=0 if alone else depth + 1, chain_id=document_id)  # fmt: skip
        self._bulk.add("document_body", document_id=document_id, body=packed)
        return document_id

    def _fetches(self, feed: FeedRecord, turn: int, fetch_id: int, document_id: int, size: int) -> None:
        for n in range(POLLS + 1):
            at = utc_text(self._at(turn) + YEARS / self._rounds * n / (POLLS + 1))
            came = ("not_modified", 304, 0, None, None) if n else ("new", 200, size // 4, size, 0)
            named = dict(zip(("outcome", "http_status", "wire_bytes", "body_bytes", "salvaged"), came, strict=True))
            self._bulk.add("fetch", fetch_id=fetch_id + n, feed_id=feed.feed_id, route="live", url=feed.url,
                           requested_at=at, recorded_at=at, response_headers=HEADERS, elapsed_ms=120, **named,
                           document_id=document_id, entries_seen=NEW + HELD, entries_new=0 if n else NEW,
                           entries_changed=0)  # fmt: skip

    def _entry(
        self, feed: FeedRecord, place: int, turn: int, n: int, said: Said, fetch_id: int
    ) -> tuple[int, Said, int, Said]:
        """The item in this document, and in the next."""
        entry_id = self._next("entry")
        stays = n < HELD and turn + 1 < self._rounds
        edited = stays and self._world.rng.random() < 0.2
        whose = {"entry_id": entry_id, "feed_id": feed.feed_id}
        first = self._item(feed, entry_id, said)
        run_id = self._run(feed, place, first, turn, turn + (stays and not edited), n)
        at, later = utc_text(self._at(turn)), utc_text(self._at(turn + 1))
        self._bulk.add("version", version_id=run_id, **whose, **first, fetch_id=fetch_id, rank=1, seen_at=at,
                       lag_s=round((self._at(turn) - said.at).total_seconds()),
                       replaced_at=later if edited else None, change=FIRST)  # fmt: skip
        now, now_said = first, said
        if edited:
            now_said = Said(said.url, *self._world.title(), said.text, said.at)
            now = self._item(feed, entry_id, now_said)
            again = self._run(feed, place, now, turn + 1, turn + 1, NEW + n)
            self._bulk.add("version", version_id=again, **whose, **now, fetch_id=fetch_id + POLLS, rank=2,
                           lag_s=None, seen_at=later, replaced_at=None, change="title")  # fmt: skip
            self._bulk.add("search_former", version_id=run_id, entry_id=entry_id, wording_id=first["wording_id"],
                           language="de")  # fmt: skip
            self._bulk.index("former_fts", run_id, said.indexed())
        self._bulk.add("entry", **whose, outlet_id=feed.feed_id, seq=self._next("seq"), first_seen_at=at, **now,
                       version=1 + edited, versions=1 + edited, published_at=utc_text(said.at))  # fmt: skip
        self._bulk.add("search_line", entry_id=entry_id, wording_id=now["wording_id"], language="de")
        self._bulk.index("entries_fts", entry_id, now_said.indexed())
        self._bulk.add("sighting", **whose, **self._stretch(place, turn, turn + stays), item_id=first["item_id"],
                       first_position=n + 1, withdrawn=0)  # fmt: skip
        return first["item_id"], said, now["item_id"], now_said

    def _run(self, feed: FeedRecord, place: int, item: dict[str, int], first: int, last: int, n: int) -> int:
        run_id = self._next("run")
        self._bulk.add("run", run_id=run_id, item_id=item["item_id"], feed_id=feed.feed_id, first_position=n + 1,
                       **self._stretch(place, first, last), withdrawn=0)  # fmt: skip
        return run_id

    def _stretch(self, place: int, first: int, last: int) -> dict[str, int | None]:
        after = self._window(place, last + 1)
        ended = self._window(place, last) if after is not None else None
        return {"first_window_id": self._window(place, first), "last_window_id": ended, "next_window_id": after}

    def _item(self, feed: FeedRecord, entry_id: int, said: Said) -> dict[str, int]:
        ids = {"item_id": self._next("item"), "wording_id": self._next("wording")}
        name, published = said.digest(), utc_text(said.at)
        wording: dict[str, Any] = {
            "wording_id": ids["wording_id"], "outlet_id": feed.feed_id, "digest": name, "variant": name,
            "title": said.title, "summary": said.text.summary, "content_text": said.text.content, "authors": None,
            "enclosures": None, "html": said.text.html, "categories": '[{"term": "Politik"}]', "language": "de",
            "title_language": "de", "image_url": None, "published_at": published, "updated_at": None,
            "published_raw": f"{said.at:%a, %d %b %Y %H:%M:%S} +0000", "published_source": "pubDate",
            "words": said.text.words, "letters": int.from_bytes(name[:8], "big", signed=True),
        }  # fmt: skip
        item = ids | {"feed_id": feed.feed_id, "entry_id": entry_id, "digest": name, "tier": 0, "guid": AS_URL}
        item |= {"url": said.url, "canonical_url": AS_URL, "comments_url": None, "extra": None}
        self._bulk.add("wording", **wording, checksum=checksum(wording, WORDING))
        self._bulk.add("item", **item, checksum=checksum(item, ITEM))
        for kind in EVIDENCE:
            key = key_number(Key(kind, said.url), feed.feed_id, feed.feed_id)
            self._bulk.add_sorted("item_key", (key, ids["item_id"], KINDS.index(kind), None))
        return ids
