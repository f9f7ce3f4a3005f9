"""A real llama.cpp server in this process, with a tiny model that takes pictures."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import xllamacpp

from tests.endpoints.gguf_files import write_eye, write_language_model, write_rote_model
from tests.endpoints.running import RunningServer

MODEL = "tiny"
KEY = "a-key-for-llama"
CONTEXT = 8192


@contextmanager
def llama_server(folder: Path, *, by_rote: bool = False) -> Iterator[RunningServer]:
    """Begins within a tenth of a second. The model is random, or that of `rote`."""
    if by_rote:
        weights = write_rote_model(folder / "model.gguf")
        write_eye(folder / "eye.gguf", weights.picture)
    else:
        write_language_model(folder / "model.gguf")
        write_eye(folder / "eye.gguf")
    settings = xllamacpp.CommonParams()
    settings.model.path = str(folder / "model.gguf")
    settings.mmproj.path = str(folder / "eye.gguf")
    settings.model_alias = {MODEL}
    settings.hostnames = ["127.0.0.1"]
    settings.port = 0
    settings.api_keys = [KEY]
    settings.n_ctx = CONTEXT
    settings.n_parallel = 1
    settings.cpuparams.n_threads = 1
    settings.warmup = False
    settings.verbosity = 0
    server = xllamacpp.Server(settings)
    try:
        yield RunningServer(f"{server.listening_address}/v1", MODEL, KEY)
    finally:
        del server  # stops it
