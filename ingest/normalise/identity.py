"""What tells which entry this is, and whether it says the same as before. Pure; the same on every machine for ever."""

import json
import re
from datetime import datetime
from hashlib import sha256

from ingest.normalise.urls import MAX_URL, addresses, canonical_url, without_host, without_tracking
from storage.records import Entry, Key, KeyKind, Wording

MAX_KEY = 512  # characters; longer ones are given by their digest
A_TEXT = 30  # characters: shorter ones are said of many articles

_UUID = re.compile(r"(?:urn:uuid:)?\{?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\}?", re.IGNORECASE)
_NEWSML = re.compile(r"(urn:newsml:[^:\s]+:\d{8}(?:T\d{6}Z?)?:[^\s:]+):\d+[ANU]?", re.IGNORECASE)  # RFC 3085 section 3
_TAG_URI = re.compile(r"tag:[^,:\s]+,\d{4}(?:-\d\d){0,2}:\S.*", re.IGNORECASE)  # RFC 4151 section 2.1
# An article's number, which no day is, and what may be a headline.
_NUMBER = re.compile(
    r"(?<![0-9a-z])(?!(?:19|20)\d{6}(?!\d))(\d{6,20}|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})(?![0-9a-z])"
)
_LAST_UUID = re.compile(r"([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})(?:\.html?)?/?$", re.IGNORECASE)
_SLUG = re.compile(r"[a-z]{2,}[-_][a-z]{2,}", re.IGNORECASE)
_LONG_SLUG = re.compile(r"[a-z]{2,}(?:[-_][a-z0-9]{2,}){2,}", re.IGNORECASE)  # no template's name, as news-detail
_DIGIT = re.compile(r"[0-9]")
_SCRIPT = re.compile(r"\.(?:php[0-9]?|aspx?|jspx?|cgi|cfm|do|pl)$", re.IGNORECASE)
_BEYOND_PATH = re.compile(r"[?#]")
_WEB = re.compile(r"https?://", re.IGNORECASE)


def keys(
    *,
    guid: str,
    canonical: str | None,
    publisher_ids: tuple[tuple[str, str], ...],
    wording: Wording,
    is_exact: bool = False,
) -> tuple[Key, ...]:
    """The evidence of which entry this is, from strong to weak.

    `guid` as published without white space around it, empty if there is none; `canonical` as `canonical_url` gives it.
    A bare home page is no evidence. Of an http guid what changes from poll to poll (session, tracking) is left out
    where hosts or feeds are compared, its fragment is not: it may be all that tells two parts of one page apart.
    `is_exact`: the time of publication was given, not only the day. A headline that has it to the second is the same
    article wherever it moves, whatever its guid and address are by then; so is a number in an address that has it,
    whatever headline stands beside the number by then. A full hour is no such time: several things are planned for it.
    """
    exact_at = wording.published_at if is_exact and not _is_full_hour(wording.published_at) else None
    found = [*_of_guid(guid)] if guid else []
    found += [Key(KeyKind.PUBLISHER_ID, _bounded(f"{name}:{value}")) for name, value in publisher_ids]
    if canonical and addresses(canonical):
        found.append(Key(KeyKind.URL, _bounded(canonical)))
        found += _of_number(canonical, wording, exact_at)
    if dated := _title_and_date(wording):
        # The one is void wherever the other would be. Where there is no text, a full hour must do.
        is_told = exact_at is not None or (is_exact and len(_text(wording)) < A_TEXT)
        is_strong = is_told and wording.published_at is not None and _is_headline(wording.title)
        found.append(Key(KeyKind.TITLE_TIME if is_strong else KeyKind.TITLE_DATE, _bounded(dated)))
    return (*found, *_together(canonical, wording, exact_at), Key(KeyKind.CONTENT, wording.digest.hex()))


def _together(canonical: str | None, wording: Wording, exact_at: datetime | None) -> list[Key]:
    """What weak facts say together: it stays where guid and address are new at every poll, or all at once."""
    title, text = wording.title, _text(wording)
    found = []
    if exact_at is not None and len(text) >= A_TEXT:
        found.append(Key(KeyKind.TEXT_TIME, _bounded(f"{text}\n{exact_at.isoformat()}")))
    address = canonical if canonical and addresses(canonical) else ""
    if exact_at is None and title and text and (len(text) >= A_TEXT or not address):
        dated = wording.published_at.isoformat() if wording.published_at else wording.published_raw
        found.append(
            Key(KeyKind.TITLE_TEXT, _bounded(f"{title}\n{dated or (address and without_host(address))}\n{text}"))
        )
    is_dated = bool(wording.published_at or wording.published_raw)
    if canonical and _is_headline(title) and (path := _path_of_one(canonical, _SLUG if is_dated else _LONG_SLUG)):
        found.append(Key(KeyKind.PATH_TITLE, _bounded(f"{path}\n{_title_and_date(wording)}")))
    return found


def _path_of_one(canonical: str, slug: re.Pattern[str] = _LONG_SLUG) -> str | None:
    """An address without its parameters, where there are some and it is an article's all the same.

    >>> _path_of_one("https://example.org/a/nun-doch-einig?t=17"), _path_of_one("https://example.org/show.php?id=17")
    ('https://example.org/a/nun-doch-einig', None)
    """
    path, asked, _ = canonical.partition("?")
    name = path.rpartition("/")[2]
    is_one = bool(asked) and (_DIGIT.search(name) or slug.search(name)) and not _SCRIPT.search(name)
    return path if is_one else None


def _of_guid(guid: str) -> list[Key]:
    found = [Key(KeyKind.GUID, _bounded(guid))]
    if url := _web_guid(guid):
        found.append(Key(KeyKind.GUID_PATH, _bounded(without_host(url))))
        found.append(Key(KeyKind.GUID_GLOBAL, _bounded(url)))
    elif newsml := _NEWSML.fullmatch(guid):  # without the revision
        found.append(Key(KeyKind.GUID_GLOBAL, _bounded(newsml[1].lower())))
    elif uuid := _UUID.fullmatch(guid):
        found.append(Key(KeyKind.GUID_GLOBAL, f"urn:uuid:{uuid[1].lower()}"))
    elif _TAG_URI.fullmatch(guid):
        found.append(Key(KeyKind.GUID_GLOBAL, _bounded(guid)))
    return found


def _of_number(canonical: str, wording: Wording, exact_at: datetime | None) -> list[Key]:
    """What stays of `/story/3000000212345/a-headline` when the headline changes; none where the address has none.

    A UUID at the end needs nothing besides. A number may be a dossier's: it is told with the time, and with the text.
    """
    host, _, rest = canonical.removeprefix("https://").partition("/")
    path = _BEYOND_PATH.split(rest, maxsplit=1)[0]
    if last := _LAST_UUID.search(path):
        return [Key(KeyKind.PUBLISHER_ID, _bounded(f"{host}/{last[1].lower()}"))]
    numbers = _NUMBER.findall(path) if _SLUG.search(path) else []
    if not numbers:
        return []
    number, text = max(numbers, key=len), _text(wording)
    besides = [f"{exact_at.timestamp():.0f}"] if exact_at else []
    besides += [sha256(text.encode(errors="surrogatepass")).hexdigest()[:16]] if len(text) >= A_TEXT else []
    return [Key(KeyKind.PUBLISHER_ID, _bounded(f"{host}/{number} {each}")) for each in besides]


def _text(wording: Wording) -> str:
    return wording.summary or wording.content_text or ""


def _web_guid(guid: str) -> str | None:
    """A guid that is a URL, without what is noise in it; None for a home page."""
    if len(guid) > MAX_URL or not _WEB.match(guid):
        return None
    url = canonical_url(guid)
    if url is None or "#" in url:
        return url
    fragment = guid.partition("#")[2].strip()
    return f"{url}#{fragment}" if fragment else (url if addresses(url) else None)


def _title_and_date(wording: Wording) -> str | None:
    date = wording.published_at.isoformat() if wording.published_at else wording.published_raw
    return f"{wording.title or ''}\n{date or ''}" if wording.title or date else None


def _is_full_hour(at: datetime | None) -> bool:
    return at is not None and at.minute == at.second == 0


def _is_headline(title: str | None) -> bool:
    """Of a single word many entries may be titled."""
    return title is not None and len(title.split()) > 1


def _bounded(text: str) -> str:
    return text if len(text) <= MAX_KEY else f"sha256:{sha256(text.encode(errors='surrogatepass')).hexdigest()}"


# --- digests ----------------------------------------------------------------------------------------------------------


def wording_digest(wording: Wording, canonical: str | None) -> bytes:
    """16 bytes that are equal exactly for equal wordings: what a reader would call the text of the entry.

    In it: title, address, both bodies, authors, categories, enclosures, picture, dates. The plain texts follow from the
    HTML and need no place of their own. Left out, since it changes while the text does not: tracking and session
    parameters of all URLs, the order of categories, sizes of media, the spelling of a date that could be read, and the
    languages, which are our finding and may be found better one day.
    """
    return _digest(
        wording.title,
        canonical,
        _quiet(wording.summary_html),
        _quiet(wording.content_html),
        [[person.name, person.email, person.uri] for person in wording.authors],
        sorted([category.term, category.scheme or "", category.label or ""] for category in wording.categories),
        [_canonical(enclosure.url) for enclosure in wording.enclosures],
        _canonical(wording.image_url) if wording.image_url else None,
        _moment(wording.published_at) or wording.published_raw,
        _moment(wording.updated_at),
    )


def entry_digest(entry: Entry) -> bytes:
    """16 bytes that are equal exactly if the archive would keep the same of both entries.

    All that the wording does not cover: guid, address, comments, `extra`, keys. A session number or tracking parameter
    that is new at every poll makes no new entry.
    """
    return _digest(
        entry.wording.digest.hex(),
        without_tracking(entry.guid) if entry.guid else None,
        without_tracking(entry.url) if entry.url else None,
        entry.comments_url,
        entry.extra,
        [[key.kind, key.text] for key in entry.keys if key.kind is not KeyKind.GUID],
    )


_as_json = json.JSONEncoder(separators=(",", ":"), ensure_ascii=True).encode


def _digest(*said: object) -> bytes:
    return sha256(_as_json(said).encode("ascii")).digest()[:16]


def _quiet(html: str | None) -> str | None:
    return without_tracking(html) if html else None


def _canonical(url: str) -> str:
    return canonical_url(url) or url


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
