"""Fixtures of the real servers; each starts when a test first asks for it, once for all tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.endpoints.running import RunningServer


@pytest.fixture(scope="session")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """llama.cpp: enforces schemas, checks its key, tells how much it reads at once."""
    pytest.importorskip("xllamacpp")
    pytest.importorskip("gguf")
    from tests.endpoints.llama_cpp import llama_server

    with llama_server(tmp_path_factory.mktemp("llama")) as server:
        yield server


@pytest.fixture(scope="session")
def transformers_serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """transformers: ignores schemas, and the field that OpenAI limits a reply with."""
    for package in ("torch", "transformers", "fastapi", "uvicorn", "openai"):
        pytest.importorskip(package)
    from tests.endpoints.transformers_serve import transformers_server

    with transformers_server(tmp_path_factory.mktemp("llava")) as server:
        yield server
