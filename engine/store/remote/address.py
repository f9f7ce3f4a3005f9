"""Where a library on a server is: `http://qdrant:6333/finance`. Calls nobody."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

from recto.engine.errors import InputError

KEY = "RECTO_QDRANT_KEY"
"""The environment variable with the server's API key."""
CA = "RECTO_QDRANT_CA"
"""The environment variable with the file of the authority that has signed its certificate."""
_PORT = 6333
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
_EXAMPLE = "http://HOST:6333/LIBRARY or https://HOST/LIBRARY"
_OWN_DOMAINS = (".local", ".internal", ".localhost")


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """A server and the library that is meant on it. Its text, as in messages, has no key.

    >>> str(parse_address("http://qdrant/finance"))
    'http://qdrant:6333/finance'
    """

    server: str
    """`http://host:port`, with the path of a proxy if there is one, without a slash at its end."""
    library: str
    key: str | None = field(default=None, repr=False)

    def __str__(self) -> str:
        return f"{self.server}/{self.library}"

    @property
    def host(self) -> str:
        return urlsplit(self.server).hostname or ""

    @property
    def port(self) -> int:
        port = urlsplit(self.server).port
        assert port is not None, "parse_address completes it"
        return port

    @property
    def https(self) -> bool:
        return self.server.startswith("https:")

    @property
    def prefix(self) -> str:
        """The path of a proxy, "" without one. gRPC has none."""
        return urlsplit(self.server).path

    @property
    def folder_name(self) -> str:
        """What a folder for this library may be called."""
        proxy = self.prefix.strip("/").replace("/", "_")
        return "_".join(part for part in (self.host, str(self.port), proxy, self.library) if part)


def is_server(place: object) -> bool:
    """Whether the place of a library is meant as the address of one on a server."""
    return isinstance(place, str) and re.match(r"https?://", place, re.IGNORECASE) is not None


def parse_address(
    place: str, library: str | None = None, *, key: str | None = None, allow_http: bool = False
) -> ServerAddress:
    """The library called `library`, or else by the last part of the address' path.

    Raises InputError for what is no such address, and for a `key` that would travel unencrypted to
    a host outside this network, unless `allow_http`.
    """
    parts = _split(place)
    path = parts.path.strip("/")
    if library is None:
        path, _, library = path.rpartition("/")
        if not library:
            raise InputError(
                f"{place} names no library; expected {_EXAMPLE}, or library=... beside the server."
            )
    if not _NAME.fullmatch(library):
        raise InputError(
            f"{library!r} cannot be a library's name on a server; expected at most 100 letters,"
            " digits, - and _, a letter or digit first."
        )
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    port = parts.port or (443 if parts.scheme == "https" else _PORT)
    server = f"{parts.scheme}://{host}:{port}{'/' + path if path else ''}"
    address = ServerAddress(server, library, key or None)
    _check_key(address, allow_http)
    return address


def _split(place: str) -> SplitResult:
    try:
        parts = urlsplit(place)
        _ = parts.port
    except ValueError as error:
        raise InputError(f"That is no address of a server ({error}); expected {_EXAMPLE}.") from (
            error
        )
    if parts.username is not None or parts.password is not None:
        raise InputError(
            f"The address of {parts.hostname} has a user or password in it, which would be shown."
            f" Put the server's key into the environment variable {KEY}."
        )
    if parts.query or parts.fragment or not parts.hostname:
        raise InputError(f"{parts.hostname or place!r}: no such address; expected {_EXAMPLE}.")
    return parts


def _check_key(address: ServerAddress, allow_http: bool) -> None:
    key = address.key
    if key is not None and (not key.isascii() or not key.isprintable() or " " in key):
        raise InputError(
            "The server's key has characters that no key has, such as a line's end; set it again."
        )
    if key is not None and not (address.https or allow_http or _is_near(address.host)):
        raise InputError(
            f"The key would go to {address.host} unencrypted, for all on the way to read; expected"
            " https://, or a host of this network (ServerSettings(allow_http=True) sends it"
            " nevertheless)."
        )


def _is_near(host: str) -> bool:
    """Whether a host is this machine or one of the private network."""
    name = host.rstrip(".").lower()
    try:
        return ipaddress.ip_address(name).is_private  # loopback is
    except ValueError:
        # A name without a dot is one of the local network, as in a set of containers.
        return "." not in name or name.endswith(_OWN_DOMAINS)
