"""The whole line with its archive on a PostgreSQL server, by the command itself: as with a file, and many at a time."""

import json
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from commands import chronik
from daemons import running, until
from feeds import news
from postgres import database, server
from servers import answer, serving

from storage.archive import Archive
from storage.tables import feed

COUNTED = "select count(*) as n from fetches"


@pytest.fixture(scope="module")
def server_url() -> Iterator[str]:
    with server() as url:
        yield url


@pytest.fixture
def archive(server_url: str) -> Iterator[str]:
    with database(server_url, "line") as url:
        yield url


def configure(folder: Path, archive: str, *urls: str, more: str = "") -> None:
    outlets = "".join(f"  o{n}: {{feeds: {{news: '{url}'}}}}\n" for n, url in enumerate(urls))
    network = "network: {spacing: 0s, per_host: 20, allow_private_hosts: [127.0.0.0/8]}"
    (folder / "feeds.yaml").write_text(f"archive: {json.dumps(archive)}\n{network}\n{more}\noutlets:\n{outlets}")


def asked(folder: Path, query: str) -> list[dict[str, object]]:
    done = chronik("sql", query, "--format", "json", cwd=folder)
    assert done.returncode == 0, done.stderr
    rows: list[dict[str, object]] = json.loads(done.stdout)
    return rows


def test_every_verb_answers_as_it_does_of_a_file(tmp_path: Path, archive: str) -> None:
    with serving({"/a": answer(news(3, 2, 1)), "/b": answer(news(9, 8))}) as outlets:
        configure(tmp_path, archive, outlets.url("/a"), outlets.url("/b"))
        assert chronik("poll", cwd=tmp_path).returncode == 0
        assert "0 new entries" in chronik("poll", "--force", cwd=tmp_path).stdout
    assert asked(tmp_path, "select outlet, count(*) as n from entries group by 1 order by 1") == [
        {"outlet": "o0", "n": 3},
        {"outlet": "o1", "n": 2},
    ]
    for words in (["status"], ["show", "1"], ["search", "nr"], ["verify"], ["sql", "--named", "newest-entries"]):
        done = chronik(*words, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        assert done.stdout
    for name in ("all.ndjson", "all.csv", "all.atom"):
        assert chronik("export", "-o", tmp_path / name, cwd=tmp_path).returncode == 0
    assert (tmp_path / "all.csv").read_text().count("https://") >= 5
    for words in (["compact"], ["backup", "copy.sqlite"], ["serve"]):  # what a server does by its own means
        done = chronik(*words, cwd=tmp_path)
        assert done.returncode == 2
        assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("select 1; drop table feed", "multiple commands"),
        ("select E'\\''; drop table feed; --'", "multiple commands"),
        ("delete from feed", "begins none"),
        ("with gone as (delete from feed returning 1) select * from gone", "permission denied|read-only"),
        ("copy feed to program 'id'", "begins none"),
        ("select pg_read_file('/etc/passwd')", "permission denied"),
        ("select pg_sleep(60)", ""),
        ("select no_such from entries", "no_such"),
    ],
)
def test_a_query_can_only_read_and_only_for_so_long(tmp_path: Path, archive: str, query: str, says: str) -> None:
    Archive.open(archive, create=True).close()
    done = chronik("sql", query, "-a", archive, "--timeout", "1", cwd=tmp_path)
    assert done.returncode != 0 or "second" in done.stderr
    assert any(each in done.stderr for each in says.split("|"))
    assert done.stderr.count("\n") <= 3


TYPES = """
select interval '2 months' as long, 'infinity'::timestamptz as never, date '2026-01-01' as day, array[1, 2] as list,
  '{"a": 1}'::jsonb as json, uuid '00000000-0000-0000-0000-000000000001' as id, int4range(1, 5) as range, point '(1,2)'
"""


def test_what_only_a_server_has_words_for_is_told_as_it_writes_it(tmp_path: Path, archive: str) -> None:
    Archive.open(archive, create=True).close()
    done = chronik("sql", TYPES, "-a", archive, "--format", "json", cwd=tmp_path)
    assert json.loads(done.stdout) == [
        {
            "long": "2 mons",
            "never": "infinity",
            "day": "2026-01-01",
            "list": [1, 2],
            "json": '{"a": 1}',
            "id": "00000000-0000-0000-0000-000000000001",
            "range": "[1,5)",
            "point": "(1,2)",
        }
    ]


def test_daemons_share_the_work_and_what_a_dead_one_held_is_taken_over(tmp_path: Path, archive: str) -> None:
    with serving({f"/{n}": answer(news(n + 2, n + 1)) for n in range(6)}) as outlets:
        configure(tmp_path, archive, *(outlets.url(f"/{n}") for n in range(6)))
        assert chronik("poll", cwd=tmp_path).returncode == 0
        with Archive.open(archive) as opened, opened.write() as tx:  # its machine lost its power in the middle
            lease = {"lease_by": "gone/1/ab", "lease_until": datetime.now(UTC) + timedelta(minutes=20)}
            tx.connection.execute(feed.update().values(next_due_at=None, **lease))
        with running(tmp_path) as one, running(tmp_path) as two:
            one.wait_until_said("polling")
            two.wait_until_said("polling")
            until(lambda: asked(tmp_path, COUNTED) == [{"n": 12}])
            told = chronik("status", cwd=tmp_path).stdout
            assert told.count(": run since") == 2
            assert [one.end(signal.SIGTERM), two.end(signal.SIGTERM)] == [0, 0]
    assert asked(tmp_path, "select count(*) as n from fetches group by feed") == [{"n": 2}] * 6
    assert ": run since" not in chronik("status", cwd=tmp_path).stdout


@pytest.mark.parametrize(
    "verb", [["status"], ["sql", "select 1"], ["verify"], ["migrate"], ["migrate", "--to", "x.db"]]
)
def test_a_server_that_is_not_there_is_told_in_a_line_without_the_password(tmp_path: Path, verb: list[str]) -> None:
    done = chronik(*verb, "-a", "postgresql://me:geheim@127.0.0.1:1/x", cwd=tmp_path)
    assert done.returncode == 2
    assert "geheim" not in done.stderr
    assert "127.0.0.1" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_database_of_another_kind_is_refused(tmp_path: Path) -> None:
    done = chronik("status", "-a", "mysql://me@127.0.0.1/x", cwd=tmp_path)
    assert (done.returncode, "mysql" in done.stderr, done.stderr.count("\n")) == (2, True, 1)
