from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.engine.encoders.remote.vllm import FakeVllm, running


@pytest.fixture
def vllm(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeVllm]:
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.delenv("RECTO_ENCODER_KEY", raising=False)
    with running() as fake:
        yield fake
