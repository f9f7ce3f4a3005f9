"""Which addresses may be fetched, and where they lead: everything that is decided before a
connection is made. Knows nothing of HTTP.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import anyio
import httpx2

from .hosts import PORTS, Host
from .public import Address, is_public
from .refusals import AddressRefused

_ELSEWHERE = "The address does not lead to a public server, so it is not fetched."
"""Of names that there are not, too: which there are in a private network is not told."""


class Resolver(Protocol):
    """Gives all IP addresses of a name. Raises OSError or ValueError where there are none."""

    async def __call__(self, name: str, port: int) -> Sequence[str]: ...


async def resolved(name: str, port: int) -> Sequence[str]:
    """By the resolver of this machine."""
    found = await anyio.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True, slots=True)
class Target:
    """A place that has been checked: connections go to `addresses`, whatever its name resolves to
    by then."""

    url: httpx2.URL
    name: str
    addresses: tuple[Address, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The defaults are the strictest; others than `hosts` are for networks that tests make."""

    hosts: tuple[Host, ...] = ()
    """From which may be fetched; none: from all."""
    ports: tuple[int, ...] = PORTS
    allows: Callable[[Address], bool] = is_public
    resolve: Resolver = resolved

    async def target(self, url: httpx2.URL) -> Target:
        """Raises AddressRefused."""
        name = self._name(url)
        usual = 443 if url.scheme == "https" else 80
        port = usual if url.port is None else url.port
        self._check_host(name, port)
        return Target(url, name, await self._addresses(name, port))

    def _name(self, url: httpx2.URL) -> str:
        if url.scheme not in ("http", "https"):
            raise AddressRefused(
                f"Only addresses of http and https are fetched, not of {url.scheme!r}."
            )
        if url.userinfo:
            raise AddressRefused("The address holds a name or password; send one without.")
        name = url.raw_host.decode("ascii").lower().rstrip(".")
        if not name:
            raise AddressRefused("The address names no host; expected https://HOST/PATH.")
        return name

    def _check_host(self, name: str, port: int) -> None:
        if self.hosts and not any(host.lets(name, port, self.ports) for host in self.hosts):
            raise AddressRefused(
                "Nothing is fetched from this host and port; whoever runs the server says from"
                " which by fetch_hosts."
            )
        if not self.hosts and port not in self.ports:
            expected = " or ".join(str(good) for good in self.ports)
            raise AddressRefused(f"Nothing is fetched from port {port}; expected {expected}.")

    async def _addresses(self, name: str, port: int) -> tuple[Address, ...]:
        """Every one of them must be good: which of them is taken is not for others to decide."""
        found = [name] if _is_address(name) else await self._resolved(name, port)
        try:
            addresses = tuple(ipaddress.ip_address(one) for one in found)
        except ValueError:
            addresses = ()
        if not addresses or not all(self.allows(address) for address in addresses):
            raise AddressRefused(_ELSEWHERE)
        return addresses

    async def _resolved(self, name: str, port: int) -> Sequence[str]:
        try:
            return await self.resolve(name, port)
        except (OSError, ValueError) as error:  # ValueError: what no name can be
            raise AddressRefused(_ELSEWHERE) from error


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
