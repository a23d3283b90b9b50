"""Text to URLs, hosts, contacts and paths; `UnfitError` with the right spelling where one is near. Nothing is asked.

URLs: RFC 3986. A secret belongs into the environment, so literal credentials are refused; and what the environment puts
into a URL must not move it to another host.
"""

import ipaddress
import re
from urllib.parse import SplitResult, unquote, urlsplit

from ingest.config.environment import Filled, probe
from ingest.config.problems import UnfitError
from ingest.source import masked

LONGEST_URL = 2048
WEB = frozenset({"http", "https"})
STORES = frozenset({"s3", "gs", "az", "file"})
DATABASES = frozenset({"sqlite", "postgresql", "postgresql+psycopg"})
_PORTS = {"http": 80, "https": 443}
_UNFIT = re.compile(r"[\s<>\"{}|\\^`]")
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_MAIL = re.compile(r"[^\s@<>():,;]+@[^\s@<>():,;]+\.[^\s@<>():,;]+")
_AUTHORITY = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://([^/?#]*)")
_PERCENT_ENCODED = re.compile(r"%[0-9A-Fa-f]{2}")
_UNRESERVED = re.compile(r"[A-Za-z0-9._~-]")


def web_url(text: Filled) -> Filled:
    """An http(s) URL. Raises UnfitError."""
    _split(text.value, WEB)
    if text.secrets:
        _keep_place(text)
    _refuse_literal_credentials(text.template)
    return text


def _split(url: str, schemes: frozenset[str]) -> SplitResult:
    if len(url) > LONGEST_URL:
        raise UnfitError("is too long for a URL", f"write at most {LONGEST_URL} characters")
    if _UNFIT.search(url):
        raise UnfitError("is no URL", "percent-encode blanks and other characters that a URL cannot hold")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise UnfitError("is no URL", "look at its host and port") from None
    if parts.scheme not in schemes or not parts.hostname:
        raise UnfitError("is no URL of the web", _url_remedy(url, parts))
    if port == 0 or not is_host(parts.hostname):
        raise UnfitError("is no URL", "look at its host and port")
    if parts.netloc.count("@") > 1:  # parsers differ on which one ends the credentials
        raise UnfitError("is no URL", "write %40 for an @ in the user's name or password")
    return parts


def _url_remedy(url: str, parts: SplitResult) -> str:
    url = masked(url)
    if parts.scheme in {"feed", "feeds"}:
        rest = url.partition(":")[2].lstrip("/")
        return f"write {rest if rest.startswith('http') else 'https://' + rest}"
    bare = not parts.scheme or "." in parts.scheme
    return f"write https://{url.lstrip('/')}" if bare and "." in url else "write http://… or https://…"


def _keep_place(text: Filled) -> None:
    """A secret must not choose the host, unless the file leaves the host to it."""
    host = _AUTHORITY.match(text.template)
    if host is None or "${" in host[1].rpartition("@")[2]:
        return
    if _origin(probe(text.template)) != _origin(text.value):
        raise UnfitError(
            "is changed by its variable", "percent-encode characters such as @ / # ? : in the variable's value"
        )


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.rpartition("@")[2].lower()


def _refuse_literal_credentials(template: str) -> None:
    authority = _AUTHORITY.match(template)
    userinfo, at, _ = authority[1].rpartition("@") if authority else ("", "", "")
    user, colon, password = userinfo.partition(":")
    if not at:
        return
    if "${" not in (password if colon else user):
        raise UnfitError("holds credentials", "write https://${USER}:${PASSWORD}@… and set both in the environment")


def public_url(text: str) -> str:
    """An http(s) URL without a secret: it is stored and shown."""
    if "@" in _split(text, WEB).netloc:
        raise UnfitError("holds credentials", "write it without them")
    return text


def database_or_path(text: Filled) -> Filled:
    """Where the archive is: a database URL or a path. Raises UnfitError."""
    scheme, colon, _ = text.value.partition("://")
    if not colon:
        return text
    if scheme not in DATABASES:
        raise UnfitError("is no archive", "write a path, or postgresql+psycopg://user:${PASSWORD}@host/database")
    if re.match(r"[^:]+://[^/?#:@]*:[^/?#@$]*@", text.template):
        raise UnfitError("holds a password", "write ${PASSWORD} in its place and set it in the environment")
    return text


def object_store(text: str) -> str:
    """Where documents at rest go: the URL of a bucket, or of a folder. Raises UnfitError."""
    try:
        parts = urlsplit(text)
    except ValueError:
        raise UnfitError("is no object store", "look at its host") from None
    remedy = "write s3://bucket/prefix, or file:///folder"
    if parts.scheme not in STORES or _UNFIT.search(text):
        raise UnfitError("is no object store", remedy)
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise UnfitError("says more than where it is", "keys belong into the environment (AWS_ACCESS_KEY_ID …)")
    if bool(parts.netloc) == (parts.scheme == "file") or (parts.scheme == "file" and not parts.path.strip("/")):
        raise UnfitError("is no object store", remedy)
    return text.rstrip("/")


def is_host(text: str) -> bool:
    """True for a name or an address (IPv6 without brackets)."""
    if _is_address(text):
        return True
    try:
        name = text.lower().removesuffix(".").encode("ascii" if text.isascii() else "idna").decode("ascii")
    except UnicodeError:
        return False
    labels = name.split(".")
    return len(name) <= 253 and all(map(_LABEL.fullmatch, labels)) and not labels[-1].isdigit()


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def allowed_host(text: str) -> str:
    """An entry of allow_private_hosts: host, host:port, [address]:port or CIDR."""
    if "://" in text:
        raise UnfitError(
            "is a URL", f"write its host only: {text.partition('://')[2].partition('/')[0].rpartition('@')[2]}"
        )
    if "/" in text:
        return _network(text)
    if not _is_address(text):
        _host_port(text, port_needed=False)
    return text


def _network(text: str) -> str:
    try:
        address = ipaddress.ip_interface(text)
    except ValueError:
        raise UnfitError("is no network in CIDR notation", "write one such as 10.0.0.0/8") from None
    if address.ip != address.network.network_address:
        raise UnfitError("is no network in CIDR notation", f"write {address.network}")
    return text


def listen(text: str) -> str:
    """Where to listen: host:port or [address]:port."""
    _host_port(text, port_needed=True)
    return text


def _host_port(text: str, *, port_needed: bool) -> None:
    match = re.fullmatch(r"(\[[^\[\]]*\]|[^\[\]:/@?#\s]*)(?::([0-9]{1,5}))?", text, re.ASCII)
    host = match[1] if match else ""
    inner = host[1:-1] if host.startswith("[") else host
    if match is None or not (_is_address(inner) if host.startswith("[") else is_host(inner)):
        raise UnfitError("is no host", "write one such as localhost, localhost:8080 or [::1]:8080")
    if (port_needed and not match[2]) or (match[2] and not 0 < int(match[2]) < 65536):
        raise UnfitError("has no port from 1 to 65535", "write one such as 127.0.0.1:9090")


def contact(text: str) -> str:
    """A mail address or URL, for the User-Agent."""
    if text.lower().startswith("mailto:"):
        raise UnfitError("is a mailto: link", f"write the address only: {masked(text[7:])}")
    if _MAIL.fullmatch(text) and text.isascii():
        return text
    try:
        return public_url(text)
    except UnfitError:
        raise UnfitError("is no contact", "write a mail address or a URL, such as https://example.org/bot") from None


def same_feed(url: str) -> str:
    """A key that is equal for two spellings of one feed's URL (RFC 3986 section 6.2, and beyond it).

    Scheme http or https, the case of the host, `www.` kept, the default port, the fragment, a closing slash and
    needless percent-encoding make no difference: nobody serves two feeds that differ in these only.

    >>> same_feed("HTTP://Example.org:80/a%7Eb/#top") == same_feed("https://example.org/a~b")
    True
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").removesuffix(".")
    if not host.isascii():
        host = host.encode("idna").decode("ascii")
    port = "" if parts.port in {None, _PORTS.get(parts.scheme)} else f":{parts.port}"
    user = parts.netloc.rpartition("@")[0]
    return f"{user}@{host}{port}{_spelled(parts.path).rstrip('/')}?{_spelled(parts.query)}"


def _spelled(text: str) -> str:
    return _PERCENT_ENCODED.sub(_plain_or_capital, text)


def _plain_or_capital(match: re.Match[str]) -> str:
    char = unquote(match[0])
    return char if _UNRESERVED.fullmatch(char) else match[0].upper()
