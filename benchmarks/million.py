"""A million entries of 200 outlets over two years, written straight into the tables: as the daemon would have, sooner.

A document has 30 entries, 20 of them new; one of the ten others in five was reworded since; four 304s follow each. The
text is German by its letters, its compounds and its frequencies (Zipf).
"""

import random
import sys
import time
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from html import escape
from itertools import accumulate
from pathlib import Path
from typing import Any

from sqlalchemy import Table, update

from storage import documents, tables
from storage.archive import Archive
from storage.change import FIRST
from storage.checksum import ITEM, WORDING, checksum
from storage.grouping import key_number
from storage.packing import packed_html
from storage.records import FeedRecord, Key, KeyKind
from storage.timeline import packed_items
from storage.transaction import Tx

START = datetime(2024, 1, 1, tzinfo=UTC)
YEARS = timedelta(days=730)
NEW, HELD = 20, 10  # entries of a document that it brings, and that it still has
POLLS = 4  # that find nothing, for each document
HEADERS = '{"content-type": "application/rss+xml; charset=utf-8", "etag": "5e1f-61a", "server": "nginx"}'
KINDS = (KeyKind.GUID, KeyKind.GUID_GLOBAL, KeyKind.URL)

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


@dataclass
class World:
    """Says what 200 outlets say."""

    rng: random.Random
    words: list[str]
    weights: list[float] = field(init=False)

    def __post_init__(self) -> None:
        self.weights = list(accumulate(1 / (rank + 3) for rank in range(len(self.words))))

    def text(self, count: int) -> str:
        said = self.rng.choices(self.words, cum_weights=self.weights, k=count)
        for at in range(12, count, 14):
            said[at] += "."
        return " ".join(said).capitalize() + "."

    def said(self, outlet: str, number: int, at: datetime) -> "Said":
        url = f"https://{outlet}.example/artikel/{at:%Y/%m/%d}/{number}"
        content = self.text(self.rng.randint(120, 400)) if self.rng.random() < 0.4 else None
        return Said(url, self.text(self.rng.randint(5, 11)), self.text(self.rng.randint(15, 35)), content, at)


@dataclass
class Said:
    """An entry in one wording."""

    url: str
    title: str
    summary: str
    content: str | None
    at: datetime

    def digest(self) -> bytes:
        return sha256(f"{self.url} {self.title}\n{self.summary}\n{self.content}".encode()).digest()[:16]

    def html(self) -> str | None:
        return self.content and "".join(f"<p>{escape(part)}.</p>" for part in self.content.split(".") if part)

    def xml(self) -> str:
        return (
            f"<item><title>{escape(self.title)}</title><link>{self.url}</link><guid>{self.url}</guid>"
            f"<pubDate>{self.at:%a, %d %b %Y %H:%M:%S} +0000</pubDate><description>{escape(self.summary)}</description>"
            f"<content:encoded><![CDATA[{self.html() or ''}]]></content:encoded></item>\n"
        )


def make(path: Path, entries: int, outlets: int, seed: int) -> None:
    """Write the archive in the order of time; then index it."""
    rng = random.Random(seed)
    world = World(rng, vocabulary(rng))
    rounds = entries // (outlets * NEW)
    began = time.monotonic()
    with Archive.open(str(path), create=True) as archive:
        names = [f"zeitung-{n:03}" for n in range(outlets)]
        feeds = [archive.ensure_feed(name, "news", f"https://{name}.example/feed/") for name in names]
        line = Line(world, feeds, rounds)
        for turn in range(rounds):
            with archive.write() as tx:
                line.write(tx, turn)
            _say(f"{(turn + 1) * outlets * NEW:,} entries, {time.monotonic() - began:.0f} s")
        recorded = time.monotonic()
        archive.refresh_search()
        _say(f"recorded in {recorded - began:.0f} s, indexed in {time.monotonic() - recorded:.0f} s\n")


def _say(line: str) -> None:
    print(f"\r{line}", end="", file=sys.stderr, flush=True)


class Line:
    """Writes one document of each feed at a time. Windows are numbered turn by turn, feed by feed."""

    def __init__(self, world: World, feeds: list[FeedRecord], rounds: int) -> None:
        self._world, self._feeds, self._rounds = world, feeds, rounds
        self._held: dict[int, list[tuple[int, Said]]] = defaultdict(list)
        self._last_document: dict[int, int] = {}
        self._rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._later: dict[int, list[dict[str, Any]]] = defaultdict(list)  # runs wait for the window after them

    def write(self, tx: Tx, turn: int) -> None:
        tx.ids.take("window", len(self._feeds))
        for place, feed in enumerate(self._feeds):
            self._document(tx, feed, place, turn)
        self._rows["run"] = self._later.pop(turn, [])
        for name, rows in self._rows.items():
            table: Table = tables.metadata.tables[name]
            tx.write(table.insert(), rows)
        self._rows.clear()

    def _at(self, turn: int) -> datetime:
        return (START + YEARS * (turn + 1) / self._rounds).replace(microsecond=0)

    def _window(self, place: int, turn: int) -> int | None:
        return None if turn >= self._rounds else turn * len(self._feeds) + place + 1

    def _document(self, tx: Tx, feed: FeedRecord, place: int, turn: int) -> None:
        at, span = self._at(turn), YEARS / self._rounds
        times = sorted((at - span * self._world.rng.random() for _ in range(NEW)), reverse=True)
        held = self._held[feed.feed_id]
        fetch_id = tx.ids.take("fetch", POLLS + 1)[0]
        self._held[feed.feed_id] = fresh = []
        for n, when in enumerate(times):
            said = self._world.said(feed.outlet, turn * NEW + n, when.replace(microsecond=0))
            fresh.append(self._entry(tx, feed, place, turn, n, said, fetch_id))
        shown = [(each[0], each[1]) for each in fresh] + held
        self._held[feed.feed_id] = [(each[2], each[3]) for each in fresh[:HELD]]
        self._show(tx, feed, place, turn, shown, fetch_id)

    def _show(
        self, tx: Tx, feed: FeedRecord, place: int, turn: int, shown: list[tuple[int, Said]], fetch_id: int
    ) -> None:
        at = self._at(turn)
        items = "".join(said.xml() for _, said in shown)
        body = f'<?xml version="1.0"?>\n<rss version="2.0"><channel><title>T</title>\n{items}</channel></rss>'.encode()
        document_id = documents.keep(
            tx.connection, tx.ids, tx.recent, body, at, content_type="application/rss+xml", encoding="utf-8",
            verdict="declared", like=self._last_document.get(feed.feed_id),
        )  # fmt: skip
        self._last_document[feed.feed_id] = document_id
        packed = packed_items(item_id for item_id, _ in shown)
        self._add(
            "reading",
            feed_id=feed.feed_id,
            document_id=document_id,
            items=packed,
            head='{"format": "rss20"}',
            salvaged=0,
        )
        self._fetches(feed, turn, fetch_id, document_id, len(body))
        window_id = self._window(place, turn)
        last_at = at + YEARS / self._rounds * POLLS / (POLLS + 1)
        self._add("window", window_id=window_id, feed_id=feed.feed_id, document_id=document_id, first_at=at,
                  last_at=last_at, size=len(shown), first_fetch_id=fetch_id)  # fmt: skip
        stands = update(tables.feed).where(tables.feed.c.feed_id == feed.feed_id)
        values = {"newest_window_id": window_id, "live_document_id": document_id, "entries": (turn + 1) * NEW}
        tx.connection.execute(stands.values(**values, state="ok", format="rss20", last_success_at=last_at))

    def _fetches(self, feed: FeedRecord, turn: int, fetch_id: int, document_id: int, size: int) -> None:
        for n in range(POLLS + 1):
            at = self._at(turn) + YEARS / self._rounds * n / (POLLS + 1)
            known = {
                "fetch_id": fetch_id + n,
                "feed_id": feed.feed_id,
                "route": "live",
                "url": feed.url,
                "requested_at": at,
            }
            told = {"recorded_at": at, "response_headers": HEADERS, "elapsed_ms": 120, "document_id": document_id}
            came = {
                "outcome": "not_modified",
                "http_status": 304,
                "wire_bytes": 0,
                "body_bytes": None,
                "salvaged": None,
            }
            if n == 0:
                came = {
                    "outcome": "new",
                    "http_status": 200,
                    "wire_bytes": size // 4,
                    "body_bytes": size,
                    "salvaged": 0,
                }
            counts = {"entries_seen": NEW + HELD, "entries_new": 0 if n else NEW, "entries_changed": 0}
            self._add("fetch", **known, **told, **came, **counts)

    def _entry(
        self, tx: Tx, feed: FeedRecord, place: int, turn: int, n: int, said: Said, fetch_id: int
    ) -> tuple[int, Said, int, Said]:
        """The item in this document, and in the next."""
        entry_id, seq = tx.ids.next("entry"), tx.ids.next("seq")
        edited = n < HELD and turn + 1 < self._rounds and self._world.rng.random() < 0.2
        stays = n < HELD and turn + 1 < self._rounds
        first = self._item(tx, feed, entry_id, said)
        run_id = self._run(tx, feed, place, first, turn, turn + (stays and not edited), n)
        at = self._at(turn)
        version = {"entry_id": entry_id, "feed_id": feed.feed_id}
        entry = {
            "entry_id": entry_id,
            "outlet_id": feed.feed_id,
            "feed_id": feed.feed_id,
            "seq": seq,
            "first_seen_at": at,
        }
        self._add("version", version_id=run_id, **version, **first, fetch_id=fetch_id, rank=1, seen_at=at,
                  replaced_at=self._at(turn + 1) if edited else None, change=FIRST)  # fmt: skip
        now, now_said = first, said
        if edited:
            now_said = Said(said.url, f"{said.title} {self._world.text(2)}", said.summary, said.content, said.at)
            now = self._item(tx, feed, entry_id, now_said)
            again = self._run(tx, feed, place, now, turn + 1, turn + 1, NEW + n)
            self._add("version", version_id=again, **version, **now, fetch_id=fetch_id, rank=2,
                      seen_at=self._at(turn + 1), replaced_at=None, change="title")  # fmt: skip
        self._add("entry", **entry, **now, version=1 + edited, versions=1 + edited, published_at=said.at)
        self._add("search_pending", entry_id=entry_id)
        self._add("sighting", entry_id=entry_id, feed_id=feed.feed_id, **self._stretch(place, turn, turn + stays),
                  guid=said.url, first_position=n + 1, withdrawn=0)  # fmt: skip
        return first["item_id"], said, now["item_id"], now_said

    def _run(self, tx: Tx, feed: FeedRecord, place: int, item: dict[str, int], first: int, last: int, n: int) -> int:
        run_id = tx.ids.next("run")
        row = {"run_id": run_id, "item_id": item["item_id"], "feed_id": feed.feed_id, "first_position": n + 1}
        due = min(last + 1, self._rounds - 1)
        self._later[due].append(row | self._stretch(place, first, last) | {"withdrawn": 0})
        return run_id

    def _stretch(self, place: int, first: int, last: int) -> dict[str, int | None]:
        after = self._window(place, last + 1)
        ended = self._window(place, last) if after is not None else None
        return {"first_window_id": self._window(place, first), "last_window_id": ended, "next_window_id": after}

    def _item(self, tx: Tx, feed: FeedRecord, entry_id: int, said: Said) -> dict[str, int]:
        ids = {"item_id": tx.ids.next("item"), "wording_id": tx.ids.next("wording")}
        name, text = said.digest(), said.content or said.summary
        wording: dict[str, Any] = {
            "wording_id": ids["wording_id"], "outlet_id": feed.feed_id, "digest": name, "variant": name,
            "title": said.title, "summary": said.summary, "content_text": text, "authors": None, "enclosures": None,
            "html": packed_html(f"<p>{escape(said.summary)}</p>", said.html()), "categories": '[{"term": "Politik"}]',
            "language": "de", "title_language": "de", "image_url": None, "published_at": said.at, "updated_at": None,
            "published_raw": f"{said.at:%a, %d %b %Y %H:%M:%S} +0000", "published_source": "pubDate",
            "words": len(text.split()),
        }  # fmt: skip
        item = ids | {"feed_id": feed.feed_id, "entry_id": entry_id, "digest": name, "tier": 0, "guid": said.url}
        item |= {"url": said.url, "canonical_url": said.url, "comments_url": None, "extra": None}
        self._add("wording", **wording, checksum=checksum(wording, WORDING))
        self._add("item", **item, checksum=checksum(item, ITEM))
        for kind in KINDS:
            key = key_number(Key(kind, said.url), feed.feed_id, feed.feed_id)
            self._add("item_key", key=key, item_id=ids["item_id"], kind=kind.value, text=None)
        return ids

    def _add(self, table: str, **row: Any) -> None:
        self._rows[table].append(row)
