"""Which language a text is in: as declared, and as it reads. Honest: what is short, mixed or not clear is None.

A text is read by its script, small words, letters and endings; a language must win against each rival by what tells the
two apart, for words that both share say nothing.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from struct import Struct

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

# Each language has a lane of 16 bits in one large number, so that to add such numbers is to count for all languages at
# once. What is counted are halves of a word.
_LANES = {code: 16 * place for place, code in enumerate(WORDS)}
_CODES = tuple(WORDS)
_counts = Struct(f"<{len(_CODES)}H").unpack


def _speaking(rows: Iterable[tuple[str, Iterable[str]]]) -> dict[str, int]:
    """For which languages each sign speaks: a 1 in their lanes."""
    found: dict[str, int] = defaultdict(int)
    for codes, signs in rows:
        for sign in set(signs):
            for code in codes.split():
                found[sign] |= 1 << _LANES[code]
    return dict(found)


_WORD = {
    word: lanes * 2 if len(word) > 1 else lanes
    for word, lanes in _speaking((code, words.split()) for code, words in WORDS.items()).items()
}
_LETTER = _speaking(LETTERS.items())
_ENDING = _speaking((codes, endings.split()) for codes, endings in ENDINGS.items())
_FAMILIES = tuple(frozenset(family.split()) for family in RELATIVES)
_TELLING = re.compile(f"[{''.join(_LETTER)}]")
_LONGEST_ENDING = max(map(len, _ENDING))


def _of_words(sample: str, expected: str) -> str | None:
    tokens = _tokens(sample)
    signs = _signs(tokens)
    scores = _scores(signs)
    most = max(scores)
    if not most or (len(tokens) > 12 and most < 2 * _SPARSE * len(tokens)):
        return None
    best = expected if expected in _LANES and scores[_LANES[expected] // 16] == most else _CODES[scores.index(most)]
    return _winner(best, scores, signs, expected)


def _tokens(sample: str) -> set[str]:
    words = set(_TOKEN.findall(sample))
    if sample.isupper():
        return {word.lower() for word in words}
    # "US", "WHO" and "MIT" are names
    return {word.lower() for word in words if not word.isupper() or not 1 < len(word) < 5}


def _signs(tokens: Iterable[str]) -> list[int]:
    """For whom each word speaks that speaks for any."""
    return [lanes for token in tokens if (lanes := _WORD.get(token) or _unlisted(token))]


def _unlisted(token: str) -> int:
    """For whom a word speaks that is in no list: by its letters, or by its ending."""
    if not token.isascii() and (letters := _TELLING.findall(token)):
        lanes = _LETTER[letters[0]]
        for letter in letters[1:]:
            lanes &= _LETTER[letter]
        return lanes
    return _of_ending(token) if len(token) > 6 else 0


def _of_ending(token: str) -> int:
    for size in range(_LONGEST_ENDING, 2, -1):
        lanes = _ENDING.get(token[-size:])
        if lanes is not None:
            return lanes
    return 0


def _scores(signs: Iterable[int]) -> tuple[int, ...]:
    return _counts(sum(signs).to_bytes(2 * len(_CODES), "little"))


def _winner(best: str, scores: Sequence[int], signs: Iterable[int], expected: str) -> str | None:
    lane = _LANES[best]
    most = scores[lane // 16]
    least, enough = (_ENOUGH, _ENOUGH / 2) if best == expected else (2 * _ENOUGH, 2 * _ENOUGH)
    if most < least:
        return None
    own = 3 << lane
    shared = _scores(sign for sign in signs if sign & own)
    close = {best}
    for code, score, both in zip(_CODES, scores, shared, strict=True):
        if score > 0.2 * most or (score and most < 6):  # a rival
            won, lost = most - both, score - both
            if code != best and (won < (_ENOUGH / 2 if code in RARE else enough) or won < 3 * lost):
                close.add(code)
    if len(close) == 1:
        return best
    is_near = expected in close and any(close <= family for family in _FAMILIES)
    return expected if is_near and scores[_LANES[expected] // 16] >= 0.8 * most else None
