"""A real server on loopback, over libraries that the tests make."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Thread

import pytest

pytest.importorskip("fastapi")

import httpx2
import uvicorn

import recto
from recto.serving.fetching.fetcher import Fetcher
from recto.serving.http.app import create_app
from recto.serving.http.running import configuration, listening
from recto.serving.http.server import Server
from recto.serving.http.settings import ServeSettings
from tests.pdfs import lines, pdf

Client = httpx2.Client


class _Uvicorn(uvicorn.Server):
    """In a thread, so without signal handlers."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextmanager
def running(settings: ServeSettings, *, fetcher: Fetcher | None = None) -> Iterator[str]:
    """The address of a server that runs until the end of the block."""
    settings = replace(settings, port=0)
    opened = None if fetcher is None else Server(settings, fetcher=fetcher)
    server = _Uvicorn(configuration(create_app(settings, server=opened), settings))
    with listening(settings) as socket:
        thread = Thread(target=server.run, kwargs={"sockets": [socket]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{socket.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> ServeSettings:
    """Of a server over one library with one document, which tests only read."""
    folder = tmp_path_factory.mktemp("served")
    path = folder / "ferry.pdf"
    pages = ["The ferry leaves the harbour at nine.", "Tickets cost twelve crowns."]
    path.write_bytes(pdf([lines(page) for page in pages], title="Ferry"))
    with recto.open(folder / "library") as library:
        library.add(path, tags=["travel"])
    return ServeSettings(
        libraries={"main": str(folder / "library")}, state=folder / "state", rate=100_000
    )


@pytest.fixture(scope="session")
def client(settings: ServeSettings) -> Iterator[Client]:
    """A client of that server, which has no keys."""
    with running(settings) as address, Client(base_url=address, timeout=60) as client:
        yield client
