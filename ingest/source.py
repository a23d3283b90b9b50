"""What to ask for: a feed now, or a page of its past."""

import re
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote, quote_plus

from storage.records import Route

HIDDEN = "***"

_SECRET_NAME = re.compile(
    r"(?:^|[-_.])(?:api[-_]?key|apikey|key|token|access[-_]?token|auth|authorization|cookie|secret|password|passwd|pwd"
    r"|pass|sig|signature|credential)(?:$|[-_.])",
    re.IGNORECASE,
)
_USERINFO = re.compile(r"(?<=://)[^/?#@\s]*(?:@[^/?#@\s]*)*@")
_PARAMETER = re.compile(r"([?&;])([^=&;#\s]+)=([^&;#\s]*)")


@dataclass(frozen=True, slots=True)
class Request:
    """One thing to ask the web for.

    `url` and `headers` are as configured, secrets resolved; headers go to the configured origin only. `etag` and
    `last_modified` are sent verbatim (None: unconditional). `secrets` are (value, placeholder) pairs: wherever a value
    would be stored, logged or shown, the placeholder is. `spacing`: at least this long after the last request to the
    host (None: as the network says). `forced`: the host's back-off is ignored, its spacing is not.
    """

    url: str
    route: Route = Route.LIVE
    feed_id: int = 0
    etag: str | None = None
    last_modified: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    max_bytes: int = 32 * 1024 * 1024
    timeout: timedelta = timedelta(seconds=30)
    shown_url: str | None = None
    secrets: tuple[tuple[str, str], ...] = ()
    spacing: timedelta | None = None
    forced: bool = False

    def shown(self, text: str) -> str:
        """`text` with all that is secret taken out."""
        for value, placeholder in self.secrets:
            for spelling in (value, quote(value, safe=""), quote(value), quote_plus(value)) if value else ():
                text = text.replace(spelling, placeholder)
        return masked(text)

    @property
    def safe_url(self) -> str:
        """The URL as it may be stored and shown."""
        return self.shown_url or self.shown(self.url)


def masked(text: str) -> str:
    """`text` with user information and secret parameters of URLs in it taken out.

    >>> masked("https://ann:pw@example.org/feed?a=1&api_key=123#x")
    'https://***@example.org/feed?a=1&api_key=***#x'
    """
    if "@" not in text and "=" not in text:
        return text
    return _PARAMETER.sub(_without_value, _USERINFO.sub(HIDDEN + "@", text))


def _without_value(match: re.Match[str]) -> str:
    mark, name, value = match.groups()
    return f"{mark}{name}={HIDDEN if value and is_secret(name) else value}"


def is_secret(name: str) -> bool:
    """True for a header or parameter whose value nobody else should see."""
    return _SECRET_NAME.search(name) is not None
