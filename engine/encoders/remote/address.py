"""Where a remote encoder is: `vllm+http://host:8000/MODEL`. Calls nobody."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from recto.engine.errors import EncoderError

_SCHEME = "vllm+"


@dataclass(frozen=True, slots=True)
class Address:
    """A server and the model that is wanted of it."""

    server: str
    """`http://host:8000`, without a slash at its end."""
    model: str
    """As the server names it, which may have slashes in it."""

    def __str__(self) -> str:
        return f"{_SCHEME}{self.server}/{self.model}"


def is_remote(name: str) -> bool:
    """Whether a name is meant as an address."""
    return name.startswith(_SCHEME)


def parse_address(name: str) -> Address:
    """Raises EncoderError for what is no address."""
    parts = urlsplit(name.removeprefix(_SCHEME))
    model = unquote(parts.path).strip("/")
    if parts.username or parts.password:
        raise EncoderError(
            "The address of a remote encoder has a user or password in it, which would be stored"
            " with the library. Put a key into the environment variable RECTO_ENCODER_KEY."
        )
    if parts.scheme not in ("http", "https") or not parts.hostname or not model or parts.query:
        raise EncoderError(
            f"{name!r} is no address of a remote encoder; expected vllm+http://HOST:PORT/MODEL or"
            " vllm+https://HOST/MODEL."
        )
    return Address(f"{parts.scheme}://{parts.netloc}", model)
