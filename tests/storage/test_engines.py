"""A file and a server tell the same of the same documents, but for ids; and find the same."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from saying import Said, told, visit
from sqlalchemy import text
from test_any_order import Seen, empty_archive, history

from storage.archive import Archive
from storage.rebuild import Rethreaded, rethread
from storage.search import Search, search
from storage.tables import metadata


@pytest.fixture(scope="module")
def on_server(server_archive: str) -> Iterator[Archive]:
    with Archive.open(server_archive) as archive:
        yield archive


def emptied(archive: Archive) -> None:
    tables = [f'"{name}"' for name in metadata.tables if name != "archive_info"]
    with archive.write() as tx:
        tx.connection.execute(text(f"TRUNCATE {', '.join(tables)}, entries_words, former_words CASCADE"))


def filled(archive: Archive, seen: list[Seen], *, together: bool) -> dict[str, list[tuple[object, ...]]]:
    feeds = [archive.ensure_feed("orf", slug) for slug in ("alle", "sport")]
    visits = [visit(feeds[feed], at, *entries) for feed, at, entries in seen]
    for group in [visits] if together else [[each] for each in visits]:
        archive.record(group)
    with archive.write() as tx:  # what grew step by step is what follows at a stroke
        assert all(rethread(tx, feed.feed_id) == Rethreaded(set(), set()) for feed in feeds)
    archive.refresh_search()
    return told(archive)


def found(archive: Archive, words: str) -> list[tuple[object, ...]]:
    with archive.reader() as reader:
        hits = search(reader, Search(words, former=True))
        return sorted(((hit.feed, hit.title, hit.url, hit.published_at, hit.replaced_at) for hit in hits), key=repr)


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), seen=history)
def test_the_same_documents_tell_the_same_in_any_order(
    on_server: Archive, tmp_path: Path, data: st.DataObject, seen: list[Seen]
) -> None:
    emptied(on_server)
    path = tmp_path / "archive.sqlite"
    path.write_bytes(empty_archive())
    with Archive.open(str(path)) as in_file:
        expected = filled(in_file, sorted(seen, key=lambda each: each[1]), together=True)
        assert filled(on_server, data.draw(st.permutations(seen)), together=False) == expected
        for words in ("lang*", "kurz -nr", "title:a", "edition OR text"):
            assert found(on_server, words) == found(in_file, words)


def test_html_and_all_fields_come_back(on_server: Archive, tmp_path: Path) -> None:
    emptied(on_server)
    said = Said("Größe", guid="1", text="Text mit \u2028 und 🦊", html="<p>Text mit <b>🦊</b></p>", at=1)
    asked = "select feed, version, summary_html, content_html from entry_html"
    with Archive.open(str(tmp_path / "archive.sqlite"), create=True) as in_file:
        answers = []
        for archive in (in_file, on_server):
            filled(archive, [(0, 1, [said])], together=True)
            with archive.reader() as reader:
                answers.append(reader.rows(asked))
    assert answers[0] == answers[1]
    assert answers[0][0]["content_html"] == said.html
