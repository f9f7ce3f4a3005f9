"""Every kind of store, empty, for the tests that all of them must pass."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from recto.engine.store.opening import open_edge
from recto.engine.store.oracle import OracleStore
from recto.engine.store.plan import PageFilter
from recto.engine.store.protocol import Store
from tests.engine.store.samples import ENCODER


@pytest.fixture(scope="session", params=["oracle", "edge"])
def shared_store(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Store]:
    """One for all tests: to start a process for each of them would take minutes."""
    if request.param == "oracle":
        with OracleStore(ENCODER) as store:
            yield store
    else:
        folder = tmp_path_factory.mktemp("library")
        with open_edge(folder, ENCODER, create=True) as store:
            yield store


@pytest.fixture
def store(shared_store: Store) -> Store:
    for document_id in {page.document_id for page in shared_store.scroll(PageFilter())}:
        shared_store.delete_pages(document_id)
    shared_store.delete_documents([record.id for record in shared_store.documents()])
    assert (shared_store.info().pages, shared_store.info().documents) == (0, 0)
    return shared_store
