"""What kind of change turned one wording into the next."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.change import Said, kind_of_change, letters
from storage.noise import standing, standing_addresses

TYPOS = [
    ('"Nein"', "„Nein“"),
    ("`Nein´", "Nein"),
    ("Klima schutz", "Klimaschutz"),
    ("Klima\N{SOFT HYPHEN}schutz", "Klimaschutz"),
    ("Aus für Koalition", "Aus für Koalition!"),
    ("10-15 Uhr", "10–15 Uhr"),
    ("10 000 Tote", "10000 Tote"),
    ("Herz ❤\N{VARIATION SELECTOR-16}", "Herz ❤"),
]
TITLES = [
    ("Nein", "+Nein+"),
    ("Sieg", "Sieg 🎉"),
    ("1,5 Millionen", "15 Millionen"),
    ("5 % mehr", "5 mehr"),
    ("Zahl der Toten steigt auf 100", "Zahl der Toten steigt auf 101"),
    ("1 Kommentar", "2 Kommentare"),
    ("कि", "की"),
    ("Der Arme", "der Arme"),
    (None, "Nun mit Titel"),
]
NOISE = [
    ("Text. 1 Kommentar", "Text. 2 Kommentare"),
    ("Text. Kommentare (12)", "Text. Kommentare (13)"),
    ("Text. 1.234 Aufrufe", "Text. 1.301 Aufrufe"),
    ("Text. 1 234 comments", "Text. 987 comments"),
    ("Stand: 06:01 Uhr. Text", "Stand: 06:31 Uhr. Text"),
    ("Stand: 20.11.2026, 06:01 Uhr", "Stand: 21.11.2026, 16:31 Uhr"),
    ("Zuletzt aktualisiert am 20. November 2026 um 6:01 Uhr", "Zuletzt aktualisiert am 1. Dezember 2026 um 6:02 Uhr"),
    ("Updated: 6:01 pm", "Updated: 11:15 am"),
    ("Vor 5 Minuten: Text", "Vor 2 Stunden: Text"),
    ("5 minutes ago, text", "1 hour ago, text"),
    ("Text.\n\nAnzeige: Auto\n\nEnde", "Text.\n\nAnzeige: Bahn und Bus\n\nEnde"),
]
TEXTS = [
    ("Bisher 12 Tote", "Bisher 15 Tote"),
    ("Der Stand 2:1 blieb", "Der Stand 3:1 blieb"),
    ("Um 06:01 Uhr bebte die Erde", "Um 06:31 Uhr bebte die Erde"),
    ("Eine Anzeige gegen Maier", "Eine Anzeige gegen Huber"),
    ("5 Stimmen Mehrheit", "7 Stimmen Mehrheit"),
    ("Text", None),
    ("2 Kommentare", None),
]


@pytest.mark.parametrize(("old", "new"), TYPOS)
def test_punctuation_quotes_and_blanks_are_a_typo(old: str, new: str) -> None:
    assert kind_of_change(Said(title=old), Said(title=new)) == "typo"
    assert kind_of_change(Said(summary=new), Said(summary=old)) == "typo"


@pytest.mark.parametrize(("old", "new"), TITLES)
def test_words_symbols_and_numbers_of_a_headline_are_its_title(old: str | None, new: str) -> None:
    assert kind_of_change(Said(title=old), Said(title=new)) == "title"


@pytest.mark.parametrize(("old", "new"), NOISE)
def test_counters_clocks_and_adverts_in_a_text_are_noise(old: str, new: str) -> None:
    assert kind_of_change(Said(content_text=old), Said(content_text=new)) == "noise"


@pytest.mark.parametrize(
    "line", ["Lesen Sie auch: {}", "Mehr zum Thema: {}", "Read more: {}", "» Lire aussi : {}", "Leggi anche: {}"]
)
def test_a_line_that_leads_to_another_article_is_noise(line: str) -> None:
    one, other = (Said(summary=f"Der Text.\n{line.format(title)}") for title in ("Oper bleibt zu", "Frost im Süden"))
    assert kind_of_change(one, other) == "noise"
    assert (
        kind_of_change(Said(summary="Er will mehr lesen als sie."), Said(summary="Er will mehr lesen als er."))
        == "text"
    )


@pytest.mark.parametrize(
    ("old", "new"), [("token=1", "token=2"), ("w=9&Expires=1&Signature=a", "w=9&Expires=2&Signature=b")]
)
def test_what_servers_add_to_the_address_of_a_picture_is_noise_and_another_picture_is_not(old: str, new: str) -> None:
    at = "https://cdn.example.org/a.jpg?"
    assert standing_addresses(at + old) == standing_addresses(at + new)
    assert standing_addresses(f"{at}id=1&{old}") != standing_addresses(f"{at}id=2&{new}")
    assert standing_addresses(None) is None


@pytest.mark.parametrize("far", [1, 30, 59, 61, 200, 5_000])
def test_a_counter_is_found_wherever_in_a_text_it_stands(far: int) -> None:
    texts = [f"{'Ein Wort, ' * far}{n} Kommentare{' und 7 mehr.' * far}" for n in ("12", "1.345")]
    assert standing(texts[0]) == standing(texts[1])
    assert standing(texts[0].replace("7", "8", 1)) != standing(texts[1])


@pytest.mark.parametrize(("old", "new"), TEXTS)
def test_numbers_that_are_news_are_text(old: str, new: str | None) -> None:
    assert kind_of_change(Said(summary=old), Said(summary=new)) == "text"


texts = st.none() | st.text(alphabet="aB1 ,.:„“+%\n", max_size=12)
said = st.builds(Said, title=texts, summary=texts, content_text=texts, meta=st.sampled_from([None, "x"]))


@given(old=said, new=said)
def test_whatever_changes_has_a_kind_and_it_is_the_same_backwards(old: Said, new: Said) -> None:
    assert kind_of_change(old, new) == kind_of_change(new, old)
    assert kind_of_change(old, old) == "noise"
    if kind_of_change(old, new) != "title":
        assert "".join(filter(str.isalnum, old.title or "")) == "".join(filter(str.isalnum, new.title or ""))


@pytest.mark.parametrize(
    "text", ["\n" * 60_000, "1" * 60_000, "1 " * 30_000, "*" * 60_000, "Stand 1." * 8_000, "Ã¼" * 30_000]
)
def test_a_long_text_is_compared_in_time_linear_in_its_length(text: str) -> None:
    """Otherwise this takes minutes."""
    assert kind_of_change(Said(content_text=f"a{text}b"), Said(content_text=f"a{text}c")) == "text"
    assert letters("", f"a{text}b") != letters("", f"a{text}c")
