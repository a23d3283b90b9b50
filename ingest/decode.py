"""Bytes to text, with a verdict. Linear in time; no codec that is not a web encoding is ever chosen by a document.

The order of trust: byte order mark, then what the bytes themselves prove (valid UTF-8, the pattern of UTF-16 and
UTF-32), then the declared charset (header and XML declaration), then windows-1252 as browsers do.
"""

import codecs
import re
from dataclasses import dataclass

UNREADABLE = "\ufffd"

# WHATWG Encoding Standard section 4.2: what a label means on the web, where that differs from what Python makes of it.
_AS_ON_THE_WEB = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "hz": "",
    "big5": "big5hkscs",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "utf-16": "utf-16-le",
    "utf-32": "utf-32-le",
}
_MULTIBYTE = frozenset(["gb18030", "big5hkscs", "cp932", "cp949", "euc_jp", "iso2022_jp"])
_WIDE = frozenset(["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
_ALLOWED = (
    frozenset({"utf-8", "cp866", "koi8-r", "koi8-u", "mac-roman", "mac-cyrillic", "cp874"})
    | frozenset(f"iso8859-{part}" for part in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16))
    | frozenset(f"cp125{digit}" for digit in range(9))
    | _MULTIBYTE
    | _WIDE
)
_WEB_NAMES = {
    "mac-roman": "macintosh",
    "mac-cyrillic": "x-mac-cyrillic",
    "cp932": "shift_jis",
    "cp949": "euc-kr",
    "big5hkscs": "big5",
}
_MORE_LABELS = {"unicode-1-1-utf-8": "utf-8", "x-sjis": "cp932", "dos-874": "cp874", "iso-8859-8-i": "iso8859-8"}

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_NAME = r"""["']?\s*([A-Za-z0-9][A-Za-z0-9._:()-]{0,39})"""
_IN_HEADER = re.compile(r";\s*charset\s*=\s*" + _NAME, re.IGNORECASE)
_IN_XML = re.compile(rb"""<\?xml\s[^>]{0,200}?encoding\s{0,9}=\s{0,9}["']([A-Za-z][A-Za-z0-9._:()-]{0,39})["']""")
_WIDE_START = re.compile(  # white space, then the first character of XML or JSON
    rb"(?P<utf_32_le>(?:[\s]\0\0\0){0,64}[<{\[]\0\0\0)|(?P<utf_32_be>(?:\0\0\0[\s]){0,64}\0\0\0[<{\[])"
    rb"|(?P<utf_16_le>(?:[\s]\0){0,64}[<{\[]\0)|(?P<utf_16_be>(?:\0[\s]){0,64}\0[<{\[])"
)

# Never UTF-8: surrogates (a pair of them is how CESU-8 writes one character) and overlong forms.
_SURROGATES = re.compile(
    rb"\xed[\xa0-\xaf][\x80-\xbf]\xed[\xb0-\xbf][\x80-\xbf]|\xed[\xa0-\xbf][\x80-\xbf]|[\xc0\xc1][\x80-\xbf]"
)
_ESCAPED = re.compile("[\udc80-\udcff]")
_NOT_ASCII = re.compile("[^\x00-\x7f]")
_FROM_1252 = {0xDC00 + byte: bytes([byte]).decode("cp1252", "replace") for byte in range(0x80, 0x100)}
# XML 1.0 section 2.2, production Char.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """`encoding` by its web name. `verdict`: declared, bom, repaired or guessed.

    UTF-8 counts as declared where nothing is said: it is the default of XML and JSON (XML 1.0 section 4.3.3, RFC 8259).

    `repaired` counts characters: bytes read as windows-1252 within UTF-8, and what no XML may hold, replaced by U+FFFD.
    """

    text: str
    encoding: str
    verdict: str
    repaired: int = 0


def decode(body: bytes, content_type: str | None = None) -> Decoded:
    """The text of a document. Never fails: what cannot be read becomes U+FFFD and is counted.

    Sources: RFC 7303 section 3 (byte order mark, then charset, then XML declaration), XML 1.0 appendix F, WHATWG
    Encoding Standard; departs from RFC 7303 where the bytes prove the declared charset wrong.
    """
    for bom, codec in _BOMS:
        if body.startswith(bom):
            return _finished(*_replaced(body[len(bom) :], codec), verdict="bom")
    declared = _declared(body, content_type)
    if wide := _wide_codec(body):
        text, _, unreadable = _replaced(body, wide)
        declared += _declared(text[:300].encode("ascii", "replace"), None)
        return _finished(text, wide, unreadable, verdict="declared" if wide[:6] in _stems(declared) else "guessed")
    return _from_bytes(body, [codec for codec in declared if codec not in _WIDE])


def _from_bytes(body: bytes, declared: list[str]) -> Decoded:
    legacy = [codec for codec in declared if codec != "utf-8"]
    if _prefers_legacy(body, legacy):
        return _finished(body.decode(legacy[0]), legacy[0], 0, verdict="declared")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return _from_no_utf8(body, declared, legacy)
    if body.isascii():
        return _finished(text, declared[0] if declared else "utf-8", 0, verdict="declared")
    return _finished(text, "utf-8", 0, verdict="declared" if "utf-8" in declared or not declared else "guessed")


def _prefers_legacy(body: bytes, legacy: list[str]) -> bool:
    """Few characters of an East Asian encoding may be valid UTF-8 by chance; ISO-2022-JP is ASCII to the eye."""
    if not legacy or legacy[0] not in _MULTIBYTE:
        return False
    if legacy[0] != "iso2022_jp" and len(body.translate(None, bytes(range(0x80)))) > 12:
        return False
    return _is_strictly(body, legacy[0])


def _from_no_utf8(body: bytes, declared: list[str], legacy: list[str]) -> Decoded:
    """UTF-8 with strays, if that is what most of it is; else what was declared; else windows-1252."""
    text, _, strays = _replaced(body, "utf-8")
    sound = len(_NOT_ASCII.findall(text)) - strays
    doubt = 1 if "utf-8" in declared or legacy in ([], ["cp1252"]) else 20
    if sound > doubt * strays or (doubt == 1 and (sound or strays == len(_SURROGATES.findall(body)))):
        return _finished(text, "utf-8", strays, verdict="repaired")
    if known := next((codec for codec in legacy if _is_strictly(body, codec)), None):
        return _finished(body.decode(known), known, 0, verdict="declared")
    return _finished(*_replaced(body, (legacy or ["cp1252"])[0]), verdict="declared" if legacy else "guessed")


def _from_surrogates(match: re.Match[bytes]) -> bytes:
    if len(match[0]) == 6:
        pair = match[0].decode("utf-8", "surrogatepass").encode("utf-16-le", "surrogatepass")
        return pair.decode("utf-16-le").encode("utf-8")
    return UNREADABLE.encode()


def _replaced(body: bytes, codec: str) -> tuple[str, str, int]:
    """Text, codec, and how many characters could not be read. Within UTF-8 stray bytes are taken for windows-1252."""
    if codec == "utf-8":
        mended, odd = _SURROGATES.subn(_from_surrogates, body)
        text = mended.decode("utf-8", "surrogateescape")
        return text.translate(_FROM_1252) if _ESCAPED.search(text) else text, codec, odd + len(_ESCAPED.findall(text))
    if _is_strictly(body, codec):
        return body.decode(codec), codec, 0
    text = body.decode(codec, "replace")
    return text, codec, text.count(UNREADABLE)


def _finished(text: str, codec: str, repaired: int, *, verdict: str) -> Decoded:
    text, illegal = _ILLEGAL.subn(_instead, _paired(text.lstrip("\ufeff")))
    repaired += illegal
    if repaired and verdict in {"declared", "bom"}:
        verdict = "repaired"
    return Decoded(text, _web_name(codec), verdict, repaired)


# Two references to halves of one character (UTF-16), as programs write emoji that take it for two.
_HALVES = re.compile(
    r"&(?:amp;)?#([xX][dD][89abAB][0-9a-fA-F]{2}|5[56]\d{3});&(?:amp;)?#([xX][dD][c-fC-F][0-9a-fA-F]{2}|5[67]\d{3});"
)


def _paired(text: str) -> str:
    is_there = any(sign in text for sign in ("#xD", "#xd", "#XD", "#55", "#56"))
    return _HALVES.sub(_from_halves, text) if is_there else text


def _from_halves(match: re.Match[str]) -> str:
    high, low = (int(half[1:], 16) if half[0] in "xX" else int(half) for half in match.groups())
    if not (0xD800 <= high < 0xDC00 <= low < 0xE000):
        return match[0]
    return chr(0x10000 + ((high - 0xD800) << 10) + low - 0xDC00)


def legal(text: str) -> str:
    """The text without what XML and PostgreSQL cannot hold (XML 1.0 section 2.2): nobody means a control character.

    A line or page that is fed is white space; what may have been a character becomes U+FFFD.

    >>> legal("a\\x1fb\\x0bc\\x00")
    'ab c\ufffd'
    """
    return _ILLEGAL.sub(_instead, text)


def _instead(match: re.Match[str]) -> str:
    char = match[0]
    if char in "\x0b\x0c":
        return " "
    return "" if "\0" < char < " " else UNREADABLE


def _declared(body: bytes, content_type: str | None) -> list[str]:
    """The codecs that the header and the XML declaration name, the more credible first."""
    header = _IN_HEADER.search((content_type or "")[:1000])
    in_xml = _IN_XML.search(body, 0, 8192)  # junk may stand before it
    by_header = _codec(header[1]) if header else None
    by_document = _codec(in_xml[1].decode("ascii")) if in_xml else None
    if (
        by_header == "cp1252"
    ):  # many servers say ISO-8859-1 of all that they send; nobody writes another name by accident
        by_header, by_document = by_document, by_header
    return [codec for codec in dict.fromkeys((by_header, by_document)) if codec]


def _codec(label: str) -> str | None:
    """Python's codec for a label, if it is an encoding of the web.

    >>> _codec("Latin1"), _codec("x-cp1251"), _codec("utf-7"), _codec("punycode")
    ('cp1252', 'cp1251', None, None)
    """
    label = label.lower()
    for name in (_MORE_LABELS.get(label, label), label.removeprefix("x-")):
        try:
            known = codecs.lookup(name).name
        except (LookupError, ValueError):
            continue
        known = _AS_ON_THE_WEB.get(known, known)
        return known if known in _ALLOWED else None
    return None


def _web_name(codec: str) -> str:
    if codec.startswith("cp125") or codec == "cp874":
        return codec.replace("cp", "windows-")
    return _WEB_NAMES.get(codec, codec.replace("iso8859", "iso-8859").replace("_", "-"))


def _wide_codec(body: bytes) -> str | None:
    match = _WIDE_START.match(body)
    return match.lastgroup.replace("_", "-") if match and match.lastgroup else None


def _stems(declared: list[str]) -> set[str]:
    return {codec[:6] for codec in declared}


def _is_strictly(body: bytes, codec: str) -> bool:
    try:
        body.decode(codec)
    except UnicodeError:
        return False
    return True
