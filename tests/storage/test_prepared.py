"""Statements that the driver runs itself answer as SQLAlchemy's own way does."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import bindparam, case, literal, select, text, union_all, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from storage.archive import Archive
from storage.prepared import Often
from storage.tables import document, host, search_pending
from storage.transaction import Tx

NAMED = select(host.c.host, host.c.memory).where(host.c.host.in_(bindparam("names", expanding=True))).order_by("host")


@pytest.fixture
def tx(tmp_path: Path) -> Iterator[Tx]:
    with Archive.open(str(tmp_path / "a.sqlite"), create=True) as archive, archive.write() as running:
        yield running


def plain(rows: Any) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in rows]


@pytest.mark.parametrize("count", [1, 2, 3, 5, 8, 9])
def test_a_list_may_have_any_length(tx: Tx, count: int) -> None:
    rows = [{"host": f"{n}.at", "memory": None if n else "{}"} for n in range(count)]
    tx.write(Often(host.insert()), rows)
    names = [row["host"] for row in rows]
    assert plain(tx.rows(Often(NAMED), names=names)) == plain(tx.rows(NAMED, names=names)) != []


def test_columns_are_attributes_and_of_their_type(tx: Tx) -> None:
    at = datetime(2026, 3, 1, 12, tzinfo=UTC)
    row = {"document_id": 7, "sha256": b"\x00" * 32, "bytes": 1, "stored_bytes": 1, "first_fetched_at": at, "depth": 0}
    row |= {"chain_id": 7}
    tx.write(Often(document.insert()), [row])
    found = tx.row(Often(select(document.c.sha256, document.c.first_fetched_at.label("at"))))
    assert (found.sha256, found.at) == (b"\x00" * 32, at)


def test_values_within_a_statement_and_beside_it_keep_their_places(tx: Tx) -> None:
    own = select(literal("12:30").label("a"), literal(2).label("b"), literal(":a").label("c"))
    asked = Often(union_all(own.where(bindparam("one") == 1), own.where(literal(3) == bindparam("three"))))
    assert plain(tx.rows(asked, one=1, three=4)) == [("12:30", 2, ":a")]
    chosen = case((bindparam("x") == "left", "l"), else_="r").label("side")
    assert [tx.value(Often(select(chosen)), x=side) for side in ("left", "right")] == ["l", "r"]


def test_nothing_found_is_none(tx: Tx) -> None:
    asked = Often(NAMED)
    assert (tx.row(asked, names=["none"]), tx.value(asked, names=["none"]), tx.rows(asked, names=["none"])) == (
        None,
        None,
        [],
    )


def test_many_rows_are_changed_by_one_statement(tx: Tx) -> None:
    tx.write(Often(host.insert()), [{"host": name, "memory": None} for name in "abc"])
    change = Often(update(host).where(host.c.host == bindparam("of")).values(memory=bindparam("to")))
    tx.write(change, [{"of": "a", "to": "1"}, {"of": "c", "to": "3"}])
    tx.write(change, [{"of": "b", "to": "2"}])
    assert plain(tx.rows(Often(NAMED), names=list("abc"))) == [("a", "1"), ("b", "2"), ("c", "3")]


def test_what_a_row_leaves_out_is_null_or_its_default(tx: Tx) -> None:
    insert = Often(host.insert())
    tx.write(insert, [{"host": "a"}])
    tx.write(insert, [{"host": "b", "memory": "{}"}])
    assert plain(tx.rows(Often(NAMED), names=["a", "b"])) == [("a", None), ("b", "{}")]


def test_a_fault_is_named_as_sqlalchemy_names_it(tx: Tx) -> None:
    insert = Often(search_pending.insert())
    tx.write(insert, [{"entry_id": 1}])
    with pytest.raises(IntegrityError, match="UNIQUE"):
        tx.write(insert, [{"entry_id": 1}])
    with pytest.raises(DBAPIError, match="no such table"):
        tx.rows(Often(text("select 1 from no_table").columns(host.c.host)))


def _half(tx: Tx, insert: Often) -> None:
    with tx.savepoint():
        tx.write(insert, [{"entry_id": 2}])
    tx.write(insert, [{"entry_id": 3}, {"entry_id": 1}])


def test_what_failed_within_a_savepoint_leaves_no_trace(tx: Tx) -> None:
    insert = Often(search_pending.insert())
    tx.write(insert, [{"entry_id": 1}])
    with pytest.raises(IntegrityError), tx.savepoint():
        _half(tx, insert)
    with tx.savepoint():
        tx.write(insert, [{"entry_id": 4}])
    assert plain(tx.rows(select(search_pending.c.entry_id).order_by("entry_id"))) == [(1,), (4,)]


@given(st.lists(st.tuples(st.text(min_size=1), st.none() | st.text()), unique_by=lambda each: each[0]))
def test_whatever_goes_in_comes_out_either_way(tmp_path_factory: pytest.TempPathFactory, said: list[Any]) -> None:
    said = [(name, memory) for name, memory in said if not _has_surrogates(name + (memory or ""))]
    folder = tmp_path_factory.mktemp("prepared")
    with Archive.open(str(folder / "a.sqlite"), create=True) as archive, archive.write() as tx:
        tx.write(Often(host.insert()), [{"host": name, "memory": memory} for name, memory in said])
        names = [name for name, _ in said] or ["none"]
        assert sorted(plain(tx.rows(Often(NAMED), names=names))) == sorted(said)
        assert plain(tx.rows(NAMED, names=names)) == plain(tx.rows(Often(NAMED), names=names))


def _has_surrogates(said: str) -> bool:
    return any("\ud800" <= char <= "\udfff" for char in said)
