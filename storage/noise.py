"""What in a text goes on by itself, without anybody having written: counters, clocks, adverts. Pure."""

import re
from collections.abc import Iterator

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
# A paragraph that says of itself that it is one, or that it speaks of another article.
_ADVERT = re.compile(
    r"""^[ \t(\[*>»→-]*
    (?: (?:anzeigen?|werbung|advertisement|sponsored|publicité|publicidad|advertentie)[ \t]?(?:[:|)\]*–-].*)?
      | (?:lesen\ssie\s(?:auch|mehr|hier)|mehr\szum\sthema|auch\sinteressant|das\skönnte\ssie\sauch\sinteressieren
        |also\sread|read\s(?:also|more|next)|related|(?:à\s)?lire\saussi|leggi\sanche|le[ea]\stambién|lees\sook)
        [ \t]?[:|–-].*
    )$""",
    re.IGNORECASE | re.MULTILINE | re.VERBOSE,
)
_NUMBER = re.compile(r"\d[\d.,:/]*")
_AROUND = 60  # characters on either side of a number: no counter and no clock is longer
# What every counter or clock has in it, in lower case.
_SIGNS = (
    *("komment", "posting", "aufruf", "klick", "like", "share", "tweet", "comment", "view", "replies", "reads"),
    *("download", "reaktion", "reaction", "gelesen", "geteilt", "partage", "vue", "comentario", "visita", "visualizz"),
    *("reactie", "weergaven", "stand", "aktualisiert", "update", "jour", "actualizado", "aggiornato", "bijgewerkt"),
    *("vor ", "vor\u00a0", "il y a", "hace", "ago"),
)


def standing(text: str) -> str:
    """The text without what goes on by itself.

    >>> standing("Der Text. Stand: 06:01 Uhr. 12 Kommentare"), standing("Bisher 12 Tote")
    ('Der Text. . ', 'Bisher 12 Tote')
    """
    text = _ADVERT.sub("", text)
    parts, done = [], 0
    for began, ended in _around_numbers(text):
        parts += [text[done:began], _without_counting(text[began:ended])]
        done = ended
    return "".join([*parts, text[done:]])


def _around_numbers(text: str) -> Iterator[tuple[int, int]]:
    """Where numbers are and what they may count; the patterns take a thousand times longer than to look for digits."""
    began = ended = 0
    for number in _NUMBER.finditer(text):
        if number.start() - _AROUND > ended:
            if ended:
                yield began, ended
            began = number.start() - _AROUND
        ended = min(number.end() + _AROUND, len(text))
    if ended:
        yield began, ended


def _without_counting(piece: str) -> str:
    plain = piece.lower()
    if not any(sign in plain for sign in _SIGNS):
        return piece
    return _CLOCK.sub("", _COUNTER.sub("", piece))


_PASSING = re.compile(
    r"[?&;](?:[a-z_]*token|sig|signature|hash|hmac|auth|expires?|exp|v|ver|version|rev|ts|t|time|timestamp|cb|nocache"
    r"|cachebuster|rnd|rand|random|_|policy|key-pair-id|x-amz-[a-z-]+)=[^&;#'\"\s]*",
    re.IGNORECASE,
)


def standing_addresses(text: str | None) -> str | None:
    """Addresses of files without what servers put there for each asking: tokens, times, versions.

    >>> standing_addresses("https://cdn.example.org/a.jpg?w=600&token=f00&v=7")
    'https://cdn.example.org/a.jpg?w=600'
    """
    return _PASSING.sub("", text) if text and "?" in text else text
