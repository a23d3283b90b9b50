"""What a request says: who we are, what we can read, and what the configuration adds. Pure."""

import base64
from collections.abc import Iterable

from ingest.answers import Headers
from ingest.source import HIDDEN, is_secret

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/rdf+xml;q=0.9, application/feed+json;q=0.9,"
    " application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, */*;q=0.5"
)

# Of the exchange itself; a configuration that set them would break it.
_OURS = frozenset({"host", "accept-encoding", "connection", "content-length", "transfer-encoding", "te", "upgrade"})


def own(user_agent: str) -> dict[str, str]:
    """What every request says."""
    return {"User-Agent": user_agent, "Accept": ACCEPT, "Accept-Encoding": "gzip", "Connection": "close"}


def configured(headers: Headers) -> list[tuple[bytes, bytes]]:
    """What the configuration adds, for its own origin only."""
    return [_encoded(name, value) for name, value in headers if name.strip().lower() not in _OURS]


def credentials(username: str, password: str) -> list[tuple[bytes, bytes]]:
    """User information of the configured URL as RFC 7617 has it sent."""
    if not username and not password:
        return []
    return [(b"Authorization", b"Basic " + base64.b64encode(f"{username}:{password}".encode()))]


def as_stored(raw: Iterable[tuple[bytes, bytes]]) -> Headers:
    """What was sent, without what nobody else should see."""
    named = ((name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in raw)
    return tuple((name, HIDDEN if is_secret(name) else value) for name, value in named)


def _encoded(name: str, value: str) -> tuple[bytes, bytes]:
    return name.encode("utf-8", "replace"), value.encode("utf-8", "replace")
