"""What tells which entry this is, and whether it says the same as before."""

from dataclasses import fields, replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.normalise.identity import MAX_KEY, entry_digest, keys, wording_digest
from storage.records import Category, Enclosure, Entry, Key, KeyKind, Person, Wording

SAID = Wording(
    digest=b"\x01" * 16,
    title="Koalition einig",
    summary="Kurz",
    content_text="Lang",
    summary_html="<p>Kurz</p>",
    content_html='<p>Lang <a href="https://example.org/b?x=1">b</a></p>',
    authors=(Person("Ann", "ann@example.org"),),
    categories=(Category("Politik"), Category("Wien", "https://example.org/ort")),
    enclosures=(Enclosure("https://example.org/a.mp3", "audio/mpeg", 9),),
    image_url="https://example.org/a.jpg",
    published_at=datetime(2024, 5, 17, 10, tzinfo=UTC),
    published_raw="17.05.2024",
    published_source="pubDate",
)
PAGE = "https://example.org/a"


def texts(guid: str = "", canonical: str | None = None, said: Wording = SAID) -> dict[KeyKind, str]:
    found = keys(guid=guid, canonical=canonical, publisher_ids=(), wording=said)
    assert len({key.kind for key in found}) == len(found)
    return {key.kind: key.text for key in found}


def test_evidence_goes_from_strong_to_weak() -> None:
    found = keys(
        guid="https://example.org/?p=7", canonical=PAGE, publisher_ids=(("post-id", "7"),), wording=SAID, is_exact=True
    )
    assert [key.kind.value for key in found] == (
        ["guid", "guid_path", "guid_global", "publisher_id", "url", "title_time", "content"]
    )


LONG = replace(
    SAID, summary="Nach zwölf Stunden ist man sich einig", published_at=datetime(2024, 5, 17, 10, 7, tzinfo=UTC)
)
ASKED = "https://example.org/a/koalition-einig?t=17"


def test_of_weak_facts_those_that_stay_where_the_strong_ones_change_count_together() -> None:
    def together(canonical: str | None, said: Wording, *, is_exact: bool) -> set[str]:
        found = keys(guid="", canonical=canonical, publisher_ids=(), wording=said, is_exact=is_exact)
        return {key.kind.value for key in found} & {"text_time", "title_text", "path_title"}

    assert together(PAGE, LONG, is_exact=True) == {"text_time"}
    assert together(PAGE, LONG, is_exact=False) == {"title_text"}
    assert together(ASKED, LONG, is_exact=True) == {"text_time", "path_title"}
    assert together(PAGE, SAID, is_exact=True) == set()  # what is so short is said of many articles
    assert together(PAGE, SAID, is_exact=False) == set()
    assert together(None, SAID, is_exact=False) == {"title_text"}
    assert together("https://example.org/show.php?id=7", LONG, is_exact=False) == {"title_text"}


def kinds(guid: str = "", canonical: str | None = None, said: Wording = LONG) -> dict[KeyKind, str]:
    return {
        key.kind: key.text
        for key in keys(guid=guid, canonical=canonical, publisher_ids=(), wording=said, is_exact=True)
    }


def test_a_full_hour_is_no_time_that_one_article_has_unless_there_is_no_text() -> None:
    full = replace(LONG, published_at=datetime(2024, 5, 17, 10, tzinfo=UTC))
    assert {KeyKind.TITLE_TIME, KeyKind.TEXT_TIME} <= kinds().keys()
    assert {KeyKind.TITLE_TIME, KeyKind.TEXT_TIME}.isdisjoint(kinds(said=full))
    assert KeyKind.TITLE_TIME in kinds(said=replace(full, summary=None, content_text=None))


def test_a_uuid_at_the_end_of_an_address_identifies_alone_and_a_number_with_the_time_or_the_text() -> None:
    uuid = "1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed"
    assert kinds(canonical=f"https://example.org/neu-a-{uuid}")[KeyKind.PUBLISHER_ID] == f"example.org/{uuid}"
    later = replace(LONG, title="Doch nicht", published_at=datetime(2024, 5, 17, 11, 9, tzinfo=UTC))
    told = [
        {key.text for key in keys(guid="", canonical=at, publisher_ids=(), wording=said, is_exact=True)}
        for at, said in [
            ("https://example.org/story/3000000212345/koalition-einig", LONG),
            ("https://example.org/story/3000000212345/doch-nicht", later),
        ]
    ]
    assert len([text for text in told[0] & told[1] if text.startswith("example.org/3000000212345 ")]) == 1


def test_a_newsml_guid_is_the_same_in_all_its_revisions() -> None:
    revisions = [kinds(f"urn:newsml:dpa.com:20090101:261001-99-12345:{n}") for n in ("1", "2", "3U")]
    assert {each[KeyKind.GUID_GLOBAL] for each in revisions} == {"urn:newsml:dpa.com:20090101:261001-99-12345"}
    assert len({each[KeyKind.GUID] for each in revisions}) == 3


def test_the_name_of_a_template_is_no_article() -> None:
    undated = replace(LONG, title="Das Wetter heute", published_at=None, published_raw=None)
    assert KeyKind.PATH_TITLE not in kinds(
        canonical="https://example.org/aktuelles/news-detail?newsid=17", said=undated
    )
    assert KeyKind.PATH_TITLE in kinds(canonical="https://example.org/das-wetter-heute?newsid=17", said=undated)


def test_a_headline_with_its_text_needs_a_day_or_else_its_address() -> None:
    dateless = replace(LONG, published_at=None, published_raw=None)
    assert texts(canonical=PAGE, said=LONG)[KeyKind.TITLE_TEXT] == texts(said=LONG)[KeyKind.TITLE_TEXT]
    assert texts(canonical=PAGE, said=dateless)[KeyKind.TITLE_TEXT] != texts(said=dateless)[KeyKind.TITLE_TEXT]


def test_a_guid_is_kept_as_published() -> None:
    assert texts("ABC")[KeyKind.GUID] != texts("abc")[KeyKind.GUID]
    assert texts("cafe\u0301")[KeyKind.GUID] != texts("caf\u00e9")[KeyKind.GUID]


@pytest.mark.parametrize("guid", ["1", "abc", "post-7", "example.org/7", "mailto:a@example.org", "tag:7"])
def test_a_guid_that_is_unique_in_its_feed_only_says_nothing_beyond_it(guid: str) -> None:
    assert {KeyKind.GUID_GLOBAL, KeyKind.GUID_PATH}.isdisjoint(texts(guid))


def test_a_uuid_is_the_same_in_all_its_forms() -> None:
    uuid = "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"
    forms = [uuid, uuid.upper(), f"urn:uuid:{uuid}", f"{{{uuid}}}", f"URN:UUID:{uuid}"]
    assert {texts(form)[KeyKind.GUID_GLOBAL] for form in forms} == {f"urn:uuid:{uuid}"}


def test_a_tag_uri_is_unique_in_the_world() -> None:
    assert texts("tag:example.org,2024-05:7")[KeyKind.GUID_GLOBAL] == "tag:example.org,2024-05:7"


def test_a_guid_that_moves_to_another_scheme_or_host_keeps_its_path() -> None:
    before, after = texts("http://www.example.org/?p=7"), texts("https://news.example/?p=7")
    assert before[KeyKind.GUID_PATH] == after[KeyKind.GUID_PATH] == "/?p=7"
    assert before[KeyKind.GUID_GLOBAL] != after[KeyKind.GUID_GLOBAL]


def test_http_and_https_are_one_guid_in_the_world() -> None:
    assert texts("http://example.org/a")[KeyKind.GUID_GLOBAL] == texts("https://example.org/a")[KeyKind.GUID_GLOBAL]


def test_a_session_number_in_a_guid_tells_nothing() -> None:
    a, b = (texts(f"https://example.org/a?PHPSESSID={number}&utm_source=rss") for number in (1, 2))
    assert a[KeyKind.GUID] != b[KeyKind.GUID]
    assert (a[KeyKind.GUID_PATH], a[KeyKind.GUID_GLOBAL]) == (b[KeyKind.GUID_PATH], b[KeyKind.GUID_GLOBAL])


def test_the_fragment_of_a_guid_tells_parts_of_a_page_apart() -> None:
    a, b = (texts(f"https://example.org/ticker#{number}") for number in (1, 2))
    assert a[KeyKind.GUID_GLOBAL] != b[KeyKind.GUID_GLOBAL]
    assert a[KeyKind.GUID_PATH] == "/ticker#1"


def test_the_home_page_of_a_host_identifies_nothing() -> None:
    found = texts("https://example.org/", "https://example.org/")
    assert {KeyKind.URL, KeyKind.GUID_PATH, KeyKind.GUID_GLOBAL}.isdisjoint(found)


def test_title_and_date_count_together_and_a_date_that_cannot_be_read_as_written() -> None:
    unread = replace(SAID, published_at=None)
    assert len({texts(said=said)[KeyKind.TITLE_DATE] for said in (SAID, unread, replace(SAID, title="x"))}) == 3


def test_without_title_and_date_only_the_wording_is_left() -> None:
    said = replace(SAID, title=None, published_at=None, published_raw=None)
    assert set(texts(said=said)) == {KeyKind.CONTENT}


def test_a_long_key_is_given_by_its_digest() -> None:
    found = texts("a" * (MAX_KEY + 1))[KeyKind.GUID]
    assert found.startswith("sha256:")
    assert texts("a" * MAX_KEY)[KeyKind.GUID] == "a" * MAX_KEY
    assert texts("a" * (MAX_KEY + 2))[KeyKind.GUID] != found


@given(st.text(alphabet=st.characters(codec=None), min_size=1), st.text(alphabet=st.characters(codec=None)))
def test_keys_are_short_and_never_fail_always(guid: str, rest: str) -> None:
    for each in (guid, f"http://{guid}", f"https://example.org/{rest}", f"tag:a,2024:{rest}"):
        assert all(
            0 < len(key.text) <= MAX_KEY for key in keys(guid=each, canonical=None, publisher_ids=(), wording=SAID)
        )


# --- digests ----------------------------------------------------------------------------------------------------------


def test_a_digest_is_the_same_on_every_machine_for_ever() -> None:
    assert wording_digest(SAID, PAGE).hex() == "958bb5eb69dbe5e21f2a3ab399984cc8"
    assert entry_digest(ENTRY).hex() == "3e678b0ec1321ae7f8400b3412e975ff"


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Koalition uneinig"},
        {"summary_html": "<p>kurz</p>"},
        {"content_html": "<p>Lang</p>"},
        {"content_html": SAID.content_html.replace("x=1", "x=2")},  # type: ignore[union-attr]
        {"authors": ()},
        {"categories": SAID.categories[:1]},
        {"enclosures": ()},
        {"image_url": None},
        {"published_at": None},
        {"updated_at": SAID.published_at},
    ],
)
def test_what_a_reader_would_call_the_text_makes_another_wording(change: dict[str, object]) -> None:
    assert wording_digest(replace(SAID, **change), PAGE) != wording_digest(SAID, PAGE)  # type: ignore[arg-type]


def test_another_address_makes_another_wording() -> None:
    assert wording_digest(SAID, None) != wording_digest(SAID, PAGE)


@pytest.mark.parametrize(
    "noise",
    [
        {"content_html": SAID.content_html.replace("?x=1", "?utm_source=rss&amp;x=1&amp;PHPSESSID=9")},  # type: ignore[union-attr]
        {"categories": SAID.categories[::-1]},
        {"enclosures": (Enclosure("https://example.org/a.mp3?utm_source=rss", "audio/mp3", 10),)},
        {"published_raw": "Fri, 17 May 2024 10:00:00 GMT", "published_source": "dc:date"},
        {"language": "de", "title_language": "de"},
    ],
)
def test_noise_makes_no_other_wording(noise: dict[str, object]) -> None:
    assert wording_digest(replace(SAID, **noise), PAGE) == wording_digest(SAID, PAGE)  # type: ignore[arg-type]


def test_where_no_date_can_be_read_its_spelling_counts() -> None:
    a, b = (replace(SAID, published_at=None, published_raw=raw) for raw in ("gestern", "heute"))
    assert wording_digest(a, PAGE) != wording_digest(b, PAGE)


ENTRY = Entry(
    digest=b"",
    wording=SAID,
    keys=(Key(KeyKind.GUID, "7"), Key(KeyKind.URL, PAGE)),
    guid="7",
    url=PAGE,
    canonical_url=PAGE,
    comments_url=f"{PAGE}#comments",
    extra='{"a":1}',
)


@pytest.mark.parametrize("field", [each.name for each in fields(Entry) if each.name not in {"digest", "canonical_url"}])
def test_every_field_of_an_entry_counts(field: str) -> None:
    other = {"wording": replace(SAID, digest=b"\x02" * 16), "keys": ()}.get(field, "else")
    assert entry_digest(replace(ENTRY, **{field: other})) != entry_digest(ENTRY)  # type: ignore[arg-type]


def test_a_session_number_that_is_new_at_every_poll_makes_no_new_entry() -> None:
    a, b = (
        replace(
            ENTRY, guid=f"https://example.org/a?PHPSESSID={number}", url=f"{PAGE}?PHPSESSID={number}&utm_source=rss"
        )
        for number in (1, 2)
    )
    assert entry_digest(a) == entry_digest(b)


def test_a_move_to_https_makes_another_entry_of_the_same_keys() -> None:
    assert entry_digest(replace(ENTRY, url="http://example.org/a")) != entry_digest(ENTRY)
