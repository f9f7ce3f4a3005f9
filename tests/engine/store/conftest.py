"""Every kind of store, empty, for the tests that all of them must pass."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from recto.engine.store.edge_process import SKETCH_FROM
from recto.engine.store.opening import open_edge
from recto.engine.store.oracle import OracleStore
from recto.engine.store.plan import PageFilter
from recto.engine.store.protocol import Store
from tests.engine.store.samples import ENCODER
from tests.engine.store.servers import SERVER, grpc_store, server_store

KINDS = ["oracle", "edge", "sketched", "remote", *(["server"] if SERVER in os.environ else [])]


@pytest.fixture(scope="session", params=KINDS)
def shared_store(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Store]:
    """One for all tests: to start a process for each of them would take minutes."""
    if request.param == "oracle":
        with OracleStore(ENCODER) as store:
            yield store
    elif request.param == "remote":
        with grpc_store(ENCODER) as store:
            yield store
    elif request.param == "server":
        with server_store(ENCODER) as store:
            yield store
    else:
        folder = tmp_path_factory.mktemp("library")
        sketch_from = 1 if request.param == "sketched" else SKETCH_FROM
        with open_edge(folder, ENCODER, create=True, sketch_from=sketch_from) as store:
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
