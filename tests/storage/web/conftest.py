"""One archive for all that looks at the page, a browser, and the page over it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from browsers import browsing, page_over
from saying import START, Said, visit

from storage.archive import Archive
from storage.engine import sqlite_driver

AGENCY = """Der Nationalrat hat am Mittwoch nach langer Debatte das neue Budget beschlossen. Dafür stimmten die
Parteien der Regierung, dagegen die gesamte Opposition. Der Finanzminister sprach von einem schwierigen Weg, den das
Land gemeinsam gehen müsse. Die Gewerkschaft kündigte für Herbst Proteste in allen Landeshauptstädten an."""
TEXTS = {("standard", 0): f"Wien (APA) - {AGENCY}", ("presse", 0): AGENCY.replace("schwierigen", "steinigen")}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three outlets, an article that was changed, one that was withdrawn, a feed that fails."""
    path = tmp_path_factory.mktemp("page") / "archive.sqlite"
    first = datetime.now(UTC) - timedelta(days=2) - START
    now = first / timedelta(hours=1)
    with Archive.open(str(path), create=True) as opened:
        feed = opened.ensure_feed("orf", "news", "https://orf.example/feed")
        old = Said(
            "Haushalt beschlossen", guid="1", url="https://orf.example/1", summary="Der Rat will sparen.", at=now
        )
        new = Said("Haushalt gekippt", guid="1", url="https://orf.example/1", summary="Der Rat will ausgeben.", at=now)
        gone = Said(
            "Zurückgezogen", guid="2", url="https://orf.example/2", text="Das war nichts.", language="de", at=now
        )
        late = Said("Davor", guid="3", url="https://orf.example/3", at=now - 1)
        opened.record([visit(feed, now, old, gone, late), visit(feed, now + 1, new, late)])
        for outlet in ("standard", "presse"):
            other = opened.ensure_feed(outlet, "news", f"https://{outlet}.example/feed")
            said = [
                Said(
                    f"Meldung {n}",
                    guid=str(n),
                    url=f"https://{outlet}.example/{n}",
                    at=now,
                    text=TEXTS.get((outlet, n)),
                )
                for n in range(5)
            ]
            opened.record([visit(other, now + 2, *said)])
        opened.refresh()
    connection = sqlite_driver().connect(path, isolation_level=None)
    connection.execute("update feed set state = 'failing', last_error = 'dns: no such host' where feed_id = 3")
    connection.close()
    return path


@pytest.fixture(scope="module")
def address(archive: Path) -> Iterator[str]:
    with page_over(archive) as url:
        yield url


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with browsing() as opened:
        yield opened


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    context = browser.new_context(java_script_enabled=False)
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()
