"""A query as text: which parameters it has."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.sql_text import parameters, tokens

PARTS = [
    ":a",
    "@b",
    "$c",
    "?1",
    "x",
    "1",
    "'",
    '"',
    "`",
    "[",
    "]",
    "--",
    "/*",
    "*/",
    "\n",
    " ",
    "::",
    ":",
    "a:b",
    "ü",
    "''",
]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("select :outlet, @day, $title, ?1, ?", ["outlet", "day", "title"]),
        ("select ':no', \":no\", `:no`, [:no] -- :no\n, :yes /* :no */", ["yes"]),
        ("select 'it''s :no', :yes", ["yes"]),
        ("select :a, :b, :a", ["a", "b"]),
        ("select ':never ends", []),
    ],
)
def test_parameters_are_named_once_and_in_order(query: str, names: list[str]) -> None:
    assert parameters(query) == names


@given(st.lists(st.sampled_from(PARTS), max_size=20).map("".join))
def test_they_are_always_the_words_that_a_look_at_every_word_finds(query: str) -> None:
    named = [token.text[1:] for token in tokens(query) if token.kind == "parameter" and token.text[0] != "?"]
    assert parameters(query) == list(dict.fromkeys(named))
