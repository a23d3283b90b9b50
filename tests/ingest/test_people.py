"""Who wrote it, in all the forms in which publishers say it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.normalise.people import people
from ingest.parse.parsed import Author
from storage.records import Person

ANN = Person("Ann Ärmel", "ann@example.org")


@pytest.mark.parametrize(
    "raw",
    [
        "ann@example.org (Ann Ärmel)",
        "Ann Ärmel <ann@example.org>",
        '"Ann Ärmel" <ann@example.org>',
        "Ann Ärmel (ann@example.org)",
        "Ann Ärmel (mailto:ann@example.org)",
        "mailto:ann@example.org (Ann Ärmel)",
        "  Ann &Auml;rmel\n &lt;ann@example.org&gt;",
    ],
)
def test_name_and_address_on_one_line_are_told_apart(raw: str) -> None:
    assert people([Author(raw=raw)], None) == (ANN,)


@pytest.mark.parametrize(
    "name", ["Mustermann, Max", "Max und Moritz", "red, apa", "/u/max", "ORF.at/Agenturen", "M. (30)"]
)
def test_a_name_stays_whole(name: str) -> None:
    assert people([Author(raw=name)], None) == (Person(name),)


def test_an_address_alone_is_no_name() -> None:
    assert people([Author(raw="ann@example.org")], None) == (Person(email="ann@example.org"),)


def test_a_long_top_level_domain_is_not_cut() -> None:
    assert people([Author(raw="a@b.versicherung (A)")], None) == (Person("A", "a@b.versicherung"),)


def test_structured_parts_are_taken_as_they_are() -> None:
    author = Author(name=" Ann ", email="mailto:ann@example.org", uri="/ann")
    assert people([author], "https://example.org/") == (Person("Ann", "ann@example.org", "https://example.org/ann"),)


def test_nothing_but_an_address_of_the_web_is_a_page_and_no_name() -> None:
    assert people([Author(raw=" https://example.org/ann ")], None) == (Person(uri="https://example.org/ann"),)


def test_an_address_that_is_written_as_the_uri_is_an_address() -> None:
    assert people([Author(name="Ann", uri="mailto:ann@example.org")], None) == (Person("Ann", "ann@example.org"),)


@pytest.mark.parametrize("uri", ["javascript:alert(1)", "data:text/html,x", "/relative"])
def test_a_uri_that_is_no_web_address_goes(uri: str) -> None:
    assert people([Author(name="Ann", uri=uri)], None) == (Person("Ann"),)


def test_several_authors_stay_in_their_order_each_once() -> None:
    given_ = [Author(raw="Max"), Author(name="Ann"), Author(raw="MAX"), Author(raw=""), Author(raw=" "), Author()]
    assert people(given_, None) == (Person("Max"), Person("Ann"))


def test_what_two_elements_say_of_one_person_is_joined() -> None:
    given_ = [
        Author(raw="ann@example.org"),
        Author(raw="ann@example.org (Ann)"),
        Author(name="Ann", uri="https://a.example/"),
    ]
    assert people(given_, None) == (Person("Ann", "ann@example.org", "https://a.example/"),)


def test_two_persons_of_one_name_are_two() -> None:
    given_ = [Author(raw="a@x.example (Max)"), Author(raw="b@x.example (Max)")]
    assert len(people(given_, None)) == 2


@given(st.lists(st.text(alphabet='aA@.<>() \n";:,&x').map(lambda raw: Author(raw=raw)), max_size=4))
def test_every_person_has_at_least_one_field_always(authors: list[Author]) -> None:
    for person in people(authors, None):
        assert person.name or person.email or person.uri
