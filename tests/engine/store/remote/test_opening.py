"""Libraries on a server: made once, opened again, encoded anew, refused where they must be."""

from __future__ import annotations

from dataclasses import replace

import pytest

from recto.engine.encoders.protocol import EncoderId
from recto.engine.errors import (
    DamagedLibrary,
    EncoderMismatch,
    LibraryError,
    NewerLibrary,
    NotFound,
    RectoWarning,
)
from recto.engine.store.plan import PageFilter
from recto.engine.store.remote.client import Client
from recto.engine.store.remote.opening import open_with
from recto.engine.store.remote.settings import ServerSettings
from recto.engine.store.remote.state import BESIDE, CURRENT, StatePoints
from recto.engine.store.remote.store import RemoteStore
from tests.engine.store.samples import ENCODER, document, page, sha
from tests.engine.store.servers import in_memory, memory_store

OTHER = EncoderId(name="other", revision="7", dim=3, settings={"prefix": "query: "})


@pytest.fixture
def client() -> Client:
    return in_memory()


def _open(client: Client, encoder: EncoderId | None = None) -> RemoteStore:
    return open_with(client, encoder, create=False, settings=ServerSettings())


def _collections(client: Client) -> list[str]:
    return sorted(c.name for c in client.call(lambda q: q.get_collections()).collections)


def test_library_is_there_for_who_comes_later(client: Client) -> None:
    memory_store(OTHER, client).put_documents([document("a")])
    again = _open(client)
    assert again.encoder == OTHER
    assert again.encoder.settings == OTHER.settings
    assert again.documents() == [document("a")]


def test_libraries_of_a_server_are_apart() -> None:
    client = in_memory("finance")
    other = replace(client, address=replace(client.address, library="finance-2"))
    memory_store(ENCODER, client).put_documents([document("a")])
    store = memory_store(ENCODER, other)
    assert store.documents() == []
    store.put_documents([document("b")])
    assert _open(client).documents() == [document("a")]


def test_settings_of_a_library_are_those_it_was_made_with(client: Client) -> None:
    made = ServerSettings(replication=2, rows_quantization="int8", timeout=5)
    open_with(client, ENCODER, create=True, settings=made)
    found = open_with(client, None, create=False, settings=ServerSettings(timeout=9))
    settings = found._shared.version.settings
    assert (settings.replication, settings.rows_quantization, settings.timeout) == (2, "int8", 9)


def test_settings_that_a_library_cannot_take_are_told(client: Client) -> None:
    made = ServerSettings(shards=2, patches_datatype="turbo8")
    open_with(client, ENCODER, create=True, settings=made)
    other = ServerSettings(shards=3, replication=2, patches_datatype="turbo8")
    with pytest.warns(RectoWarning, match="shards is 2, not 3, replication is 1, not 2") as told:
        open_with(client, None, create=False, settings=other)
    assert "turbo8" not in str(told[0].message)


def test_library_of_before_there_were_graphs_has_none(client: Client) -> None:
    memory_store(ENCODER, client)
    payload = StatePoints(client).get(CURRENT)
    assert payload is not None
    assert payload["settings"].pop("rows_graph") == 16
    StatePoints(client).put(CURRENT, payload, only_if=None)
    assert _open(client)._shared.version.settings.rows_graph == 0


def test_no_library_is_not_made_by_looking(client: Client) -> None:
    with pytest.raises(NotFound, match="no library 'finance'"):
        _open(client)
    assert _collections(client) == []


def test_other_encoder_is_refused(client: Client) -> None:
    memory_store(ENCODER, client)
    with pytest.raises(EncoderMismatch, match="recto reencode --library http://localhost"):
        _open(client, OTHER)


@pytest.mark.parametrize(
    ("fields", "kind"),
    [({"format": 99}, NewerLibrary), ({"format": "x"}, DamagedLibrary), ({}, DamagedLibrary)],
)
def test_record_that_cannot_be_understood(
    client: Client, fields: dict[str, object], kind: type[LibraryError]
) -> None:
    memory_store(ENCODER, client)
    payload = {"manifest": fields, "version": 1, "settings": {}}
    StatePoints(client).put(CURRENT, payload, only_if=None)
    with pytest.raises(kind):
        _open(client)


def test_interrupted_creation_is_made_anew(client: Client) -> None:
    memory_store(OTHER, client).put_documents([document("a")])
    StatePoints(client).delete(CURRENT)  # written last, so that a crash before leaves this
    store = memory_store(ENCODER, client)
    assert store.documents() == []
    store.put_pages([page("a", 1, [[1, 2]])])
    assert store.count(PageFilter()) == 1


def _filled_beside(store: RemoteStore) -> RemoteStore:
    beside = store.beside(OTHER)
    beside.put_pages([page("a", 1, [[1, 2, 3]])])
    beside.put_documents([document("a")])
    return beside


def test_beside_is_unseen_until_it_becomes_the_library(client: Client) -> None:
    store = memory_store(ENCODER, client)
    reader = _open(client)
    beside = _filled_beside(store)
    assert _open(client).documents() == []
    store.become(beside)
    for library in (store, store.within(""), _open(client)):
        assert library.encoder == OTHER
        assert library.documents() == [document("a")]
        assert library.count(PageFilter()) == 1
    assert _collections(client) == ["finance.documents.2", "finance.library", "finance.pages.2"]
    with pytest.raises(LibraryError, match="Open it again"):
        reader.documents()


def test_interrupted_filling_goes_on(client: Client) -> None:
    _filled_beside(memory_store(ENCODER, client))
    beside = _open(client).beside(OTHER)
    assert beside.documents() == [document("a")]


def test_filling_for_another_encoder_begins_anew(client: Client) -> None:
    _filled_beside(memory_store(ENCODER, client))
    beside = _open(client).beside(replace(OTHER, revision="8"))
    assert beside.documents() == []
    assert beside.count(PageFilter()) == 0


def test_what_a_crash_after_the_switch_has_left_is_no_attempt(client: Client) -> None:
    store = memory_store(ENCODER, client)
    left = _filled_beside(store)
    payload = StatePoints(client).get(BESIDE)
    assert payload is not None
    StatePoints(client).put(CURRENT, payload, only_if=None)  # and the rest was not done
    reopened = _open(client)
    assert reopened.documents() == [document("a")]
    again = reopened.beside(left.encoder)
    assert again.documents() == []
    assert reopened.documents() == [document("a")]
    reopened.forget_beside()
    assert _collections(client) == ["finance.documents.2", "finance.library", "finance.pages.2"]


def test_forgotten_filling_leaves_nothing(client: Client) -> None:
    store = memory_store(ENCODER, client)
    _filled_beside(store)
    store.forget_beside()
    assert _collections(client) == ["finance.documents.1", "finance.library", "finance.pages.1"]
    assert StatePoints(client).get(BESIDE) is None


def test_bytes_are_about_those_of_the_pages(client: Client) -> None:
    store = memory_store(ENCODER, client)
    assert store.info().bytes_on_disk == 0
    store.put_pages([page("a", n, [[1, 2]] * 10_000) for n in range(1, 5)])
    assert 4 * 40_000 < store.info().bytes_on_disk < 4 * 400_000
    store.delete_pages(sha("a"))
    assert store.info().pages == 0
