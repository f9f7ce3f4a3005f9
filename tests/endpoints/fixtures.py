"""Fixtures of the real servers; each starts when a test first asks for it, once for all tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.endpoints.running import RunningServer

_NEEDED = ("torch", "torchvision", "transformers", "fastapi", "uvicorn")


@pytest.fixture(scope="session")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """llama.cpp: enforces schemas, checks its key, tells how much it reads at once."""
    with _llama(tmp_path_factory.mktemp("llama"), by_rote=False) as server:
        yield server


@pytest.fixture(scope="session")
def llama_by_rote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """The same, with the model of `rote`."""
    with _llama(tmp_path_factory.mktemp("rote-llama"), by_rote=True) as server:
        yield server


@pytest.fixture(scope="session")
def transformers_serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """transformers: ignores schemas, and the field that OpenAI limits a reply with."""
    with _transformers(tmp_path_factory.mktemp("llava"), by_rote=False) as server:
        yield server


@pytest.fixture(scope="session")
def transformers_by_rote(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """The same, with the model of `rote`."""
    with _transformers(tmp_path_factory.mktemp("rote-llava"), by_rote=True) as server:
        yield server


@contextmanager
def _llama(folder: Path, *, by_rote: bool) -> Iterator[RunningServer]:
    pytest.importorskip("xllamacpp")
    pytest.importorskip("gguf")
    from tests.endpoints.llama_cpp import llama_server

    with llama_server(folder, by_rote=by_rote) as server:
        yield server


@contextmanager
def _transformers(folder: Path, *, by_rote: bool) -> Iterator[RunningServer]:
    missing = [name for name in _NEEDED if find_spec(name) is None]  # not imported: it takes long
    if missing:
        pytest.skip(f"transformers serve needs what is not installed: {', '.join(missing)}")
    from tests.endpoints.transformers_serve import transformers_server

    with transformers_server(folder, by_rote=by_rote) as server:
        yield server
