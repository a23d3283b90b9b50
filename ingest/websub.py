"""W3C WebSub as a subscriber: which hub, what it is asked, whether a call is its own. Pure.

https://www.w3.org/TR/websub/. A hub only speeds polling up: hubs fall silent, so polling goes on, more rarely.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from ingest.guard import host_name
from ingest.listener import Asked, Told
from ingest.post import Letter
from storage.websub import Offered, Stage, Subscription

LEASE = timedelta(days=10)  # asked for; the hub decides
SHORTEST_LEASE, LONGEST_LEASE = timedelta(minutes=5), timedelta(days=30)
UNANSWERED = timedelta(hours=6)  # until a hub is asked again that did not come back
REFUSED = timedelta(days=7)
RESTARTED = timedelta(minutes=10)  # a daemon that is started again and again does not ask each time
LONGEST_URL = 1000
ALGORITHMS = {"sha1", "sha256", "sha384", "sha512"}  # section 8.1
ENOUGH = 5  # entries
EASED = 9  # times the usual price of a request: three times the interval


@dataclass(frozen=True, slots=True)
class Hub:
    """Where to subscribe, and what to: section 4, discovery."""

    url: str
    topic: str


def hub_of(hints: Mapping[str, Any], *, plain_hosts: frozenset[str] = frozenset()) -> Hub | None:
    """The first hub that a document names, by https: over plain http the secret would be no secret.

    A hub on one of `plain_hosts` (names that the configuration lets us ask though private) is asked as it is written.

    >>> hub_of({"hub": ["http://hub.example/"], "self": ["https://o.example/feed"]})
    Hub(url='https://hub.example/', topic='https://o.example/feed')
    """
    topic = next(_urls(hints.get("self")), None)
    hub = next(_urls(hints.get("hub")), None)
    if topic is None or hub is None:
        return None
    parts = urlsplit(hub)
    if parts.scheme == "http" and host_name(parts.hostname or "") not in plain_hosts:
        hub = parts._replace(scheme="https").geturl()
    return Hub(hub, topic)


def _urls(named: object) -> Any:
    for url in named if isinstance(named, list) else [named]:
        if isinstance(url, str) and url.startswith(("http://", "https://")) and len(url) <= LONGEST_URL:
            try:
                if urlsplit(url).hostname:
                    yield url
            except ValueError:
                continue


# --- what to ask ------------------------------------------------------------------------------------------------------


def wants_to_subscribe(offer: Offered, hub: Hub | None, now: datetime, *, has_secret: bool) -> bool:
    """Whether the hub is to be asked now: for the first time, before the lease ends, or because we lost the secret."""
    held = offer.subscription
    if hub is None or not offer.is_polled:
        return False
    if held is None or held.asked_at is None or (held.hub, held.topic) != (hub.url, hub.topic):
        return True
    waited = now - held.asked_at
    if waited < -RESTARTED:
        return True  # asked by a clock that was ahead: until when that holds, nobody knows
    match held.state:
        case Stage.REFUSED:
            return waited > REFUSED
        case Stage.ACTIVE if held.lease_until is not None:
            left, whole = held.lease_until - now, held.lease_until - held.asked_at
            return waited > RESTARTED if not has_secret else left < whole / 5 and waited > min(UNANSWERED, whole / 10)
        case _:
            return waited > (UNANSWERED if has_secret else RESTARTED)


def wants_to_leave(offer: Offered, hub: Hub | None) -> bool:
    """Whether pushes still come of what is no longer polled, or has left its hub."""
    held = offer.subscription
    return held is not None and held.state is Stage.ACTIVE and (not offer.is_listed or hub is None)


def request(subscription: Subscription, callback: str, secret: str | None) -> Letter:
    """Section 5.1: subscribe; without a secret, unsubscribe."""
    form = {
        "hub.mode": "subscribe" if secret else "unsubscribe",
        "hub.topic": subscription.topic,
        "hub.callback": f"{callback.rstrip('/')}/{subscription.token}",
    }
    if secret:
        form |= {"hub.secret": secret, "hub.lease_seconds": str(int(LEASE.total_seconds()))}
    return Letter(subscription.hub, urlencode(form).encode(), "application/x-www-form-urlencoded")


# --- what hubs say ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a hub's question is answered, and how the subscription stands then (None: as before)."""

    told: Told
    state: Stage | None = None
    lasting: timedelta | None = None
    detail: str | None = None


NO = Told(b"", 404)


def verified(asked: Asked, held: Subscription) -> Verdict:
    """Section 5.3, verification of intent; section 5.2, denial. We agree only to what we asked for."""
    said = dict(parse_qsl(asked.query, max_num_fields=20))
    if said.get("hub.topic") != held.topic:
        return Verdict(NO)
    challenge = Told(said.get("hub.challenge", "").encode(), content_type="text/plain; charset=utf-8")
    match said.get("hub.mode"):
        case "denied":
            return Verdict(Told(), Stage.REFUSED, detail=f"refused: {said.get('hub.reason', 'no reason given')[:200]}")
        case "subscribe" if challenge.body and held.state in {Stage.ASKED, Stage.ACTIVE}:
            return Verdict(challenge, Stage.ACTIVE, _lease(said.get("hub.lease_seconds")))
        case "unsubscribe" if challenge.body and held.state is Stage.ENDED:
            return Verdict(challenge, Stage.ENDED)
        case _:
            return Verdict(NO)


def _lease(text: str | None) -> timedelta:
    seconds = timedelta(seconds=int(text)) if text and text.isascii() and text.isdigit() and len(text) < 10 else LEASE
    return min(max(seconds, SHORTEST_LEASE), LONGEST_LEASE)


def is_signed(asked: Asked, secret: str) -> bool:
    """Section 8: the body was sent by who knows the secret.

    >>> is_signed(Asked("POST", "/", "", {"x-hub-signature": "sha1=0"}, b""), "s")
    False
    """
    method, _, signature = asked.headers.get("x-hub-signature", "").strip().partition("=")
    if method.lower() not in ALGORITHMS:
        return False
    digest = hmac.new(secret.encode(), asked.body, getattr(hashlib, method.lower())).hexdigest()
    return hmac.compare_digest(digest.encode(), signature.strip().lower().encode())


# --- polling beside it ------------------------------------------------------------------------------------------------


def is_reliable(held: Subscription, now: datetime) -> bool:
    """Whether its pushes come, so that its feed may be polled more rarely. The window's bound stays as it is.

    A hub that has brought nothing yet has eased nothing, and one that misses every tenth entry eases nothing any more.
    """
    return held.pushes(now) and held.pushed >= ENOUGH and held.missed * 10 <= held.pushed
