"""Every kind of store, empty, for the tests that all of them must pass."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from recto.engine.store.opening import open_edge
from recto.engine.store.oracle import OracleStore
from recto.engine.store.plan import PageFilter
from recto.engine.store.protocol import Store
from tests.engine.store.samples import ENCODER
from tests.engine.store.servers import SERVER, grpc_store, server_store

KINDS = ["oracle", "edge", "sketched", "remote", *(["server"] if SERVER in os.environ else [])]
"""`edge` compares all vectors; `sketched`, as libraries are, those that its sketches find."""
_NEVER = 10**9


def opened(kind: str, folder: Path) -> AbstractContextManager[Store]:
    """A store of this kind, empty; `folder` is for those that need one."""
    if kind == "oracle":
        return OracleStore(ENCODER)
    if kind == "remote":
        return grpc_store(ENCODER)
    if kind == "server":
        return server_store(ENCODER)
    sketch_from = 1 if kind == "sketched" else _NEVER
    return open_edge(folder, ENCODER, create=True, sketch_from=sketch_from)


@pytest.fixture(scope="session", params=KINDS)
def shared_store(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Store]:
    """One for all tests: to start a process for each of them would take minutes."""
    with opened(request.param, tmp_path_factory.mktemp("library")) as store:
        yield store


@pytest.fixture
def store(shared_store: Store) -> Store:
    for tenant in ("", *shared_store.tenants()):
        _empty(shared_store.within(tenant))
    return shared_store


def _empty(store: Store) -> None:
    for document_id in {page.document_id for page in store.scroll(PageFilter())}:
        store.delete_pages(document_id)
    store.delete_documents([record.id for record in store.documents()])
    assert (store.info().pages, store.info().documents) == (0, 0)
