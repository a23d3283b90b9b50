"""Tables, views and their documentation: what the archive is made of, and that it says so itself."""

import warnings
from collections.abc import Iterator

import pytest
from saying import IN_A_FILE
from sqlalchemy import Connection, create_engine
from sqlalchemy.exc import SAWarning

from storage.archive import Archive
from storage.migrations import FOLDER, draft
from storage.reading import Reader, reading
from storage.schema import SCHEMA
from storage.tables import metadata
from storage.views import comments, statements

# What is promised to people who query: names may be added, never taken away or changed within contract 1.
PROMISED = {
    "outlets": "outlet name homepage language country timezone",
    "feeds": (
        "feed outlet url link title description language format state added_at last_attempt_at last_success_at"
        " last_new_at failures last_error next_due_at due_because entries entries_per_day window_entries window_hours"
        " unstable_guids"
    ),
    "entries": (
        "entry_id outlet feed guid url canonical_url title summary content_text authors categories language"
        " title_language image_url comments_url published_at published_raw published_source updated_at first_seen_at"
        " last_seen_at version versions words extra seq"
    ),
    "entry_versions": (
        "version_id entry_id version feed seen_at replaced_at change title url summary content_text authors categories"
        " published_at updated_at digest fetch_id"
    ),
    "sightings": "entry_id feed guid first_seen_at last_seen_at gone_at first_position withdrawn",
    "entry_html": "entry_id version summary_html content_html",
    "entry_keys": "entry_id feed kind key from_at because void",
    "entry_merges": "entry_id into_entry_id at because",
    "authors": "entry_id name email uri",
    "categories": "entry_id term scheme label",
    "enclosures": "entry_id url type length medium title width height duration",
    "fetches": (
        "fetch_id feed route url final_url requested_at recorded_at request_headers response_headers elapsed_ms outcome"
        " reason detail http_status wire_bytes body_bytes document_id salvaged entries_seen entries_new entries_changed"
    ),
    "documents": ("document_id sha256 content_type encoding encoding_verdict bytes stored_bytes first_fetched_at"),
    "gaps": "gap_id feed after_at before_at detected_at estimated_missed state closed_at recovered",
    "feed_urls": "feed url from_at until_at because",
    "coverage_daily": "outlet day entries versions polls failures median_lag_s unobserved_hours gaps",
    "stories": "story_id outlet title url language first_at first_seen_at newest_at outlets entries",
    "story_members": "story_id entry_id is_first outlet title url published_at first_seen_at minutes_after shared"
    " similarity words",
    "entries_fts": "title summary content_text stems",
}
VIEWS = [name for name in PROMISED if name != "entries_fts"]


@pytest.fixture
def database(archive: Archive) -> Iterator[Reader]:
    with reading(archive.location) as reader:
        yield reader


def columns_of(database: Reader, name: str) -> list[str]:
    if database.dialect == "sqlite":
        return [row["name"] for row in database.rows(f"pragma table_info({name})")]
    asked = "select column_name from information_schema.columns where table_name = :name order by ordinal_position"
    return [row["column_name"] for row in database.rows(asked, {"name": name})]


def names_of_views(database: Reader) -> set[str]:
    asked = {
        "sqlite": "select name from sqlite_schema where type = 'view' and name not like '%source'",
        "postgresql": "select viewname as name from pg_views where schemaname = 'public'",
    }
    return {row["name"] for row in database.rows(asked[database.dialect])}


def explained(database: Reader, name: str) -> tuple[str, dict[str, str]]:
    """What the database itself says of a view, and of each of its columns."""
    if database.dialect == "sqlite":
        (row,) = database.rows("select sql from sqlite_schema where name = :name", {"name": name})
        return comments(row["sql"])
    asked = """
    select attname as name, col_description(attrelid, attnum) as told, obj_description(attrelid) as about
    from pg_attribute where attrelid = to_regclass(:name) and attnum > 0 order by attnum
    """
    found = database.rows(asked, {"name": name})
    return found[0]["about"], {row["name"]: row["told"] for row in found}


@pytest.mark.parametrize("name", VIEWS)
def test_every_promised_view_has_every_promised_column(database: Reader, name: str) -> None:
    missing = set(PROMISED[name].split()) - set(columns_of(database, name))
    assert not missing


def test_every_view_in_an_archive_is_a_promised_one(database: Reader) -> None:
    assert names_of_views(database) == set(VIEWS)


@IN_A_FILE
def test_the_search_index_is_promised_in_files(database: Reader) -> None:
    about, told = explained(database, "entries_fts")
    assert about
    assert list(told) == columns_of(database, "entries_fts")
    assert set(PROMISED["entries_fts"].split()) <= set(told)


@pytest.mark.parametrize("name", VIEWS)
def test_every_view_and_every_column_explains_itself_inside_the_database(database: Reader, name: str) -> None:
    about, told = explained(database, name)
    assert about
    assert list(told) == columns_of(database, name)
    assert all(told.values())


@pytest.mark.parametrize("name", statements("sqlite"))
def test_every_view_answers(database: Reader, name: str) -> None:
    assert database.rows(f"select * from {name}") == []


def test_every_table_and_column_has_a_comment() -> None:
    tables = [(table.name, table.comment) for table in metadata.tables.values()]
    columns = [(f"{table.name}.{c.name}", c.comment) for table in metadata.tables.values() for c in table.columns]
    assert [name for name, comment in tables + columns if not comment] == []


def made_of(connection: Connection) -> dict[str, list[str]]:
    """What each table and index is declared with, in whatever order."""
    found = connection.exec_driver_sql("select name, coalesce(sql, '') as sql from sqlite_schema")
    return {row.name: sorted(line.strip(" ,\t") for line in row.sql.splitlines()) for row in found}


def test_the_migrations_make_the_same_tables_as_a_new_archive_has() -> None:
    with create_engine("sqlite://").connect() as new, create_engine("sqlite://").connect() as migrated:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SAWarning)  # entry and item name each other
            metadata.create_all(new)
        draft.make(migrated, SCHEMA)
        assert made_of(migrated) == made_of(new), "python -m storage.migrations.draft tells how to add what lacks"


def test_the_newest_migration_is_the_schema_that_new_archives_get() -> None:
    assert max(path.name[:4] for path in (FOLDER / "versions").glob("[0-9]*.py")) == SCHEMA


def test_a_draft_of_nothing_changed_does_nothing() -> None:
    assert draft.draft("nothing", SCHEMA).endswith("def upgrade() -> None:\n    pass\n")
