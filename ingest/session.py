"""Everything that a verb needs to ask the web and record what came: put together from the configuration, given back."""

import os
import secrets
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from ingest.clock import Clock, SystemClock
from ingest.config import Config, listing, network_policy
from ingest.fetch import Fetcher
from ingest.heart import Heart, bury
from ingest.hosts import HostTurns
from ingest.parse.sandbox import Sandbox
from ingest.pipeline import Line
from storage.archive import Archive, ArchiveHosts, Writer

LEASE = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Session:
    """What is open. `name` is who we are among the processes on this archive."""

    config: Config
    archive: Archive
    writer: Writer
    line: Line
    clock: Clock
    name: str
    turns: HostTurns
    heart: Heart = field(default_factory=Heart)


@asynccontextmanager
async def session(
    config: Config,
    archive: Archive,
    *,
    forced: bool = False,
    workers: int | None = None,
    patience: timedelta | None = None,
    clock: Clock | None = None,
    holds_out: bool = False,
    verb: str = "poll",
) -> AsyncIterator[Session]:
    """Open all of it, the archive listing just what the configuration lists; close it in the reverse order.

    `holds_out`: what is to be written waits while the archive cannot be written, see Writer. `verb`: what for.
    """
    clock = clock or SystemClock()
    archive.list_outlets(listing(config))
    writer = Writer(archive, holds_out=holds_out)
    try:
        network = network_policy(config)
        name = f"{socket.gethostname()}/{os.getpid()}/{secrets.token_hex(4)}"
        turns = HostTurns(ArchiveHosts(writer), clock, patience, name)
        async with AsyncExitStack() as opened:
            fetcher = await opened.enter_async_context(Fetcher(network, turns, clock=clock))
            parser = await opened.enter_async_context(Sandbox(workers or os.cpu_count() or 1))
            heart = Heart()
            if archive.on_server:
                await opened.enter_async_context(heart.beating(writer, clock, name, verb))
            else:
                await writer.do(lambda tx: bury(tx, lambda by: is_alive(by, name)))
            line = Line(fetcher, parser, writer, clock, config, forced)
            yield Session(config, archive, writer, line, clock, name, turns, heart)
    finally:
        writer.close()


def is_alive(holder: str, own: str) -> bool:
    """Whether the process that holds a lease or a turn still runs, as far as this machine can tell."""
    host, _, rest = holder.partition("/")
    own_host, _, own_rest = own.partition("/")
    pid, own_pid = rest.partition("/")[0], own_rest.partition("/")[0]
    if host != own_host or f"{holder}/".startswith(f"{own}/") or not pid.isdigit():
        return True
    if pid == own_pid:  # our number, another name: it had the number before us
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
