"""The tree of a feeds.yaml to a Config, with every problem on the way. Each table is one section of the file."""

import re
from collections.abc import Mapping as MappingOf
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeAlias

from ingest.config import addresses, names
from ingest.config.amounts import count, duration, size, written
from ingest.config.document import Mapping, Node, Scalar
from ingest.config.environment import Filled
from ingest.config.kinds import NOTHING, Desk, Kind, joined, pairs, plain, section, text, texts, wrong
from ingest.config.problems import UnfitError, short
from ingest.config.values import (
    MIB,
    Alerts,
    Backfill,
    Backup,
    Config,
    Daemon,
    Defaults,
    Feed,
    Header,
    Network,
    Outlet,
    WebSub,
)
from ingest.source import is_secret

ARCHIVE = Filled("archive.sqlite", "archive.sqlite")
LONGEST_NAME = 200
LONGEST_HEADER = 4096


# --- the sections -----------------------------------------------------------------------------------------------------

_SECOND, _DAY = timedelta(seconds=1), timedelta(days=1)
_interval = plain(duration(_SECOND, 365 * _DAY))
_spacing = plain(duration(timedelta(0), timedelta(hours=1)))


def _name(text: str) -> str:
    if len(text) > LONGEST_NAME or not text.strip():
        raise UnfitError("is no name", f"write 1 to {LONGEST_NAME} characters")
    return text


def _path(desk: Desk, node: Node, key: str) -> Any:
    value = plain(lambda text: desk.folder / Path(text).expanduser(), null=True)(desk, node, key)
    if isinstance(value, Path) and "\0" in str(value):
        return wrong(desk, node, key, "is no path; take the NUL out")
    return value


def _file(desk: Desk, node: Node, key: str) -> Any:
    value = _path(desk, node, key)
    if isinstance(value, Path) and not value.is_file():
        return wrong(desk, node, key, f"names no file: {value}; mend the path")
    return value


def _archive(desk: Desk, node: Node, key: str) -> Any:
    value = text(addresses.database_or_path)(desk, node, key)
    return value if value is NOTHING or "://" in value.value else beside(desk.folder, value)


def beside(folder: Path, value: Filled) -> Filled:
    """The absolute path that a path stands for in a file of that folder."""
    place = folder / Path(value.value).expanduser()
    shown = str(folder / value.template) if value.secrets else str(place)
    return Filled(shown, str(place), value.secrets)


# Set for each request; another value would break what the archive says of it.
_SET_BY_US = """
    host content-length transfer-encoding connection accept-encoding user-agent range if-none-match if-modified-since
    if-match if-unmodified-since if-range te trailer upgrade expect keep-alive proxy-connection
"""
_OURS = frozenset(_SET_BY_US.split())
_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")  # RFC 9110 section 5.6.2


def _headers(desk: Desk, node: Node, key: str) -> Any:
    found = (_header(desk, name, value, joined(key, name.text)) for name, value in pairs(desk, node, key))
    return tuple(header for header in found if isinstance(header, Header))


def _header(desk: Desk, name: Scalar, value: Node, path: str) -> Any:
    if not _TOKEN.fullmatch(name.text):
        return wrong(desk, name, path, "is no header name; write letters, digits and -")
    if name.text.lower() in _OURS:
        return wrong(desk, name, path, "is set by chronik itself; take it out (contact: goes into the User-Agent)")
    content = text(_header_value)(desk, value, path)
    if content is NOTHING:
        return NOTHING
    if not content.secrets and (is_secret(name.text) or name.text.lower() == "cookie"):
        return wrong(desk, value, path, "holds a secret; write ${NAME} and set it in the environment")
    return Header(name.text, content)


def _header_value(value: Filled) -> Filled:
    if not value.value.isascii() or value.value != value.value.strip() or len(value.value) > LONGEST_HEADER:
        raise UnfitError("is no header value", "write ASCII without blanks around it")
    return value


def _node(_: Desk, node: Node, __: str) -> Node:
    return node


DEFAULTS: dict[str, Kind] = {
    "min_interval": _interval,
    "max_interval": _interval,
    "timeout": plain(duration(_SECOND / 10, timedelta(minutes=10))),
    "max_bytes": plain(size(1024, 1024 * MIB)),
    "headers": _headers,
}
OVERRIDES = DEFAULTS | {"spacing": _spacing}
FEED = {"url": text(addresses.web_url)} | OVERRIDES
OUTLET = {
    "name": plain(_name, null=True),
    "homepage": plain(addresses.public_url, null=True),
    "language": plain(names.language, null=True),
    "country": plain(names.country, null=True),
    "timezone": plain(names.timezone, null=True),
    "feeds": _node,
} | OVERRIDES
BACKFILL: dict[str, Kind] = {"spacing": _spacing, "wayback": plain(addresses.public_url, null=True)}
NETWORK: dict[str, Kind] = {
    "spacing": _spacing,
    "per_host": plain(count(1, 100)),
    "concurrency": plain(count(1, 10_000)),
    "allow_private_hosts": texts(addresses.allowed_host),
    "ca_file": _file,
    "proxy": text(addresses.web_url, null=True),
}
DAEMON: dict[str, Kind] = {"listen": plain(addresses.listen, null=True)}
WEBSUB: dict[str, Kind] = {"callback": text(addresses.web_url, null=True), "listen": DAEMON["listen"]}
ALERTS: dict[str, Kind] = {"webhook": text(addresses.web_url, null=True)}


def _websub(desk: Desk, node: Node, key: str) -> dict[str, Any]:
    values = section(desk, node, key, WEBSUB)
    if values.get("callback") and not values.get("listen"):
        desk.object_to(node, key, "has a callback and no listen; write both")
    return values


BACKUP: dict[str, Kind] = {"to": _path, "every": _interval, "keep": plain(count(1, 10_000))}


def _section_of(kinds: MappingOf[str, Kind]) -> Kind:
    return lambda desk, node, key: section(desk, node, key, kinds)


TOP: dict[str, Kind] = {
    "archive": _archive,
    "documents": plain(addresses.object_store, null=True),
    "contact": plain(addresses.contact, null=True),
    "defaults": _section_of(DEFAULTS),
    "backfill": _section_of(BACKFILL),
    "network": _section_of(NETWORK),
    "daemon": _section_of(DAEMON),
    "websub": _websub,
    "alerts": _section_of(ALERTS),
    "backup": _section_of(BACKUP),
    "outlets": _node,
}


# --- the whole --------------------------------------------------------------------------------------------------------


def config_from(desk: Desk, root: Node, path: Path) -> Config:
    """The Config that the tree comes to; it is worth something only if no problem is on the desk."""
    if isinstance(root, Scalar) and root.is_null and not desk.may_list_none:
        desk.object_to(root, "", "is empty; write at least outlets: with one outlet")
    top = section(desk, root, "", TOP)
    network = Network(**top.get("network", {}))
    defaults = _over(
        desk, root, "defaults", Defaults(spacing=network.spacing), _at(root, "defaults"), top.get("defaults", {})
    )
    return Config(
        path=path,
        archive=top.get("archive") or beside(desk.folder, ARCHIVE),
        documents=top.get("documents"),
        contact=top.get("contact"),
        defaults=defaults,
        backfill=Backfill(**top.get("backfill", {})),
        network=network,
        daemon=Daemon(**top.get("daemon", {})),
        websub=WebSub(**top.get("websub", {})),
        alerts=Alerts(**top.get("alerts", {})),
        backup=Backup(**top.get("backup", {})),
        outlets=_outlets(desk, root, top.get("outlets"), defaults),
    )


def archive_from(desk: Desk, node: Scalar | None) -> Filled:
    """Where the archive is, from the value of `archive:` alone."""
    value = beside(desk.folder, ARCHIVE) if node is None else _archive(desk, node, "archive")
    return value if isinstance(value, Filled) else ARCHIVE


def _over(desk: Desk, place: Node, key: str, base: Defaults, node: Node | None, own: dict[str, Any]) -> Defaults:
    """The values in force where `own`, what was read of `node`, stands over `base`."""
    values = {name: own.get(name, getattr(base, name)) for name in _PLAIN}
    # Told where one of the two stands, not again wherever both are only taken over, nor where one was refused.
    written_here = {name for name in ("min_interval", "max_interval") if _gives(node, name)}
    if values["min_interval"] > values["max_interval"] and written_here and written_here <= own.keys():
        least, most = written(values["min_interval"]), written(values["max_interval"])
        desk.object_to(
            place, key, f"min_interval {least} is above max_interval {most}; lower the one or raise the other"
        )
    headers = {one.name.lower(): one for one in (*base.own_headers, *own.get("headers", ()))}
    return Defaults(**values, own_headers=tuple(headers.values()))


_PLAIN = ("min_interval", "max_interval", "timeout", "max_bytes", "spacing")


def _outlets(desk: Desk, root: Node, node: Node | None, defaults: Defaults) -> tuple[Outlet, ...]:
    seen: Seen = {}
    listed = pairs(desk, node, "outlets") if node else ()
    found = tuple(_outlet(desk, name, value, defaults, seen) for name, value in listed)
    if not found and isinstance(root, Mapping) and (node is None or _is_mapping(node)) and not desk.may_list_none:
        desk.object_to(node or root, "outlets", "there is none; list at least one outlet with a homepage or feeds")
    return found


def _outlet(desk: Desk, name: Scalar, node: Node, base: Defaults, seen: "Seen") -> Outlet:
    key = joined("outlets", name.text)
    slug = _slug(desk, name, key)
    own = section(desk, node, key, OUTLET)
    manner = _over(desk, name, key, base, node, own)
    listed = pairs(desk, own["feeds"], joined(key, "feeds")) if "feeds" in own else ()
    feeds = [_feed(desk, slug, word, value, manner, seen) for word, value in listed]
    if _is_mapping(node) and not feeds and not _gives(node, "homepage"):
        desk.object_to(name, key, "has neither feeds nor a homepage; give it one of them")
    about: dict[str, Any] = {word: own.get(word) for word in ("name", "homepage", "language", "country", "timezone")}
    return Outlet(slug=slug, **about, **_fields(manner), feeds=tuple(feed for feed in feeds if feed))


def _feed(desk: Desk, outlet: str, name: Scalar, node: Node, base: Defaults, seen: "Seen") -> Feed | None:
    key = joined(f"outlets.{outlet}.feeds", name.text)
    slug = _slug(desk, name, key)
    own = {"url": FEED["url"](desk, node, key)} if isinstance(node, Scalar) else section(desk, node, key, FEED)
    if isinstance(node, Mapping) and not _gives(node, "url"):
        desk.object_to(name, key, "has no url; write one")
    manner = _over(desk, name, key, base, node, own)
    location = own.get("url")
    if not isinstance(location, Filled):
        return None
    _once(desk, _place_of_url(node), key, location, seen)
    return Feed(outlet=outlet, slug=slug, location=location, **_fields(manner))


def _fields(manner: Defaults) -> dict[str, Any]:
    return {name: getattr(manner, name) for name in (*_PLAIN, "own_headers")}


def _slug(desk: Desk, name: Scalar, key: str) -> str:
    try:
        return names.slug(name.text)
    except UnfitError as unfit:
        desk.object_to(name, key, f"{short(name.text)} {unfit.fault}; {unfit.remedy}")
        return name.text


def _is_mapping(node: Node) -> bool:
    return isinstance(node, Mapping) or (isinstance(node, Scalar) and node.is_null)


def _at(node: Node, key: str) -> Node | None:
    return node.get(key) if isinstance(node, Mapping) else None


def _gives(node: Node | None, key: str) -> bool:
    value = _at(node, key) if node else None
    return value is not None and not (isinstance(value, Scalar) and value.is_null)


def _place_of_url(node: Node) -> Node:
    return (node.get("url") if isinstance(node, Mapping) else None) or node


Seen: TypeAlias = dict[str, tuple[str, int]]  # same_feed(url): the key and line where it stands first


def _once(desk: Desk, place: Node, key: str, url: Filled, seen: Seen) -> None:
    first, line = seen.setdefault(addresses.same_feed(url.value), (key, place.span.line))
    if first != key:
        desk.object_to(place, key, f"is the same feed as {first} on line {line}; keep one")
