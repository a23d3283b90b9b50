"""A bar on a terminal, nothing in a pipe: progress is for people, and goes to stderr."""

import contextlib
import sys
from collections.abc import Iterator
from typing import Protocol


class Bar(Protocol):
    """What a verb tells while it works."""

    def advance(self, note: str = "") -> None:
        """One more is done; `note` says how it stands."""
        ...

    def reach(self, done: int) -> None:
        """So many are done by now."""
        ...

    def say(self, line: str) -> None:
        """A line that stays, above the bar; on stdout."""
        ...

    def expect(self, total: int | None) -> None:
        """So many there are in all, it turns out; None: it cannot be told."""
        ...


class _Plain:
    def advance(self, note: str = "") -> None:
        pass

    def reach(self, done: int) -> None:
        pass

    def expect(self, total: int | None) -> None:
        pass

    def say(self, line: str) -> None:
        print(line, flush=True)


class Bars(Protocol):
    """Several bars below one another."""

    def bar(self, what: str, total: int | None = None, /) -> Bar:
        """One more, over `total` things (None: not known)."""
        ...


class _NoBars:
    def bar(self, _what: str, _total: int | None = None) -> Bar:
        return _Plain()


@contextlib.contextmanager
def bar(what: str, total: int | None, *, quiet: bool = False) -> Iterator[Bar]:
    """A bar over `total` things (None: not known)."""
    with bars(quiet=quiet) as shown:
        yield shown.bar(what, total)


@contextlib.contextmanager
def bars(*, quiet: bool = False) -> Iterator[Bars]:
    """As many bars as are asked for; they go when the block ends."""
    if quiet or not sys.stderr.isatty():
        yield _NoBars()
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:

        class Shown:
            def __init__(self, what: str, total: int | None) -> None:
                self._task = progress.add_task(what, total=total, note="")

            def advance(self, note: str = "") -> None:
                progress.update(self._task, advance=1, note=note)

            def reach(self, done: int) -> None:
                progress.update(self._task, completed=done)

            def expect(self, total: int | None) -> None:
                progress.update(self._task, total=total)

            def say(self, line: str) -> None:
                if sys.stdout.isatty():
                    progress.console.print(line, markup=False, highlight=False)
                else:
                    print(line, flush=True)

        class All:
            def bar(self, what: str, total: int | None = None) -> Bar:
                return Shown(what, total)

        yield All()
