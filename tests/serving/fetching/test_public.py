"""Which addresses are public, held against Python's own word and against what IPv6 can hide."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recto.serving.fetching.public import is_public

V4 = st.ip_addresses(v=4).map(lambda address: IPv4Address(int(address)))
V6 = st.ip_addresses(v=6).map(lambda address: IPv6Address(int(address)))


def inside(network: str, address: IPv4Address, *, below: int) -> IPv6Address:
    """An IPv6 address of `network` with an IPv4 address in it, `below` bits above its end."""
    return IPv6Address(int(ip_network(network).network_address) | int(address) << below)


@given(V4 | V6)
def test_what_is_not_global_is_not_public(address: IPv4Address | IPv6Address) -> None:
    assert address.is_global or not is_public(address)
    assert not (address.is_multicast and is_public(address))


@given(V4)
def test_no_ipv4_address_is_public_inside_ipv6(address: IPv4Address) -> None:
    hidden = [
        inside("::ffff:0:0/96", address, below=0),
        inside("::/96", address, below=0),
        inside("64:ff9b::/96", address, below=0),
        inside("64:ff9b:1::/48", address, below=0),
        inside("2002::/16", address, below=80),
        inside("2001::/32", address, below=0),
        inside("2001::/32", IPv4Address(int(address) ^ 0xFFFFFFFF), below=0),
    ]

    assert not any(is_public(one) for one in hidden)


@pytest.mark.parametrize(
    "network",
    [
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
        *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16"),
        *("198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        *("::/128", "::1/128", "100::/64", "2001:db8::/32", "3fff::/20", "5f00::/16"),
        *("fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8"),
    ],
)
def test_no_end_of_a_special_network_is_public(network: str) -> None:
    found = ip_network(network)

    assert not is_public(found[0])
    assert not is_public(found[-1])


@pytest.mark.parametrize("address", ["169.254.169.254", "fe80::1%eth0", "2606:4700::1111%eth0"])
def test_what_is_of_this_link_is_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "8.8.8.8", "100.63.255.255", "172.32.0.1", "2606:4700::1111"]
)
def test_public_servers_are_public(address: str) -> None:
    assert is_public(ip_address(address))
