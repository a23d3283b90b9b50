"""Which articles of two successive documents are the same, though nothing that names them stayed. Pure.

An outlet moves to another system, or its addresses are new at every poll. No article proves that for itself: a standing
column of the same words is a new one each week. Most of a document does, and then it speaks for the rest of it too. Or
an article is gone from among others that stayed, and one that says the same has come: it was given another name.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.reuse import words_in_a_row

FEWEST = 3  # articles that moved together: fewer may be columns
_A_TEXT = 30  # characters: shorter ones are said of many articles
_MOST_COMPARED = 1_000  # pairs
_FEWEST_ROWS = 5  # of three words
_SOME, _MOST = 0.5, 0.75  # of a text's rows of three words
_NUMBER = re.compile(r"(?<![0-9a-z])(?!(?:19|20)\d{6}(?!\d))\d{5,20}(?![0-9a-z])")  # which no day is
_HOST = re.compile(r"^https?://[^/]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Stated:
    """What an item says of itself. `address` is canonical, `text` its beginning, `guid` as published."""

    item_id: int
    title: str | None
    text: str | None
    published_at: datetime | None
    address: str | None
    guid: str | None = None


Pair = tuple[Stated, Stated]
Sign = Callable[[Stated], Hashable]  # what two items must both say; None: it says nothing


def moved(old: Sequence[Stated], new: Sequence[Stated], staying: int) -> list[Pair]:
    """Pairs that are one article. `old` and `new` have nothing that both documents name alike, `staying` more have.

    Either the same parameters differ in the addresses of some: then it is these pairs that agree without them. Or most
    of the smaller document says the same as before: then the rest is matched by what is left of text, headline or time.
    """
    pairs: list[Pair] = []
    telling: list[Sign] = [_words, _headline_and_minute, _text_and_minute, _second]
    for sign in telling:
        pairs += _alike(old, new, sign, pairs)
    if volatile := volatile_parameters(pairs):
        at_one_place = _alike(old, new, _without(volatile), [])
        if len(set(pairs).intersection(at_one_place)) >= FEWEST:
            return at_one_place
    if len(pairs) < FEWEST or 2 * len(pairs) <= min(len(old), len(new)) + staying:
        return []
    weaker: list[Sign] = [_text_and_date, _headline_and_date, _minute]
    for sign in weaker:
        pairs += _alike(old, new, sign, pairs)
    return [
        *pairs,
        *_resembling(*_left(old, new, pairs), lambda one, other: _SOME * (one.published_at == other.published_at)),
    ]


def renamed(gone: Sequence[Stated], new: Sequence[Stated], others: Sequence[Stated] = ()) -> list[Pair]:
    """Pairs that are one article, where some are gone though older ones stayed, and others have come at once.

    Where editors choose, articles go and come all the time: a headline, a date or a minute in common is chance. So is
    much of a text that `others` of both documents have too, as reports by a pattern do. What has a guid of its own,
    which is no address, keeps it when it is renamed.
    """
    gone, new = ([each for each in side if not each.guid or _HOST.match(each.guid)] for side in (gone, new))
    pairs = _alike(gone, new, _words, [])
    return [*pairs, *_resembling(*_left(gone, new, pairs), _needed, others)]


def _needed(one: Stated, other: Stated) -> float:
    """How much of their texts must be the same for two to be one article; 0: nothing would do."""
    if _number(one) is not None and _number(one) == _number(other):
        return _SOME
    if one.published_at != other.published_at:
        return 0.0
    return _SOME if _minute(one) else _MOST


def volatile_parameters(pairs: Iterable[Pair]) -> frozenset[str]:
    """Parameters in which most of the pairs differ that are at one path.

    >>> here = [Stated(n, None, None, None, f"https://example.org/a?id={n}&t=1") for n in range(3)]
    >>> there = [Stated(n, None, None, None, f"https://example.org/a?id={n}&t=2") for n in range(3)]
    >>> volatile_parameters(zip(here, there))
    frozenset({'t'})
    """
    asked = [
        _parameters(one.address) ^ _parameters(other.address)
        for one, other in pairs
        if one.address and other.address and _path(one.address) == _path(other.address)
    ]
    times = Counter(name for differing in asked for name in {name for name, _ in differing})
    return frozenset(name for name, seen in times.items() if seen >= FEWEST and 2 * seen > len(asked))


def _alike(old: Sequence[Stated], new: Sequence[Stated], sign: Sign, known: Sequence[Pair]) -> list[Pair]:
    """Pairs that say the same, each the only one of its document that does."""
    here, there = (_only(sign, side) for side in _left(old, new, known))
    return [(one, there[said]) for said, one in here.items() if said in there]


def _left(old: Sequence[Stated], new: Sequence[Stated], known: Sequence[Pair]) -> tuple[list[Stated], list[Stated]]:
    """The items of both documents that are in no pair yet."""
    taken = {each.item_id for pair in known for each in pair}
    one, other = ([each for each in side if each.item_id not in taken] for side in (old, new))
    return one, other


def _only(sign: Sign, items: Sequence[Stated]) -> dict[Hashable, Stated]:
    said = [(sign(each), each) for each in items]
    times = Counter(each for each, _ in said)
    return {each: who for each, who in said if each is not None and times[each] == 1}


def _resembling(
    old: Sequence[Stated],
    new: Sequence[Stated],
    needed: Callable[[Stated, Stated], float],
    others: Sequence[Stated] = (),
) -> list[Pair]:
    """Pairs of which each shares much of its text with the other and with nobody else; of many, none is looked for."""
    if not 0 < len(old) * len(new) <= _MOST_COMPARED:
        return []
    rows = {each.item_id: words_in_a_row(each.text, 3) for each in (*old, *new, *others)}
    alike = [
        (one, other)
        for one in old
        for other in new
        if (share := needed(one, other)) and _shared(rows[one.item_id], rows[other.item_id]) >= share
    ]
    times = Counter(each.item_id for pair in alike for each in pair)
    return [
        pair
        for pair in alike
        if all(times[each.item_id] == 1 for each in pair)
        and not any(_shared(rows[each.item_id], rows[far.item_id]) >= _SOME for each in pair for far in others)
    ]


def _shared(one: Collection[object], other: Collection[object]) -> float:
    """The part of the shorter text that is in the longer one too; none of what is too short to tell."""
    least = min(len(one), len(other))
    return len(set(one).intersection(other)) / least if least >= _FEWEST_ROWS else 0.0


# --- signs ------------------------------------------------------------------------------------------------------------


def _words(each: Stated) -> Hashable:
    tells = _headline(each) or _long_text(each)
    return (each.title, each.text, each.published_at) if tells else None


def _headline_and_minute(each: Stated) -> Hashable:
    return _both(_headline(each), _minute(each))


def _text_and_minute(each: Stated) -> Hashable:
    return _both(_long_text(each), _minute(each))


def _headline_and_date(each: Stated) -> Hashable:
    return (_headline(each), each.published_at) if _headline(each) else None


def _text_and_date(each: Stated) -> Hashable:
    return (_long_text(each), each.published_at) if _long_text(each) else None


def _minute(each: Stated) -> datetime | None:
    """When it was published, unless that may be but a day, or an hour for which many things are planned."""
    at = each.published_at
    return at if at and (at.minute or at.second) else None


def _second(each: Stated) -> datetime | None:
    return each.published_at if each.published_at and each.published_at.second else None


def _number(each: Stated) -> Hashable:
    """What stays of `/a-headline-3000000212345` when the headline changes: the longest number that is no day."""
    return max(_NUMBER.findall(_path(each.address or "")), key=len, default=None)


def _without(parameters: frozenset[str]) -> Sign:
    def sign(each: Stated) -> Hashable:
        if not each.address:
            return None
        rest = {(name, value) for name, value in _parameters(each.address) if name not in parameters}
        return _path(each.address), frozenset(rest)

    return sign


def _both(one: Hashable, other: Hashable) -> Hashable:
    return None if one is None or other is None else (one, other)


def _headline(each: Stated) -> str | None:
    """Of a single word many entries may be titled."""
    return each.title if each.title and len(each.title.split()) > 1 else None


def _long_text(each: Stated) -> str | None:
    return each.text if each.text and len(each.text) >= _A_TEXT else None


def _path(address: str) -> str:
    return _HOST.sub("", address).partition("?")[0]


def _parameters(address: str) -> frozenset[tuple[str, str]]:
    asked = address.partition("?")[2]
    return frozenset((name, value) for name, _, value in (each.partition("=") for each in asked.split("&") if each))
