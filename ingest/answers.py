"""What the head of an answer says: validators, freshness, when to come back. Pure; believes nothing implausible."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TypeAlias

from storage.records import Reason

Headers: TypeAlias = tuple[tuple[str, str], ...]

LONGEST_ETAG = 1024
LONGEST_VALUE = 2048  # of a stored header's value; longer ones are cut
MOST_STORED = 60
LONGEST_WAIT = timedelta(days=7)
LONGEST_FRESHNESS = timedelta(days=365)
_BEFORE_THE_WEB = datetime(1990, 1, 1, tzinfo=UTC)

# What explains an answer afterwards. Cookies and credentials are not among it.
_STORED = frozenset(
    {"age", "cache-control", "cf-cache-status", "cf-mitigated", "cf-ray", "connection", "content-disposition"}
    | {"content-encoding", "content-language", "content-length", "content-location", "content-type", "date", "etag"}
    | {"expires", "last-modified", "link", "location", "pragma", "retry-after", "server", "transfer-encoding", "vary"}
    | {"via", "warning", "www-authenticate", "x-amzn-waf-action", "x-cache", "x-datadome", "x-generator", "x-iinfo"}
    | {"x-powered-by", "x-pingback", "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"}
    | {"ratelimit", "ratelimit-policy", "x-redirect-by", "x-robots-tag", "x-wp-total", "x-wp-totalpages"}
)


@dataclass(frozen=True, slots=True)
class Freshness:
    """What the answer says about when to ask again.

    `max_age` is Cache-Control max-age less Age (RFC 9111 sections 4.2.1, 4.2.3), `expires_in` is Expires less Date,
    `retry_after` is bounded; `server_date` is the server's own clock, aware and in UTC.
    """

    max_age: timedelta | None = None
    expires_in: timedelta | None = None
    retry_after: timedelta | None = None
    server_date: datetime | None = None

    @property
    def fresh_for(self) -> timedelta | None:
        """How long the document stands; max-age goes before Expires (RFC 9111 section 5.3)."""
        return self.expires_in if self.max_age is None else self.max_age


def headers_of(raw: Iterable[tuple[bytes, bytes]]) -> Headers:
    """Names in lower case; one character a byte, so that a value can be sent back as it came. Without cookies."""
    named = ((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in raw)
    return tuple((name, value) for name, value in named if not name.startswith("set-cookie"))


def single(headers: Headers) -> Mapping[str, str]:
    """The first value of each header."""
    return dict(reversed(headers))


def readable(value: str) -> str:
    """A value as a person reads it: UTF-8 where it is, else Latin-1."""
    try:
        return value.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return value


def worth_storing(headers: Headers) -> Headers:
    """The headers that explain an answer, bounded."""
    kept = ((name, readable(value[:LONGEST_VALUE])) for name, value in headers if name in _STORED)
    return tuple(kept)[:MOST_STORED]


def freshness(headers: Headers, now: datetime) -> Freshness:
    """When to ask again. A date is taken relative to the server's Date, so that a wrong clock there does no harm."""
    said = single(headers)
    server_date = http_date(said.get("date"))
    expires = said.get("expires")
    return Freshness(
        max_age=_max_age(said),
        expires_in=None if expires is None else _expires_in(expires, server_date or now),
        retry_after=retry_after(said.get("retry-after"), server_date or now),
        server_date=server_date,
    )


def retry_after(value: str | None, now: datetime) -> timedelta | None:
    """RFC 9110 section 10.2.3: seconds, or a date that is counted from `now`. Never negative, at most 7 days.

    >>> retry_after("120", datetime(2025, 6, 10, tzinfo=UTC))
    datetime.timedelta(seconds=120)
    """
    if value is None:
        return None
    if (seconds := _seconds(value)) is not None:
        return min(seconds, LONGEST_WAIT)
    at = http_date(value)
    return None if at is None else min(max(at - now, timedelta(0)), LONGEST_WAIT)


def _max_age(said: Mapping[str, str]) -> timedelta | None:
    for directive in said.get("cache-control", "").lower().split(","):
        name, _, value = directive.strip().partition("=")
        if name == "max-age" and (max_age := _seconds(value.strip('" '))) is not None:
            age = _seconds(said.get("age", "0")) or timedelta(0)
            return max(min(max_age, LONGEST_FRESHNESS) - age, timedelta(0))
    return None


def _expires_in(expires: str, now: datetime) -> timedelta:
    """RFC 9111 section 5.3: what is no date, "0" above all, has expired."""
    at = http_date(expires)
    return timedelta(0) if at is None else min(max(at - now, timedelta(0)), LONGEST_FRESHNESS)


def _seconds(text: str) -> timedelta | None:
    text = text.strip()
    if not (text.isascii() and text.isdigit()):
        return None
    return timedelta(seconds=int(text)) if len(text) < 11 else LONGEST_FRESHNESS


def http_date(value: str | None) -> datetime | None:
    """RFC 9110 section 5.6.7, read leniently; None for what is no date."""
    if value is None or len(value) > 64:
        return None
    try:
        at = parsedate_to_datetime(value)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


# --- validators -------------------------------------------------------------------------------------------------------


def plausible_etag(value: str | None) -> str | None:
    """The entity tag as it came, if it can be sent back and tells one state from another (RFC 9110 section 8.8.3).

    >>> plausible_etag('W/"a-1"'), plausible_etag('*'), plausible_etag('""')
    ('W/"a-1"', None, None)
    """
    if value is None or not 0 < len(value) <= LONGEST_ETAG or not _can_be_sent(value):
        return None
    opaque = value.removeprefix("W/")
    if opaque.startswith('"'):
        return value if len(opaque) > 2 and opaque.endswith('"') and '"' not in opaque[1:-1] else None
    return value if opaque not in {"", "*"} and not any(char in opaque for char in '", \t') else None


def plausible_last_modified(value: str | None, now: datetime) -> str | None:
    """The date as it came, if it is one between the web's beginning and tomorrow (RFC 9110 section 8.8.2)."""
    at = http_date(value)
    if value is None or at is None or not _can_be_sent(value):
        return None
    return value if _BEFORE_THE_WEB < at < now + timedelta(days=1) else None


def validators(etag: str | None, last_modified: str | None, now: datetime) -> list[tuple[bytes, bytes]]:
    """The headers of a conditional request: validators as they came, or not at all (RFC 9110 section 13.1)."""
    plausible = (
        (b"If-None-Match", plausible_etag(etag)),
        (b"If-Modified-Since", plausible_last_modified(last_modified, now)),
    )
    return [(name, value.encode("latin-1")) for name, value in plausible if value is not None]


def _can_be_sent(value: str) -> bool:
    return value == value.strip() and all(" " <= char < "\x7f" or "\x80" <= char <= "\xff" for char in value)


# --- status -----------------------------------------------------------------------------------------------------------

REDIRECTS = frozenset({301, 302, 303, 307, 308})
PERMANENT = frozenset({301, 308})

_REASONS = {204: Reason.NO_BODY, 205: Reason.NO_BODY, 410: Reason.GONE, 429: Reason.RATE_LIMITED}


def refusal(status: int) -> Reason:
    """Why a status is no document."""
    if status in _REASONS:
        return _REASONS[status]
    if 400 <= status < 600:
        return Reason.HTTP_4XX if status < 500 else Reason.HTTP_5XX
    return Reason.BAD_STATUS


# Of Cloudflare: the site behind it is at fault.
_PHRASES = {
    520: "(Cloudflare: the site gave no proper answer)",
    521: "(Cloudflare: the site refused the connection)",
    522: "(Cloudflare: the site did not answer in time)",
    523: "(Cloudflare: the site cannot be reached)",
    524: "(Cloudflare: the site did not answer in time)",
    525: "(Cloudflare: no TLS with the site)",
    526: "(Cloudflare: the site's certificate is not valid)",
    530: "(Cloudflare: the site's name has no address)",
}


def phrase(status: int) -> str:
    """A status in words."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return _PHRASES.get(status, "(no such status is known)")
