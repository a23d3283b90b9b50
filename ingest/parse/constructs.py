"""The constructs that feeds are made of, read from an element: text, link, person, category, medium.

Nothing is trimmed, resolved or interpreted, but what a format's own rules say of types.
"""

import base64
import binascii
from dataclasses import dataclass, replace
from urllib.parse import urljoin

from lxml import etree

from ingest.parse.names import XML, Element, split_tag
from ingest.parse.parsed import Author, Link, Medium, Term, Text

_VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())  # noqa: SIM905
_MARKUP_TYPES = ("html", "text/html")
_BYTES = "application/octet-stream"  # in base64 (RFC 4287 section 4.1.3.3); some publishers send text so
_MAX_ATTRIBUTES = 500  # of one element
_MAX_BASE = 2048  # characters


@dataclass(frozen=True, slots=True)
class Scope:
    """xml:base (XML Base section 4) and xml:lang (XML 1.0 section 2.12) in force."""

    base: str | None = None
    language: str | None = None

    def inside(self, element: Element) -> "Scope":
        """What is in force within the element."""
        if not element.attrib:
            return self
        base, language = element.get(f"{XML}base"), element.get(f"{XML}lang")
        if base is None and language is None:
            return self
        return Scope(_joined(self.base, base), self.language if language is None else language.strip() or None)


def _joined(outer: str | None, inner: str | None) -> str | None:
    if not inner or not inner.strip():
        return outer
    try:
        joined = urljoin(outer or "", inner.strip())
    except ValueError:
        return outer
    return joined if len(joined) <= _MAX_BASE else outer


# --- text -------------------------------------------------------------------------------------------------------------


def text_content(element: Element) -> str:
    """All text within the element, markup left out."""
    return element.text or "" if not len(element) else "".join(element.itertext())


def rss_text(element: Element, name: str, scope: Scope, kind: str | None = None) -> Text | None:
    """A text whose type only custom tells. Markup that should have been escaped is taken for what it is."""
    scope = scope.inside(element)
    if len(element):
        return _text(inner_markup(element), "xhtml", name, scope)
    return _text(element.text, kind, name, scope)


def media_text(element: Element, name: str, scope: Scope) -> Text | None:
    """`media:title`, `media:description`: `type` is `plain` or `html` (Media RSS 1.5.1)."""
    return rss_text(element, name, scope, "html" if attribute(element, "type") == "html" else None)


def atom_text(element: Element, name: str, scope: Scope) -> Text | None:
    """A text construct or content (RFC 4287 sections 3.1 and 4.1.3), Atom 0.3's `mode` included."""
    scope = scope.inside(element)
    inline = _inline(element, name, scope)
    if src := attribute(element, "src"):
        kind = (attribute(element, "type") or "text").strip().lower()
        return replace(inline or Text("", kind, name, scope.base, scope.language), src=src)
    return inline


def _inline(element: Element, name: str, scope: Scope) -> Text | None:
    given = attribute(element, "type")
    kind = (given or "text").strip().lower()
    if attribute(element, "mode") == "base64" or kind == _BYTES:
        plain = _from_base64(element.text or "")
        is_open = given is None or (kind == _BYTES and _is_readable(plain))
        return _text(plain, None if is_open else _escaped_type(kind), name, scope)
    if kind == "xhtml" or len(element):
        return _xhtml(element, name, scope)
    return _text(element.text, _escaped_type(kind), name, scope)


def _escaped_type(kind: str) -> str | None:
    """None: no type that there is."""
    if kind in _MARKUP_TYPES:
        return "html"
    if "/" not in kind and kind not in {"text", "xhtml"}:
        return None
    return "xhtml" if kind.endswith(("xml", "xhtml")) else "text" if kind.startswith("text") else kind


def _xhtml(element: Element, name: str, scope: Scope) -> Text | None:
    """The wrapping div is no part of the content (RFC 4287 section 3.1.1.3)."""
    if (div := _only_div(element)) is not None:
        element, scope = div, scope.inside(div)
    return _text(inner_markup(element), "xhtml", name, scope)


def _only_div(element: Element) -> Element | None:
    only = element[0] if len(element) == 1 and not (element.text or "").strip() else None
    if only is None or not isinstance(only.tag, str) or (only.tail or "").strip():
        return None
    return only if split_tag(only.tag)[1].lower() == "div" else None


def _text(value: str | None, kind: str | None, name: str, scope: Scope) -> Text | None:
    if not value or value.isspace():
        return None
    return Text(value, kind, name, scope.base, scope.language)


def _from_base64(text: str) -> str:
    try:
        return base64.b64decode(text, validate=False).decode("utf-8")
    except (binascii.Error, ValueError):
        return text


def _is_readable(text: str) -> bool:
    return " " in text and all(char.isprintable() or char.isspace() for char in text)


def inner_markup(element: Element) -> str:
    """What stands within the element, as HTML. Iterative, so that depth does no harm."""
    parts = [_escaped(element.text)]
    for event, inner in etree.iterwalk(element, events=("start", "end")):
        if inner is element:
            continue
        if event == "start":
            parts.append(_start_tag(inner))
            parts.append(_escaped(inner.text))
        else:
            parts.append(_end_tag(inner))
            parts.append(_escaped(inner.tail))
    return "".join(parts)


def _start_tag(element: Element) -> str:
    if not isinstance(element.tag, str):
        return ""
    attributes = "".join(f' {_local(name)}="{_escaped(value, True)}"' for name, value in _items(element))
    return f"<{_local(element.tag)}{attributes}>"


def _end_tag(element: Element) -> str:
    if not isinstance(element.tag, str):
        return ""
    name = _local(element.tag)
    return "" if name in _VOID and not len(element) and not element.text else f"</{name}>"


def _local(tag: str) -> str:
    return f"xml:{tag[len(XML) :]}" if tag.startswith(XML) else split_tag(tag)[1]


def _escaped(text: str | None, quotes: bool = False) -> str:
    if not text:
        return ""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace('"', "&quot;") if quotes else text


# --- the others -------------------------------------------------------------------------------------------------------


def link(element: Element, scope: Scope) -> Link | None:
    """A link, whether Atom's (RFC 4287 section 4.2.7) or RSS's, whichever the element is written as."""
    given = lowered(element)
    href = given.get("href") or given.get("url") or text_content(element)
    if not href or href.isspace():
        return None
    fields = {field: given.get(field) for field in ("rel", "type", "length", "title", "hreflang")}
    return Link(href, **fields, base=scope.inside(element).base)


def author(element: Element, name: str) -> Author | None:
    """A person construct (RFC 4287 section 3.2), or the text that stands in its place."""
    if not len(element):
        raw = element.text
        return Author(raw=raw, element=name) if raw and not raw.isspace() else None
    parts: dict[str, str] = {}
    for child in element.iterchildren("*"):
        text = text_content(child)
        if text and not text.isspace():
            parts.setdefault(split_tag(child.tag)[1].lower(), text)
    found = Author(
        name=parts.get("name"),
        email=parts.get("email"),
        uri=parts.get("uri") or parts.get("url") or parts.get("homepage"),
        element=name,
    )
    if found == Author(element=name):
        raw = text_content(element)
        return Author(raw=raw, element=name) if raw.strip() else None
    return found


def term(element: Element) -> Term | None:
    """A category: RSS's text and `domain`, Atom's attributes (RFC 4287 section 4.2.2), iTunes' `text`."""
    given = lowered(element)
    label = given.get("label")
    text = given.get("term") or given.get("text") or text_content(element).strip() or given.get("resource")
    text = text if text and not text.isspace() else label or ""
    return Term(text, given.get("scheme") or given.get("domain"), label) if text.strip() else None


def medium(element: Element, name: str, scope: Scope) -> Medium | None:
    """An enclosure, `media:content` or `media:thumbnail`, whichever attribute its address stands in."""
    given = lowered(element)
    url = next((value for key in ("url", "href", "src", "resource") if (value := given.get(key))), None)
    url = url or (element.text if name == "media:thumbnail" else None)
    if not url or url.isspace():
        return None
    fields = {field: given.get(field) for field in ("type", "medium", "title", "width", "height", "duration")}
    length = given.get("length") or given.get("filesize")
    return Medium(url, name, length=length, **fields, base=scope.inside(element).base)


def attributes(element: Element) -> dict[str, str]:
    """Attributes by local name."""
    return {_local(name): value for name, value in _items(element)}


def lowered(element: Element) -> dict[str, str]:
    """Attributes by local name in small letters: publishers vary namespace and case, and mean the same."""
    return {split_tag(name)[1].lower(): value for name, value in _items(element)}


def attribute(element: Element, name: str) -> str | None:
    """An attribute, whatever its namespace and case."""
    value = element.get(name)
    return lowered(element).get(name.lower()) if value is None else str(value)


def _items(element: Element) -> list[tuple[str, str]]:
    """Names and values; none if there are absurdly many, for lxml takes quadratic time to list them."""
    return element.attrib.items() if 0 < len(element.attrib) <= _MAX_ATTRIBUTES else []
