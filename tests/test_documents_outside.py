"""Raw documents in object storage, by the command itself: every verb has them, and says what is wrong in a line."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from commands import chronik
from feeds import item, rss
from objectstores import S3, s3
from postgres import database, server
from servers import answer, serving
from sqlalchemy import text

from storage.engine import open_engine

BODIES = [rss([item(k, title=f"Meldung {k}, Stand {n}") for k in range(6)]) for n in range(3)]


@pytest.fixture
def bucket() -> Iterator[S3]:
    with s3() as started:
        yield started


@pytest.fixture
def folder(tmp_path: Path, bucket: S3) -> Path:
    """An archive that was polled three times, long ago, and its store."""
    with serving({"/a": [answer(body) for body in BODIES]}) as outlet:
        (tmp_path / "feeds.yaml").write_text(
            f"documents: {bucket.url}\nnetwork: {{spacing: 0s, allow_private_hosts: [127.0.0.0/8]}}\n"
            f"outlets: {{o: {{feeds: {{news: '{outlet.url('/a')}'}}}}}}\n"
        )
        for _ in BODIES:
            assert chronik("poll", "--force", cwd=tmp_path).returncode == 0
    with open_engine(str(tmp_path / "archive.sqlite"), create=False).connect() as connection, connection.begin():
        connection.execute(text("update document set first_fetched_at = '2020-01-01T00:00:00Z'"))
    return tmp_path


def said(folder: Path, *words: str | Path, status: int = 0) -> str:
    done = chronik(*words, cwd=folder)
    assert done.returncode == status, (words, done.stdout, done.stderr)
    return done.stdout if status == 0 else done.stderr + done.stdout


def test_every_verb_has_the_documents_from_the_store(folder: Path, bucket: S3) -> None:
    assert f"3 documents put into {bucket.url}" in said(folder, "compact")
    assert len(bucket.names()) == 1
    assert said(folder, "show", "1", "--raw").encode() == BODIES[-1]
    assert json.loads(said(folder, "verify", "--json"))["whole"] is True
    assert json.loads(said(folder, "reparse", "--json"))["otherwise"] == 0
    assert f"3 documents lie in {bucket.url}, not in the copy" in said(folder, "backup", "copy.sqlite")
    said(folder, "export", "-o", "all.warc", "--format", "warc")
    assert (folder / "all.warc").read_bytes().count(b"Meldung 5, Stand 2") >= 1
    said(folder, "load", "archive.sqlite", "-a", "again.sqlite")
    said(folder, "export", "-o", "slice.sqlite", "--format", "sqlite")
    bucket.go_away()
    try:
        for other in ("again.sqlite", "slice.sqlite"):
            assert said(folder, "show", "1", "--raw", "-a", other).encode() == BODIES[-1]
        for words in (["show", "1", "--raw"], ["verify"], ["compact", "--take-in"]):
            told = said(folder, *words, status=1 if words == ["verify"] else 2)
            assert "s3://news/raw cannot be reached: look at the network, AWS_ENDPOINT_URL and AWS_REGION" in told
    finally:
        bucket.begin()
    assert "3 documents taken in" in said(folder, "compact", "--take-in")
    bucket.go_away()
    assert said(folder, "show", "1", "--raw").encode() == BODIES[-1]
    bucket.begin()


def test_an_archive_moves_to_a_server_and_its_documents_stay_where_they_are(folder: Path, bucket: S3) -> None:
    said(folder, "compact")
    with server() as url, database(url, "moved") as target:
        said(folder, "migrate", "--to", target)
        assert said(folder, "show", "1", "--raw", "-a", target).encode() == BODIES[-1]
        assert "3 documents taken in" in said(folder, "compact", "--take-in", "-a", target)
        assert said(folder, "show", "1", "--raw", "-a", target).encode() == BODIES[-1]
        assert json.loads(said(folder, "verify", "--json", "-a", target))["whole"] is True
