"""Where a model is, and the key for it. Calls nobody.

A key goes to the host that it was made for: `OPENAI_API_KEY` is not sent to a server on the local
network because that speaks the same protocol. It travels encrypted, or not beyond this machine.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit

from recto.engine.errors import EndpointSettingError, KeyRefused

OPENAI_HOST = "api.openai.com"
OPENAI = f"https://{OPENAI_HOST}/v1"
KEY = "RECTO_API_KEY"
"""The environment variable whose key goes to whichever endpoint the user names."""
_MAKERS = (
    (OPENAI_HOST, "OPENAI_API_KEY"),
    (".openai.azure.com", "AZURE_OPENAI_API_KEY"),
    (".services.ai.azure.com", "AZURE_OPENAI_API_KEY"),
    (".cognitiveservices.azure.com", "AZURE_OPENAI_API_KEY"),
    ("api.anthropic.com", "ANTHROPIC_API_KEY"),
    ("generativelanguage.googleapis.com", "GEMINI_API_KEY"),
)
"""Whose keys are sent where; a name that begins with a dot stands for all hosts below it."""
_EXAMPLES = "http://localhost:11434/v1 or https://HOST/openai/v1"
_VERSION = "api-version"
"""The one parameter that an address may have, as dated addresses of Azure do: others may be keys.
"""
_DEPLOYMENT = "/openai/deployments/"
"""In the path of Azure's dated addresses, which take a key in a header of their own."""


@dataclass(frozen=True, slots=True)
class EndpointAddress:
    """A model of an endpoint. `find_address` completes it with the key.

    >>> EndpointAddress("qwen3-vl:8b", "http://localhost:11434/v1/").url
    'http://localhost:11434/v1'
    """

    model: str
    base_url: str | None = None
    """None: OpenAI's."""
    key: str | None = field(default=None, repr=False)
    allow_http: bool = False
    """Send a key over an unencrypted connection within the local network."""

    def __post_init__(self) -> None:
        if not self.model.strip():
            raise EndpointSettingError("No model was named; give one that the endpoint has.")
        self._check_url()
        if self.key is not None and (not self.key.isascii() or not self.key.isprintable()):
            raise EndpointSettingError(
                "The key has characters that no key has, such as a line's end; set it again."
            )
        if self.key and not self._private():
            raise EndpointSettingError(
                f"A key would go to {self.host} unencrypted, for all on the way to read; expected"
                " an address with https://. Within the local network it can be allowed"
                " (--allow-http)."
            )

    @property
    def url(self) -> str:
        """With the version that was asked for, if one was."""
        version = f"?{urlencode(self.query)}" if self.query else ""
        return self.base + version

    @property
    def base(self) -> str:
        """What the paths of the protocol follow, without a / at its end."""
        parts = urlsplit(self.base_url or OPENAI)
        bare = parts._replace(netloc=parts.netloc.lower(), query="")
        return bare.geturl().rstrip("/")

    @property
    def query(self) -> dict[str, str]:
        """What each request has behind its path."""
        return dict(parse_qsl(urlsplit(self.base_url or OPENAI).query))

    @property
    def authorization(self) -> dict[str, str]:
        """The header that holds the key; none where there is no key."""
        if not self.key:
            return {}
        if _DEPLOYMENT in urlsplit(self.base).path + "/":
            return {"api-key": self.key}
        return {"Authorization": f"Bearer {self.key}"}

    @property
    def host(self) -> str:
        return (urlsplit(self.url).hostname or "").rstrip(".")

    @property
    def loopback(self) -> bool:
        """Whether the endpoint is on this machine."""
        return _is(self.host, "is_loopback")

    @property
    def local(self) -> bool:
        """Whether the endpoint is on this machine or, by its name, in the local network."""
        named = "." not in self.host and ":" not in self.host
        return named or self.host.endswith(".local") or _is(self.host, "is_private")

    def _check_url(self) -> None:
        parts = _split(self.base_url or OPENAI)
        if parts.username is not None or parts.password is not None:
            raise EndpointSettingError(
                f"The address of {parts.hostname} has a user or password in it, which would be"
                f" shown and stored. Put the key into the environment variable {KEY}."
            )
        names = [name for name, _ in parse_qsl(parts.query, keep_blank_values=True)]
        if parts.fragment or (parts.query and names != [_VERSION]):
            raise EndpointSettingError(
                f"The address of {parts.hostname} has a query (?) or fragment (#) in it; expected"
                f" one such as {_EXAMPLES}, and behind a ? {_VERSION} alone. A key belongs into"
                f" {KEY}."
            )
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise EndpointSettingError(
                f"{self.base_url!r} is no address of an endpoint; expected one such as {_EXAMPLES}."
            )

    def _private(self) -> bool:
        """Whether nobody reads on the way what goes to the endpoint."""
        safe = urlsplit(self.url).scheme == "https" or self.loopback
        return safe or (self.allow_http and self.local)


def find_address(
    model: str,
    base_url: str | None = None,
    *,
    allow_http: bool = False,
    environment: Mapping[str, str] = os.environ,
) -> EndpointAddress:
    """An endpoint's model with the key that the environment or a keyring has for it.

    Raises EndpointSettingError; KeyRefused where a key is surely needed and none is there.
    """
    bare = EndpointAddress(model.strip(), base_url.strip() if base_url else None)
    key = next((key for key in _keys(bare.host, environment) if key), None)
    if key is None and len(_variables(bare.host)) > 1:
        raise KeyRefused(f"There is no key for {bare.host}. {how_to_give_key(bare.host)}")
    return EndpointAddress(bare.model, bare.base_url, key, allow_http)


def how_to_give_key(host: str) -> str:
    """A sentence for who lacks one."""
    return (
        f"Put it into the environment variable {' or '.join(_variables(host))}, or into the"
        f" keyring: keyring set recto {host}."
    )


def _keys(host: str, environment: Mapping[str, str]) -> Iterator[str | None]:
    for variable in _variables(host):
        yield environment.get(variable, "").strip()
    yield _from_keyring(host)


def _variables(host: str) -> list[str]:
    return [KEY, *(name for maker, name in _MAKERS if _belongs(host, maker))]


def _belongs(host: str, maker: str) -> bool:
    return host.endswith(maker) if maker.startswith(".") else host == maker


def _from_keyring(host: str) -> str | None:
    """What the system's keyring has for a host, if the package `keyring` is installed."""
    try:
        import keyring
        from keyring.errors import KeyringError
    except ModuleNotFoundError:
        return None
    try:
        found: str | None = keyring.get_password("recto", host)
        return found
    except KeyringError:
        # A machine without a desktop has no keyring to ask; that is not an error of the user.
        return None


def _is(host: str, what: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return bool(getattr(ipaddress.ip_address(host), what))
    except ValueError:
        return False


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise EndpointSettingError(
            f"That is no address of an endpoint ({error}); expected one such as {_EXAMPLES}."
        ) from error
    return parts
