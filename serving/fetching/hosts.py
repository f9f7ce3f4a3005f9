"""Hosts that an operator names: `files.example.org`, `*.example.org` for all below it, and with a
port, `files.example.org:8443`, where it is not 80 or 443. Knows nothing of what they resolve to.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from recto.engine.errors import InputError

PORTS = (80, 443)
"""Those of the web, which need not be named."""
_ENTRY = re.compile(r"(\*\.)?([a-z0-9_-]+(?:\.[a-z0-9_-]+)*)(?::([0-9]{1,5}))?")


@dataclass(frozen=True, slots=True)
class Host:
    """One of them."""

    name: str
    below: bool = False
    """Whether those below this name are meant, and not itself."""
    port: int | None = None
    """None: the ports of the web."""

    def lets(self, name: str, port: int, ports: Collection[int]) -> bool:
        named = name.endswith(f".{self.name}") if self.below else name == self.name
        return named and (port in ports if self.port is None else port == self.port)


def parse_host(entry: str) -> Host:
    """Raises InputError."""
    found = _ENTRY.fullmatch(entry.lower())
    if found is None or int(found[3] or 1) not in range(1, 65536):
        raise InputError(
            f"fetch_hosts has {entry!r}; expected HOST, *.HOST or HOST:PORT, other letters than"
            " a to z as in xn--bcher-kva.example."
        )
    port = None if found[3] is None else int(found[3])
    return Host(found[2], below=found[1] is not None, port=port)
