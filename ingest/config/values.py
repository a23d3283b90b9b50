"""What the configuration says, as frozen values. One that exists makes sense as a whole.

Defaults stand here and nowhere else. Durations are `timedelta`, sizes are bytes. What may hold a secret is `Filled`:
its value is hidden from `repr`; only its template, with the `${ENV}` placeholders, may be stored, logged or shown.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from pathlib import Path

from ingest.config.environment import Filled
from ingest.network import NetworkPolicy
from storage.records import FeedListing, OutletListing

MIB = 1024**2


@dataclass(frozen=True, slots=True)
class Header:
    """A request header of one's own (RFC 9110 section 5)."""

    name: str
    text: Filled


def _secrets(headers: tuple[Header, ...]) -> tuple[tuple[str, str], ...]:
    return tuple(pair for header in headers for pair in header.text.secrets)


@dataclass(frozen=True, slots=True, kw_only=True)
class Defaults:
    """How a feed is asked: any feed, an outlet's feeds, or one. `spacing` is between two live requests to one host."""

    min_interval: timedelta = timedelta(minutes=5)
    max_interval: timedelta = timedelta(hours=24)
    timeout: timedelta = timedelta(seconds=30)
    max_bytes: int = 32 * MIB
    spacing: timedelta = timedelta(seconds=2)
    own_headers: tuple[Header, ...] = ()

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """(name, value) as sent, secrets resolved."""
        return tuple((header.name, header.text.value) for header in self.own_headers)

    @property
    def secrets(self) -> tuple[tuple[str, str], ...]:
        """(value, placeholder) of all that the environment put in: what must be taken out of anything shown."""
        return _secrets(self.own_headers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed(Defaults):
    """A feed with the values in force for it."""

    outlet: str
    slug: str
    location: Filled

    @property
    def name(self) -> str:
        """`outlet/feed`, as everywhere in views, logs and JSON."""
        return f"{self.outlet}/{self.slug}"

    @property
    def url(self) -> str:
        """The URL to ask for, secrets resolved: not to be stored or shown."""
        return self.location.value

    @property
    def url_template(self) -> str:
        """The URL as the file writes it."""
        return self.location.template

    @property
    def secrets(self) -> tuple[tuple[str, str], ...]:
        """As for all defaults, and those of the URL."""
        return _secrets(self.own_headers) + self.location.secrets


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet(Defaults):
    """An outlet with the values in force for the feeds that may yet be found of it."""

    slug: str
    name: str | None = None
    homepage: str | None = None
    language: str | None = None  # BCP 47
    country: str | None = None  # ISO 3166-1 alpha-2
    timezone: str | None = None  # IANA name, for dates that come without a zone
    feeds: tuple[Feed, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """How the web is asked. `spacing` is between two live requests to one host (name or address, without port)."""

    spacing: timedelta = timedelta(seconds=2)
    per_host: int = 1
    concurrency: int = 200
    allow_private_hosts: tuple[str, ...] = ()  # host, host:port or CIDR
    ca_file: Path | None = None
    proxy: Filled | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Backfill:
    """How the past is asked for. `wayback` None: the capture archive is never asked."""

    spacing: timedelta = timedelta(seconds=5)
    wayback: str | None = "https://web.archive.org"


@dataclass(frozen=True, slots=True, kw_only=True)
class Daemon:
    """`listen` is host:port of /healthz and /metrics; None: no port is opened."""

    listen: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSub:
    """W3C WebSub: the public URL that hubs call, and the host:port where we listen for it."""

    callback: Filled | None = None
    listen: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerts:
    """Where to tell that something needs a person."""

    webhook: Filled | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """`to` is a folder, absolute; None: no backups of the daemon's own. `keep` is a number of copies."""

    to: Path | None = None
    every: timedelta = timedelta(days=1)
    keep: int = 7


@dataclass(frozen=True, kw_only=True)
class Config:
    """One feeds.yaml. `archive` is an absolute path or a database URL; `path` is the file itself, absolute.

    `documents` is the URL of a store for raw documents at rest; None: they stay in the archive.
    """

    path: Path
    archive: Filled
    documents: str | None = None
    contact: str | None = None
    defaults: Defaults = field(default_factory=Defaults)
    backfill: Backfill = field(default_factory=Backfill)
    network: Network = field(default_factory=Network)
    daemon: Daemon = field(default_factory=Daemon)
    websub: WebSub = field(default_factory=WebSub)
    alerts: Alerts = field(default_factory=Alerts)
    backup: Backup = field(default_factory=Backup)
    outlets: tuple[Outlet, ...] = ()

    def feeds(self) -> Iterator[Feed]:
        """All feeds in the order of the file."""
        for outlet in self.outlets:
            yield from outlet.feeds

    def outlet(self, slug: str) -> Outlet | None:
        """The outlet of that slug, if the file lists it."""
        return self._outlets.get(slug)

    def feed(self, name: str) -> Feed | None:
        """The feed of that name (`outlet/feed`), if the file lists it."""
        return self._feeds.get(name)

    def manner(self, name: str) -> Defaults:
        """How to ask the feed of that name: as itself, its outlet or the defaults say."""
        return self.feed(name) or self.outlet(name.partition("/")[0]) or self.defaults

    @cached_property
    def _outlets(self) -> dict[str, Outlet]:
        return {outlet.slug: outlet for outlet in self.outlets}

    @cached_property
    def _feeds(self) -> dict[str, Feed]:
        return {feed.name: feed for feed in self.feeds()}


def network_policy(config: Config) -> NetworkPolicy:
    """How the web may be asked, as the fetcher takes it."""
    network = config.network
    return NetworkPolicy(
        spacing=network.spacing,
        per_host=network.per_host,
        concurrency=network.concurrency,
        allow_private_hosts=network.allow_private_hosts,
        ca_file=str(network.ca_file) if network.ca_file else None,
        proxy=network.proxy.value if network.proxy else None,
        contact=config.contact,
    )


def listing(config: Config) -> tuple[OutletListing, ...]:
    """What the archive keeps of the configuration: placeholders, never secrets. The archive finds feeds for an outlet
    that lists none."""
    return tuple(_outlet_listing(outlet) for outlet in config.outlets)


def _outlet_listing(outlet: Outlet) -> OutletListing:
    return OutletListing(
        slug=outlet.slug,
        name=outlet.name,
        homepage=outlet.homepage,
        language=outlet.language,
        country=outlet.country,
        timezone=outlet.timezone,
        feeds=tuple(FeedListing(feed.slug, feed.url_template) for feed in outlet.feeds),
    )
