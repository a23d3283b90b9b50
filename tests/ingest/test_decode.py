"""Bytes to text: the right letters, and the truth about how they were found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.decode import decode, legal

UMLAUTS = "<rss>Grüße – “Österreich”, 100 €</rss>"


def xml(encoding: str, text: str = UMLAUTS) -> bytes:
    return f'<?xml version="1.0" encoding="{encoding}"?>{text}'.encode(encoding)


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-8", "utf-8"),
        ("windows-1252", "windows-1252"),
        ("cp1252", "windows-1252"),
        ("gb18030", "gb18030"),
    ],
)
def test_a_declared_charset_is_believed_when_the_bytes_agree(encoding: str, name: str) -> None:
    decoded = decode(xml(encoding))
    assert UMLAUTS in decoded.text
    assert (decoded.encoding, decoded.verdict, decoded.repaired) == (name, "declared", 0)


@pytest.mark.parametrize(
    ("label", "codec", "text"),
    [
        ("ISO-8859-1", "cp1252", "„Größe“ €"),
        ("us-ascii", "cp1252", "Größe"),
        ("latin1", "cp1252", "Größe"),
        ("iso-8859-9", "cp1254", "İstanbul"),
        ("iso-8859-15", "iso8859-15", "10 €"),
        ("iso-8859-2", "iso8859-2", "Żółć"),
        ("x-sjis", "cp932", "日本①"),
        ("ks_c_5601-1987", "cp949", "한국어"),
        ("gb2312", "gb18030", "中文網頁"),
        ("big5", "big5hkscs", "中文網頁"),
        ("windows-1251", "cp1251", "Привет"),
        ("x-cp1251", "cp1251", "Привет"),
        ("koi8-r", "koi8-r", "Привет"),
        ("iso-2022-jp", "iso2022_jp", "日本"),
        ("euc-jp", "euc_jp", "日本語の新聞"),
    ],
)
def test_labels_mean_what_browsers_take_them_to_mean(label: str, codec: str, text: str) -> None:
    body = f'<?xml version="1.0" encoding="{label}"?><t>'.encode() + text.encode(codec)
    assert decode(body).text.endswith(text)
    assert decode(body).verdict == "declared"


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-32"])
def test_a_byte_order_mark_beats_whatever_is_declared(codec: str) -> None:
    decoded = decode(UMLAUTS.encode(codec), "text/xml; charset=windows-1251")
    assert (decoded.text, decoded.verdict) == (UMLAUTS, "bom")


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("lead", ["", " \n\t"])
def test_wide_encodings_are_known_without_a_mark(codec: str, lead: str) -> None:
    decoded = decode((lead + UMLAUTS).encode(codec))
    assert (decoded.text, decoded.encoding, decoded.verdict) == (lead + UMLAUTS, codec, "guessed")


def test_a_wide_encoding_that_declares_itself_is_declared() -> None:
    assert decode(xml("utf-16-be")).verdict == "declared"


def test_two_marks_are_no_text() -> None:
    assert decode(b"\xef\xbb\xbf\xef\xbb\xbf<a/>").text == "<a/>"


def test_a_document_that_is_utf8_beats_a_header_that_says_otherwise() -> None:
    assert decode(xml("utf-8"), "application/rss+xml; charset=ISO-8859-1").text.endswith(UMLAUTS)
    undeclared = decode(UMLAUTS.encode(), "text/xml; charset=ISO-8859-1")
    assert (undeclared.text, undeclared.verdict) == (UMLAUTS, "guessed")


def test_the_servers_default_latin1_does_not_beat_what_the_document_says() -> None:
    assert "Привет" in decode(xml("windows-1251", "Привет"), "text/xml; charset=iso-8859-1").text


def test_few_east_asian_letters_that_are_utf8_by_chance_stay_what_they_are_declared() -> None:
    assert "联通" in decode(xml("gbk", "联通")).text


def test_stray_bytes_of_windows_1252_in_utf8_are_repaired_one_by_one() -> None:
    body = xml("utf-8") + "Grüße – ".encode() + "Café “x”".encode("cp1252")
    decoded = decode(body)
    assert decoded.text.endswith("Grüße – Café “x”")
    assert (decoded.encoding, decoded.verdict, decoded.repaired) == ("utf-8", "repaired", 3)


def test_windows_1252_that_calls_itself_utf8_keeps_its_accents() -> None:
    decoded = decode(b'<?xml version="1.0" encoding="utf-8"?>' + "Café “x”".encode("cp1252"))
    assert decoded.text.endswith("Café “x”")
    assert (decoded.encoding, decoded.verdict) == ("windows-1252", "guessed")


def test_a_legacy_charset_with_some_utf8_by_chance_stays_what_it_is_declared() -> None:
    text = "Привет из Вены. " * 20
    assert decode(xml("windows-1251", text)).text.endswith(text)


@pytest.mark.parametrize("label", ["utf-7", "punycode", "idna", "unicode_escape", "undefined", "zlib", "hex", "x-none"])
def test_no_codec_but_the_webs_is_ever_chosen(label: str) -> None:
    body = f'<?xml version="1.0" encoding="{label}"?><t>+AGE- \\u0041</t>'.encode()
    decoded = decode(body, f"text/xml; charset={label}")
    assert "+AGE- \\u0041" in decoded.text
    assert decoded.encoding == "utf-8"


def test_what_xml_cannot_hold_is_replaced_and_counted() -> None:
    decoded = decode("a\x00b\x08c\ufffe\td\r\ne\x0bf\x7f".encode())
    assert decoded.text == "a\ufffdbc\ufffd\td\r\ne f\x7f"
    assert (decoded.verdict, decoded.repaired) == ("repaired", 4)


def test_halves_of_characters_are_joined_or_replaced() -> None:
    smile = b"\xed\xa0\xbd\xed\xb8\x80"
    assert decode("ä".encode() + smile + b"\xed\xa0\xbd.").text == "ä😀\ufffd."
    assert decode(b"a\xed\xa0\xbdb").text == "a\ufffdb"
    assert decode(b"a\xc0\xbcb").text == "a\ufffdb"


def test_nothing_said_and_no_utf8_is_windows_1252() -> None:
    decoded = decode("<t>Größe".encode("cp1252"))
    assert (decoded.text, decoded.encoding, decoded.verdict) == ("<t>Größe", "windows-1252", "guessed")


def test_a_charset_behind_junk_is_found() -> None:
    assert decode(b"<br />Warning<br />\n" + xml("windows-1251", "Привет")).text.endswith("Привет")


@given(
    st.binary(max_size=200), st.sampled_from([None, "text/xml; charset=utf-16", "x; charset=gbk", "x; charset=\x00"])
)
def test_any_bytes_give_text_that_every_database_takes(body: bytes, content_type: str | None) -> None:
    decoded = decode(body, content_type)
    decoded.text.encode("utf-8")
    assert decoded.text == legal(decoded.text)
    assert decoded.verdict in {"declared", "bom", "repaired", "guessed"}


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cn"]), min_size=1))
def test_utf8_always_survives_whatever_the_header_says(text: str) -> None:
    text = "<rss>Ä" + text.replace("\ufeff", "")
    for header in (None, "text/xml; charset=iso-8859-1", "text/xml; charset=utf-8", "text/xml; charset=koi8-r"):
        assert decode(text.encode(), header).text == legal(text)


@pytest.mark.parametrize(
    "written", ["&#xD83D;&#xDE00;", "&#55357;&#56832;", "&amp;#xd83d;&amp;#xde00;", "&#XD83D;&#56832;"]
)
def test_references_to_the_halves_of_a_character_are_that_character(written: str) -> None:
    assert decode(f"<rss>{written}</rss>".encode(), None).text == "<rss>😀</rss>"


@pytest.mark.parametrize("written", ["&#xDE00;&#xD83D;", "&#xD83D;", "&#55999;&#57999;", "&#56832;&#55357;"])
def test_other_halves_stay_as_they_came(written: str) -> None:
    assert decode(f"<rss>{written}</rss>".encode(), None).text == f"<rss>{written}</rss>"
