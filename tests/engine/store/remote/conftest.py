"""A stand-in server, and stores on it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from recto.engine.store.remote.settings import ServerSettings
from tests.engine.store.remote.standin import StandIn, running

HTTP = ServerSettings(prefer_grpc=False, attempts=4)


@pytest.fixture
def server() -> Iterator[StandIn]:
    with running() as standin:
        yield standin
