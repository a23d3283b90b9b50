"""docs/backfill.md shows what the commands print, of an outlet with 120 posts of which its feed shows 20."""

import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from outlets import BEGIN, Outlet
from pasts import StillClock, polled, running
from servers import Server, serving

from ingest.backfill.run import backfill
from ingest.backfill.walking import Budget
from ingest.cli import verb_parser
from ingest.cli.backfill import Told, act_of, wanted_of
from ingest.cli.progress import Bar, bars
from ingest.session import Session

PAGE = Path(__file__).parents[3] / "docs" / "backfill.md"
SHOWN = re.compile(
    r"^```console\n\$ (chronik backfill [^\n]*)\n```\n(?:(?!^#)[^`]*?\n)?^```text\n(.*?)^```$", re.DOTALL | re.MULTILINE
)


@dataclass
class Sparse(Outlet):
    """A post every 18 hours."""

    posts: int = 120
    paging: str | None = None
    path: str = "/feed/"
    wayback: str = "null"

    def at(self, n: int) -> datetime:
        return BEGIN + timedelta(hours=18 * n)


def archived(outlet: Sparse, server: Server) -> None:
    server.pages |= outlet.archive(server.url)


def as_json(outlet: Sparse, server: Server) -> None:
    outlet.path, server.pages["/feed.json"] = "/feed.json", outlet.json_feed


def numbered(outlet: Sparse, server: Server) -> None:
    outlet.paging, outlet.orders = "paged", False


def wordpress(outlet: Sparse, server: Server) -> None:
    server.pages["/wp-json/wp/v2/posts"] = outlet.rest


def listed(outlet: Sparse, server: Server) -> None:
    server.pages |= outlet.sitemaps(server.url, size=30)


def captured(outlet: Sparse, server: Server) -> None:
    server.pages |= outlet.captures(server.url("/feed/"), every=8).pages()
    outlet.wayback = server.url("").rstrip("/")


def several(outlet: Sparse, server: Server) -> None:
    for offer in (numbered, wordpress, listed, captured):
        offer(outlet, server)
    outlet.orders = True


def sixty_at_once(outlet: Sparse, server: Server) -> None:
    several(outlet, server)
    outlet.posts = 60


OFFERED: dict[str, Callable[[Sparse, Server], None]] = {
    "Look first": several,
    "Get it": several,
    "Gaps": sixty_at_once,
    "rfc5005": archived,
    "jsonfeed": as_json,
    "pages": numbered,
    "wordpress": wordpress,
    "sitemap": listed,
    "wayback": captured,
}


@dataclass
class Saying:
    """Keeps what is said; shows no bars."""

    width: int = 100
    lines: list[str] = field(default_factory=list)

    def bar(self, what: str, total: int | None = None) -> Bar:
        with bars(quiet=True) as shown:
            return shown.bar(what, total)

    def say(self, line: str) -> None:
        self.lines.append(line)


def examples() -> list[tuple[str, str, str]]:
    """Heading, command and output of each worked example."""
    parts = re.split(r"^##+ (.*)$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return [
        (name, *found) for name, text in zip(parts[1::2], parts[2::2], strict=True) for found in SHOWN.findall(text)
    ]


def printed(folder: Path, heading: str, command: str) -> str:
    """What a command prints where an outlet offers what the part of the page is about."""
    outlet, clock = Sparse(), StillClock(BEGIN + timedelta(days=92))
    with serving(outlet.pages()) as server:
        OFFERED[heading](outlet, server)
        config = (
            "network: {spacing: 0s, allow_private_hosts: [127.0.0.0/8]}\n"
            f"backfill: {{wayback: {outlet.wayback}}}\n"
            f"outlets:\n  die-nachrichten:\n    homepage: '{server.url('/')}'\n"
            f"    feeds: {{{'json' if 'json' in outlet.path else 'news'}: '{server.url(outlet.path)}'}}\n"
        )
        if heading == "Gaps":
            between(folder, config, outlet, clock)
        return running(folder, config, lambda session: said(session, command), clock)


def between(folder: Path, config: str, outlet: Sparse, clock: StillClock) -> None:
    """Two polls, and more between them than a window holds."""
    clock.at = BEGIN + timedelta(days=46)
    polled(folder, config, clock, "die-nachrichten/news")
    outlet.posts, clock.at = 120, BEGIN + timedelta(days=92)
    polled(folder, config, clock, "die-nachrichten/news")


async def said(session: Session, command: str) -> str:
    args, saying = verb_parser("backfill").parse_args(shlex.split(command)[2:]), Saying()
    async with backfill(session, budget=Budget(args.max_requests)) as run:
        for feed in session.archive.feeds():
            await act_of(args)(run, feed, wanted_of(args), Told(as_json=False, bars=saying), saying)
    return "\n".join(saying.lines) + "\n"


def test_each_route_has_a_worked_example() -> None:
    assert {heading for heading, _, _ in examples()} == set(OFFERED)


@pytest.mark.parametrize(("heading", "command", "output"), [pytest.param(*each, id=each[0]) for each in examples()])
def test_the_page_shows_what_the_command_prints(tmp_path: Path, heading: str, command: str, output: str) -> None:
    assert printed(tmp_path, heading, command) == output
