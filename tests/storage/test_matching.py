"""Which articles of two successive documents are the same, though nothing that names them stayed."""

from dataclasses import replace
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


LONG = "Der Rat hat am Abend mit großer Mehrheit den Bau der Brücke über den Fluss beschlossen, man beginnt im Mai"
EDITED = "Der Rat hat am Abend mit großer Mehrheit den Bau der Brücke doch verworfen, zu teuer wäre er geworden"
OTHER = "Wegen eines Schadens am Dach fällt die Premiere in der Oper aus, die Karten gelten an einem anderen Abend"
A, B = "https://example.org/{}/a.html", "https://example.org/{}/b.html"


def is_renamed(one: Stated, other: Stated) -> bool:
    return ids(renamed([one], [other])) == [(one.item_id, other.item_id)]


def test_a_single_one_is_renamed_where_its_text_says_so() -> None:
    assert is_renamed(stated(1, "Ja zur Brücke", LONG), stated(2, "Die Brücke kommt", LONG))
    assert is_renamed(stated(1, "Eine Sache", "Kurz"), stated(2, "Eine Sache", "Kurz"))
    assert not is_renamed(stated(1, "Ja zur Brücke", LONG), stated(2, "Nein zur Brücke", EDITED))
    assert is_renamed(stated(1, "Ja zur Brücke", LONG, SECOND), stated(2, "Nein zur Brücke", EDITED, SECOND))
    number = A.format(300021234), B.format(300021234)
    assert is_renamed(stated(1, "Ja", LONG, HOUR, number[0]), stated(2, "Nein", EDITED, SECOND, number[1]))


def test_where_editors_choose_a_headline_a_minute_or_a_number_in_common_is_chance() -> None:
    assert not is_renamed(stated(1, "Die Lage am Morgen", LONG), stated(2, "Die Lage am Morgen", OTHER))
    assert not is_renamed(stated(1, "Ja zur Brücke", LONG, SECOND), stated(2, "Oper bleibt zu", OTHER, SECOND))
    section = A.format(10023), B.format(10023)
    assert not is_renamed(stated(1, "Ja", LONG, HOUR, section[0]), stated(2, "Oper", OTHER, SECOND, section[1]))
    day = A.format(20261001), B.format(20261001)
    assert not is_renamed(stated(1, "Ja", LONG, HOUR, day[0]), stated(2, "Nein", EDITED, SECOND, day[1]))


def test_what_has_a_guid_of_its_own_keeps_it_when_it_is_renamed() -> None:
    one, other = stated(1, "Ja zur Brücke", LONG), stated(2, "Die Brücke kommt", LONG)
    assert not is_renamed(replace(one, guid="p1"), replace(other, guid="p2"))
    assert is_renamed(replace(one, guid=A.format(1)), replace(other, guid=B.format(1)))


def test_a_text_by_a_pattern_that_others_have_too_tells_nothing() -> None:
    def report(number: int, place: str) -> Stated:
        text = f"Bei einem Unfall in {place} sind am Abend {number} Personen verletzt worden, die Polizei sucht Zeugen"
        return stated(number, f"{place}: Unfall mit Verletzten", text, SECOND)

    gone, came, other = report(7, "Graz"), report(8, "Linz"), report(9, "Wels")
    assert ids(renamed([gone], [came])) == [(7, 8)]
    assert not renamed([gone], [came], [other])


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
