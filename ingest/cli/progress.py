"""A bar on a terminal, nothing in a pipe: progress is for people, and goes to stderr.

What is said stays on stdout, wherever that leads.
"""

import contextlib
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from rich.progress import Progress, ProgressColumn

WIDE = 100  # columns of a terminal, from which on there is room for all that a bar can tell


class Bar(Protocol):
    """What a verb tells while it works."""

    def advance(self, note: str = "") -> None:
        """One more is done; `note` says how it stands."""
        ...

    def note(self, text: str) -> None:
        """How it stands, though nothing more is done."""
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

    def go(self) -> None:
        """The bar is no longer shown."""
        ...


class _Plain:
    def advance(self, note: str = "") -> None:
        pass

    def note(self, text: str) -> None:
        pass

    def reach(self, done: int) -> None:
        pass

    def expect(self, total: int | None) -> None:
        pass

    def go(self) -> None:
        pass

    def say(self, line: str) -> None:
        print(line, flush=True)


class Bars(Protocol):
    """Several bars below one another. `width` is what they have of the terminal, in columns."""

    width: int

    def bar(self, what: str, total: int | None = None, /) -> Bar:
        """One more, over `total` things (None: not known)."""
        ...

    def say(self, line: str) -> None:
        """A line that stays, above the bars; on stdout."""
        ...


class _NoBars:
    width = WIDE

    def bar(self, _what: str, _total: int | None = None) -> Bar:
        return _Plain()

    def say(self, line: str) -> None:
        print(line, flush=True)


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
    from rich.progress import Progress

    console = Console(stderr=True)
    # Rich would take stdout for its own, so that what is said would not get into the file that stdout is.
    with Progress(*_columns(console.width), console=console, transient=True, redirect_stdout=False) as progress:
        yield RichBars(progress)


def _columns(width: int) -> "list[ProgressColumn]":
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    return [
        TextColumn("{task.description}"),
        BarColumn(bar_width=min(max(width - 80, 4), 40)),
        MofNCompleteColumn(),
        *([TimeElapsedColumn()] if width >= WIDE else []),
        TimeRemainingColumn(compact=width < WIDE),
        TextColumn("{task.fields[note]}"),
    ]


class RichBars:
    """Bars by Rich."""

    def __init__(self, progress: "Progress") -> None:
        self._progress = progress
        self.width = progress.console.width

    def bar(self, what: str, total: int | None = None) -> Bar:
        return _RichBar(self, self._progress, what, total)

    def say(self, line: str) -> None:
        if sys.stdout.isatty():
            self._progress.console.print(line, markup=False, highlight=False, emoji=False, soft_wrap=True)
        else:
            print(line, flush=True)


class _RichBar:
    def __init__(self, bars: Bars, progress: "Progress", what: str, total: int | None) -> None:
        self._bars = bars
        self._progress = progress
        self._task = progress.add_task(what, total=total, note="")
        self._shown = next(task for task in progress.tasks if task.id == self._task)

    def advance(self, note: str = "") -> None:
        self._progress.update(self._task, advance=1, note=note)

    def note(self, text: str) -> None:
        self._progress.update(self._task, note=text)

    def reach(self, done: int) -> None:
        self._progress.update(self._task, completed=done)

    def expect(self, total: int | None) -> None:
        self._shown.total = total  # `update` would forget how fast it went, and so how long it takes

    def go(self) -> None:
        self._progress.remove_task(self._task)

    def say(self, line: str) -> None:
        self._bars.say(line)
