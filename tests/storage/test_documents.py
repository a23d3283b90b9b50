"""Raw bodies come back byte for byte, however they were compressed."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from saying import hours, rows

from storage import documents
from storage.archive import Archive
from storage.errors import ArchiveError
from storage.tables import document_body


def keep_all(archive: Archive, bodies: list[bytes]) -> list[int]:
    """Each body stored with the one before as the one that it resembles, in a transaction of its own."""
    kept: list[int] = []
    for at, body in enumerate(bodies):
        with archive.write() as tx:
            like = kept[-1] if kept else None
            kept.append(documents.keep(tx, body, hours(at), like=like))
    return kept


@settings(max_examples=25, deadline=None)
@given(bodies=st.lists(st.binary(max_size=200), min_size=1, max_size=8))
def test_every_body_comes_back_byte_for_byte(tmp_path_factory: pytest.TempPathFactory, bodies: list[bytes]) -> None:
    path = tmp_path_factory.mktemp("bodies") / "archive.sqlite"
    with Archive.open(str(path), create=True) as archive:
        kept = keep_all(archive, bodies)
    with Archive.open(str(path)) as archive, archive.read() as connection:
        assert [documents.body(connection, document_id) for document_id in kept] == bodies


def test_successive_documents_cost_little_and_chains_are_bounded(archive: Archive) -> None:
    article = b"".join(bytes(str(n * n), "ascii") for n in range(9_000))
    keep_all(archive, [b"%d" % n + article for n in range(70)])
    assert rows(archive, "select max(depth), count(*) filter (where depth = 0) from document") == [(31, 3)]
    assert rows(archive, "select max(stored_bytes) < 100 from document where depth > 0") == [(1,)]


def test_the_largest_bodies_stand_alone(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "LARGEST_LIKE", 500)
    small, large = b"a feed " * 50, b"a feed " * 100
    keep_all(archive, [small, large, small + b"!", small + b"?", large + b"!"])
    assert rows(archive, "select depth from document order by document_id") == [(0,), (0,), (0,), (1,), (0,)]


def test_a_body_is_stored_once(archive: Archive) -> None:
    assert keep_all(archive, [b"a", b"b", b"a"]) == [1, 2, 1]


def test_a_flipped_byte_is_found(archive: Archive) -> None:
    (kept,) = keep_all(archive, [b"some feed" * 50])
    with archive.write() as tx:
        packed = tx.connection.execute(document_body.select()).one().body
        flipped = packed[:-3] + bytes([packed[-3] ^ 1]) + packed[-2:]
        tx.connection.execute(document_body.update().values(body=flipped))
    with archive.read() as connection, pytest.raises(ArchiveError, match=f"document {kept}"):
        documents.body(connection, kept)


def test_what_was_rolled_back_is_no_prefix_of_anything(archive: Archive) -> None:
    first = b"first " * 100
    with contextlib.suppress(RuntimeError), archive.write() as tx:
        documents.keep(tx, first, hours(0))
        raise RuntimeError
    assert rows(archive, "select * from documents") == []
    one, two = keep_all(archive, [b"second " * 100, b"second " * 100 + b"!"])
    with archive.read() as connection:
        assert documents.body(connection, two) == b"second " * 100 + b"!"
        assert documents.body(connection, one) == b"second " * 100
