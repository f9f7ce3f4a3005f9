"""A connection to one endpoint: the openai package's client, held to what was allowed.

The package reads settings of its own from the environment, among them headers with keys, and
follows redirections. Here nothing leaves that is not named in `_SENT`, and nothing goes to another
server than the one that the user named. What comes back is bounded in time and size.
"""

from __future__ import annotations

import contextlib
import ssl
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import TYPE_CHECKING

from recto.engine.closing import Closing
from recto.engine.endpoint.address import OPENAI_HOST, EndpointAddress
from recto.engine.endpoint.limits import Budget
from recto.engine.errors import BrokenReply, EndpointSettingError

if TYPE_CHECKING:
    import httpx2
    import openai

_SENT = frozenset(
    {
        *("host", "accept", "connection", "content-type", "content-length", "user-agent"),
        "x-stainless-raw-response",  # the package looks there for what its caller wants
    }
)
_SENT_TO_OPENAI = _SENT | {"openai-organization", "openai-project"}
_CONNECT = 10.0
"""Seconds for a connection."""
_BYTES = 1 << 20
_BYTES_A_TOKEN = 8 << 10
"""Of a reply: a chunk of a stream with one token in it takes some hundred."""

Check = Callable[[int], None]
"""Is told how many bytes have come; raises when those or the time are too many."""
_CHECK: ContextVar[Check] = ContextVar("check")


class Connection(Closing):
    """For several threads. Raises EndpointSettingError for an address or proxy that is none."""

    def __init__(self, address: EndpointAddress) -> None:
        import httpx2
        import openai

        self._address = address
        try:
            http = httpx2.Client(
                follow_redirects=False,
                trust_env=not address.loopback,  # a proxy is no way to this machine
                verify=_certificates(address),
                event_hooks={"request": [self._strip], "response": [_guard]},
            )
            self._client = openai.OpenAI(
                api_key=address.key or "none",
                base_url=address.base,
                default_query=address.query,
                max_retries=0,
                http_client=http,
            )
        except (ValueError, ImportError, httpx2.InvalidURL) as error:  # SOCKS needs a package
            raise EndpointSettingError(
                f"{address.url} cannot be reached: {error}. Correct the address, or the proxy that"
                " the environment names (HTTPS_PROXY, ALL_PROXY)."
            ) from error

    @property
    def address(self) -> EndpointAddress:
        return self._address

    @contextlib.contextmanager
    def calling(
        self, budget: Budget, tokens: int, *, stream: bool = False
    ) -> Iterator[openai.OpenAI]:
        """The client for one call, whose reply may have so many tokens.

        Only to begin a stream, not to read it: what is bounded stays so.
        """
        import httpx2

        left = budget.seconds_left()
        read = min(budget.limits.silence(stream=stream), left)
        timeout = httpx2.Timeout(left, connect=min(_CONNECT, left), read=read)
        reset = _CHECK.set(_check(self._address, budget, tokens))
        try:
            yield self._client.with_options(timeout=timeout)
        finally:
            _CHECK.reset(reset)

    def close(self) -> None:
        self._client.close()

    def _strip(self, request: httpx2.Request) -> None:
        """Leaves the headers that are needed, and the one key that is meant for this endpoint."""
        kept = _SENT_TO_OPENAI if self._address.host == OPENAI_HOST else _SENT
        for name in set(request.headers) - kept:
            del request.headers[name]
        # A small compressed reply could become a huge one.
        request.headers["Accept-Encoding"] = "identity"
        request.headers.update(self._address.authorization)


def _certificates(address: EndpointAddress) -> ssl.SSLContext | bool:
    """Those of the system, which take a while to read; none where no TLS is spoken."""
    plain = address.loopback and address.url.startswith("http://")
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if plain else True


def _check(address: EndpointAddress, budget: Budget, tokens: int) -> Check:
    most = _BYTES + tokens * _BYTES_A_TOKEN

    def check(size: int) -> None:
        budget.seconds_left()  # an endpoint that drips keeps each read in time
        if size > most:
            raise BrokenReply(
                f"{address.host} replied with more than {most:,} bytes where {tokens:,} tokens were"
                " asked for; it does not keep to the limit of a reply."
            )

    return check


def _guard(response: httpx2.Response) -> None:
    """Lets every piece of a reply pass the check of its call."""
    import httpx2

    class Guarded(httpx2.SyncByteStream):
        def __init__(self, whole: httpx2.SyncByteStream, check: Check) -> None:
            self._whole, self._check = whole, check

        def __iter__(self) -> Iterator[bytes]:
            size = 0
            for piece in self._whole:
                size += len(piece)
                self._check(size)
                yield piece

        def close(self) -> None:
            self._whole.close()

    assert isinstance(response.stream, httpx2.SyncByteStream)
    response.stream = Guarded(response.stream, _CHECK.get())
