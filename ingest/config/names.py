"""Text to slugs, languages, countries and time zones; `UnfitError` with the right spelling where one is near."""

import re
import unicodedata
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo, available_timezones

from ingest.config.problems import UnfitError, did_you_mean

SLUG = re.compile(r"[a-z0-9][a-z0-9-]*")
LONGEST_SLUG = 100
_LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")  # RFC 5646 section 2.1, without the grandfathered
_CODES = """
    aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en
    eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja
    jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb
    nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg sh si sk sl sm sn so
    sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
"""
_ISO_639_1 = frozenset(_CODES.split())
_LANGUAGE_NAMES = {
    **dict.fromkeys(("german", "deutsch", "ger", "deu", "at"), "de"),
    **dict.fromkeys(("english", "englisch", "eng", "gb", "us"), "en"),
    **dict.fromkeys(("french", "französisch", "fre", "fra"), "fr"),
    **dict.fromkeys(("italian", "italienisch", "ita"), "it"),
}
_USER_ASSIGNED = {"XK": "Kosovo", "EU": "European Union"}  # in use, though not in ISO 3166-1
_OTHER_COUNTRIES = {"UK": "GB", "AUT": "AT", "DEU": "DE", "CHE": "CH", "GER": "DE", "ENG": "GB", "USA": "US"}
_TRANSLITERATED = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "ø": "oe", "ł": "l", "đ": "d"})


def slug(text: str) -> str:
    """An outlet's or feed's identity for ever."""
    if len(text) > LONGEST_SLUG:
        raise UnfitError("is too long for a slug", f"write at most {LONGEST_SLUG} characters")
    if not SLUG.fullmatch(text):
        raise UnfitError("is no slug", f"write small letters, digits and -, such as {slug_from(text, 'news')}")
    return text


def slug_from(title: str, otherwise: str, most: int = 60) -> str:
    """A slug made of a title; `otherwise` where the title has no letter that could be written.

    >>> slug_from("Österreich – die Größten", "news")
    'oesterreich-die-groessten'
    """
    latin = title[:500].lower().translate(_TRANSLITERATED)
    ascii_only = unicodedata.normalize("NFKD", latin).encode("ascii", "ignore").decode("ascii").lower()
    words = re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")
    return words[:most].rstrip("-") or otherwise


def language(text: str) -> str:
    """A language tag (BCP 47) in its canonical case: `de`, `de-AT`."""
    first, *rest = text.split("-")
    if not _LANGUAGE_TAG.fullmatch(text) or (len(first) == 2 and first.lower() not in _ISO_639_1):
        near = _LANGUAGE_NAMES.get(text.lower())
        raise UnfitError(
            "is no language code", f"write {near}" if near else "write one such as de, de-AT or en (BCP 47)"
        )
    return "-".join([first.lower(), *(part.upper() if len(part) == 2 else part for part in rest)])


def country(text: str) -> str:
    """A country code (ISO 3166-1 alpha-2) in capitals."""
    code, countries = text.upper(), _countries()
    if code not in countries:
        raise UnfitError("is no country code", _country_remedy(code, countries))
    return code


def _country_remedy(code: str, countries: dict[str, str]) -> str:
    by_name = {name.upper(): known for known, name in countries.items()}
    near = _OTHER_COUNTRIES.get(code) or by_name.get(code)
    return f"write {near}" if near else "write two letters such as AT, DE or CH (ISO 3166-1)"


@cache
def _countries() -> dict[str, str]:
    table = (files("tzdata") / "zoneinfo" / "iso3166.tab").read_text("utf-8")
    lines = (line.split("\t") for line in table.splitlines() if line and not line.startswith("#"))
    return {code: name for code, name, *_ in lines} | _USER_ASSIGNED


@cache
def timezone(text: str) -> str:
    """The name of a time zone (IANA)."""
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        near = did_you_mean(text, available_timezones()).lstrip("; ")
        raise UnfitError("is no time zone", near or "write an IANA name such as Europe/Vienna") from None
    return text
