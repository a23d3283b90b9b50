"""`chronik check`: does feeds.yaml make sense, and with --online: do its feeds answer."""

import argparse
import asyncio
import os
import sys
from collections.abc import Callable, Coroutine, Iterator, Sized
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from ingest.cli.frame import DONE, NOTHING_STARTED, SOME_FAILED, Stop, printable
from ingest.cli.settings import config_path
from ingest.config import Config, ConfigError, Feed, Outlet, load_config

if TYPE_CHECKING:
    from ingest.fetch import Fetcher


class Trial(Protocol):
    """What `ingest.trial.try_feed` finds out about a feed: `said` in one line, without secrets."""

    @property
    def good(self) -> bool: ...

    @property
    def said(self) -> str: ...


Try: TypeAlias = Callable[[Feed, Config, "Fetcher"], Coroutine[Any, Any, Trial]]


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `chronik check`."""
    parser.add_argument("--online", action="store_true", help="fetch each feed once, store nothing, say what it is")


def main(args: argparse.Namespace) -> int:
    """Every problem on a line of its own on stderr and 2; else one line on stdout and 0, or 1 if a feed failed."""
    path = config_path(args)
    try:
        config = load_config(path, os.environ)
    except ConfigError as error:
        for problem in error.problems:
            print(printable(str(problem)), file=sys.stderr)
        return NOTHING_STARTED
    told = f"{path}: {_number(config.outlets, 'outlet')}, {_number([*config.feeds()], 'feed')}: all good"
    advice = (
        "" if config.contact else "; better add `contact:` (a URL or mail address), so that outlets can ask who asks"
    )
    print(printable(told + advice))
    return _online(config) if args.online else DONE


def _number(things: Sized, word: str) -> str:
    return f"{len(things)} {word}{'' if len(things) == 1 else 's'}"


def _online(config: Config) -> int:
    """Try all feeds at once, as far as the hosts' spacing lets us, and tell of them in the order of the file."""
    try:
        try_feed = import_module("ingest.trial").try_feed
    except ModuleNotFoundError:
        raise Stop("chronik check --online is not built yet") from None
    return asyncio.run(_tried(config, try_feed))


async def _tried(config: Config, try_feed: Try) -> int:
    from ingest.cli.web import fetcher

    failed = False
    async with fetcher(config) as web, asyncio.TaskGroup() as tasks:
        trials = [
            (name, tasks.create_task(trial))
            for outlet in config.outlets
            for name, trial in _trials(outlet, config, web, try_feed)
        ]
        for name, trial in trials:
            result = await trial
            failed |= not result.good
            print(printable(f"{name}: {result.said}"), flush=True)
    return SOME_FAILED if failed else DONE


def _trials(
    outlet: Outlet, config: Config, web: "Fetcher", try_feed: Try
) -> Iterator[tuple[str, Coroutine[Any, Any, Trial]]]:
    for feed in outlet.feeds:
        yield feed.name, try_feed(feed, config, web)
    if not outlet.feeds and outlet.homepage:
        yield outlet.slug, _look(outlet.homepage, config, web)


async def _look(homepage: str, config: Config, web: "Fetcher") -> "Looked":
    """What a first poll would find of an outlet without feeds."""
    from ingest.cli.web import feeds_seen

    try:
        found = await feeds_seen(web, config, homepage)
    except Stop as stop:
        return Looked(False, stop.message)
    return Looked(True, f"its homepage names {', '.join(one.url for one in found if not one.is_comments)}")


@dataclass(frozen=True, slots=True)
class Looked:
    """What came of looking for an outlet's feeds."""

    good: bool
    said: str
