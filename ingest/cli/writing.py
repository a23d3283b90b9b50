"""How `add` and `import` write feeds.yaml: what is new goes in, all else stays, and nothing wrong is ever written."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from ingest.cli.frame import Stop
from ingest.config import Config, ConfigError, config_of, text_of
from ingest.config.additions import Answer, NewFeeds, Offer, answers
from ingest.config.document import MOST_BYTES
from ingest.config.edit import NEW_FILE, LayoutError, replace_file, with_feeds


def take_in(path: Path, offers: Iterable[Offer], environ: Mapping[str, str]) -> tuple[Answer, ...]:
    """Write the offered feeds that are new into the file, which may not exist yet; tell what became of each offer.

    Raises Stop, and then the file is as it was.
    """
    before = _text(path)
    text = NEW_FILE if before is None else before
    listed = _read(text, path, environ)
    try:
        told, additions = answers(offers, listed.outlets)
        if additions:
            _write(path, before, _checked(text, path, additions, environ))
    except ConfigError as error:
        raise Stop(str(error)) from None
    return told


def listed_in(path: Path, environ: Mapping[str, str]) -> Config:
    """What the file says so far; a file that is missing or lists nothing yet says the defaults. Raises Stop."""
    return _read(_text(path) or "", path, environ)


def _read(text: str, path: Path, environ: Mapping[str, str]) -> Config:
    try:
        return config_of(text, path, environ, may_list_none=True)
    except ConfigError as error:
        raise Stop(f"{error}\nnothing was added; mend this first") from None


def _text(path: Path) -> str | None:
    try:
        return text_of(path, str(path))
    except ConfigError as error:
        if path.exists() or path.is_symlink():
            raise Stop(str(error)) from None
        return None


def _checked(text: str, path: Path, additions: tuple[NewFeeds, ...], environ: Mapping[str, str]) -> str:
    """The new text, read once more: it must make sense and hold what was to be added."""
    try:
        after = with_feeds(text, str(path), additions)
        if len(after.encode("utf-8")) > MOST_BYTES:
            raise Stop(f"{path}: would grow beyond {MOST_BYTES // 1024**2} MiB; add to another file; nothing was added")
        _expect(config_of(after, path, environ), additions)
    except LayoutError as error:
        raise Stop(f"{path}: its layout takes no new lines; put these in by hand:\n{error}") from None
    return after


def _expect(config: Config, additions: tuple[NewFeeds, ...]) -> None:
    for new in additions:
        for slug, url in new.feeds:
            feed = config.feed(f"{new.outlet}/{slug}")
            if feed is None or feed.url != url:
                raise LayoutError(f"{new.outlet}: {slug}: {url}")


def _write(path: Path, before: str | None, after: str) -> None:
    try:
        replace_file(path, before, after)
    except OSError as error:
        raise Stop(f"{path}: cannot be written: {error.strerror or error}") from None
