"""The verbs check, add, import and export-opml, and which configuration and archive all verbs take."""

import argparse
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from feedsyaml import OUTLETS
from servers import answer, serving

from ingest.cli import main
from ingest.cli.frame import Stop
from ingest.cli.settings import archive_location, settings


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


RSS = b"<?xml version='1.0'?><rss version='2.0'><channel><title>x</title></channel></rss>"
PAGE = b"""<html><head>
<link rel=alternate type=application/rss+xml title="Das Blatt - Feed" href=/feed/>
<link rel=alternate type=application/rss+xml title="Kommentar-Feed" href=/comments/feed/></head></html>"""
NETWORK = "network: {spacing: 0s, allow_private_hosts: [127.0.0.1]} # for tests\n"


def write(text: str, name: str = "feeds.yaml") -> Path:
    path = Path(name)
    path.write_text(text, "utf-8")
    return path


# --- check ------------------------------------------------------------------------------------------------------------


def test_check_says_in_one_line_that_all_is_good(capsys: pytest.CaptureFixture[str]) -> None:
    write("contact: a@example.org\n" + OUTLETS + "    feeds: {a: 'https://orf.at/a', b: 'https://orf.at/b'}\n")
    assert main(["check"]) == 0
    assert capsys.readouterr() == ("feeds.yaml: 1 outlet, 2 feeds: all good\n", "")


def test_check_advises_to_name_a_contact(capsys: pytest.CaptureFixture[str]) -> None:
    write(OUTLETS)
    assert main(["check"]) == 0
    assert "1 outlet, 0 feeds: all good; better add `contact:`" in capsys.readouterr().out


def test_check_prints_every_problem_on_a_line_of_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    write("contact: me\noutlets:\n  X: {homepage: 'ftp://x/'}\n  \"y\\nz\": {}\n")
    assert main(["check"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert [line.partition(": ")[0] for line in err.splitlines()] == [
        "feeds.yaml:1:10",
        "feeds.yaml:3:3",
        "feeds.yaml:3:17",
        "feeds.yaml:4:3",
        "feeds.yaml:4:3",
    ]


def test_check_takes_the_file_it_is_told_to(capsys: pytest.CaptureFixture[str]) -> None:
    write(OUTLETS, "other.yaml")
    assert main(["check", "--config", "other.yaml"]) == 0
    assert main(["check", "-c", "none.yaml"]) == 2
    assert capsys.readouterr().err.startswith("none.yaml: there is no such file; ")


@dataclass
class Result:
    good: bool
    said: str


def test_check_online_tells_of_each_feed_and_fails_if_one_does(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def try_feed(feed: object, config: object, web: object) -> Result:
        return Result("good" in feed.url, "seen\x1b[0m")  # type: ignore[attr-defined]

    module = type(sys)("ingest.trial")
    module.try_feed = try_feed  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "ingest.trial", module)
    with serving({"/": answer(PAGE), "/feed/": answer(RSS), "/comments/feed/": answer(RSS)}) as server:
        home = server.url("/")
        listed = f"x: {{feeds: {{a: 'https://x.at/good', b: 'https://x.at/bad'}}}}, y: {{homepage: '{home}'}}"
        write(f"{NETWORK}outlets: {{{listed}}}\n")
        assert main(["check", "--online"]) == 1
    assert capsys.readouterr().out.splitlines()[1:] == [
        "x/a: seen\\x1b[0m",
        "x/b: seen\\x1b[0m",
        f"y: its homepage names {home}feed/",
    ]


# --- import and export ------------------------------------------------------------------------------------------------

OPML = """<opml version="2.0"><body>
<outline text="Größe » Feed" xmlUrl="https://x.at/feed/" htmlUrl="https://x.at/"/>
<outline text="wieder" xmlUrl="http://X.at/feed"/>
<outline text="orf" xmlUrl="https://rss.orf.at/n"/>
<outline text="bad" xmlUrl="javascript:1"/>
</body></opml>"""


def test_import_tells_of_each_outline_and_adds_what_is_new_below_what_is_there(
    capsys: pytest.CaptureFixture[str],
) -> None:
    path, source = write("# mine\n" + OUTLETS + "# end\n"), write(OPML, "in.opml")
    assert main(["import", str(source)]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "in.opml:2: Größe » Feed: added: groesse/news",
        "in.opml:3: wieder: already there: groesse/news",
        "in.opml:4: orf: added: orf/news",
        "in.opml:5: bad: refused because its address is no URL of the web; write http://… or https://…",
        "2 added, 1 already there, 1 refused",
    ]
    assert path.read_text("utf-8") == (
        "# mine\n" + OUTLETS + "    feeds:\n      news: https://rss.orf.at/n\n"
        "  groesse:\n    name: Größe\n    homepage: https://x.at/\n    feeds:\n      news: https://x.at/feed/\n# end\n"
    )


def test_importing_twice_writes_nothing_the_second_time(capsys: pytest.CaptureFixture[str]) -> None:
    source = write(OPML, "in.opml")
    main(["import", str(source)])
    before = Path("feeds.yaml").stat()
    main(["import", str(source)])
    assert Path("feeds.yaml").stat() == before
    assert "0 added, 3 already there, 1 refused" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("opml", "says"),
    [
        ("<rss/>", "in.opml:1: is not OPML: it begins with <rss>; nothing was imported"),
        ("<opml><x>", "in.opml:1: is not well-formed XML"),
        ("<!DOCTYPE opml []><opml/>", "in.opml:1: has a document type declaration"),
    ],
)
def test_a_file_that_is_not_opml_changes_nothing(opml: str, says: str, capsys: pytest.CaptureFixture[str]) -> None:
    path, source = write(OUTLETS), write(opml, "in.opml")
    assert main(["import", str(source)]) == 2
    assert says in capsys.readouterr().err
    assert path.read_text() == OUTLETS


def test_nothing_is_added_to_a_file_that_is_wrong(capsys: pytest.CaptureFixture[str]) -> None:
    wrong = OUTLETS + "contact: me\n"
    path, source = write(wrong), write(OPML, "in.opml")
    assert main(["import", str(source)]) == 2
    assert "feeds.yaml:4:10: contact: " in capsys.readouterr().err
    assert path.read_text() == wrong


def test_a_layout_that_takes_no_lines_is_left_alone_with_the_lines_to_put_in(
    capsys: pytest.CaptureFixture[str],
) -> None:
    wrong = "outlets:\n  orf:\n    homepage: https://orf.at/\n    feeds: ~\n"
    path, source = write(wrong), write(OPML, "in.opml")
    assert main(["import", str(source)]) == 2
    assert "put these in by hand:\nnews: https://rss.orf.at/n" in capsys.readouterr().err
    assert path.read_text() == wrong


def test_export_writes_to_a_file_or_to_stdout(capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    write(OUTLETS + "    feeds: {news: 'https://orf.at/n'}\n  x: {homepage: 'https://x.at/'}\n")
    assert main(["export-opml"]) == 0
    shown = capsysbinary.readouterr()
    assert main(["export-opml", "-o", "out.opml"]) == 0
    assert Path("out.opml").read_bytes() == shown.out
    assert b"left out, for they list no feeds: x" in shown.err


def test_export_into_a_folder_that_is_not_there_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    write(OUTLETS)
    assert main(["export-opml", "-o", "none/out.opml"]) == 2
    assert "none/out.opml: cannot be written: No such file" in capsys.readouterr().err


# --- add --------------------------------------------------------------------------------------------------------------


def test_add_writes_the_feeds_of_a_page_but_those_of_comments(capsys: pytest.CaptureFixture[str]) -> None:
    path = write(NETWORK)
    with serving({"/": answer(PAGE), "/feed/": answer(RSS), "/comments/feed/": answer(RSS)}) as server:
        home = server.url("/")
        assert main(["add", home]) == 0
        assert main(["add", server.url("/feed/"), "--outlet", "Other"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"{home}comments/feed/: comments, not added",
        f"{home}feed/: added: das-blatt/news",
        f"{home}feed/: already there: das-blatt/news",
    ]
    block = f"outlets:\n  das-blatt:\n    name: Das Blatt\n    homepage: {home}\n    feeds:\n      news: {home}feed/\n"
    assert path.read_text() == NETWORK + block


def test_add_takes_a_feed_into_the_outlet_that_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    write(NETWORK + OUTLETS)
    with serving({"/a": answer(RSS), "/b": answer(RSS)}) as server:
        assert main(["add", server.url("/a"), "--outlet", "orf"]) == 0
        assert main(["add", server.url("/b"), "--outlet", "Größte Zeitung"]) == 0
    out = capsys.readouterr().out
    assert "/a: added: orf/news" in out
    assert "/b: added: groesste-zeitung/news" in out
    assert "name: Größte Zeitung\n" in Path("feeds.yaml").read_text("utf-8")


def test_add_says_why_a_page_gives_no_feed(capsys: pytest.CaptureFixture[str]) -> None:
    path = write(NETWORK)
    with serving({"/": answer(b"<html></html>")}) as server:
        assert main(["add", server.url("/")]) == 2
        assert "no feed is declared there" in capsys.readouterr().err
    assert main(["add", "http://10.0.0.1/"]) == 2
    assert "refused_address" in capsys.readouterr().err
    assert path.read_text() == NETWORK


# --- settings ---------------------------------------------------------------------------------------------------------


def asked(config: str | None = None, archive: str | None = None) -> argparse.Namespace:
    return argparse.Namespace(config=config, archive=archive)


def test_the_archive_is_the_option_else_the_environment_else_what_the_file_says_else_beside_it() -> None:
    here = Path.cwd()
    other = here / "sub"
    other.mkdir()
    (other / "f.yaml").write_text("archive: x/a.sqlite\nbroken: [")
    environ = {"CHRONIK_CONFIG": "sub/f.yaml"}
    assert archive_location(asked(archive="o.sqlite"), {"CHRONIK_ARCHIVE": "e.sqlite"}) == "o.sqlite"
    assert archive_location(asked(), {"CHRONIK_ARCHIVE": "e.sqlite", **environ}) == "e.sqlite"
    assert archive_location(asked(), environ) == str(other / "x/a.sqlite")
    assert archive_location(asked(), {}) == str(here / "archive.sqlite")


def test_a_verb_that_only_reads_needs_no_configuration() -> None:
    found = settings(asked(), {})
    assert found.config is None
    assert found.archive == str(Path("archive.sqlite").absolute())


def test_a_configuration_that_is_named_must_be_there_and_right() -> None:
    with pytest.raises(Stop, match=r"none\.yaml: there is no such file"):
        settings(asked(config="none.yaml"), {})
    with pytest.raises(Stop, match=r"none\.yaml: there is no such file"):
        archive_location(asked(), {"CHRONIK_CONFIG": "none.yaml"})
    write("outlets: 1\n")
    with pytest.raises(Stop, match=r"feeds\.yaml:1:10: outlets: "):
        settings(asked(), {})


def test_the_offline_check_does_not_bring_the_web_in() -> None:
    write(OUTLETS)
    code = (
        "import sys; from ingest.cli import main; main(['check']); "
        "sys.exit(bool({'httpx', 'sqlalchemy', 'feedparser', 'lxml'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False, capture_output=True).returncode == 0
