"""One line on a terminal that says how the daemon stands, kept up to date; what is logged goes above it."""

import contextlib
import sys
from collections.abc import Callable, Iterator

from ingest.cli.frame import printable


@contextlib.contextmanager
def standing() -> Iterator[Callable[[str], None]]:
    """Gives a function that replaces the line; it does nothing where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield lambda _line: None
        return
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    with Live(console=Console(stderr=True), auto_refresh=False, transient=True) as live:

        def show(line: str) -> None:
            text = Text(printable(line), no_wrap=True, overflow="ellipsis")
            live.update(text, refresh=True)

        yield show
