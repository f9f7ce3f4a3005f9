"""Calls to a server, repeated while that may help. Knows no library.

Every request that we send may be sent again: points are known by their ids and the rest says how
things are to be, not what is to be done to them.

The calls are those of the synchronous client, which threads may share: a search is one round trip
whatever it asks for, and what feeds a library (reading, encoding) runs ahead of the writes in a
thread of its own, so that an event loop would have nothing to overlap.
"""

from __future__ import annotations

import contextlib
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from qdrant_client import QdrantClient

from recto.engine.errors import BackendUnreachable, LibraryError, RectoWarning
from recto.engine.store.remote.address import ServerAddress
from recto.engine.store.remote.failures import FAILURES, Failure, failure_of, translated
from recto.engine.store.remote.settings import ServerSettings
from recto.engine.store.remote.tls import Tls, tls_of

OLDEST = (1, 19)
"""The first version with memory tiers, and IDF of a part of a collection."""
_FIRST_WAIT = 0.5
_LONGEST_WAIT = 30.0
"""Seconds, whatever the server asks for."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Client:
    """Calls one server."""

    qdrant: QdrantClient
    address: ServerAddress
    attempts: int
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)
    lock: contextlib.AbstractContextManager[object] = field(
        default_factory=contextlib.nullcontext, repr=False
    )
    """Held during each call; for a client that threads may not share."""

    def call(self, request: Callable[[QdrantClient], T]) -> T:
        """Make a request, again after failures that may pass.

        Raises BackendUnreachable, DiskFull, LibraryError.
        """
        wait = _FIRST_WAIT
        for attempt in range(1, self.attempts + 1):
            result, failure = self._once(request)
            if failure is None:
                assert result is not None
                return result
            if not failure.passing or attempt == self.attempts:
                raise translated(failure, self.address, attempt)
            self.sleep(min(max(wait, failure.wait), _LONGEST_WAIT))
            wait *= 2
        raise AssertionError(self.attempts)

    def find(self, request: Callable[[QdrantClient], T]) -> T | None:
        """As `call`; None where there is no such collection."""

        def asked(qdrant: QdrantClient) -> tuple[T | None]:
            try:
                return (request(qdrant),)
            except FAILURES as error:
                if failure_of(error, None).status != 404:
                    raise
                return (None,)

        (found,) = self.call(asked)
        return found

    def _once(self, request: Callable[[QdrantClient], T]) -> tuple[T | None, Failure | None]:
        try:
            with self.lock:
                return request(self.qdrant), None
        except FAILURES as error:
            return None, failure_of(error, self.address.key)

    def close(self) -> None:
        self.qdrant.close()


def connect(
    address: ServerAddress,
    settings: ServerSettings,
    *,
    sleep: Callable[[float], None] = time.sleep,
) -> Client:
    """A client whose server has answered. Raises BackendUnreachable, LibraryError, InputError."""
    tls = tls_of(settings)
    if settings.prefer_grpc and not address.prefix:
        client = Client(_qdrant(address, settings, tls, grpc=True), address, 1, sleep)
        try:
            _check_version(client)
            return Client(client.qdrant, address, settings.attempts, sleep)
        except BackendUnreachable:  # HTTP may tell more
            client.close()
    client = Client(_qdrant(address, settings, tls, grpc=False), address, settings.attempts, sleep)
    try:
        _check_version(client)
    except BaseException:
        client.close()
        raise
    if settings.prefer_grpc and not address.prefix:
        warnings.warn(
            f"{address.server} answers by HTTP, but not by gRPC on port {settings.grpc_port}. HTTP"
            " is used, by which pages take more bytes; open the port, or set RECTO_QDRANT_GRPC=no.",
            RectoWarning,
            stacklevel=2,
        )
    return client


def _qdrant(
    address: ServerAddress, settings: ServerSettings, tls: Tls, *, grpc: bool
) -> QdrantClient:
    with warnings.catch_warnings():
        # That a key goes over plain HTTP: `parse_address` has refused it where that matters.
        warnings.filterwarnings("ignore", message="Api key is used with an insecure connection")
        return QdrantClient(
            url=address.server,
            grpc_port=settings.grpc_port,
            prefer_grpc=grpc,
            api_key=address.key,
            timeout=settings.timeout,
            check_compatibility=False,
            grpc_options=dict(tls.grpc),
            verify=True if tls.http is None else tls.http,
        )


def _check_version(client: Client) -> None:
    info = client.call(lambda qdrant: qdrant.info())
    version = tuple(int(part) for part in info.version.split(".")[:2] if part.isdecimal())
    if len(version) != 2:
        raise BackendUnreachable(
            f"{client.address.server} says that it is {info.title!r} of version {info.version!r};"
            " expected a Qdrant server."
        )
    if version < OLDEST:
        raise LibraryError(
            f"{client.address.server} runs Qdrant {info.version}; expected"
            f" {OLDEST[0]}.{OLDEST[1]} or newer. Update the server, one minor version at a time."
        )
