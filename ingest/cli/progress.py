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

    def say(self, line: str) -> None:
        """A line that stays, above the bar; on stdout."""
        ...


class _Plain:
    def advance(self, note: str = "") -> None:
        pass

    def say(self, line: str) -> None:
        print(line, flush=True)


@contextlib.contextmanager
def bar(what: str, total: int | None, *, quiet: bool = False) -> Iterator[Bar]:
    """A bar over `total` things (None: not known)."""
    if quiet or not sys.stderr.isatty():
        yield _Plain()
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
        task = progress.add_task(what, total=total, note="")

        class Shown:
            def advance(self, note: str = "") -> None:
                progress.update(task, advance=1, note=note)

            def say(self, line: str) -> None:
                if sys.stdout.isatty():
                    progress.console.print(line, markup=False, highlight=False)
                else:
                    print(line, flush=True)

        yield Shown()
