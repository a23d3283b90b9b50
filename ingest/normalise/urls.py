"""Which address a reference means, and which addresses are one page. Pure; only http and https leave this module.

RFC 3986 says what a reference means; where publishers write what it forbids, the WHATWG URL standard says what browsers
make of it. `absolute_url` keeps what was published as far as it can; `canonical_url` is the key for duplicates.
"""

import re
import unicodedata
from functools import lru_cache
from urllib.parse import SplitResult, quote, unquote_to_bytes, urljoin, urlsplit

import idna

MAX_URL = 4096  # characters; beyond this nothing addresses, and some databases cannot index it

_PLAIN = re.compile(
    r"https?://[A-Za-z0-9][A-Za-z0-9.-]{0,252}(?:/(?:[!#$&'-;=?@A-Z_a-z~]|%[0-9A-Fa-f]{2})*)?", re.ASCII
)
_PLAIN_PATH = re.compile(r"/(?!/)(?:[!#$&'-;=?@A-Z_a-z~]|%[0-9A-Fa-f]{2})*")
_EDGE = "".join(map(chr, range(0x21))) + "\x7f\xa0\u2028\u2029\u200b\ufeff"
_WEB = re.compile(r"(https?):[/\\]*", re.IGNORECASE)
_NO_SCHEME = re.compile(r"www\.[a-z0-9-]+(?:\.[a-z0-9-]+)+(?=[/?#:]|$)", re.IGNORECASE)
_HOST = re.compile(r"(?=.*\w)[^\s\x00-\x20\x7f\"#%/:<>?@\[\\\]^`{|}]{1,253}|\[[0-9A-Fa-f:.]{2,45}\]")
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f\"<>\\^`{|}]|%(?![0-9A-Fa-f]{2})|[^\x00-\x7f]")
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")

# Parameters that tell how a reader came, not what is read. Each stands in at least two of: ClearURLs (globalRules),
# AdGuard (TrackParamFilter, general), Neat URL (defaults), Legitimate URL Shortener, Brave's query filter.
_TRACKING = re.compile(
    r"""(?:utm|mtm|itm|hsa|dpg)_[a-z0-9_-]*|pk_(?:campaign|cid|content|cpn|keyword|kwd|medium|source)
    |ga_(?:campaign|content|medium|place|source|term)|_ga|_gl|_hsenc|_hsmi|__hsfp|__hssc|__hstc|_openstat
    |__twitter_impression|action_(?:object|ref|type)_map|at_campaign|at_custom[0-9]*|at_medium|cmpid|dclid|echobox
    |fb_action_ids|fb_action_types|fb_ref|fb_source|fbclid|gbraid|gclid|gclsrc|guccounter|guce_referrer|guce_referrer_sig
    |hsctatracking|igshid|mc_cid|mc_eid|mkt_tok|ml_subscriber|ml_subscriber_hash|msclkid
    |ns_campaign|ns_fee|ns_linkname|ns_mchannel|ns_source|oly_anon_id|oly_enc_id|rb_clickid|s_cid|spm|srsltid|twclid
    |vero_conv|vero_id|wbraid|wickedid|wt_mc|wt_zmc|xtor|yclid""",
    re.VERBOSE,
)
# Names under which servers of old put the visitor's session into links: PHP, Java, ASP, ColdFusion, osCommerce.
_SESSION = re.compile(r"phpsessid|jsessionid|aspsessionid[a-z]*|cfid|cftoken|oscsid|zenid|session_?id|_?sessid")
_SESSION_IN_PATH = re.compile(r";(?:jsessionid|phpsessid)=[^/;]*", re.IGNORECASE)
_INDEX = re.compile(r"/(?:index|default)\.(?:html?|php|aspx?|jsp)$", re.IGNORECASE)
_DEFAULT_PORTS = frozenset({None, 80, 443})


def absolute_url(href: str, base: str | None) -> str | None:
    """The http(s) URL that `href` means in a document at `base`; None if it means none.

    Sources: RFC 3986 section 5 (resolution), WHATWG URL section 4.4 (white space, backslashes, slashes too many or too
    few). Never raises. International letters stay as they are; what no URL may hold is percent-encoded.

    >>> absolute_url("/a b\\n", "https://example.org/x/y")
    'https://example.org/a%20b'
    >>> absolute_url("javascript:alert(1)", "https://example.org/") is None
    True
    """
    if "&amp;" not in href and len(href) <= MAX_URL:
        if _PLAIN.fullmatch(href):
            return href
        if base and "/." not in href and _PLAIN_PATH.fullmatch(href):
            return _under(base, href)
    href = _tidied(href)
    if not href:
        return None
    if _NO_SCHEME.match(href):
        href = f"http://{href}"
    if web := _WEB.match(href):
        return _checked(f"{web[1].lower()}://{_slashed(href[web.end() :])}")
    href = _slashed(href)
    root = absolute_url(base, None) if base else None
    if root is None:
        return _checked(f"https:{href}") if href.startswith("//") else None
    return _checked(_joined(root, href))


def resolved_base(inner: str | None, outer: str | None) -> str | None:
    """The base in force where a document at `outer` says `inner` (xml:base); a useless one changes nothing."""
    return (absolute_url(inner, outer) or outer) if inner else outer


def _under(base: str, path: str) -> str | None:
    """RFC 3986 section 5.2.2 for a path from the root on."""
    root = _origin(base)
    return root and (root + path)


@lru_cache(maxsize=64)
def _origin(base: str) -> str | None:
    url = absolute_url(base, None)
    return url and "/".join(re.split(r"[/?#]", url, maxsplit=3)[:3])


def _tidied(href: str) -> str:
    """Without white space at the edges, line breaks and tabs inside, and one escaping too many of `&`."""
    if len(href) > 4 * MAX_URL:
        return ""
    href = href.strip(_EDGE).translate(_LINE_BREAKS)
    return href.replace("&amp;", "&").replace("&#38;", "&")


_LINE_BREAKS = {ord(char): None for char in "\t\n\r"}


def _slashed(rest: str) -> str:
    """Backslashes before the query are slashes (WHATWG URL 4.4, special schemes)."""
    end = min((at for at in (rest.find("?"), rest.find("#")) if at >= 0), default=len(rest))
    return rest[:end].replace("\\", "/") + rest[end:]


def _joined(root: str, href: str) -> str:
    try:
        return urljoin(root, href)
    except ValueError:  # a host in broken brackets
        return ""


def _checked(url: str) -> str | None:
    """The URL with forbidden characters encoded, if it has a host that can be one."""
    parts = _split(url)
    host = _host_of(parts) if parts else ""
    if not _HOST.fullmatch(host if host.isascii() else unicodedata.normalize("NFKC", host)) or not host.isprintable():
        return None
    url = _FORBIDDEN.sub(_encoded, url)
    return url if len(url) <= MAX_URL else None


def _host_of(parts: SplitResult) -> str:
    host = parts.hostname or ""
    return f"[{host}]" if ":" in host else host


def _split(url: str) -> SplitResult | None:
    """Its parts, if host and port are well-formed."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts if parts.scheme in {"http", "https"} else None


def _encoded(match: re.Match[str]) -> str:
    char = match[0]
    if char > "\x7f" and char.isprintable():
        return char
    return quote(char, safe="", errors="replace")


# --- one page, one key ------------------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def canonical_url(url: str) -> str | None:
    """The key under which equal pages have equal URLs, or None if this is no http(s) URL.

    Scheme https; host in lower case and ASCII (UTS 46) without `www.`, user or default port; dot segments, escapes and
    the end of the path as RFC 3986 section 6.2 has them, without slash or index page; parameters in order of their
    names, without those that track or carry a session; the fragment only where it addresses (`#!…`, `#/…`).

    `www.` goes because outlets move between the two and redirect from one to the other; that both exist and differ has
    not been seen within one outlet, and no key reaches beyond one.

    >>> canonical_url("HTTP://www.Example.org:80/a/../b/?z=1&utm_source=rss&a=2#top")
    'https://example.org/b?a=2&z=1'
    """
    if len(url) < _USUAL_LENGTH and (usual := _USUAL.fullmatch(url)):
        return _usual(usual)
    checked = absolute_url(url, None)
    parts = _split(checked) if checked else None
    if parts is None:
        return None
    query = _query(parts.query)
    return f"https://{_authority(parts)}{_path(parts.path)}{'?' if query else ''}{query}{_fragment(parts.fragment)}"


# Most addresses: nothing in them is to be decoded, resolved or left out, but `www.`, a slash and perhaps one parameter.
_USUAL = re.compile(
    r"https?://(?=[a-z0-9])(?:www\.(?=[^/.]+\.))?([a-z0-9-]+(?:\.[a-z0-9-]+)+)"
    r"((?:/[\w~,-][\w.~,-]*)*)(/?)(?:\?(\w+)=([\w.~-]+))?",
    re.ASCII,
)
_USUAL_LENGTH = 253


def _usual(match: re.Match[str]) -> str:
    host, path, slash, name, value = match.groups()
    query = f"?{name}={value}" if name and not _is_noise(name.lower()) else ""
    path = path if slash else _INDEX.sub("", path)
    return f"https://{host}{path or '/'}{query}"


def addresses(canonical: str) -> bool:
    """True if a canonical URL can tell one entry from another: a host's bare home page cannot.

    >>> addresses("https://example.org/"), addresses("https://example.org/?p=7")
    (False, True)
    """
    return not canonical.endswith("/") or canonical.count("/") > 3


def without_host(canonical: str) -> str:
    """A canonical URL from its path on.

    >>> without_host("https://example.org/a?b=1")
    '/a?b=1'
    """
    return canonical[canonical.index("/", 8) :]


def without_tracking(html: str) -> str:
    """Text or HTML whose URLs lack the parameters that `canonical_url` leaves out; to compare, not to show."""
    return _QUERY.sub(_quiet_query, html) if "?" in html else html


_QUERY = re.compile(r"\?[^\s\"'<>?]+")
_SEPARATOR = re.compile("&amp;|[&;]")


def _quiet_query(match: re.Match[str]) -> str:
    query = match[0][1:]
    if "=" not in query:
        return match[0]
    pairs = [pair for pair in _SEPARATOR.split(query) if not _is_noise(pair.partition("=")[0].lower())]
    return f"?{'&'.join(pairs)}"


@lru_cache(maxsize=1024)
def _is_noise(name: str) -> bool:
    return bool(_TRACKING.fullmatch(name) or _SESSION.fullmatch(name))


def _authority(parts: SplitResult) -> str:
    host = _ascii_host((parts.hostname or "").rstrip("."))
    bare = host.removeprefix("www.")
    host = bare if "." in bare else host
    port = "" if parts.port in _DEFAULT_PORTS else f":{parts.port}"
    return f"[{host}]{port}" if ":" in host else f"{host}{port}"


def _ascii_host(host: str) -> str:
    """Unicode Technical Standard 46; what it refuses (❤.example) as Punycode (RFC 3492)."""
    if host.isascii():
        return host
    try:
        return idna.encode(host, uts46=True).decode()
    except (idna.IDNAError, ValueError):
        return ".".join(_puny(label) for label in unicodedata.normalize("NFKC", host).split("."))


def _puny(label: str) -> str:
    return label if label.isascii() else f"xn--{label.encode('punycode').decode()}"


def _path(path: str) -> str:
    path = _SESSION_IN_PATH.sub("", _escaped(path))
    return _INDEX.sub("", _without_dots(path)).rstrip("/") or "/"


def _without_dots(path: str) -> str:
    """RFC 3986 section 5.2.4."""
    if "/." not in path:
        return path
    kept: list[str] = []
    for segment in path.split("/")[1:]:
        if segment == "..":
            kept = kept[:-1]
        elif segment != ".":
            kept.append(segment)
    return "/" + "/".join(kept)


def _query(query: str) -> str:
    pairs = [pair for pair in _escaped(query).split("&") if pair and not _is_noise(pair.partition("=")[0].lower())]
    return "&".join(sorted(pairs, key=lambda pair: pair.partition("=")[0]))


def _fragment(fragment: str) -> str:
    return f"#{_escaped(fragment)}" if fragment.startswith(("!", "/")) else ""


def _escaped(text: str) -> str:
    """One form of percent-encoding: only where needed, in capitals, of UTF-8 (RFC 3986 section 6.2.2)."""
    if "%" in text:
        text = _ESCAPE.sub(_decoded_if_unreserved, text)
    return text if text.isascii() else quote(text, safe="".join(map(chr, range(0x21, 0x7F))), errors="replace")


def _decoded_if_unreserved(match: re.Match[str]) -> str:
    char = unquote_to_bytes(match[0]).decode("latin-1")
    return char if char.isascii() and (char.isalnum() or char in "-._~") else match[0].upper()
