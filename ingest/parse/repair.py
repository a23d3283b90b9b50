"""Mend what publishers most often get wrong in XML, so that a strict parser can read the rest exactly. Linear.

Bare ampersands, HTML entities, references to characters that XML has not, undeclared prefixes, a second XML
declaration, comments with double hyphens, CDATA that nothing ends, `]]>` in text, and what follows the end of the root
element.
"""

import html.entities
import re
from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from ingest.decode import UNREADABLE, legal
from ingest.parse.names import USUAL_NAMESPACES
from ingest.parse.precheck import Checked

_OPEN = re.compile(r"<!\[CDATA\[|<!--")
_OPENED = re.compile(r"<([A-Za-z_][\w.:-]{0,80})(?:\s[^<>]{0,500})?>\s{0,99}<!\[CDATA\[")
_REFERENCE = re.compile(r"&(?:#([0-9]+|[xX][0-9a-fA-F]+)|([A-Za-z][A-Za-z0-9]*))?(;?)")
_STRAY = re.compile(r"<\?xml\s[^<>]{0,200}\?>|<(?![A-Za-z_/!?])|\]\]>|<!DOCTYPE[^<>\[]{0,500}>")
_PREFIX = re.compile(r"(?:</?|(?<=\s))([A-Za-z_][\w.-]{0,40}):[A-Za-z_]")  # more than needed does no harm
_DECLARED = re.compile(r"\sxmlns:([A-Za-z_][\w.-]*)\s*=")
_DECLARATION = re.compile(r"""(\sxmlns(?::[\w.-]{1,40})?\s?=\s?["'])\s{0,9}([^\s"'<>]{1,300})\s{0,9}(?=["'])""")
_OF_ENTRY = re.compile(r"</?(?:[\w.-]{1,40}:)?(?:item|entry)\b", re.IGNORECASE)
_PREDEFINED = frozenset({"amp", "lt", "gt", "quot", "apos"})
_MAX_PREFIXES = 100


def mended(checked: Checked) -> str:
    """The document's text with the usual mistakes mended; the same text if there are none."""
    text = _with_ends(_without_tail(checked))
    parts = [part if is_cdata else _mended_markup(part, checked.entities) for is_cdata, part in _segments(text)]
    return "".join(parts)


def _with_ends(text: str) -> str:
    """A CDATA section that nothing ends ends with the element that it stands in, if that ends within its entry."""
    parts, done = [], 0
    for opening in _OPENED.finditer(text, text.rfind("]]>") + 1):
        if opening.start() < done:
            continue
        end = text.find(f"</{opening[1]}", opening.end())
        if end == -1 or _OF_ENTRY.search(text, opening.end(), end):
            break
        parts += [text[done:end], "]]>"]
        done = end
    return "".join([*parts, text[done:]])


def _segments(text: str) -> Iterator[tuple[bool, str]]:
    """(is it CDATA, text); comments left out. What is opened and never closed is no CDATA."""
    position = 0
    for opening in _OPEN.finditer(text):
        if opening.start() < position:
            continue
        yield False, text[position : opening.start()]
        mark = "]]>" if opening[0] != "<!--" else "-->"
        end = text.find(mark, opening.end())
        if end == -1:
            position = opening.start()
            break
        position = end + 3
        if mark == "]]>":
            yield True, text[opening.start() : position]
    yield False, text[position:]


def _mended_markup(part: str, entities: dict[str, str]) -> str:
    if "&" in part:
        part = _REFERENCE.sub(lambda match: _reference(match, entities), part)
    if "xmlns" in part:
        part = _DECLARATION.sub(r"\1\2", part)
    return _STRAY.sub(
        lambda match: {"<": "&lt;", "]": "]]&gt;"}.get(match[0] if match[0] == "<" else match[0][0], ""), part
    )


def _reference(match: re.Match[str], entities: dict[str, str]) -> str:
    number, name, end = match.groups()
    if number and end:
        return _character(number)
    if name in _PREDEFINED and end:
        return match[0]
    if name in entities and end:
        value = entities[name]
        return _character(value[2:-1]) if value.startswith("&#") else escape(value)
    if name and end and (value := html.entities.html5.get(f"{name};", "")):
        return escape(value)
    return f"&amp;{match[0][1:]}"


def without_illegal_references(text: str) -> str:
    """Text whose references to characters that XML has not are replaced, wherever they stand.

    A parser that goes on behind mistakes would take them for those characters, which no text can hold.
    """
    return _NUMERIC.sub(lambda match: _character(match[1]), text)


_NUMERIC = re.compile(r"&#([xX][0-9a-fA-F]+|[0-9]+);?")


def _character(number: str) -> str:
    """A reference to a character that XML 1.0 (section 2.2) may hold, else what stands for it in a text."""
    code = -1
    if len(number) <= 12:
        code = int(number[1:], 16) if number[0] in "xX" else int(number) if number.isdecimal() else -1
    char = chr(code) if 0 <= code <= 0x10FFFF else UNREADABLE
    return f"&#{code};" if (instead := legal(char)) == char != UNREADABLE else instead


def _without_tail(checked: Checked) -> str:
    """The text up to the root's end tag, unless entries follow: then that tag is quoted in one of them.

    An end tag that lacks but its last character gets it.
    """
    position = checked.text.rfind(f"</{checked.root}")
    close = checked.text.find(">", position) + 1 if position != -1 else 0
    if position != -1 and not close:
        return f"{checked.text.rstrip()}>" if checked.text[position:].split() == [f"</{checked.root}"] else checked.text
    return checked.text[:close] if close and not _OF_ENTRY.search(checked.text, close) else checked.text


def with_prefixes(checked: Checked, text: str) -> str:
    """Declare on the root what is used and declared nowhere, by the namespace that everybody means."""
    used = set(_PREFIX.findall(text)) - {"xml", "xmlns"}
    missing = sorted(used - set(_DECLARED.findall(text)))[:_MAX_PREFIXES]
    declared = "".join(f" xmlns:{prefix}={quoteattr(_namespace(prefix))}" for prefix in missing)
    at = 1 + len(checked.root)
    return text[:at] + declared + text[at:] if missing else text


def _namespace(prefix: str) -> str:
    return USUAL_NAMESPACES.get(prefix.lower(), f"urn:undeclared:{prefix}")
