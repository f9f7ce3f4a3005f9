"""What is sent to a server, as it arrives: collections, writes, searches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from recto.engine.store.condition import Equals
from recto.engine.store.plan import DenseArm, PageFilter, SearchPlan, SparseArm
from recto.engine.store.point_store import ALL, Asked
from recto.engine.store.remote.address import parse_address
from recto.engine.store.remote.opening import open_server
from recto.engine.store.remote.points import RemotePoints
from recto.engine.store.remote.settings import ServerSettings
from recto.engine.store.remote.store import RemoteStore
from recto.engine.store.sizes import BATCH_BYTES
from recto.engine.vectors import SparseVector
from tests.engine.store.remote.conftest import HTTP
from tests.engine.store.remote.standin import StandIn
from tests.engine.store.samples import ENCODER, content, document, page, pid, sha

Json = Any


def _open(server: StandIn, settings: ServerSettings) -> RemoteStore:
    address = parse_address(server.address, "finance")
    return open_server(address, ENCODER, create=True, settings=settings)


@pytest.fixture
def store(server: StandIn) -> Iterator[RemoteStore]:
    with _open(server, HTTP) as opened:
        yield opened


def _created(server: StandIn, name: str) -> Json:
    (asked,) = server.requests(f"PUT /collections/{name}$")
    return asked.body


def test_pooled_vectors_have_a_graph_and_full_ones_stay_on_the_disk(
    store: RemoteStore, server: StandIn
) -> None:
    assert store.encoder.dim == 2
    vectors = _created(server, r"finance\.pages\.1")["vectors"]
    for name, memory, links in (("patches", "cold", 0), ("rows", "cached", 16)):
        vector = vectors[name]
        assert vector["size"] == 2
        assert vector["distance"] == "Dot"
        assert vector["multivector_config"] == {"comparator": "max_sim"}
        assert vector["hnsw_config"]["m"] == links
        assert vector["datatype"] == "float16"
        assert vector["memory"] == memory
        assert vector.get("quantization_config") is None
    assert vectors["rows"]["hnsw_config"]["full_scan_threshold"] == 100_000
    optimizers = _created(server, r"finance\.pages\.1")["optimizers_config"]
    assert optimizers["indexing_threshold"] == 500_000
    words = _created(server, r"finance\.pages\.1")["sparse_vectors"]["words"]
    assert words["modifier"] == "idf"
    assert words["index"]["memory"] == "pinned"


def test_records_lie_in_one_shard_so_that_several_are_written_at_once(
    store: RemoteStore, server: StandIn
) -> None:
    assert _created(server, r"finance\.documents\.1")["shard_number"] == 1
    server.asked.clear()
    store.put_documents([document(str(n)) for n in range(300)])
    assert len(server.requests("PUT")) == 1


def test_settings_are_those_of_the_collections(server: StandIn) -> None:
    settings = ServerSettings(
        prefer_grpc=False,
        shards=6,
        replication=3,
        write_consistency=2,
        patches_datatype="turbo8",
        rows_memory="cold",
        rows_graph=0,
        rows_quantization="int8",
    )
    _open(server, settings).close()
    pages = _created(server, r"finance\.pages\.1")
    assert (pages["shard_number"], pages["replication_factor"]) == (6, 3)
    assert pages["write_consistency_factor"] == 2
    assert pages["vectors"]["patches"]["datatype"] == "turbo8"
    assert pages["vectors"]["patches"].get("quantization_config") is None
    assert pages["vectors"]["rows"]["hnsw_config"]["m"] == 0
    int8 = {"type": "int8", "memory": "pinned"}
    assert pages["vectors"]["rows"]["quantization_config"] == {"scalar": int8}
    assert pages["strict_mode_config"]["enabled"] is True
    for name in (r"finance\.documents\.1", r"finance\.library"):
        assert _created(server, name)["replication_factor"] == 3


def test_fields_that_filters_look_at_are_indexed(store: RemoteStore, server: StandIn) -> None:
    store.put_pages([page("a", 1, attributes={"tags": ("x", "y"), "pages": 3})])
    indexes = {a.body["field_name"]: a.body["field_schema"] for a in server.requests("PUT .*index")}
    assert indexes["document"] == "keyword"
    assert indexes["number"] == "integer"
    assert indexes["tenant"] == {"type": "keyword", "is_tenant": True}
    assert indexes["attributes.text.tags"] == "keyword"
    assert indexes["attributes.number.pages"] == "float"
    server.asked.clear()
    store.put_pages([page("a", 2, attributes={"tags": ("z",), "pages": 3})])
    assert server.requests("index") == []


def test_writes_are_batches_by_bytes(store: RemoteStore, server: StandIn) -> None:
    numbers = np.full((10_000, 2), 0.12345, dtype=np.float32)
    long = ("x" * 1_000_000,)
    store.put_pages([page("a", n, numbers, shown=content(n, headings=long)) for n in range(1, 13)])
    sizes = [asked.size for asked in server.requests("PUT .*pages.*/points$")]
    assert len(sizes) == 2
    assert max(sizes) <= BATCH_BYTES
    assert sum(sizes) > BATCH_BYTES


def test_vectors_arrive_as_they_are_kept(store: RemoteStore, server: StandIn) -> None:
    bits = np.arange(1, 0x7C00, dtype=np.uint16)  # every float16 above zero
    every = np.concatenate([bits.view(np.float16), -bits.view(np.float16), np.zeros(2)])
    store.put_pages([page("a", 1, every.astype(np.float32).reshape(-1, 2))])
    (asked,) = server.requests("PUT .*pages.*/points$")
    sent = np.array(asked.body["points"][0]["vector"]["patches"])
    assert (sent.astype(np.float16).ravel() == every.astype(np.float16)).all()
    longest = max(len(f"{abs(number):.4e}".rstrip("0")) for number in sent.ravel().tolist())
    assert longest <= len("1.2345e-05")


def _searches(store: RemoteStore, server: StandIn) -> list[Json]:
    query = np.array([[1, 2]], dtype=np.float32)
    filter = PageFilter(documents=(sha("a"),), first=2, where=Equals("tags", "x"))
    arms = (
        DenseArm(using="patches", query=query, limit=3),
        DenseArm(using="rows", query=query, limit=3, ids=(pid("a", 2),)),
        SparseArm(query=SparseVector.of({7: 1.0}), limit=3),
    )
    store.search(SearchPlan(arms=arms, filter=filter))
    (asked,) = server.requests("query/batch")
    searches: list[Json] = asked.body["searches"]
    return searches


def test_arms_are_one_round_trip_with_the_filter_in_each(
    store: RemoteStore, server: StandIn
) -> None:
    searches = _searches(store.within("acme"), server)
    assert [search["using"] for search in searches] == ["patches", "rows", "words"]
    for search in searches:
        must = search["filter"]["must"]
        assert {"key": "tenant", "match": {"any": ["acme"]}} in must
        assert {"key": "document", "match": {"any": [sha("a")]}} in must
        assert {"key": "attributes.text.tags", "match": {"any": ["x"]}} in must
        assert any(condition.get("key") == "number" for condition in must)
    assert {"has_id": [pid("a", 2)]} in searches[1]["filter"]["must"]


def test_rarity_of_terms_is_the_tenants_own(store: RemoteStore, server: StandIn) -> None:
    (words,) = [s for s in _searches(store.within("acme"), server) if s["using"] == "words"]
    corpus = words["params"]["idf"]["corpus"]["must"]
    assert corpus == [{"has_vector": "words"}, {"key": "tenant", "match": {"any": ["acme"]}}]


def test_scores_are_of_the_vectors_themselves(store: RemoteStore, server: StandIn) -> None:
    for search in _searches(store, server):
        assert search["params"]["exact"] is True
        assert search["params"]["quantization"]["ignore"] is True


def test_rows_may_be_kept_in_four_bits(server: StandIn) -> None:
    _open(server, ServerSettings(prefer_grpc=False, rows_quantization="turbo4")).close()
    rows = _created(server, r"finance\.pages\.1")["vectors"]["rows"]
    assert rows["quantization_config"] == {"turbo": {"bits": "bits4", "memory": "pinned"}}


def _staged(limit: int) -> SearchPlan:
    query = np.array([[1, 2]], dtype=np.float32)
    words = SparseArm(query=SparseVector.of({7: 1.0}), limit=limit)
    rows = DenseArm(using="rows", query=query, limit=limit, recall=0.95)
    nested = replace(rows, recall=1.0, among=(words,))
    arm = DenseArm(using="patches", query=query, limit=3, among=(rows, words, nested))
    return SearchPlan(arms=(arm,), filter=PageFilter(documents=(sha("a"),)))


def test_stages_are_one_request_that_is_confined_throughout(
    store: RemoteStore, server: StandIn
) -> None:
    store.within("acme").search(_staged(200))
    (asked,) = server.requests("query/batch")
    (search,) = asked.body["searches"]
    rows, words, nested = search["prefetch"]
    stages = (search, rows, words, nested, *nested["prefetch"])
    assert [stage["using"] for stage in stages] == ["patches", "rows", "words", "rows", "words"]
    assert [stage["limit"] for stage in stages[1:]] == [200] * 4
    for stage in stages:
        assert {"key": "tenant", "match": {"any": ["acme"]}} in stage["filter"]["must"]
        assert {"key": "document", "match": {"any": [sha("a")]}} in stage["filter"]["must"]
    assert words["params"]["idf"]["corpus"] == nested["prefetch"][0]["params"]["idf"]["corpus"]


def test_last_stage_ignores_quantized_copies_and_rows_use_the_graph_where_they_may(
    store: RemoteStore, server: StandIn
) -> None:
    store.search(_staged(400))
    (asked,) = server.requests("query/batch")
    (search,) = asked.body["searches"]
    rows, _, nested = search["prefetch"]
    assert search["params"] == nested["params"] == {"exact": True, "quantization": {"ignore": True}}
    assert rows["params"]["exact"] is False
    assert rows["params"]["hnsw_ef"] == 800
    assert rows["params"]["quantization"] == {"ignore": False, "rescore": True, "oversampling": 2.0}


def test_few_wanted_are_looked_for_among_more(store: RemoteStore, server: StandIn) -> None:
    store.search(_staged(5))
    (asked,) = server.requests("query/batch")
    assert asked.body["searches"][0]["prefetch"][0]["params"]["hnsw_ef"] == 512


def test_very_many_equal_scores_are_not_all_asked_for(store: RemoteStore, server: StandIn) -> None:
    store.put_pages([page("a", n, [[1, 1]]) for n in range(1, 200)])
    shared = store._shared
    points = RemotePoints(
        shared.client, lambda: shared.version, before_write=lambda: None, most_tied=100
    )
    query = np.array([[1, 2]], dtype=np.float32)
    (ranking,) = points.search_arms([Asked("patches", query, 3, ALL)])
    assert {hit.score for hit in ranking} == {3.0}
    assert len(ranking) == 3
    limits = [a.body["searches"][0]["limit"] for a in server.requests("query/batch")]
    assert limits == [19, 76, 100]


def test_many_arms_are_several_requests(store: RemoteStore, server: StandIn) -> None:
    arms = [SparseArm(query=SparseVector.of({n: 1.0}), limit=1) for n in range(1, 131)]
    store.put_pages([page("a", n, words={n: 1.0}) for n in range(1, 131)])
    found = store.search(SearchPlan(arms=tuple(arms)))
    assert [ranking[0].id for ranking in found] == [pid("a", n) for n in range(1, 131)]
    assert [len(a.body["searches"]) for a in server.requests("query/batch")] == [128, 2]
