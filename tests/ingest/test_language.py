"""Languages: the table of headlines and teasers, the tags that publishers write, and what holds for any text."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.normalise.language import declared, detected
from ingest.normalise.language_names import LANGUAGES


class Row(NamedTuple):
    language: str | None
    hint: str | None
    text: str


def rows() -> Iterator[Row]:
    for line in Path(__file__).with_name("languages.tsv").read_text("utf-8").split("\n"):
        if line and not line.startswith("#"):
            language, hint, text = line.split("\t")
            yield Row(None if language == "-" else language, None if hint == "-" else hint, text)


TABLE = list(rows())


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.text[:40]}|{row.hint}")
def test_a_headline_or_teaser_is_in_its_language_or_in_none_that_we_can_tell(row: Row) -> None:
    assert detected(row.text, hint=row.hint) == row.language


def test_the_table_has_enough_headlines_in_enough_languages() -> None:
    assert len(TABLE) >= 120
    assert len({row.language for row in TABLE}) >= 30
    assert len(set(TABLE)) == len(TABLE)


@pytest.mark.parametrize("row", [row for row in TABLE if row.language and not row.hint], ids=lambda row: row.text[:40])
@pytest.mark.parametrize("hint", ["de", "en", "tr"])
def test_a_text_that_speaks_for_itself_is_not_bent_to_what_we_expect(row: Row, hint: str) -> None:
    assert detected(row.text, hint=hint) == row.language


@pytest.mark.parametrize("row", [row for row in TABLE if row.language in {"de", "en"}], ids=lambda row: row.text[:40])
def test_german_and_english_are_never_taken_for_each_other_however_little_is_shown(row: Row) -> None:
    other = {"de": "en", "en": "de"}[str(row.language)]
    words = row.text.split()
    assert all(detected(" ".join(words[:end])) != other for end in range(1, len(words) + 1))


@given(st.text(max_size=1500), st.none() | st.text(max_size=12) | st.sampled_from(["de", "en-GB", "xx", "ja"]))
def test_any_text_gives_a_known_code_or_none(text: str, hint: str | None) -> None:
    assert detected(text, hint=hint) in LANGUAGES | {None}


@given(st.text())
def test_only_the_first_thousand_characters_count(more: str) -> None:
    start = ("Die Regierung hat das Gesetz nach langer Debatte beschlossen. " * 17)[:1000]
    assert detected(start + more) == "de"
    assert detected(" " * 1000 + start) is None


@given(st.sampled_from([row.text for row in TABLE if row.language == "de" and not row.hint]))
def test_addresses_of_web_pages_say_nothing(text: str) -> None:
    assert detected(f"{text} https://example.org/the/of/and/was/that-with-from-this-has-been.html") == "de"


TAGS = {
    "de": "de",
    "DE": "de",
    "de-AT": "de-AT",
    "DE-AT": "de-AT",
    "de_at": "de-AT",
    " de-at ": "de-AT",
    "de-de": "de-DE",
    "de-DE-1996": "de-DE",
    "de_AT.UTF-8": "de-AT",
    "de_AT@euro": "de-AT",
    "en-us ": "en-US",
    "en-UK": "en-GB",
    "en-gb-oxendict": "en-GB",
    "en-EN": "en",
    "en-001": "en-001",
    "es-419": "es-419",
    "zh-hant-tw": "zh-Hant-TW",
    "ZH_HANS": "zh-Hans",
    "sr-Latn-RS": "sr-Latn-RS",
    "sr-latn": "sr-Latn",
    "ger": "de",
    "deu": "de",
    "eng-US": "en-US",
    "german": "de",
    "Deutsch": "de",
    "English": "en",
    "français": "fr",
    "Русский": "ru",
    "iw": "he",
    "cz": "cs",
    "jp-JP": "ja-JP",
    "gsw": "gsw",
    "nds-DE": "nds-DE",
    "nb-NO": "nb-NO",
    "de,en;q=0.5": "de",
    "pt-br": "pt-BR",
    "fil-PH": "fil-PH",
}
NO_TAGS = ["", " ", "-", "_", "x", "x-default", "i-klingon", "und", "mul", "zxx", "xx", "xyz", "rss", "utf-8", "de--at"]
NO_TAGS += [
    "d",
    "123",
    "de/at",
    "German language",
    "<![CDATA[de]]>",
    "${lang}",
    "de-AT-" + "x" * 60,
    "at",
    "\ud800",
    "²²",
]


@pytest.mark.parametrize(("tag", "expected"), TAGS.items())
def test_a_declared_tag_gets_its_usual_form(tag: str, expected: str) -> None:
    assert declared(tag) == expected


@pytest.mark.parametrize("tag", [None, *NO_TAGS])
def test_what_is_no_tag_of_a_language_that_we_know_declares_nothing(tag: str | None) -> None:
    assert declared(tag) is None


@given(st.text(max_size=80) | st.from_regex(r"[a-zA-Z]{2,3}([-_][a-zA-Z0-9]{2,8}){0,3}", fullmatch=True))
def test_a_tag_in_its_usual_form_stays_as_it_is(tag: str) -> None:
    usual = declared(tag)
    assert usual is None or declared(usual) == usual
