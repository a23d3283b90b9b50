"""What researchers ask most is answered through an index: held against SQLite's own plan."""

from collections.abc import Mapping

import pytest
from saying import Said, visit

from storage.archive import Archive
from storage.named import named_queries
from storage.reading import reading
from storage.web import asking

DAYS = {"from": "2026-01-01", "to": "2026-01-08"}


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = str(tmp_path_factory.mktemp("indexes") / "archive.sqlite")
    with Archive.open(path, create=True) as opened:
        opened.record([visit(opened.ensure_feed("orf", "alle"), 1, Said("Krieg", guid="1", at=1))])
    return path


def _plan(archive: str, query: str, values: Mapping[str, object]) -> list[str]:
    with reading(archive) as reader:
        return [row["detail"] for row in reader.rows(f"explain query plan {query}", values)]


@pytest.mark.parametrize(
    ("where", "index"),
    [
        ("outlet = 'orf' and published_at >= :from and published_at < :to", "entry_outlet_published"),
        ("feed = 'orf/alle' and first_seen_at >= :from and first_seen_at < :to", "entry_feed_seen"),
        ("published_at >= :from and published_at < :to", "entry_published"),
        ("seq > 7", "entry_seq"),
    ],
)
def test_entries_are_found_through_an_index(archive: str, where: str, index: str) -> None:
    plan = _plan(archive, f"select * from entries where {where}", DAYS)
    assert any(line.startswith(f"SEARCH e USING INDEX {index} ") for line in plan), plan
    assert not any(line == "SCAN e" for line in plan), plan


def test_entries_of_an_outlet_and_its_days_are_found_by_both(archive: str) -> None:
    where = "outlet = 'orf' and published_at >= :from and published_at < :to"
    plan = _plan(archive, f"select title, url from entries where {where}", DAYS)
    assert "SEARCH e USING INDEX entry_outlet_published (outlet_id=? AND published_at>? AND published_at<?)" in plan


def test_counting_entries_reads_no_wording(archive: str) -> None:
    plan = _plan(archive, "select substr(published_at, 1, 10) as day, count(*) from entries group by 1", {})
    assert not any(" w " in line or " i " in line for line in plan), plan


def test_lags_are_read_from_an_index_alone(archive: str) -> None:
    query = named_queries()["publication-lag"]
    plan = _plan(archive, query.sql, query.defaults)
    wanted = "SEARCH v USING COVERING INDEX version_feed_seen (feed_id=? AND seen_at>?)"
    assert sum(line.startswith(wanted) for line in plan) == 1, plan


def test_days_are_counted_from_indexes_alone(archive: str) -> None:
    query = named_queries()["coverage-and-gaps"]
    plan = _plan(archive, query.sql, query.defaults)
    tables = [
        line
        for line in plan
        if line.startswith(("SCAN entry", "SCAN version", "SEARCH x USING INDEX", "SEARCH y USING"))
    ]
    assert all("COVERING INDEX" in line for line in tables), plan
    assert any("SCAN version USING COVERING INDEX version_feed_seen" in line for line in tables), plan


def test_what_changed_reads_the_wordings_of_the_rows_that_are_shown(archive: str) -> None:
    query = named_queries()["changed-after-publication"]
    plan = _plan(archive, query.sql, query.defaults)
    assert not any("MATERIALIZE entry_versions" in line for line in plan), plan
    assert any("USING INDEX version_seen" in line for line in plan), plan


def test_documents_joined_to_fetches_are_looked_up_one_by_one(archive: str) -> None:
    query = "select d.bytes, d.object from fetches f left join documents d using (document_id) where f.fetch_id = 1"
    plan = _plan(archive, query, {})
    assert any(line.startswith("SEARCH d USING INTEGER PRIMARY KEY") for line in plan), plan
    assert not any(line.startswith(("MATERIALIZE", "SCAN d")) for line in plan), plan


def test_the_week_of_the_start_page_is_found_by_time(archive: str) -> None:
    plan = _plan(archive, asking._OUTLETS, {"since": "2026-01-01"})
    assert any(line.startswith("SEARCH entry USING INDEX entry_seen (first_seen_at>?") for line in plan), plan


def test_what_an_entry_page_says_of_documents_is_looked_up_one_by_one(archive: str) -> None:
    plan = _plan(archive, asking._PROVENANCE, {"entry_id": 1})
    assert not any(line.startswith(("MATERIALIZE", "SCAN d", "SCAN x")) for line in plan), plan


def test_an_outlets_year_of_requests_is_read_from_an_index_alone(archive: str) -> None:
    plan = _plan(archive, asking._DAYS_SEEN, {"outlet": "orf", "since": "2026-01-01"})
    assert any("USING COVERING INDEX fetch_feed_time (feed_id=? AND requested_at>?" in line for line in plan), plan
