"""The web for a verb that asks once and stores nothing: the guarded fetcher, with turns kept in memory only."""

from functools import partial

from ingest.cli.frame import Stop
from ingest.clock import SystemClock
from ingest.config import Config, network_policy
from ingest.discovery import Found, feeds_of_page
from ingest.errors import FetchError
from ingest.fetch import Document, Fetcher
from ingest.hosts import HostTurns, MemoryLedger, PostponedError
from ingest.source import Request, masked
from storage.records import Route


def fetcher(config: Config) -> Fetcher:
    """A fetcher as the configuration says. Raises Stop where its certificate authority cannot be read."""
    clock = SystemClock()
    try:
        return Fetcher(network_policy(config), HostTurns(MemoryLedger(), clock), clock=clock)
    except (OSError, ValueError) as error:
        raise Stop(f"{config.path}: network: {error}") from None


async def feeds_at(url: str, config: Config) -> tuple[Found, ...]:
    """The feeds of a page, or the one that it is. Raises Stop where there is none or the page cannot be had."""
    async with fetcher(config) as web:
        return await feeds_seen(web, config, url)


async def feeds_seen(web: Fetcher, config: Config, url: str) -> tuple[Found, ...]:
    """The same, with a fetcher that is open already."""
    try:
        found = await feeds_of_page(url, partial(page, web, config))
    except FetchError as error:
        raise Stop(f"{masked(url)}: {error.reason}: {error.detail}") from None
    except PostponedError as error:
        raise Stop(f"{masked(url)}: {error}") from None
    if not found:
        raise Stop(
            f"{masked(url)}: no feed is declared there or found where feeds usually are; give a feed's own address"
        )
    return found


async def page(web: Fetcher, config: Config, url: str) -> Document:
    """The document at `url`, asked for as all feeds are. Raises FetchError."""
    manner = config.defaults
    request = Request(url, Route.DISCOVERY, max_bytes=manner.max_bytes, timeout=manner.timeout, spacing=manner.spacing)
    answer = await web.fetch(request)
    if not isinstance(answer, Document):
        raise TypeError("an unconditional request has a document or an error for an answer")
    return answer
