"""Random operations leave a store as they leave a dictionary.

`RECTO_OPERATIONS=10000` runs so many, divided among the stores: most of a minute of one core.
Without it fewer, so that all tests stay quick.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)

from recto.engine.store.condition import Equals
from recto.engine.store.plan import DenseArm, PageFilter, SearchPlan
from recto.engine.store.protocol import Store
from recto.engine.store.records import DocumentRecord
from tests.engine.store.conftest import KINDS, opened
from tests.engine.store.samples import ENCODER, document, page, pid, sha
from tests.engine.store.servers import memory_store

OPERATIONS = int(os.environ.get("RECTO_OPERATIONS", "1200")) // len(KINDS)
_STEPS = 50
NAMES, TENANTS = "abc", ("", "acme")
Key: TypeAlias = tuple[str, str, int]
"""Tenant, document, number."""
Vector: TypeAlias = tuple[int, int]


class Model(RuleBasedStateMachine):
    """A store beside two dictionaries."""

    store: Store

    @initialize()
    def empty(self) -> None:
        self.pages: dict[Key, Vector] = {}
        self.tags: dict[Key, str] = {}
        self.records: dict[tuple[str, str], DocumentRecord] = {}
        for tenant in TENANTS:
            store = self.store.within(tenant)
            for name in NAMES:
                store.delete_pages(sha(name))
            store.delete_documents([sha(name) for name in NAMES])

    @rule(
        tenant=st.sampled_from(TENANTS),
        name=st.sampled_from(NAMES),
        first=st.integers(1, 40),
        count=st.integers(1, 40),
        vector=st.tuples(st.integers(-3, 3), st.integers(-3, 3)),
        tag=st.sampled_from("xy"),
    )
    def put_pages(
        self, tenant: str, name: str, first: int, count: int, vector: Vector, tag: str
    ) -> None:
        vectors = {number: _moved(vector, number) for number in range(first, first + count)}
        self.store.within(tenant).put_pages(
            [page(name, n, [vectors[n]], attributes={"tags": (tag,)}) for n in vectors]
        )
        for number in vectors:
            self.pages[tenant, name, number] = vectors[number]
            self.tags[tenant, name, number] = tag

    @rule(tenant=st.sampled_from(TENANTS), name=st.sampled_from(NAMES), after=st.integers(0, 80))
    def delete_pages(self, tenant: str, name: str, after: int) -> None:
        self.store.within(tenant).delete_pages(sha(name), after=after)
        gone = [k for k in self.pages if k[:2] == (tenant, name) and k[2] > after]
        for key in gone:
            del self.pages[key], self.tags[key]

    @rule(tenant=st.sampled_from(TENANTS), name=st.sampled_from(NAMES), tag=st.sampled_from("xyz"))
    def describe(self, tenant: str, name: str, tag: str) -> None:
        self.store.within(tenant).describe(sha(name), {"tags": (tag,)})
        for key in self.pages:
            if key[:2] == (tenant, name):
                self.tags[key] = tag

    @rule(tenant=st.sampled_from(TENANTS), name=st.sampled_from(NAMES), size=st.integers(1, 99))
    def put_document(self, tenant: str, name: str, size: int) -> None:
        record = replace(document(name), size=size)
        self.store.within(tenant).put_documents([record])
        self.records[tenant, name] = record

    @rule(tenant=st.sampled_from(TENANTS), name=st.sampled_from(NAMES))
    def delete_document(self, tenant: str, name: str) -> None:
        self.store.within(tenant).delete_documents([sha(name)])
        self.records.pop((tenant, name), None)

    @rule(tenant=st.sampled_from(TENANTS), tag=st.sampled_from("xyz"), first=st.integers(1, 80))
    def look(self, tenant: str, tag: str, first: int) -> None:
        store = self.store.within(tenant)
        filter = PageFilter(where=Equals("tags", tag), first=first)
        expected = {
            pid(key[1], key[2], tenant): vector
            for key, vector in self.pages.items()
            if key[0] == tenant and self.tags[key] == tag and key[2] >= first
        }
        assert store.count(filter) == len(expected)
        found = {p.id: p.vectors for p in store.scroll(filter, with_vectors=True)}
        assert found.keys() == expected.keys()
        for id, vectors in found.items():
            assert vectors is not None
            assert vectors.patches is not None
            assert vectors.patches.vectors.tolist() == [[*expected[id]]]

    @rule(
        tenant=st.sampled_from(TENANTS),
        query=st.tuples(st.integers(-3, 3), st.integers(-3, 3)),
        limit=st.integers(1, 12),
    )
    def search(self, tenant: str, query: Vector, limit: int) -> None:
        arm = DenseArm(using="patches", query=np.array([query], np.float32), limit=limit)
        (ranking,) = self.store.within(tenant).search(SearchPlan(arms=(arm,)))
        scores = [
            (-float(query[0] * vector[0] + query[1] * vector[1]), pid(name, number, tenant))
            for (whose, name, number), vector in self.pages.items()
            if whose == tenant
        ]
        assert [(-score, id) for id, score in ranking] == sorted(scores)[:limit]

    @rule(tenant=st.sampled_from(TENANTS))
    def list_documents(self, tenant: str) -> None:
        expected = [self.records[key] for key in sorted(self.records) if key[0] == tenant]
        assert self.store.within(tenant).documents() == expected
        having = {key[0] for key in (*self.records, *self.pages)} - {""}
        assert self.store.tenants() == sorted(having)

    @rule(dice=st.integers(1, 10))
    def optimize(self, dice: int) -> None:
        """Now and then: it waits for the disk."""
        if dice == 1:
            self.store.flush()
            self.store.optimize()


def _moved(vector: Vector, number: int) -> Vector:
    """Another one for each page of a document, so that few scores are equal."""
    return vector[0] + number, vector[1] - number // 3


@pytest.mark.parametrize("kind", KINDS)
def test_random_operations_against_a_dictionary(kind: str, tmp_path: Path) -> None:
    with ExitStack() as stack:
        if kind == "remote":
            store: Store = stack.enter_context(memory_store(ENCODER))
        else:
            store = stack.enter_context(opened(kind, tmp_path))
        machine: type[RuleBasedStateMachine] = type("Machine", (Model,), {"store": store})
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=-(-OPERATIONS // _STEPS),
                stateful_step_count=_STEPS,
                deadline=None,
                suppress_health_check=[*HealthCheck],
            ),
        )
