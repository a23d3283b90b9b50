"""sql, search, show and status: what they print and how they end."""

import io
import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from saying import START, Said, visit
from sqlalchemy import update

from ingest.cli import main
from storage import homepages
from storage.archive import Archive
from storage.records import Fetch, Looked, OutletListing, Route, Visit
from storage.tables import feed as feed_table

Verb = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> str:
    """An edited entry of orf, which is well, and one of apa, which fails."""
    path = str(tmp_path_factory.mktemp("verbs") / "archive.sqlite")
    with Archive.open(path, create=True) as opened:
        orf, apa = opened.ensure_feed("orf", "alle"), opened.ensure_feed("apa", "alle")
        before = Said("Häuser am Meer", guid="1", text="Es ist Krieg.", at=5, url="https://orf.at/1")
        after = Said("Häuser am Meer", guid="1", text="Es ist Frieden.", at=5, url="https://orf.at/1")
        opened.record([visit(orf, 10, before), visit(orf, 12, after), visit(apa, 11, Said("=1+1", guid="2", at=6))])
        opened.refresh_search()
        with opened.write() as tx:
            far = {"next_due_at": tx.now.replace(year=9999), "listed": 1, "due_because": "nothing new"}
            tx.connection.execute(update(feed_table).values(state="ok", **far))
            failing = {"state": "failing", "failures": 3, "last_error": "not_a_feed: a web page \x1b[2J"}
            tx.connection.execute(update(feed_table).where(feed_table.c.name == "apa/alle").values(failing))
    return path


@pytest.fixture
def chronik(archive: str, capsys: pytest.CaptureFixture[str]) -> Verb:
    """Runs a verb on the archive: (exit code, stdout, stderr)."""

    def run(*words: str) -> tuple[int, str, str]:
        code = main([*words[:1], "-a", archive, *words[1:]])
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


# --- sql --------------------------------------------------------------------------------------------------------------


def test_sql_prints_a_table(chronik: Verb) -> None:
    code, out, _ = chronik("sql", "select outlet, count(*) as n from entries group by 1")
    assert (code, out.splitlines()) == (0, ["outlet  n", "──────  ─", "apa     1", "orf     1"])


def test_sql_takes_parameters(chronik: Verb) -> None:
    assert chronik("sql", "select title from entries where outlet = :o", "-p", "o=orf", "--format", "csv")[1] == (
        "title\nHäuser am Meer\n"
    )


def test_sql_from_a_file_into_a_file_in_the_format_of_its_name(chronik: Verb, tmp_path: Path) -> None:
    question, answer = tmp_path / "q.sql", tmp_path / "a.ndjson"
    question.write_text("select title from entries where outlet = 'apa'")
    assert chronik("sql", "-f", str(question), "-o", str(answer)) == (0, "", "")
    assert answer.read_text() == '{"title": "=1+1"}\n'
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.ndjson", "q.sql"]


def test_sql_from_stdin(chronik: Verb, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("select 1 as one"))
    assert json.loads(chronik("sql", "-", "--format", "json")[1]) == [{"one": 1}]


def test_sql_tells_a_wrong_query_with_its_place(chronik: Verb) -> None:
    code, out, err = chronik("sql", "select * form entries")
    assert (code, out) == (2, "")
    assert err.startswith('chronik: syntax error near "form", line 1, column 10\n')


def test_a_wrong_query_leaves_an_older_answer_as_it_was(chronik: Verb, tmp_path: Path) -> None:
    answer = tmp_path / "a.csv"
    answer.write_text("old")
    assert chronik("sql", "select nothing from entries", "-o", str(answer))[0] == 2
    assert answer.read_text() == "old"


def test_passing_the_row_limit_is_exit_1_with_the_rows_until_then(chronik: Verb) -> None:
    code, out, err = chronik("sql", "select entry_id from entries", "--max-rows", "1", "--format", "csv")
    assert (code, len(out.splitlines())) == (1, 2)
    assert "stopped after 1 rows" in err


def test_passing_the_time_limit_is_exit_1(chronik: Verb) -> None:
    endless = "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n"
    code, _, err = chronik("sql", endless, "--timeout", "200ms")
    assert code == 1
    assert "stopped after 0.2 s" in err


def test_passing_the_memory_limit_is_exit_1(chronik: Verb) -> None:
    code, _, err = chronik("sql", "select length(randomblob(900000000))")
    assert code == 1
    assert "512 MB" in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--named", "nothing"), "no query named 'nothing'; there are"),
        (("--named", "first-to-report"), "the query needs -p term=…"),
        (("select 1", "-p", "x=1"), "no parameter :x; it has none"),
        (("select 1", "-p", "x"), "write it as name=value"),
        (("-f", "nowhere.sql"), "nowhere.sql: cannot be read: No such file"),
        (("select nix from entries",), "no column nix; entries has entry_id"),
        (("vacuum into 'x.db'",), "only reading is allowed here"),
        (("select 1", "--nope"), "unrecognized arguments: --nope; `chronik sql --help` tells"),
        (("select 1", "-o", "no/such/folder.csv"), "No such file or directory"),
        (("select 1", "--format", "parquet"), "name the file with -o"),
        (("select 1", "-a", "nowhere.sqlite"), "no archive at"),
        (("--named", "entries-per-day", "-p", "since=gestern"), "'gestern' is no date: write 2026"),
    ],
)
def test_what_cannot_start_is_exit_2_with_one_line(chronik: Verb, words: tuple[str, ...], said: str) -> None:
    code, out, err = chronik("sql", *words)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert said in err


def test_parquet_without_pyarrow_is_told_in_one_line(
    chronik: Verb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    code, _, err = chronik("sql", "select 1 as a", "-o", str(tmp_path / "a.parquet"))
    assert (code, list(tmp_path.iterdir())) == (2, [])
    assert "chronik[parquet]" in err


def test_parquet_keeps_types(chronik: Verb, tmp_path: Path) -> None:
    import pyarrow.parquet as parquet

    path = tmp_path / "a.parquet"
    assert chronik("sql", "select 1 as i, 2.5 as f, 'ü' as t, null as n, x'00' as b", "-o", str(path))[0] == 0
    assert parquet.read_table(path).to_pylist() == [{"i": 1, "f": 2.5, "t": "ü", "n": None, "b": b"\x00"}]


def test_no_answer_is_written_in_the_archives_place(chronik: Verb, archive: str) -> None:
    before = Path(archive).read_bytes()
    for own in (archive, f"{archive}-wal"):
        code, _, err = chronik("sql", "select 1", "-o", own)
        assert code == 2
        assert "is the archive itself" in err
    assert Path(archive).read_bytes() == before


@pytest.mark.parametrize(("since", "days"), [("2026", 1), ("2026-01-01", 1), ("2026-02", 0), ("2027", 0)])
def test_the_first_day_of_a_named_query_is_typed_as_everywhere(chronik: Verb, since: str, days: int) -> None:
    query = ("sql", "--named", "entries-per-day", "-p", "outlet=orf", "--format", "ndjson")
    assert chronik(*query, "-p", f"since={since}")[1].count("\n") == days


def test_the_list_has_every_question_with_its_parameters(chronik: Verb) -> None:
    _, out, _ = chronik("sql", "--list")
    assert "first-to-report\n    Which outlet had a term first" in out
    assert "-p term=…" in out


def test_ctrl_c_ends_a_query_at_once(archive: str) -> None:
    endless = "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n"
    process = subprocess.Popen(
        [_command(), "sql", "-a", archive, endless],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    asking = _child_of(process.pid)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert b"Traceback" not in err
    assert _ends(asking)


def _ends(pid: str) -> bool:
    """A process that was interrupted while it was started finds nobody to answer."""
    for _ in range(1_000):
        if not Path(f"/proc/{pid}").exists():
            return True
        time.sleep(0.01)
    return False


def _child_of(pid: int) -> str:
    for _ in range(1_000):
        if children := Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            return children[0]
        time.sleep(0.01)
    raise AssertionError("it started no process for the query")


def _command() -> str:
    return str(Path(sys.executable).with_name("chronik"))


def test_on_a_terminal_the_table_fits_and_a_thousand_rows_are_shown(archive: str) -> None:
    numbers = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 2000)"
    many = f"{numbers} select i, printf('%.200c', 'x') from n"
    parent, child = pty.openpty()
    environ = {**os.environ, "COLUMNS": "60", "TERM": "xterm"}
    process = subprocess.Popen(
        [_command(), "sql", "-a", archive, many], stdout=child, stderr=subprocess.PIPE, env=environ
    )
    os.close(child)
    out = _all_of(parent).replace("\r\n", "\n")
    assert process.wait() == 1
    assert b"stopped after 1,000 rows" in process.communicate()[1]
    lines = re.sub("\x1b\\[[0-9;]*m", "", out).splitlines()
    assert (len(lines), max(map(len, lines))) == (1002, 60)


def _all_of(terminal: int) -> str:
    parts = []
    while True:
        try:
            part = os.read(terminal, 65536)
        except OSError:  # Linux says so when the other side is closed
            break
        if not part:
            break
        parts.append(part)
    os.close(terminal)
    return b"".join(parts).decode()


# --- search -----------------------------------------------------------------------------------------------------------


def test_search_prints_hits_for_people(chronik: Verb) -> None:
    code, out, _ = chronik("search", "haeuser")
    assert code == 0
    assert out.splitlines() == [
        "2026-01-01 05:00  orf/alle  #1",
        "  Häuser am Meer",
        "    Es ist Frieden.",
        "    https://orf.at/1",
    ]


def test_search_prints_hits_for_programs_without_marks(chronik: Verb) -> None:
    (hit,) = json.loads(chronik("search", "frieden", "--format", "json")[1])
    assert (hit["entry_id"], hit["snippet"]) == (1, "Es ist Frieden.")


def test_search_in_former_wordings_finds_what_was_removed(chronik: Verb) -> None:
    assert chronik("search", "krieg") == (0, "", "nothing found\n")
    assert "wording 1, replaced 2026-01-01T12:00:00Z" in chronik("search", "krieg", "--versions")[1]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (('"krieg',), "quotation mark at character 1 has no closing one"),
        (("krieg", "--since", "gestern"), "'gestern' is no date"),
        (("krieg", "--limit", "0"), "--limit 0"),
        (("krieg", "--outlet", "orv"), "no such outlet; did you mean orf?"),
        (("krieg", "--since", "2026", "--until", "2025"), "nothing lies between them"),
    ],
)
def test_what_is_no_search_is_exit_2_with_one_line(chronik: Verb, words: tuple[str, ...], said: str) -> None:
    code, out, err = chronik("search", *words)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert said in err


def test_a_day_named_as_the_end_belongs_to_the_search(chronik: Verb) -> None:
    assert "#1" in chronik("search", "meer", "--since", "2026-01-01", "--until", "2026-01-01")[1]
    assert chronik("search", "meer", "--until", "2025")[1] == ""


# --- show -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["1", "https://orf.at/1", "http://orf.at/1/"])
def test_show_finds_an_entry_by_id_or_url(chronik: Verb, name: str) -> None:
    code, out, _ = chronik("show", name)
    assert code == 0
    assert out.splitlines()[0] == "Häuser am Meer"
    assert out.splitlines()[-1] == "Es ist Frieden."


def test_show_tells_all_wordings(chronik: Verb) -> None:
    _, out, _ = chronik("show", "1", "--versions")
    assert out.index("Es ist Krieg.") < out.index("Es ist Frieden.")


def test_show_tells_what_changed(chronik: Verb) -> None:
    _, out, _ = chronik("show", "1", "--diff")
    assert "content_text: Es ist [-Krieg-]{+Frieden+}." in out
    assert chronik("show", "2", "--diff")[1] == "one wording only: nothing changed\n"


def test_show_gives_the_document_byte_for_byte(archive: str) -> None:
    out = subprocess.run([_command(), "show", "-a", archive, "1", "--raw"], capture_output=True, check=True).stdout
    assert out.startswith(b"document (Said(title=")
    assert b"Es ist Frieden." in out


def test_show_of_an_unknown_entry_is_exit_2(chronik: Verb) -> None:
    code, _, err = chronik("show", "99")
    assert (code, err.count("\n")) == (2, 1)


# --- status -----------------------------------------------------------------------------------------------------------


def test_status_tells_each_feed_and_the_remedy_of_those_that_fail(chronik: Verb) -> None:
    code, out, _ = chronik("status")
    assert code == 0
    assert "remedy: find the feed's url with `chronik add HOMEPAGE`" in out
    assert "\x1b" not in out
    assert out.splitlines()[-1] == "2 feeds, 1 ok, 1 failing, 0 gaps; 1 needs a person"


def test_status_shows_new_entries_of_two_weeks(chronik: Verb) -> None:
    (apa, orf) = json.loads(chronik("status", "--json")[1])["feeds"]
    assert (len(apa["entries_daily"]), sum(apa["entries_daily"])) == (14, 0)
    assert len(orf["entries_daily"]) == 14


def test_status_for_programs_is_one_object(chronik: Verb) -> None:
    told = json.loads(chronik("status", "--json")[1])
    assert [(feed["feed"], bool(feed["needs_person"])) for feed in told["feeds"]] == [
        ("apa/alle", True),
        ("orf/alle", False),
    ]
    assert told["needing_a_person"] == 1


def test_status_check_is_exit_1_where_a_person_is_needed(chronik: Verb) -> None:
    assert chronik("status", "--check")[0] == 1
    assert chronik("status", "orf", "--check")[0] == 0
    assert chronik("status", "*/alle", "--check")[0] == 1


def test_status_of_no_feed_is_exit_2(chronik: Verb) -> None:
    assert chronik("status", "kurier")[0] == 2


def test_status_names_what_was_found_on_a_homepage(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = str(tmp_path / "archive.sqlite")
    with Archive.open(path, create=True) as opened:
        opened.list_outlets([OutletListing("orf", homepage="https://orf.at/")])
        (record,) = opened.feeds()
        told = "feeds found: https://orf.at/a, https://orf.at/b"
        looked = Looked(Fetch(record.feed_id, Route.DISCOVERY, "https://orf.at/", START, detail=told))
        opened.record([Visit(looked)])
        with opened.write() as tx:
            homepages.take_found(tx, record, "https://orf.at/a")
    assert main(["status", "-a", path]) == 0
    assert f"orf/news was found from its outlet's homepage: {told}" in capsys.readouterr().out
