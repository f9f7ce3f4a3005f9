"""Every kind of store, empty, for the tests that all of them must pass."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from recto.engine.store.oracle import OracleStore
from recto.engine.store.protocol import Store
from tests.engine.store.samples import ENCODER


@pytest.fixture(params=["oracle"])
def store() -> Iterator[Store]:
    with OracleStore(ENCODER) as store:
        yield store
