"""What in a text goes on by itself, without anybody having written: counters, clocks, adverts. Pure."""

import re

_COUNTED = "|".join(
    [
        *("(?:leser|nutzer)?kommentare?n?", "postings?", "aufrufen?", "klicks?", "likes?", "shares?", "retweets?"),
        *(
            "comments?",
            "views?",
            "replies",
            "reads",
            "downloads?",
            "reaktionen",
            "reactions?",
            "mal (?:gelesen|geteilt)",
        ),
        *("commentaires?", "vues?", "partages?", "comentarios?", "visitas?", "commenti", "visualizzazioni"),
        *("reacties", "weergaven", "komentarzy", "kommentarer"),
    ]
)
_COUNTER = re.compile(
    rf"(?<!\d)\d[\d.,'’]{{0,12}}+(?:[ \u00a0\u202f]\d{{3}}){{0,3}}+\s?(?:{_COUNTED})\b"
    rf"|\b(?:{_COUNTED})\s?[:(\[]\s?\d[\d.,'’]*",
    re.IGNORECASE,
)

_DAY = r"\d{1,4}[./-]\s?(?:\d{1,2}[./-]\s?|[^\W\d_]{3,10}\.?\s)?(?:\d{1,4})?|[^\W\d_]{3,10}\.?\s\d{1,2},?\s\d{4}"
_CLOCK = re.compile(
    rf"""\b(?:stand|(?:zuletzt\s)?aktualisiert|update|(?:last\s)?updated|mis\sà\sjour|actualizado|aggiornato|bijgewerkt)
    (?:\s?:|\sam|\sum|\sat|\son|\sle|\sel|\sil|\sop)?\s (?:(?:{_DAY})(?:,|\s|um|at|à|-|–){{0,6}})?
    \d{{1,2}}[:.h]\d\d(?:[:.]\d\d)?(?!\d)(?:\s?(?:uhr|h|[ap]\.?m\.?)\b)?
    | \b(?:vor|il\sy\sa|hace)\s\d{{1,3}}\s(?:sek|min|stund|tag|sec|heure|hora|jour)\w*
    | \b\d{{1,3}}\s(?:sec|min|hour|day)\w*\sago\b""",
    re.IGNORECASE | re.VERBOSE,
)
# A paragraph that says of itself that it is one.
_ADVERT = re.compile(r"^[ \t(\[*-]*(?:anzeigen?|werbung|advertisement|sponsored|publicité|publicidad|advertentie)[ \t]?"
                     r"(?:[:|)\]*–-].*)?$", re.IGNORECASE | re.MULTILINE)  # fmt: skip
_NUMBERS = re.compile(r"\d[\d.,:/]*")


def standing(text: str) -> str:
    """The text without what goes on by itself.

    >>> standing("Der Text. Stand: 06:01 Uhr. 12 Kommentare"), standing("Bisher 12 Tote")
    ('Der Text. . ', 'Bisher 12 Tote')
    """
    return _CLOCK.sub("", _COUNTER.sub("", _ADVERT.sub("", text)))


def numberless(text: str) -> str:
    """The text without adverts and the value of its numbers: much faster than `standing`, and sees less.

    >>> numberless("1.234 Kommentare") == numberless("999 Kommentare")
    True
    """
    return _NUMBERS.sub("0", _ADVERT.sub("", text))
