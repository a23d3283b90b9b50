"""What a person asks the search for, as the address says it; what is no date, outlet or language is told. Pure."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from urllib.parse import urlencode

from storage.search import Search

MOST = 100  # hits
_DAY = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")  # RFC 5646, section 2.1
NAMES = ("q", "outlet", "language", "since", "until", "sort")


@dataclass(frozen=True, slots=True)
class Wish:
    """The fields of the form, each as it was typed; empty where it was not."""

    q: str = ""
    outlet: str = ""
    language: str = ""
    since: str = ""
    until: str = ""
    sort: str = ""

    def query(self, **other: str) -> str:
        """The part of an address that asks for the same, but for these fields.

        >>> Wish(q="Rat & Tat", outlet="orf").query(outlet="", since="2026")
        'q=Rat+%26+Tat&since=2026'
        """
        said = {name: other.get(name, getattr(self, name)) for name in NAMES}
        return urlencode({name: value for name, value in said.items() if value})


def wish(args: Mapping[str, str]) -> Wish:
    """From an address."""
    return Wish(**{name: (args.get(name) or "").strip() for name in NAMES})


def problem(asked: Wish, outlets: Collection[str]) -> str | None:
    """What is wrong with it, in a line; None if nothing is.

    >>> problem(Wish(until="2026-02-30"), [])
    'Until: 2026-02-30 is no date. Write 2026, 2026-03 or 2026-03-01.'
    """
    for name in ("since", "until"):
        said = getattr(asked, name)
        if said and not _is_date(said):
            return f"{name.capitalize()}: {said} is no date. Write 2026, 2026-03 or 2026-03-01."
    if asked.since and asked.until and asked.since > f"{asked.until}~":
        return f"Since {asked.since} is after until {asked.until}: nothing lies between them."
    if asked.outlet and asked.outlet not in outlets:
        near = get_close_matches(asked.outlet, outlets, 1)
        return f"The archive has no outlet {asked.outlet}." + (f" Did you mean {near[0]}?" if near else "")
    if asked.language and not _LANGUAGE.fullmatch(asked.language):
        return f"Language: {asked.language} is none. Write de, en or fr."
    return None if asked.sort in {"", "newest", "best"} else f"There is no order {asked.sort}: newest or best."


def _is_date(text: str) -> bool:
    found = _DAY.fullmatch(text)
    try:
        return found is not None and bool(date(*(int(part or 1) for part in found.groups())))
    except ValueError:
        return False


def search_for(asked: Wish) -> Search:
    """The search."""
    return Search(
        words=asked.q,
        outlets=(asked.outlet,) if asked.outlet else (),
        language=asked.language or None,
        since=asked.since or None,
        until=f"{asked.until}~" if asked.until else None,  # all of what begins so
        sort="best" if asked.sort == "best" else "newest",
        limit=MOST,
    )
