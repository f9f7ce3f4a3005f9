"""How a library lies on a server, and how it is reached. Knows no Qdrant package."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, get_args

from recto.engine.errors import InputError
from recto.engine.store.manifest import Datatype

Tier = Literal["cold", "cached", "pinned"]
"""Read from the disk when needed; read into memory at the start, where it may be evicted; kept in
memory."""
Quantization = Literal["int8", "turbo4"]
_OF_THE_CONNECTION = (
    *("timeout", "attempts", "prefer_grpc", "grpc_port", "allow_http"),
    *("ca", "certificate", "certificate_key"),
)
_MOST_LINKS = 256
_BEFORE = {"rows_graph": 0}
"""What libraries have that were made before there was such a setting."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSettings:
    """The defaults suit pages of a thousand vectors of 128 numbers.

    What is above `timeout` is decided when the library is made, and recorded with it; the rest is
    how this program reaches it.

    >>> ServerSettings(shards=6, replication=2).patches_memory
    'cold'
    """

    shards: int | None = None
    """Parts that the pages are divided into; None: one for each node."""
    replication: int = 1
    """Copies of each part, on as many nodes."""
    write_consistency: int = 1
    """Copies that must have a write before it is acknowledged."""
    patches_datatype: Datatype = "float16"
    """Of `patches`, all vectors of a page. turbo8 takes half, turbo4 a quarter of float16, and both
    change them a little; turbo8 needs a server of 1.20."""
    patches_memory: Tier = "cold"
    """A quarter of a megabyte a page, of which a search reads only those that it rescores."""
    rows_memory: Tier = "cached"
    """The pooled vectors, by which a search finds pages."""
    rows_graph: int = 16
    """To how many of its neighbours a page is linked in the graph (HNSW) of the pooled vectors, by
    which a search need not look at all of them. A part of a library of less than about 12,000
    pages is looked at as a whole all the same. 0: no graph, and no work to make it."""
    rows_quantization: Quantization | None = None
    """Smaller copies of the pooled vectors, kept in memory: for libraries of which the rows do not
    fit there. Pages are found by them, twice as many as are wanted, and rescored by the rows. int8
    takes half of the rows, turbo4 a quarter."""
    words_memory: Tier = "pinned"
    strict: bool = True
    """Let the server refuse requests that no library makes."""

    timeout: int = 60
    """Seconds for one request."""
    attempts: int = 5
    """How often a request is made at most; each is safe to be repeated."""
    prefer_grpc: bool = True
    """Pages take a fifth of the bytes by gRPC. Where its port does not answer, HTTP is used."""
    grpc_port: int = 6334
    allow_http: bool = False
    """Send a key unencrypted outside the local network."""
    ca: str | None = None
    """A file (PEM) with the authorities that may have signed the server's certificate; None: those
    that are trusted without."""
    certificate: str | None = None
    """A file (PEM) with the certificate by which this program shows who it is, if it must."""
    certificate_key: str | None = None
    """A file (PEM) with the key of that; None: it is in the same file."""

    def __post_init__(self) -> None:
        least = {"shards": 1 if self.shards is None else self.shards}
        least |= {"replication": self.replication, "grpc_port": self.grpc_port}
        least |= {"write_consistency": self.write_consistency, "timeout": self.timeout}
        for name, value in (least | {"attempts": self.attempts}).items():
            if value < 1:
                raise InputError(f"{name} is {value}; expected at least 1.")
        if self.write_consistency > self.replication:
            raise InputError(
                f"write_consistency is {self.write_consistency} and replication"
                f" {self.replication}; no write could be acknowledged."
            )
        _check("patches_datatype", self.patches_datatype, get_args(Datatype))
        _check("rows_quantization", self.rows_quantization, (None, *get_args(Quantization)))
        for name in ("patches_memory", "rows_memory"):
            # Qdrant pins no vectors, only indexes and quantized copies.
            _check(name, getattr(self, name), get_args(Tier)[:2])
        _check("words_memory", self.words_memory, get_args(Tier))
        if self.rows_graph != 0 and not 2 <= self.rows_graph <= _MOST_LINKS:
            raise InputError(
                f"rows_graph is {self.rows_graph}; expected 2 to {_MOST_LINKS}, or 0 for no graph."
            )
        if self.certificate_key is not None and self.certificate is None:
            raise InputError("certificate_key is given, but no certificate that it is the key of.")

    def recorded(self) -> dict[str, Any]:
        """What belongs to the library."""
        names = [field.name for field in fields(self) if field.name not in _OF_THE_CONNECTION]
        return {name: getattr(self, name) for name in names}

    def of(self, recorded: Mapping[str, Any]) -> ServerSettings:
        """These for the connection, with those of a library."""
        ours = {name: getattr(self, name) for name in _OF_THE_CONNECTION}
        names = {field.name for field in fields(self)}
        known = {name: value for name, value in recorded.items() if name in names}
        return ServerSettings(**{**_BEFORE, **known, **ours})


def _check(name: str, value: object, expected: tuple[object, ...]) -> None:
    if value not in expected:
        raise InputError(f"{name} is {value!r}; expected one of {expected}.")
