"""Who wrote it: persons from structured elements, and from what publishers write on one line. Pure."""

import re
from collections.abc import Iterable

from ingest.normalise.text import decoded_once, one_line, visible
from ingest.normalise.text import plain_title as plain
from ingest.normalise.urls import absolute_url
from ingest.parse.parsed import Author, Text
from storage.records import Person

MAX_NAME = 1_000  # characters

_EMAIL = r"[^\s@<>()\[\]\",;:]{1,64}@[^\s@<>()\[\]\",;:]{1,255}"
# RSS 2.0 author: "lawyer@boyer.net (Lawyer Boyer)"; RFC 5322 section 3.4: "Ann <a@b>"; Dublin Core in the wild:
# "Ann (mailto:a@b)", or nothing but the address of a page about the author.
_FORMS = (
    re.compile(rf"(?:mailto:)?(?P<email>{_EMAIL})\s*(?:\((?P<name>[^()]*)\))?", re.IGNORECASE),
    re.compile(
        rf"\"?(?P<name>[^<>()\"]*[^<>()\"\s])\"?\s*[<(]\s*(?:mailto:)?(?P<email>{_EMAIL})\s*[>)]", re.IGNORECASE
    ),
    re.compile(r"(?P<name>[^<>()]*[^<>()\s])\s*[<(]\s*(?P<uri>https?://[^\s<>()]+)\s*[>)]", re.IGNORECASE),
    re.compile(r"(?P<uri>https?://[^\s<>()]+)", re.IGNORECASE),
)


def people(authors: Iterable[Author], base: str | None) -> tuple[Person, ...]:
    """The persons in the order in which they are named, each once; what two elements say of one is joined.

    A name stays whole: "Mustermann, Max" is one person as often as "Max, Moritz" is two.

    >>> people([Author(raw="a@b.org (Ann)"), Author(name="Ann", uri="/ann")], "https://b.org/")
    (Person(name='Ann', email='a@b.org', uri='https://b.org/ann'),)
    """
    found: list[Person] = []
    for author in authors:
        if person := _person(author, base):
            _join(found, person)
    return tuple(found)


def _person(author: Author, base: str | None) -> Person | None:
    name = _name(author.name)
    email, uri = _email(author.email), (author.uri or "").strip()
    if name is None and author.raw is not None:
        name, email, uri = _read(author.raw, email, uri)
    if uri.lower().startswith("mailto:"):
        email, uri = email or _email(uri[7:]), ""
    web = absolute_url(uri, base) if uri else None
    return Person(name, email, web) if name or email or web else None


def _read(raw: str, email: str | None, uri: str) -> tuple[str | None, str | None, str]:
    line = one_line(decoded_once(raw[:MAX_NAME])) or ""
    for form in _FORMS:
        if match := form.fullmatch(line):
            parts = match.groupdict()
            return _name(parts.get("name")), email or parts.get("email"), uri or parts.get("uri") or ""
    return _name(raw), email, uri


def _name(text: str | None) -> str | None:
    return plain(Text(text[:MAX_NAME]), "") if text else None


def _email(text: str | None) -> str | None:
    match = _FORMS[0].fullmatch(visible(text[:400]).strip()) if text else None
    return match["email"] if match else None


def _join(found: list[Person], person: Person) -> None:
    for at, known in enumerate(found):
        if _is_same(known, person):
            found[at] = Person(known.name or person.name, known.email or person.email, known.uri or person.uri)
            return
    found.append(person)


def _is_same(a: Person, b: Person) -> bool:
    if a.name and b.name:
        return a.name.casefold() == b.name.casefold() and not (a.email and b.email and a.email != b.email)
    return bool(a.email) and a.email == b.email
