"""Which language a text is in: as declared, and as it reads. Honest: what is short, mixed or not clear is None.

A text is read by its script, small words, letters and endings; a language must win against each rival by what tells the
two apart, for words that both share say nothing.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache

from ingest.normalise.language_names import LANGUAGES, MISTAKEN, NAMES, REGIONS, THREE_LETTERS
from ingest.normalise.language_words import ENDINGS, LETTERS, RARE, RELATIVES, SCRIPTS, WORDS

_SAMPLE = 1_000  # characters; more of them change nothing
_ENOUGH = 2.0  # words that tell two languages apart; half of that if the text is in the language that we expect
_SPARSE = 0.12  # share of known words below which a text is in a language that we do not know

_TAG = re.compile(r"([a-z]{2,3})(?:-([a-z]{4}))?(?:-([a-z]{2}|[0-9]{3}))?(?:-[a-z0-9]{1,8})*")
_URL = re.compile(r"(?:https?://|www\.)\S+")
_TOKEN = re.compile(r"""[^\s\d_.,;:!?…"'’‘‚„“”«»‹›()\[\]{}<>/\\|&+*=%$€£°·•।،؛؟–—-]+""")


def declared(tag: str | None) -> str | None:
    """A BCP 47 tag (RFC 5646) in its usual form, language, script and region only; None where that is not one.

    >>> [declared(tag) for tag in ("de_at", "DE-AT", "german", "en-us ", "zh-hant-tw", "x-default", None)]
    ['de-AT', 'de-AT', 'de', 'en-US', 'zh-Hant-TW', None, None]
    """
    if not tag or len(tag) > 60:
        return None
    text = re.split(r"[.@;,]", tag.strip().lower())[0].strip().replace("_", "-")
    found = _TAG.fullmatch(NAMES.get(text, text))
    if found is None:
        return None
    language = _language_code(found[1])
    script, region = found[2], (found[3] or "").upper()
    region = {"UK": "GB", "EL": "GR"}.get(region, region)
    parts = (language, script and script.title(), region if region in REGIONS or region.isdigit() else None)
    return "-".join(part for part in parts if part) if language else None


def _language_code(code: str) -> str | None:
    code = THREE_LETTERS.get(code, MISTAKEN.get(code, code))
    return code if code in LANGUAGES else None


def detected(text: str, *, hint: str | None = None) -> str | None:
    """The ISO 639-1 code of the language in which a plain text is written; None if it is too short or not clear.

    `hint` is the tag of the language that we expect: it halves what is asked of a text that speaks for that language
    and settles near relatives (Danish and Norwegian); a text that speaks for another is not bent to it.

    >>> detected("Regierung will höhere Steuern für Unternehmen")
    'de'
    >>> detected("Government wants higher taxes for business after the election")
    'en'
    >>> detected("Sturm Graz - Rapid Wien 2:1", hint="de")
    """
    sample = text[:_SAMPLE]
    if "://" in sample or "www." in sample:
        sample = _URL.sub(" ", sample)
    expected = (declared(hint) or "").partition("-")[0]
    if _NOT_LATIN.search(sample):
        script = _of_script(sample, expected)
        if script is not None:
            return script or None
    return _of_words(sample, expected)


# --- by script --------------------------------------------------------------------------------------------------------

_NOT_LATIN = re.compile("[\u0370-\u1dff\u1f00-\u1fff\u3041-\ud7af]")
_RUNS = re.compile(
    "|".join(
        [f"(?P<{code}>[{letters}]+)" for code, letters in SCRIPTS.items()]
        + ["(?P<kana>[\u3041-\u30ff]+)", "(?P<han>[\u3400-\u4dbf\u4e00-\u9fff]+)", "(?P<latin>[A-Za-z\u00c0-\u024f]+)"]
        + ["(?P<cyrillic>[\u0400-\u052f]+)", "(?P<hebrew>[\u05d0-\u05f4]+)", "(?P<other>[\u0620-\u06ff\u0900-\u097f]+)"]
    )
)
_JAPANESE_ONLY = frozenset("円気県発変戦駅売図広応対鉄検済残続転覚観権歳総辺黒実児舎択沢浄浅")


def _of_script(sample: str, expected: str) -> str | None:
    """The language if its script tells it, "" if there is too little of it, None if words must tell."""
    letters: dict[str, int] = defaultdict(int)
    for run in _RUNS.finditer(sample):
        letters[str(run.lastgroup)] += run.end() - run.start()
    most, all_letters = max(letters, key=lambda script: letters[script], default="latin"), sum(letters.values())
    if letters["han"] + letters["kana"] > 0.5 * all_letters:
        return _of_han(sample, letters["han"], letters["kana"], expected)
    if most in SCRIPTS:
        return most if letters[most] >= 4 and letters[most] > 0.6 * all_letters else ""
    if most == "hebrew":
        return _of_words(sample, expected) or ("he" if letters[most] >= 10 else "")
    return None


def _of_han(sample: str, han: int, kana: int, expected: str) -> str:
    if kana >= 2 and kana > 0.05 * (han + kana):
        return "ja"
    if han >= 4 and expected in {"ja", "zh"} and not kana:
        return expected
    if han < 10 or kana:
        return ""
    return "" if _JAPANESE_ONLY.intersection(sample) else "zh"


# --- by words ---------------------------------------------------------------------------------------------------------

_BITS = {code: 1 << place for place, code in enumerate(WORDS)}


def _mask(codes: Iterable[str]) -> int:
    return sum(_BITS[code] for code in codes)


def _masks(rows: Iterable[tuple[str, Iterable[str]]]) -> dict[str, int]:
    masks: dict[str, int] = defaultdict(int)
    for codes, signs in rows:
        for sign in set(signs):
            masks[sign] |= _mask(codes.split())
    return dict(masks)


_WORD = _masks((code, words.split()) for code, words in WORDS.items())
_LETTER = _masks(LETTERS.items())
_ENDING = _masks((codes, endings.split()) for codes, endings in ENDINGS.items())
_FAMILIES = tuple(frozenset(family.split()) for family in RELATIVES)
_TELLING = re.compile(f"[{''.join(_LETTER)}]")
_LONGEST_ENDING = max(map(len, _ENDING))


def _sign(token: str) -> tuple[int, float]:
    """Whom a word speaks for (a bit for each language), and how much."""
    mask = _WORD.get(token)
    if mask is not None:
        return mask, 1.0 if len(token) > 1 else 0.5
    if not token.isascii():
        mask = -1
        for letter in _TELLING.findall(token):
            mask &= _LETTER[letter]
        if mask != -1:
            return mask, 0.5
    return (_of_ending(token), 0.5) if len(token) > 6 else (0, 0.0)


def _of_ending(token: str) -> int:
    for size in range(_LONGEST_ENDING, 2, -1):
        mask = _ENDING.get(token[-size:])
        if mask is not None:
            return mask
    return 0


def _of_words(sample: str, expected: str) -> str | None:
    tokens = _tokens(sample)
    signs: dict[int, float] = defaultdict(float)
    for token in tokens:
        mask, weight = _sign(token)
        if mask:
            signs[mask] += weight
    scores = _scores(signs)
    if not scores:
        return None
    best = max(scores, key=lambda code: (scores[code], code == expected))
    if len(tokens) > 12 and scores[best] < _SPARSE * len(tokens):
        return None
    return _winner(best, scores, signs, expected)


def _tokens(sample: str) -> set[str]:
    words = set(_TOKEN.findall(sample))
    if not sample.isupper():  # else "US", "WHO" and "MIT" are names
        words = {word for word in words if not (1 < len(word) < 5 and word.isupper())}
    return {word.lower() for word in words}


def _scores(signs: dict[int, float]) -> dict[str, float]:
    scores: dict[str, float] = defaultdict(float)
    for mask, weight in signs.items():
        for code in _codes(mask):
            scores[code] += weight
    return scores


@lru_cache(maxsize=4096)
def _codes(mask: int) -> tuple[str, ...]:
    return tuple(code for code, bit in _BITS.items() if mask & bit)


def _winner(best: str, scores: dict[str, float], signs: dict[int, float], expected: str) -> str | None:
    least, enough = (_ENOUGH / 2, _ENOUGH / 4) if best == expected else (_ENOUGH, _ENOUGH)
    if scores[best] < least:
        return None
    rivals = [code for code in scores if code != best and (scores[code] > 0.2 * scores[best] or scores[best] < 3)]
    unbeaten = [code for code in rivals if not _beats(best, code, signs, _ENOUGH / 4 if code in RARE else enough)]
    if not unbeaten:
        return best
    close = {best, *unbeaten}
    return expected if expected in close and _are_relatives(close) and scores[expected] >= 0.8 * scores[best] else None


def _are_relatives(codes: set[str]) -> bool:
    return any(codes <= family for family in _FAMILIES)


def _beats(code: str, rival: str, signs: dict[int, float], enough: float) -> bool:
    mine, theirs = _BITS[code], _BITS[rival]
    won = sum(weight for mask, weight in signs.items() if mask & mine and not mask & theirs)
    lost = sum(weight for mask, weight in signs.items() if mask & theirs and not mask & mine)
    return won >= enough and won >= 3 * lost
