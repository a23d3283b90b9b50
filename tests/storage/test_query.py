"""Read-only SQL: what a query may not do, where it ends, and how a wrong one is explained."""

import contextlib
import hashlib
import sqlite3
import time
from pathlib import Path

import pytest
from attacks import ATTACKS, REFUSED
from saying import Said, visit

from storage.archive import Archive
from storage.errors import ArchiveError, ArchiveMissingError
from storage.query import Answer, Limits, QueryError, Row, answered

LIMIT = 0.4
SLACK = 0.5
STARTING = 20  # of an interpreter on a machine that is busy beyond measure; not the query's time


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive with an edited entry, and one of 300 entries."""
    path = tmp_path_factory.mktemp("query") / "archive.sqlite"
    many = [Said(f"Meldung {n}", guid=f"m{n}", text="Wort " * 200, at=n) for n in range(300)]
    with Archive.open(str(path), create=True) as opened:
        feed = opened.ensure_feed("orf", "alle")
        other = opened.ensure_feed("apa", "alle")
        edited = Said("Häuser", guid="1", text="Alte Straße", at=0, html="<p>Alte <b>Straße</b></p>")
        new = Said("Häuser", guid="1", text="Neue Straße", at=0, html="<p>Neue Straße</p>")
        opened.record([visit(feed, 1, edited), visit(feed, 2, new), visit(other, 1, *many)])
        opened.refresh_search()
    return path


def asked(archive: Path, query: str, limits: Limits | None = None, **parameters: str | int | float | None) -> list[Row]:
    with answered(str(archive), query, parameters, limits) as answer:
        return list(answer)


def ended(archive: Path, query: str, limits: Limits) -> Answer:
    with answered(str(archive), query, None, limits) as answer:
        for _ in answer:
            pass
        return answer


def complaint(archive: Path, query: str) -> str:
    with pytest.raises(QueryError) as caught:
        asked(archive, query)
    return str(caught.value)


# --- what it answers --------------------------------------------------------------------------------------------------


def test_rows_come_with_their_columns_and_types(archive: Path) -> None:
    with answered(str(archive), "select 1 as a, 2.5, 'ü', null, x'00ff'") as answer:
        assert answer.columns[0] == "a"
        assert list(answer) == [(1, 2.5, "ü", None, b"\x00\xff")]
        assert answer.passed is None


def test_parameters_are_bound_not_pasted(archive: Path) -> None:
    assert asked(archive, "select :what", what="'; drop table entry; --") == [("'; drop table entry; --",)]


def test_html_is_readable_through_the_view(archive: Path) -> None:
    query = "select content_html from entry_html where content_html is not null order by version"
    assert asked(archive, query) == [("<p>Alte <b>Straße</b></p>",), ("<p>Neue Straße</p>",)]


def test_the_full_text_index_answers(archive: Path) -> None:
    query = "select e.title from entries_fts f join entries e on e.entry_id = f.rowid where entries_fts match 'hauser'"
    assert asked(archive, query) == [("Häuser",)]


def test_answers_of_many_rows_come_whole_and_in_order(archive: Path) -> None:
    query = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 30000) select i, 'x' || i from n"
    assert asked(archive, query) == [(n, f"x{n}") for n in range(1, 30001)]


def test_readers_of_an_archive_that_is_being_written_see_what_is_committed(archive: Path) -> None:
    with Archive.open(str(archive)) as opened, opened.write():
        assert asked(archive, "select count(*) from entries") == [(301,)]


# --- where it ends ----------------------------------------------------------------------------------------------------


def test_a_row_limit_ends_the_answer_and_says_so(archive: Path) -> None:
    with answered(str(archive), "select entry_id from entries", None, Limits(rows=7)) as answer:
        assert len(list(answer)) == 7
        assert answer.passed == "rows"


def test_an_answer_of_just_so_many_rows_passes_no_limit(archive: Path) -> None:
    with answered(str(archive), "select entry_id from entries limit 7", None, Limits(rows=7)) as answer:
        assert len(list(answer)) == 7
        assert answer.passed is None


def test_rows_found_before_the_deadline_are_given(archive: Path) -> None:
    # Python's driver computes a row ahead of the one it gives: the second one is lost with it.
    query = "select 1 union all select 2 union all select count(*) from entries a, entries b, entries c, entries d"
    with answered(str(archive), query, None, Limits(seconds=LIMIT)) as answer:
        assert list(answer) == [(1,)]
        assert answer.passed == "seconds"


def test_a_reader_that_takes_its_time_is_not_cut_off(archive: Path) -> None:
    query = (
        "with recursive n(i) as (select 1 union all select i + 1 from n where i < 5000)"
        " select i, printf('%.400c', 'x') from n"
    )
    with answered(str(archive), query, None, Limits(seconds=1)) as answer:
        rows = iter(answer)
        next(rows)
        time.sleep(1.5)
        assert sum(1 for _ in rows) == 4_999
        assert answer.passed is None


def test_leaving_the_block_ends_the_query_at_once(archive: Path) -> None:
    before = _children()
    with answered(str(archive), "select 1 union all select count(*) from entries a, entries b, entries c, entries d"):
        assert _children() - before
    assert not _children() - before


def _children() -> set[str]:
    """Our child processes, as the kernel lists them."""
    tasks = Path("/proc/self/task")
    return {pid for task in tasks.iterdir() for pid in (task / "children").read_text().split()}


# --- what it may not do -----------------------------------------------------------------------------------------------


@pytest.fixture
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the query's process stands."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setenv("SQLITE_TMPDIR", str(tmp_path))
    return tmp_path


def harm_of(archive: Path, folder: Path, attack: str) -> list[object]:
    """What an attack leaves behind: processes, another archive, files."""
    before, children = _state(archive), _children()
    with contextlib.suppress(QueryError, ArchiveError):
        ended(archive, attack, Limits(seconds=LIMIT, memory=384 * 1024 * 1024))
    after = _state(archive)
    return [*(_children() - children), *([after] if after != before else []), *folder.iterdir()]


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: str(attack)[:60])
def test_no_statement_writes_or_makes_a_file_or_outlives_its_limit(
    archive: Path, empty_folder: Path, attack: str
) -> None:
    begun = time.monotonic()
    assert harm_of(archive, empty_folder, attack) == []
    assert time.monotonic() - begun < LIMIT + SLACK + STARTING


@pytest.mark.parametrize("statement", REFUSED.strip().splitlines())
def test_what_is_no_reading_is_refused(archive: Path, empty_folder: Path, statement: str) -> None:
    with pytest.raises(QueryError):
        asked(archive, statement)


@pytest.fixture
def standard_library_alone(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Queries run where pysqlite3 is not installed."""
    missing = tmp_path_factory.mktemp("missing")
    (missing / "pysqlite3.py").write_text("raise ImportError")
    monkeypatch.setenv("PYTHONPATH", str(missing))


@pytest.mark.usefixtures("standard_library_alone")
def test_without_pysqlite3_it_is_the_standard_librarys_sqlite_that_is_asked(archive: Path) -> None:
    assert asked(archive, "select sqlite_version()") == [(sqlite3.sqlite_version,)]


@pytest.mark.usefixtures("standard_library_alone")
@pytest.mark.parametrize("attack", ATTACKS[::4], ids=lambda attack: str(attack)[:60])
def test_the_standard_librarys_sqlite_withstands_as_well(archive: Path, empty_folder: Path, attack: str) -> None:
    assert harm_of(archive, empty_folder, attack) == []


def test_there_are_sixty_attacks_at_least() -> None:
    assert len(set(ATTACKS)) >= 60


def _state(archive: Path) -> tuple[str, list[str]]:
    names = sorted(path.name for path in archive.parent.iterdir() if not path.name.endswith(("-wal", "-shm", ".lock")))
    return hashlib.sha256(archive.read_bytes()).hexdigest(), names


def test_the_functions_that_are_let_through_exist_for_a_reason() -> None:
    from storage.permitted import FUNCTIONS

    assert not FUNCTIONS & {"load_extension", "fts3_tokenizer", "readfile", "writefile", "edit", "sqlite_log", "fts5"}


# --- how a wrong query is explained -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("select * form entries", 'syntax error near "form", line 1, column 10\n  select * form entries\n           ^'),
        ("select 'form',\n* form entries", 'near "form", line 2, column 3\n  * form entries\n    ^'),
        ("select titel from entries", "no column titel; did you mean title?; entries has entry_id"),
        ("select * from entrys", "no view entrys; did you mean entries?; there are authors, categories"),
        ("select now()", "no function now; write datetime('now'), line 1"),
        ("select * from entries where title ilike 'a'", 'near "ilike"; write like: it takes no notice of case'),
        ("describe entries", 'near "describe"; write select name, sql from sqlite_schema'),
        (".tables", 'near "."; write select name, sql from sqlite_schema'),
        ("select cuont(*) from entries", "no function cuont; did you mean count?"),
        ("select 'abc from entries", "this quotation never ends, line 1, column 8"),
        ("select * from", "the query ends too early, line 1, column 14"),
        ("select 1; select 2", "one statement at a time"),
        ("  -- only a remark\n ;", "the query is empty"),
        ("delete from entry", "only reading is allowed here"),
        ("select load_extension('x')", "function load_extension may not be used here"),
        ("select :a, :b", "the query needs -p a=… and -p b=…"),
        ("select rowid from entries_fts where entries_fts match 'a-b'", "need double quotes"),
        ("select rowid from entries_fts where entries_fts match '\"a'", "double quotes"),
    ],
)
def test_a_wrong_query_is_explained(archive: Path, query: str, said: str) -> None:
    assert said in complaint(archive, query)


def test_a_query_too_long_to_be_read_in_time_is_refused(archive: Path) -> None:
    assert "longer than 10,000,000 characters" in complaint(archive, f"select 1 in ({'1,' * 5_000_000}1)")


def test_private_tables_are_not_among_the_views(archive: Path) -> None:
    assert "search_source" not in complaint(archive, "select * from nowhere")


def test_a_missing_archive_is_said_with_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(ArchiveMissingError, match=r"no archive at .*chronik poll"):
        asked(tmp_path / "nowhere.sqlite", "select 1")


def test_a_file_that_is_no_archive_is_refused(tmp_path: Path) -> None:
    stranger = tmp_path / "stranger.sqlite"
    stranger.write_bytes(b"no database at all, just text" * 100)
    assert "cannot be read" in complaint(stranger, "select 1")


def test_another_programs_database_is_refused(tmp_path: Path) -> None:
    import sqlite3

    stranger = tmp_path / "stranger.sqlite"
    connection = sqlite3.connect(stranger)
    connection.execute("create table a(b)")
    connection.close()
    assert "no archive of chronik" in complaint(stranger, "select * from a")


def test_an_archive_on_a_read_only_disk_can_be_read(archive: Path, tmp_path: Path) -> None:
    folder = tmp_path / "disk"
    folder.mkdir()
    (folder / "archive.sqlite").write_bytes(archive.read_bytes())
    folder.chmod(0o555)
    try:
        assert asked(folder / "archive.sqlite", "select count(*) from outlets") == [(2,)]
    finally:
        folder.chmod(0o755)


def test_it_is_opened_as_the_archive_is_made() -> None:
    from storage import engine, reading, schema

    assert (reading.APPLICATION_ID, reading.CONTRACT) == (engine.APPLICATION_ID, schema.CONTRACT)
