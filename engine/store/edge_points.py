"""The points of one tenant in an embedded library: every call to the store's process that touches
them is made here, where it is confined. Knows no page and no document.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from recto.engine.store.compiling import TENANT, Plain
from recto.engine.store.edge_process import EdgeProcess
from recto.engine.store.point_store import ALL, Asked
from recto.engine.store.schema import DOCUMENTS, PAGES, Conditions, Point, confined, owned_by
from recto.engine.wire import Value


class EdgePoints:
    """What belongs to `tenant`; "" is what belongs to none."""

    def __init__(self, process: EdgeProcess, tenant: str, tenants: set[str]) -> None:
        """`tenants`: those that may have points. While there is none, nothing has to be confined,
        and the libraries of people who need no tenants pay nothing for them."""
        self._process = process
        self._tenants = tenants
        self.tenant = tenant

    def within(self, tenant: str) -> EdgePoints:
        return EdgePoints(self._process, tenant, self._tenants)

    def find_tenants(self) -> None:
        """Learn of those that the shards have, which have just been loaded."""
        self._tenants.update(self.stored_tenants())

    def stored_tenants(self) -> list[str]:
        found = [self._process.call("tenants", shard) for shard in (PAGES, DOCUMENTS)]
        return sorted(set().union(*found))

    def upsert(self, shard: str, points: Sequence[Point], *, room: int) -> None:
        """All or none."""
        if self.tenant:
            self._tenants.add(self.tenant)
        self._process.call("upsert", shard, points, room=room)

    def describe(self, seen: Conditions, payload: Value, *, room: int) -> None:
        self._process.call("describe", PAGES, self._confined(seen), payload, room=room)

    def delete(self, shard: str, seen: Conditions) -> None:
        self._process.call("delete", shard, self._confined(seen))

    def count(self, shard: str, seen: Conditions = ALL) -> int:
        return int(self._process.call("count", shard, self._confined(seen)))

    def retrieve(
        self, shard: str, ids: Sequence[str], fields: list[str], vectors: list[str], size: int
    ) -> Iterator[Point]:
        """In batches of `size`; what is another tenant's is not there."""
        return self._mine("retrieve", shard, ids, fields, vectors, size)

    def rounded(
        self, shard: str, ids: Sequence[str], fields: list[str], vector: str, size: int
    ) -> Iterator[Point]:
        return self._mine("rounded", shard, ids, fields, vector, size)

    def scroll(
        self, shard: str, seen: Conditions, fields: list[str], vectors: list[str], size: int
    ) -> Iterator[Point]:
        """In batches of `size`, in the order of their ids."""
        offset: str | None = None
        mine = self._confined(seen)
        while True:
            points, offset = self._process.call(
                "scroll", shard, mine, offset, size, fields, vectors
            )
            yield from points
            if offset is None:
                return

    def some(self, shard: str, count: int, fields: list[str], vectors: list[str]) -> list[Point]:
        """The first of them by id."""
        found = self._process.call(
            "scroll", shard, self._confined(ALL), None, count, fields, vectors
        )
        return list(found[0])

    def search_arms(self, arms: Sequence[Asked], shard: str = PAGES, /) -> list[Value]:
        """Of each the best points, as [id, score]."""
        asked = [arm.confined(self._confined) for arm in arms]
        found: list[Value] = self._process.call("search_arms", shard, asked, self._whose())
        return found

    def search_documents(self, using: str, query: Value, limit: int) -> Value:
        mine = self._confined(ALL)
        return self._process.call(
            "search", DOCUMENTS, using, query, limit, mine, self._whose(), "document"
        )

    def _mine(
        self,
        method: str,
        shard: str,
        ids: Sequence[str],
        fields: list[str],
        vectors: Value,
        size: int,
    ) -> Iterator[Point]:
        for start in range(0, len(ids), size):
            batch = [*ids[start : start + size]]
            points = self._process.call(method, shard, batch, [*fields, TENANT], vectors)
            yield from (p for p in points if p["payload"].get(TENANT, "") == self.tenant)

    def _whose(self) -> list[Plain]:
        return [owned_by(self.tenant)] if self.tenant or self._tenants else []

    def _confined(self, seen: Conditions) -> Conditions:
        return confined(seen, self.tenant) if self._whose() else seen
