"""Which addresses may be asked. Pure: it is given the address that a connection is about to be made to.

A feed, a redirect or a page can name any address. Only those of the public internet are asked, unless the configuration
allows more (IANA special-purpose address registries, RFC 6890, RFC 4291, RFC 6052).
"""

import contextlib
import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network

# `ipaddress.is_global` differs between Python releases, so the table is ours.
_NOT_PUBLIC_4 = tuple(
    (ipaddress.IPv4Network(block), what)
    for block, what in (
        ("0.0.0.0/8", "this network"),
        ("10.0.0.0/8", "private"),
        ("100.64.0.0/10", "shared by a carrier"),
        ("127.0.0.0/8", "loopback"),
        ("169.254.0.0/16", "link-local"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "reserved for protocols"),
        ("192.0.2.0/24", "for documentation"),
        ("192.88.99.0/24", "a 6to4 relay"),
        ("192.168.0.0/16", "private"),
        ("198.18.0.0/15", "for benchmarks"),
        ("198.51.100.0/24", "for documentation"),
        ("203.0.113.0/24", "for documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
    )
)
_PUBLIC_6 = ipaddress.IPv6Network("2000::/3")
_NOT_PUBLIC_6 = tuple(
    (ipaddress.IPv6Network(block), what)
    for block, what in (
        ("::/128", "unspecified"),
        ("::1/128", "loopback"),
        ("64:ff9b:1::/48", "a local translation"),
        ("100::/64", "a black hole"),
        ("2001::/32", "a Teredo tunnel"),
        ("2001::/23", "reserved for protocols"),
        ("2001:db8::/32", "for documentation"),
        ("3fff::/20", "for documentation"),
        ("fc00::/7", "private"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "site-local"),
        ("ff00::/8", "multicast"),
    )
)
_MAPPED = ipaddress.IPv6Network("::ffff:0:0/96")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_6TO4 = ipaddress.IPv6Network("2002::/16")
_ISATAP = {0x0000_5EFE, 0x0200_5EFE}

# Ports where something other than a web server answers (Fetch standard, section 2.9 "Port blocking").
_FOREIGN_PORTS = frozenset(
    {1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79, 87, 95, 101, 102, 103, 104, 109, 110}
    | {111, 113, 115, 117, 119, 123, 135, 137, 139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531}
    | {532, 540, 548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049, 3659, 4045, 4190}
    | {5060, 5061, 6000, 6379, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 10080, 11211}
)


@lru_cache(maxsize=4096)
def what_is_not_public(address: Address) -> str | None:
    """Why `address` does not belong to the public internet; None if it does.

    >>> what_is_not_public(ipaddress.ip_address("::ffff:10.0.0.1"))
    'private'
    """
    if isinstance(address, ipaddress.IPv4Address):
        return next((what for block, what in _NOT_PUBLIC_4 if address in block), None)
    inner = _ipv4_inside(address)
    if inner is not None and (what := what_is_not_public(inner)) is not None:
        return what
    if address in _MAPPED or address in _NAT64:
        return None
    if address.scope_id is not None:
        return "bound to an interface"
    what = next((what for block, what in _NOT_PUBLIC_6 if address in block), None)
    return what if what is not None or address in _PUBLIC_6 else "reserved"


def _ipv4_inside(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    number = int(address)
    if address in _6TO4:
        return ipaddress.IPv4Address(number >> 80 & 0xFFFF_FFFF)
    if address in _MAPPED or address in _NAT64 or number >> 32 & 0xFFFF_FFFF in _ISATAP:
        return ipaddress.IPv4Address(number & 0xFFFF_FFFF)
    return None


@lru_cache(maxsize=4096)
def plain_address(text: str) -> Address:
    """An address as a connection will use it: IPv4 mapped into IPv6 is IPv4. Raises ValueError."""
    address = ipaddress.ip_address(text)
    return getattr(address, "ipv4_mapped", None) or address


@lru_cache(maxsize=4096)
def host_name(text: str) -> str:
    """A name or address in the one form in which they are compared.

    >>> host_name("[::FFFF:127.0.0.1]"), host_name("Example.ORG.")
    ('127.0.0.1', 'example.org')
    """
    bare = text.strip().removeprefix("[").removesuffix("]").lower().removesuffix(".")
    try:
        return str(plain_address(bare))
    except ValueError:
        return bare


@dataclass(frozen=True, slots=True)
class Guard:
    """What may be asked besides the public internet (`network.allow_private_hosts`).

    A name allows whatever it resolves to, an address or CIDR that address under any name; with a port, there only.
    """

    hosts: frozenset[tuple[str, int | None]] = frozenset()
    networks: tuple[Network, ...] = ()

    @classmethod
    def allowing(cls, entries: Iterable[str]) -> "Guard":
        """From `host`, `host:port`, `[address]:port` and CIDR. Raises ValueError, naming the entry."""
        entries = tuple(entries)
        networks = tuple(_network(entry) for entry in entries if "/" in entry)
        return cls(frozenset(_host_and_port(entry) for entry in entries if "/" not in entry), networks)

    def refusal(self, host: str, port: int, address: str) -> str | None:
        """Why no connection may be made to `address`, which `host` stands for; None if it may."""
        try:
            plain = plain_address(address)
        except ValueError:
            return f"{address} is no address"
        if self._allows(host_name(host), port) or self._allows(str(plain), port) or self._covers(plain):
            return None
        if port in _FOREIGN_PORTS:
            return f"port {port} belongs to another service than the web"
        what = what_is_not_public(plain)
        return None if what is None else f"{plain} is {what}, and network.allow_private_hosts does not name it"

    def _allows(self, host: str, port: int) -> bool:
        return (host, None) in self.hosts or (host, port) in self.hosts

    def _covers(self, address: Address) -> bool:
        return any(address in network for network in self.networks)


def _network(entry: str) -> Network:
    try:
        return ipaddress.ip_network(entry.strip(), strict=False)
    except ValueError:
        raise ValueError(f"{entry!r} is no network in CIDR notation, such as 10.0.0.0/8") from None


def _host_and_port(entry: str) -> tuple[str, int | None]:
    bare = entry.strip()
    with contextlib.suppress(ValueError):
        return host_name(str(ipaddress.ip_address(bare))), None
    match = _HOST_PORT.fullmatch(bare)
    if match is None or not 0 < int(match["port"] or 1) < 65536:
        raise ValueError(f"{entry!r} is no host, host:port or network in CIDR notation")
    return host_name(match["host"]), int(match["port"]) if match["port"] else None


_HOST_PORT = re.compile(r"(?P<host>\[[0-9a-fA-F:.]+\]|[^\s:/@\[\]?#*]+)(?::(?P<port>[0-9]{1,5}))?")
