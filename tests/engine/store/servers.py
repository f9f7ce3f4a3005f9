"""Remote stores for tests: over qdrant-client's own memory, or a server where there is one."""

from __future__ import annotations

import os
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from qdrant_client import QdrantClient

from recto.engine.encoders.protocol import EncoderId
from recto.engine.store.remote.address import KEY, parse_address
from recto.engine.store.remote.client import Client, connect
from recto.engine.store.remote.collections import Collections, state_collection, versions
from recto.engine.store.remote.opening import open_server, open_with
from recto.engine.store.remote.settings import ServerSettings
from recto.engine.store.remote.store import RemoteStore
from tests.engine.store.remote.grpc_standin import running

SERVER = "QDRANT_URL"
"""The environment variable with the address of a server for tests."""


def in_memory(library: str = "finance") -> Client:
    """A client whose server is a few dicts in this process."""
    address = parse_address("http://localhost:6333", library)
    return Client(QdrantClient(":memory:"), address, 1, lock=threading.RLock())


def memory_store(encoder: EncoderId, client: Client | None = None) -> RemoteStore:
    return open_with(client or in_memory(), encoder, create=True, settings=ServerSettings())


@contextmanager
def grpc_store(encoder: EncoderId) -> Iterator[RemoteStore]:
    """As to a server, by its own protocol, but to a stand-in that knows only what we use."""
    with running() as standin:
        address = parse_address("http://127.0.0.1:1/finance")
        settings = ServerSettings(grpc_port=standin.port, attempts=1, timeout=600)
        with open_server(address, encoder, create=True, settings=settings) as store:
            yield store


@contextmanager
def server_store(encoder: EncoderId) -> Iterator[RemoteStore]:
    """A new library on the server for tests, removed afterwards."""
    key = os.environ.get(KEY)
    address = parse_address(os.environ[SERVER], f"test-{uuid.uuid4().hex[:12]}", key=key)
    client = connect(address, ServerSettings())
    try:
        with open_server(address, encoder, create=True) as store:
            yield store
    finally:
        for number in versions(client, address.library):
            Collections(address.library, number).drop(client)
        client.call(lambda qdrant: qdrant.delete_collection(state_collection(address.library)))
        client.close()
