"""Every kind of store, to be given clips."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from recto.engine.store.opening import open_edge
from recto.engine.store.oracle import OracleStore
from recto.engine.store.protocol import Store
from tests.engine.store.samples import ENCODER
from tests.engine.store.servers import grpc_store, memory_store


@pytest.fixture(params=["oracle", "edge", "memory", "remote"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "oracle":
        with OracleStore(ENCODER) as store:
            yield store
    elif request.param == "edge":
        with open_edge(tmp_path / "library", ENCODER, create=True) as store:
            yield store
    elif request.param == "memory":
        with memory_store(ENCODER) as store:
            yield store
    else:
        with grpc_store(ENCODER) as store:
            yield store
