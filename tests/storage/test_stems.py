"""A word is found in whatever way it was broken."""

import pytest

from storage.stems import stems


@pytest.mark.parametrize(
    "broken", ["Donau-dampf-schiff", "Donau\u00addampf\u00adschiff", "Donau\u200bdampf\u2060schiff"]
)
def test_a_word_with_places_to_break_it_is_found_as_a_whole(broken: str) -> None:
    assert "donaudampfschiff" in stems(None, [broken], "de").split()


def test_a_word_that_is_written_in_one_needs_no_place_of_its_own() -> None:
    assert "donaudampfschiff" not in stems(None, ["Donaudampfschiff"], "de").split()
