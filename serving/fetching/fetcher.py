"""Fetches one file from the web, within a time and a size, by connections to addresses that were
checked.

A request holds nothing of this machine: no proxy, no cookies, no keys. Redirects are followed here,
each as a new address. What is fetched is not looked at.
"""

from __future__ import annotations

import ssl
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

import anyio
import httpx2

from recto.engine.errors import LimitExceeded

from .refusals import AddressRefused, FetchBusy, FetchFailed, FetchTimeout
from .rules import Rules, Target

MAX_REDIRECTS = 5
PLACES, PLACES_OF_ONE = 16, 4
"""Fetches that run at once: of all, and of one tenant, who can have slow servers of his own."""
_CONNECT = 10.0
"""Seconds for a connection, so that there is time for another address of the same name."""
_MOVED = (301, 302, 303, 307, 308)
_HEADERS = {
    "User-Agent": "recto",
    "Accept": "*/*",
    "Accept-Encoding": "identity",  # a small compressed file could become a huge one
    "Connection": "close",
}
_UNREACHED = "The server of the address does not answer as a web server with a good certificate."


class Sink(Protocol):
    """Takes a file, part by part."""

    async def write(self, data: bytes, /) -> None: ...


@dataclass(slots=True, kw_only=True)
class Fetcher:
    """For one event loop."""

    most: int
    """Bytes of a file."""
    timeout: float
    """Seconds for all of it: names, connections, redirects, the file."""
    rules: Rules = field(default_factory=Rules)
    certificates: ssl.SSLContext = field(default_factory=httpx2.create_ssl_context)
    _running: Counter[str] = field(default_factory=Counter)
    """By tenant."""

    async def fetch(self, address: str, into: Sink, *, tenant: str = "") -> None:
        """Raises AddressRefused, FetchFailed, FetchBusy, LimitExceeded."""
        if self._running.total() >= PLACES or self._running[tenant] >= PLACES_OF_ONE:
            raise FetchBusy("Too much is fetched at once; try again in a moment.")
        self._running[tenant] += 1
        try:
            with _translated(self.timeout), anyio.fail_after(self.timeout):
                await self._follow(address, into)
        finally:
            self._running[tenant] -= 1
            self._running += Counter()  # without those of whom nothing runs

    async def _follow(self, address: str, into: Sink) -> None:
        place = _parsed(address)
        for _ in range(1 + MAX_REDIRECTS):
            elsewhere = await self._fetched(await self.rules.target(place), into)
            if elsewhere is None:
                return
            place = elsewhere
        raise FetchFailed(f"The address leads to another more than {MAX_REDIRECTS} times.")

    async def _fetched(self, target: Target, into: Sink) -> httpx2.URL | None:
        """Where it is instead, if it is not there."""
        # Each has a client of its own, so that nothing of one answer is told to another server.
        async with httpx2.AsyncClient(
            verify=self.certificates,
            trust_env=False,
            follow_redirects=False,
            headers=_HEADERS,
            timeout=httpx2.Timeout(self.timeout, connect=min(_CONNECT, self.timeout)),
        ) as client:
            response = await _answer(client, target)
            try:
                if response.status_code in _MOVED:
                    return _parsed(response.headers.get("location", ""), target.url)
                self._check(response)
                await self._read(response, into)
            finally:
                await response.aclose()
        return None

    def _check(self, response: httpx2.Response) -> None:
        if response.status_code != 200:
            raise FetchFailed(
                f"The server of the address answered with {response.status_code}; expected 200."
            )
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            raise FetchFailed(
                "The server of the address compresses what it sends, though it was asked not to."
            )
        length = response.headers.get("content-length", "")
        self._check_size(int(length) if length.isascii() and length.isdigit() else 0)

    async def _read(self, response: httpx2.Response, into: Sink) -> None:
        size = 0
        async for part in response.aiter_raw():
            size += len(part)
            self._check_size(size)
            await into.write(part)

    def _check_size(self, size: int) -> None:
        if size > self.most:
            raise LimitExceeded(
                f"The file at the address is larger than {self.most:,} bytes, which this server"
                " takes at most."
            )


async def _answer(client: httpx2.AsyncClient, target: Target) -> httpx2.Response:
    """From the first of the addresses that can be reached; certificates are held to the name."""
    unreached: httpx2.HTTPError | None = None
    for address in target.addresses:
        request = client.build_request(
            "GET",
            target.url.copy_with(host=str(address)),
            headers={"Host": target.url.netloc.decode("ascii")},
            extensions={"sni_hostname": target.name},
        )
        try:
            return await client.send(request, stream=True)
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
            unreached = error
    raise unreached or FetchFailed(_UNREACHED)


def _parsed(address: str, base: httpx2.URL | None = None) -> httpx2.URL:
    """Raises AddressRefused."""
    try:
        return httpx2.URL(address) if base is None else base.join(address)
    except (httpx2.InvalidURL, ValueError) as error:
        raise AddressRefused("This is no address; expected https://HOST/PATH.") from error


@contextmanager
def _translated(timeout: float) -> Iterator[None]:
    try:
        yield
    except (TimeoutError, httpx2.TimeoutException) as error:
        raise FetchTimeout(
            f"The server of the address did not give the file within {timeout:g} s."
        ) from error
    except httpx2.HTTPError as error:
        raise FetchFailed(_UNREACHED) from error
    except UnicodeError as error:  # a name that TLS does not take
        raise FetchFailed(_UNREACHED) from error
