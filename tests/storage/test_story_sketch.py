"""Texts that share words are found by their sketches, and told how alike they are."""

import random

from hypothesis import given
from hypothesis import strategies as st

from storage.story_sketch import BANDS, bands, likeness, pairs, version

words = st.lists(st.sampled_from([f"wort{n}" for n in range(200)]), max_size=120)


def text(count: int, first: int = 0) -> list[str]:
    return [f"wort{n}" for n in range(first, first + count)]


@given(words)
def test_a_text_is_wholly_like_itself_whatever_its_commas_capitals_and_small_words(said: list[str]) -> None:
    plain, dressed = " ".join(said), ", der ".join(word.upper() for word in said)
    assert pairs(plain) == pairs(dressed)
    assert bands(pairs(plain)) == bands(pairs(dressed))
    if bands(pairs(plain)):
        like = likeness(pairs(plain), pairs(dressed))
        assert like is not None
        assert (like.shared, like.similarity) == (1.0, 1.0)


@given(words, words)
def test_likeness_knows_no_direction_and_stays_between_nothing_and_all(one: list[str], other: list[str]) -> None:
    mine, yours = pairs(" ".join(one)), pairs(" ".join(other))
    like = likeness(mine, yours)
    assert like == likeness(yours, mine)
    assert like is None or 0 < like.similarity <= like.shared <= 1


def test_a_sketch_has_all_its_bands_or_says_nothing() -> None:
    assert len(bands(pairs(" ".join(text(30))))) == BANDS
    assert bands(pairs(" ".join(text(8)))) == bands(pairs(None)) == ()


def test_copies_share_a_band_and_strangers_do_not() -> None:
    rng = random.Random(1)
    original = text(300)
    edited = [word if rng.random() > 0.2 else f"neu{rng.random()}" for word in original]
    first = set(bands(pairs(" ".join(original))))
    assert first & set(bands(pairs(" ".join(edited))))
    assert first & set(bands(pairs(" ".join(original[:40]))))
    assert not first & set(bands(pairs(" ".join(text(300, first=1000)))))


def test_a_long_text_is_held_against_a_short_one_by_its_beginning() -> None:
    digest = pairs(" ".join(text(1000)))
    assert likeness(digest, pairs(" ".join(text(40)))) is not None
    assert likeness(digest, pairs(" ".join(text(40, first=500)))) is None


def test_texts_without_blanks_between_words_have_pairs_too() -> None:
    assert len(pairs("東京都知事選挙の結果が発表された")) > 10


def test_the_rules_have_a_name_that_stays() -> None:
    assert version() == version()
    assert version().startswith("1 ")
