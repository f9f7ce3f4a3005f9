"""Which IP addresses are of the public internet. Knows no names and no exceptions."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_network

Address = IPv4Address | IPv6Address

_UNICAST = ip_network("2000::/3")
"""All that is given out of IPv6. Outside it are this machine, links, sites, groups, and IPv4
addresses as IPv6 (::ffff:0:0/96, 64:ff9b::/96, ::/96), which lead to what IPv4 would not."""
_SPECIAL = tuple(
    ip_network(network)
    for network in (
        "192.0.0.0/24",  # protocols' own
        "192.88.99.0/24",  # relays of 6to4
        "2001::/23",  # protocols' own, among them Teredo, which holds IPv4 addresses
        "2002::/16",  # 6to4, which holds IPv4 addresses
        "3fff::/20",  # documentation
    )
)
"""What `is_global` lets through in some versions of Python."""


def is_public(address: Address) -> bool:
    """Whether an address is global, of one machine, and leads nowhere else."""
    if isinstance(address, IPv6Address) and (address.scope_id or address not in _UNICAST):
        return False
    if address.is_multicast or address.is_reserved or not address.is_global:
        return False
    return not any(address in network for network in _SPECIAL)
