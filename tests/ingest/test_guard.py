"""Only the public internet is asked, unless the configuration says more."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.guard import Guard, host_name, what_is_not_public

REFUSED = """
0.0.0.0 0.1.2.3 10.0.0.0 10.1.2.3 10.255.255.255 100.64.0.1 100.100.100.200 100.127.255.255 127.0.0.1
127.0.0.53 127.1.1.1 127.255.255.255 169.254.0.1 169.254.169.254 169.254.170.2 172.16.0.1 172.20.10.1
172.31.255.255 192.0.0.1 192.0.0.8 192.0.0.192 192.0.2.1 192.88.99.1 192.168.0.1 192.168.1.254 192.168.255.255
198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.9 224.0.0.1 224.0.0.251 239.255.255.250 240.0.0.1 250.1.1.1
255.255.255.255 :: ::1 ::2 ::7f00:1 ::10.0.0.1 ::ffff:0.0.0.0 ::ffff:127.0.0.1 ::ffff:7f00:1 ::ffff:10.0.0.1
::ffff:169.254.169.254 ::ffff:192.168.1.1 ::ffff:255.255.255.255 ::ffff:0:127.0.0.1 64:ff9b::7f00:1
64:ff9b::10.0.0.1 64:ff9b::169.254.169.254 64:ff9b::c0a8:101 64:ff9b:1::1 64:ff9b:1::808:808 100::1 2001::1
2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:2::1 2001:10::1 2001:20::1 2001:db8::1 2001:db8:ffff::1
2002:7f00:1:: 2002:7f00:1::1 2002:a00:1::1 2002:a9fe:a9fe::1 2002:c0a8:101::1 2002:c000:201::1 3fff::1 4000::1
5f00::1 8000::1 fc00::1 fd00::1 fd00:ec2::254 fd12:3456:789a::1 fe80::1 fe80::1%eth0 fec0::1 ff02::1 ff05::2
ff0e::1 2a00:1450:4001:810::5efe:10.0.0.1 2a00:1450:4001:810:200:5efe:7f00:1 2a00:1450:4001:81c::200e%eth0
""".split()  # noqa: SIM905
PUBLIC = """
1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.1 100.63.255.255 100.128.0.1 126.255.255.255 128.0.0.1 169.253.255.255
169.255.0.1 172.15.255.255 172.32.0.1 192.0.1.1 192.0.3.1 192.167.255.255 192.169.0.1 198.17.255.255
198.20.0.1 203.0.112.1 203.0.114.1 223.255.255.255 194.232.104.3 ::ffff:8.8.8.8 64:ff9b::8.8.8.8 2001:200::1
2001:4860:4860::8888 2002:808:808::1 2606:4700:4700::1111 2a00:1450:4001:81c::200e
2a00:1450:4001:810::5efe:8.8.8.8 2a02:2e0:3fe:1001:302::
""".split()  # noqa: SIM905


def test_the_table_is_worth_its_name() -> None:
    assert len(set(REFUSED)) >= 80
    assert len(set(PUBLIC)) >= 30


@pytest.mark.parametrize("address", REFUSED)
def test_what_is_not_public_is_refused(address: str) -> None:
    assert what_is_not_public(ipaddress.ip_address(address)) is not None
    assert Guard().refusal("example.org", 80, address) is not None


@pytest.mark.parametrize("address", PUBLIC)
def test_what_is_public_may_be_asked(address: str) -> None:
    assert Guard().refusal("example.org", 443, address) is None


@given(st.ip_addresses(v=4))
def test_an_address_is_judged_the_same_in_every_wrapping_of_ipv6(inner: ipaddress.IPv4Address) -> None:
    bare = what_is_not_public(inner)
    for prefix in ("::ffff:", "64:ff9b::"):
        assert what_is_not_public(ipaddress.ip_address(f"{prefix}{inner}")) == bare
    assert what_is_not_public(ipaddress.IPv6Address(0x2002 << 112 | int(inner) << 80 | 1)) == bare


@given(st.ip_addresses())
def test_the_guard_is_never_laxer_than_the_standard_library(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    if what_is_not_public(address) is None and not getattr(address, "ipv4_mapped", None):
        assert address.is_global or address in ipaddress.ip_network("64:ff9b::/96")
        assert not address.is_multicast


@pytest.mark.parametrize("port", [22, 25, 110, 143, 2049, 6379, 6667, 11211])
def test_ports_of_other_services_are_refused(port: int) -> None:
    assert "another service" in (Guard().refusal("example.org", port, "1.1.1.1") or "")


@pytest.mark.parametrize("port", [80, 443, 8000, 8080, 8443])
def test_ports_of_the_web_are_open(port: int) -> None:
    assert Guard().refusal("example.org", port, "1.1.1.1") is None


def allowed(entry: str, host: str, port: int, address: str) -> bool:
    return Guard.allowing([entry]).refusal(host, port, address) is None


@pytest.mark.parametrize(
    ("entry", "host", "port", "address", "may"),
    [
        ("intranet", "intranet", 80, "10.0.0.1", True),
        ("intranet", "INTRANET.", 8080, "10.0.0.1", True),
        ("intranet", "other", 80, "10.0.0.1", False),
        ("intranet:8080", "intranet", 8080, "10.0.0.1", True),
        ("intranet:8080", "intranet", 80, "10.0.0.1", False),
        ("10.0.0.1", "feeds.example.org", 80, "10.0.0.1", True),
        ("10.0.0.1", "10.0.0.1", 80, "10.0.0.1", True),
        ("10.0.0.1", "x", 80, "10.0.0.2", False),
        ("10.0.0.1", "x", 80, "::ffff:10.0.0.1", True),
        ("127.0.0.1:8000", "localhost", 8000, "127.0.0.1", True),
        ("127.0.0.1:8000", "localhost", 8001, "127.0.0.1", False),
        ("10.0.0.0/8", "x", 80, "10.9.9.9", True),
        ("10.0.0.0/8", "x", 6379, "10.9.9.9", True),
        ("10.0.0.0/8", "x", 80, "192.168.0.1", False),
        ("10.1.2.3/8", "x", 80, "10.9.9.9", True),
        ("fd00::/8", "x", 80, "fd00::1", True),
        ("fd00::/8", "x", 80, "fe80::1", False),
        ("[::1]:8000", "localhost", 8000, "::1", True),
        ("[::1]:8000", "localhost", 8001, "::1", False),
        ("::1", "x", 1234, "::1", True),
    ],
)
def test_the_configuration_may_allow_more(entry: str, host: str, port: int, address: str, may: bool) -> None:
    assert allowed(entry, host, port, address) is may


@pytest.mark.parametrize(
    "entry", ["", "10.0.0.0/99", "http://host", "host:port", "host:0", "host:70000", "a b", "u@h", "*"]
)
def test_an_entry_that_is_neither_host_nor_network_is_named(entry: str) -> None:
    with pytest.raises(ValueError, match="is no"):
        Guard.allowing([entry])


def test_what_is_no_address_is_refused() -> None:
    assert Guard().refusal("x", 80, "not-an-address") == "not-an-address is no address"


def test_hosts_are_compared_in_one_form() -> None:
    assert host_name("[::FFFF:10.0.0.1]") == host_name("10.0.0.1") == "10.0.0.1"
    assert host_name("EXAMPLE.org.") == "example.org"
