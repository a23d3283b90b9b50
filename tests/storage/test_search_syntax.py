"""What is typed into a search becomes an FTS5 expression that never fails."""

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.search_syntax import SearchError, expression, roots_of, spellings, wish

COLUMNS = "title, summary, content_text, stems"
INDEX = f'create virtual table texts using fts5({COLUMNS}, tokenize="unicode61 remove_diacritics 2")'


def found(query: str, *texts: str) -> list[str]:
    """Which of the texts match. A text `title|body` has a title."""
    index = sqlite3.connect(":memory:")
    index.execute(INDEX)
    rows = [(text.partition("|")[0] if "|" in text else None, text.rpartition("|")[2]) for text in texts]
    index.executemany("insert into texts(title, content_text) values (?, ?)", rows)
    hits = index.execute(
        "select rowid from texts where texts match ? order by rowid", [expression(wish(query))]
    ).fetchall()
    index.close()
    return [texts[row[0] - 1] for row in hits]


@pytest.mark.parametrize(
    ("query", "hits", "others"),
    [
        ("krieg wahl", ["Wahl im Krieg"], ["Krieg", "Wahl"]),
        ("krieg AND wahl", ["Wahl im Krieg"], ["Krieg"]),
        ("krieg OR wahl", ["Krieg", "Wahl"], ["Frieden"]),
        ("krieg -wahl", ["Krieg"], ["Krieg und Wahl"]),
        ("krieg NOT wahl", ["Krieg"], ["Krieg und Wahl"]),
        ("krieg frieden -wahl", ["Krieg, Frieden"], ["Krieg, Frieden, Wahl", "Krieg"]),
        ('krieg -"harte wahl"', ["Krieg, Wahl, harte"], ["Krieg, harte Wahl"]),
        ('"harte wahl"', ["eine harte Wahl"], ["Wahl, harte"]),
        ("„harte Wahl“", ["eine harte Wahl"], ["Wahl, harte"]),
        ("krie*", ["Kriege"], ["Der Kiel"]),
        ('"harte wa*"', ["harte Wa"], ["harte Wahl"]),
        ('"harte wa"*', ["harte Wahl"], ["Wahl"]),
        ("NEAR(krieg wahl, 1)", ["Krieg und Wahl", "Wahl im Krieg"], ["Krieg und noch eine Wahl"]),
        ("NEAR(krieg wahl)", ["Krieg und noch eine Wahl"], ["Krieg"]),
        ("title:wahl", ["Wahl|Text"], ["Titel|Wahl"]),
        ("text:wahl", ["Titel|Wahl"], ["Wahl|Text"]),
        ("title:(wahl OR krieg)", ["Krieg|x"], ["x|Krieg"]),
        ("-title:wahl krieg", ["Krieg|Wahl, Krieg"], ["Wahl|Krieg"]),
        ("(krieg OR wahl) frieden", ["Wahl, Frieden"], ["Wahl"]),
        ("krieg (wahl OR (frieden -ruhe))", ["Krieg, Frieden"], ["Krieg, Frieden, Ruhe"]),
        ("Häuser", ["Haeuser", "Hauser", "HÄUSER"], ["Haus"]),
        ("Haeuser", ["Häuser"], ["Haus"]),
        ("Straße", ["Strasse", "STRASSE", "straße"], ["Strafe"]),
        ("Strasse", ["Straße"], ["Strafe"]),
        ('"große Straße"', ["grosse Strasse"], ["Straße, große"]),
        ("straß*", ["Strassenbahn"], ["Strafe"]),
        ("neue", ["neue"], ["neu"]),
        ("Ukraine-Krieg", ["Ukraine-Krieg", "Ukrainekrieg", "Ukraine Krieg"], ["Krieg, Ukraine"]),
        ("not und or", ["not und or"], ["und"]),
        ("C++", ["C"], ["D"]),
        ("20:15", ["um 20:15"], ["um 15:20"]),
        ('"or"', ["or"], ["x"]),
        ("AT&T", ["AT&T"], ["T"]),
        ("Pjöngjang", ["Pjongjang"], ["Seoul"]),
        ("Ha\u0308user", ["Häuser"], ["Haus"]),
        ("平壌市", ["平壌市"], ["平"]),
    ],
)
def test_what_is_typed_finds_what_is_meant(query: str, hits: list[str], others: list[str]) -> None:
    assert found(query, *hits, *others) == hits


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", "nothing to look for"),
        ("!!! -- ??", "nothing to look for"),
        ("-krieg", "cannot only leave out"),
        ("(krieg", "parenthesis at character 1 is never closed"),
        ("krieg)", "parenthesis at character 6 has no opening one"),
        ("wahl (", "parenthesis at character 6 is never closed"),
        ('krieg "wahl', "quotation mark at character 7 has no closing one"),
        ("NEAR(krieg)", "two words at least"),
        ("NEAR(krieg wahl", "NEAR at character 1 is never closed"),
        ("autor:maier", "autor: is no field"),
        ("(" * 60 + "a" + ")" * 60, "nested more than"),
        ("wort " * 1000, "characters at most"),
        ("title:)", "nothing before the closing parenthesis"),
    ],
)
def test_what_is_no_search_is_told_in_one_line(query: str, said: str) -> None:
    with pytest.raises(SearchError, match=said) as caught:
        wish(query)
    assert "\n" not in str(caught.value)


words = st.sampled_from(
    [
        "krieg",
        "Straße",
        '"',
        "(",
        ")",
        "-",
        "NOT",
        "OR",
        "AND",
        "NEAR(",
        "NEAR",
        ", 3)",
        "*",
        "title:",
        "a:b",
        "ü",
        "'",
        "\\",
    ]
)


@given(st.lists(words, max_size=12).map(" ".join) | st.lists(words, max_size=12).map("".join) | st.text(max_size=40))
def test_whatever_is_typed_is_an_error_of_ours_or_an_expression_that_runs(query: str) -> None:
    said = _hits_or_complaint(query, "Krieg in der Straße")
    assert said in ([], ["Krieg in der Straße"]) if isinstance(said, list) else len(said.splitlines()) == 1


def _hits_or_complaint(query: str, text: str) -> list[str] | str:
    try:
        return found(query, text)
    except SearchError as error:
        return str(error)


@given(st.lists(st.sampled_from(["Krieg", "krieg*", "in", "STRASSE", '"der Straße"', "(der Straße)"]), min_size=1))
def test_words_that_a_text_has_always_find_it_and_with_one_that_it_has_not_never(query: list[str]) -> None:
    assert found(" ".join(query), "Krieg in der Straße", "Frieden") == ["Krieg in der Straße"]
    assert found(" ".join([*query, "Wahl"]), "Krieg in der Straße", "Frieden") == []


@given(st.text(alphabet="aeousäöüßn", min_size=1, max_size=30))
def test_spellings_are_few_distinct_and_begin_with_the_word(word: str) -> None:
    ways = spellings(word)
    assert ways[0] == word.lower()
    assert len(ways) == len(set(ways)) <= 16


def _stems(word: str) -> list[str]:
    return [word[:5]]


def test_stems_are_asked_for_single_words_whether_texts_have_them_as_written_or_not() -> None:
    assert '{title summary content_text stems} : ("krieg")' in expression(wish("Kriege"), _stems)
    assert '{title summary content_text stems} : ("ukrai")' in expression(wish("Ukraine-Kriege"), _stems)
    assert '{title} : ("krieg") OR {stems} : ("\ue000krieg")' in expression(wish("title:Kriege"), _stems)


@pytest.mark.parametrize("query", ['"Kriege"', "Kriege*", "text:Kriege", "NEAR(Kriege Wahlen, 3)", '"harte Kriege"'])
def test_stems_are_not_asked_for_what_is_meant_as_written(query: str) -> None:
    assert "stems" not in expression(wish(query), _stems)
    assert roots_of(wish(query), _stems) == set()


def test_what_is_not_wanted_is_meant_as_written() -> None:
    assert roots_of(wish("Wahlen -Kriege"), _stems) == {"wahle"}
