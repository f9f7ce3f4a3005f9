"""The real client of OpenAI, in front of a real server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

pytest.importorskip("fastapi")

import openai

from recto.serving.http.settings import ServeSettings
from tests.serving.http.conftest import running, settings

__all__ = ["settings"]


@pytest.fixture(scope="session")
def client(settings: ServeSettings) -> Iterator[openai.OpenAI]:
    with (
        running(settings) as address,
        openai.OpenAI(base_url=f"{address}/v1", api_key="none", max_retries=0) as client,
    ):
        yield client
