"""Which articles of two successive documents are the same, though nothing that names them stayed."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from storage.matching import FEWEST, Stated, moved, renamed

HOUR = datetime(2026, 10, 1, 6, tzinfo=UTC)
SECOND = datetime(2026, 10, 1, 6, 17, 5, tzinfo=UTC)


def stated(
    item_id: int,
    title: str | None = None,
    text: str | None = None,
    at: datetime | None = None,
    address: str | None = None,
) -> Stated:
    return Stated(item_id, title, text, at, address)


def news(number: int, side: int, **changed: str) -> Stated:
    own = {"title": f"Die Meldung {number}", "text": f"Was an diesem Tag in Ort {number} geschah und warum"}
    return stated(100 * side + number, **(own | changed), address=f"https://{side}.example.org/a{side}/{number}")


def ids(pairs: list[tuple[Stated, Stated]]) -> list[tuple[int, int]]:
    return sorted((one.item_id, other.item_id) for one, other in pairs)


def both(count: int, side: int) -> list[Stated]:
    return [news(n, side) for n in range(count)]


def test_most_of_a_document_proves_that_it_moved_and_less_proves_nothing() -> None:
    assert ids(moved(both(5, 1), both(5, 2), 0)) == [(100 + n, 200 + n) for n in range(5)]
    strangers = [news(n, 2) for n in range(20, 26)]
    assert not moved([*both(3, 1), *[news(n, 1) for n in range(10, 14)]], [*both(3, 2), *strangers], 0)
    assert not moved(both(FEWEST - 1, 1), both(FEWEST - 1, 2), 0)
    assert not moved(both(3, 1), both(3, 2), 4)  # three columns among seven, of which four stay


def test_what_two_articles_of_a_document_say_matches_neither() -> None:
    twice = [news(0, 2), stated(290, "Die Meldung 0", news(0, 2).text)]
    assert (100, 200) not in ids(moved(both(6, 1), [*both(6, 2)[1:], *twice], 0))


def test_where_most_moved_the_rest_is_matched_by_what_is_left_of_it() -> None:
    old, new = both(8, 1), both(8, 2)
    new[0] = news(0, 2, title="Ganz anders")
    new[1] = news(1, 2, text="Ein Text, der mit dem von vorhin nichts zu tun hat")
    new[2] = news(2, 2, title="Neu", text="Was an diesem Tag in Ort 2 geschah und warum niemand half")
    assert ids(moved(old, new, 0)) == [(100 + n, 200 + n) for n in range(8)]


def test_parameters_that_differ_in_all_addresses_mean_nothing_and_the_others_identify() -> None:
    def asked(number: int, side: int, title: str) -> Stated:
        address = f"https://example.org/show.php?id={number}&z={side}{number}"
        return stated(100 * side + number, title, f"Was an diesem Tag in Ort {number} geschah", None, address)

    old = [asked(n, 1, f"Meldung Nr. {n}") for n in range(10)]
    new = [asked(n, 2, f"Meldung Nr. {n}") for n in (7, 8, 9)] + [
        asked(n, 2, f"Meldung Nr. {n}") for n in range(20, 26)
    ]
    new.append(asked(6, 2, "Alles neu"))
    assert ids(moved(old, new, 0)) == [(106, 206), (107, 207), (108, 208), (109, 209)]


def test_columns_of_one_script_are_no_articles_with_a_parameter_that_means_nothing() -> None:
    def columns(week: int) -> list[Stated]:
        named = [("Lotto heute", "l"), ("Toto heute", "t"), ("Joker heute", "j")]
        return [
            stated(10 * week + n, title, None, None, f"https://example.org/show.php?id={week}{n}")
            for n, (title, _) in enumerate(named)
        ]

    assert not moved([*columns(1), *both(7, 1)], [*columns(2), *[news(n, 2) for n in range(20, 27)]], 0)


def test_a_single_one_is_renamed_by_its_number_its_text_or_its_very_minute_but_not_by_an_hour() -> None:
    numbered = [stated(n, f"Titel {n}", None, None, f"https://example.org/{'ab'[n]}-300021234.html") for n in range(2)]
    assert ids(renamed(numbered[:1], numbered[1:])) == [(0, 1)]
    dated = [stated(n, f"Titel {n}", None, None, f"https://example.org/20261001/{'ab'[n]}.html") for n in range(2)]
    assert not renamed(dated[:1], dated[1:])
    assert ids(renamed([stated(1, "Die eine Sache", at=SECOND)], [stated(2, "Etwas anderes", at=SECOND)])) == [(1, 2)]
    assert not renamed([stated(1, "Die eine Sache", at=HOUR)], [stated(2, "Etwas anderes", at=HOUR)])


some = st.builds(
    stated,
    st.just(0),
    st.sampled_from([None, "A", "Die Meldung", "Der Bericht"]),
    st.sampled_from(
        [None, "kurz", "Ein Text von mehr als dreißig Zeichen", "Ein anderer von mehr als dreißig Zeichen"]
    ),
    st.sampled_from([None, HOUR, SECOND]),
    st.sampled_from([None, "https://e.org/a?x=1", "https://e.org/a?x=2", "https://e.org/12345", "https://e.org/b"]),
)


@given(old=st.lists(some, max_size=7), new=st.lists(some, max_size=7), staying=st.integers(0, 4))
def test_an_item_is_in_one_pair_at_most_and_the_order_of_a_document_does_not_matter(
    old: list[Stated], new: list[Stated], staying: int
) -> None:
    old = [stated(n, each.title, each.text, each.published_at, each.address) for n, each in enumerate(old)]
    new = [stated(50 + n, each.title, each.text, each.published_at, each.address) for n, each in enumerate(new)]
    for found in (moved(old, new, staying), renamed(old, new)):
        assert len({each.item_id for pair in found for each in pair}) == 2 * len(found)
    assert ids(moved(old, new, staying)) == ids(moved(old[::-1], new[::-1], staying))
    assert ids(renamed(old, new)) == ids(renamed(old[::-1], new[::-1]))
