"""A diff can be undone into both texts, and reads well."""

from hypothesis import given
from hypothesis import strategies as st

from ingest.cli.diff import shown
from ingest.cli.grid import Look
from storage.differing import parts

texts = st.lists(st.sampled_from(["der", "Krieg", " ", " ", "\n", ".", "ö", "-"]), max_size=30).map("".join)


@given(texts, texts)
def test_both_texts_are_in_the_diff(old: str, new: str) -> None:
    found = parts(old, new)
    assert "".join(part.text for part in found if part.kind != "new") == old
    assert "".join(part.text for part in found if part.kind != "gone") == new


def told(old: str, new: str, look: Look | None = None) -> str:
    return shown(parts(old, new), look or Look())


def test_changed_words_are_marked() -> None:
    assert told("Der Krieg dauert an.", "Der Krieg ist aus.") == "Der Krieg [-dauert an-]{+ist aus+}."


def test_on_a_terminal_they_are_coloured() -> None:
    assert told("a b", "a c", Look(80, colour=True)) == "a \x1b[31;9mb\x1b[0m\x1b[32;1mc\x1b[0m"


def test_added_and_removed_words_are_marked_alone() -> None:
    assert told("a c", "a b c") == "a {+b +}c"
    assert told("a b c", "a c") == "a [-b -]c"


def test_long_stretches_that_stayed_are_cut() -> None:
    long = " ".join(f"w{n}" for n in range(100))
    assert told(f"{long} alt {long}", f"{long} neu {long}") == (
        "… w92 w93 w94 w95 w96 w97 w98 w99 [-alt-]{+neu+} w0 w1 w2 w3 w4 w5 w6 w7 …"
    )


def test_a_long_text_takes_no_time_to_speak_of() -> None:
    paragraphs = [f"Absatz {n} mit einigen Worten darin, die oft und oft vorkommen." for n in range(3_000)]
    changed = [*paragraphs[:1500], "Ein neuer Absatz.", *paragraphs[1501:]]
    assert "neuer" in told("\n".join(paragraphs), "\n".join(changed))
