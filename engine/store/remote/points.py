"""The points of one tenant in a library on a server: every request that touches them is made here,
where it is confined. Knows no page and no document.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from qdrant_client import QdrantClient, models

from recto.engine.store.compiling import TENANT
from recto.engine.store.plan import Ranking, Scored
from recto.engine.store.point_store import ALL, Asked
from recto.engine.store.remote.client import Client
from recto.engine.store.remote.collections import create_index
from recto.engine.store.remote.compiler import (
    filter_of,
    plain_point,
    point_struct,
    query_request,
)
from recto.engine.store.remote.state import Version
from recto.engine.store.schema import (
    DOCUMENTS,
    MAX_INDEXES,
    PAGES,
    SPARSE,
    Conditions,
    Point,
    attribute_indexes,
    confined,
    dense_names,
    owned_by,
)
from recto.engine.store.sizes import batches
from recto.engine.wire import Value

_PER_NUMBER = 10
"""Bytes that a number of a vector takes in JSON, at most; by gRPC it takes less."""
_SLACK = 16
"""Hits asked for beyond the limit, to see whether equal scores straddle it."""
MOST_TIED = 1 << 14
"""Hits that are asked for to put equal scores in order. Where still more are equal, which of them
are the best is left to the server."""
_MOST_ARMS = 128
"""Of one request."""
_MOST_TENANTS = 1_000_000

T = TypeVar("T")


class RemotePoints:
    """What belongs to `tenant`; "" is what belongs to none."""

    def __init__(
        self,
        client: Client,
        version: Callable[[], Version],
        *,
        tenant: str = "",
        before_write: Callable[[], None],
        indexes: dict[str, set[str]] | None = None,
        most_tied: int = MOST_TIED,
    ) -> None:
        """`version` tells which collections they are in. `before_write` is called before each
        write, and may refuse it. `indexes` are the indexed attributes of each collection, as far
        as they are known."""
        self._client = client
        self._version = version
        self._before_write = before_write
        self._indexes: dict[str, set[str]] = {} if indexes is None else indexes
        self._most_tied = most_tied
        self.tenant = tenant

    def within(self, tenant: str) -> RemotePoints:
        return RemotePoints(
            self._client,
            self._version,
            tenant=tenant,
            before_write=self._before_write,
            indexes=self._indexes,
            most_tied=self._most_tied,
        )

    def stored_tenants(self) -> list[str]:
        """In order."""

        def facet(qdrant: QdrantClient, name: str) -> models.FacetResponse:
            return qdrant.facet(name, TENANT, limit=_MOST_TENANTS, exact=True)

        found = [self._read(kind, facet).hits for kind in (PAGES, DOCUMENTS)]
        return sorted({str(hit.value) for hits in found for hit in hits})

    def upsert(self, kind: str, points: Iterable[Point]) -> None:
        """In batches of bounded size."""
        for batch, _ in batches(points, size=wire_size):
            self.upsert_whole(kind, batch)

    def upsert_whole(self, kind: str, points: Sequence[Point]) -> None:
        """In one request: all or none of those that lie in one shard."""
        structs = [point_struct(point) for point in points]
        if kind == PAGES:
            self._index(attribute_indexes(point["payload"] for point in points))
        self._write(kind, lambda qdrant, name: qdrant.upsert(name, structs))

    def describe(self, seen: Conditions, payload: dict[str, Value]) -> None:
        """Set fields of the pages that fulfil `seen`, in place of those that they had."""
        self._index(attribute_indexes([payload]))
        filter = self._filter(seen)
        self._write(PAGES, lambda qdrant, name: qdrant.set_payload(name, payload, filter))

    def delete(self, kind: str, seen: Conditions) -> None:
        selector = models.FilterSelector(filter=self._filter(seen))
        self._write(kind, lambda qdrant, name: qdrant.delete(name, selector))

    def count(self, kind: str, seen: Conditions = ALL) -> int:
        filter = self._filter(seen)
        return self._read(kind, lambda qdrant, name: qdrant.count(name, filter, exact=True)).count

    def retrieve(
        self, kind: str, ids: Sequence[str], fields: list[str], vectors: list[str], size: int
    ) -> Iterator[Point]:
        """In batches of `size`, in any order; what is absent, or another tenant's, is left out."""
        for start in range(0, len(ids), size):
            points = self._retrieved(kind, [*ids[start : start + size]], fields, vectors)
            yield from (p for p in points if p["payload"].get(TENANT, "") == self.tenant)

    def rounded(
        self, kind: str, ids: Sequence[str], fields: list[str], vector: str, size: int
    ) -> Iterator[Point]:
        """As they are: a server keeps no others."""
        return self.retrieve(kind, ids, fields, [vector], size)

    def scroll(
        self, kind: str, seen: Conditions, fields: list[str], vectors: list[str], size: int
    ) -> Iterator[Point]:
        """In batches of `size`, in the order of their ids."""
        offset: models.ExtendedPointId | None = None
        while True:
            points, offset = self._some(kind, seen, offset, size, fields, vectors)
            yield from points
            if offset is None:
                return

    def some(self, kind: str, count: int, fields: list[str], vectors: list[str]) -> list[Point]:
        """The first of them by id."""
        return self._some(kind, ALL, None, count, fields, vectors)[0]

    def search_arms(self, arms: Sequence[Asked], kind: str = PAGES, /) -> list[Ranking]:
        """Of each the best points, ties in the order of ids; usually in one round trip."""
        return self._ranked(kind, [self._request(arm) for arm in arms], None)

    def search_documents(self, using: str, query: Value, limit: int) -> Ranking:
        """The best documents, by `document` instead of the points' ids."""
        request = self._request(Asked(using, query, limit, ALL))
        return self._ranked(DOCUMENTS, [request], "document")[0]

    def _retrieved(
        self, kind: str, ids: list[models.ExtendedPointId], fields: list[str], vectors: list[str]
    ) -> Iterator[Point]:
        def retrieve(qdrant: QdrantClient, name: str) -> list[models.Record]:
            return qdrant.retrieve(
                name, ids, with_payload=[*fields, TENANT], with_vectors=vectors or False
            )

        return map(plain_point, self._read(kind, retrieve))

    def _some(
        self,
        kind: str,
        seen: Conditions,
        offset: models.ExtendedPointId | None,
        count: int,
        fields: list[str],
        vectors: list[str],
    ) -> tuple[list[Point], models.ExtendedPointId | None]:
        filter = self._filter(seen)

        def scroll(
            qdrant: QdrantClient, name: str
        ) -> tuple[list[models.Record], models.ExtendedPointId | None]:
            return qdrant.scroll(
                name,
                filter,
                limit=count,
                offset=offset,
                with_payload=fields,
                with_vectors=vectors or False,
            )

        records, following = self._read(kind, scroll)
        return [*map(plain_point, records)], following

    def _request(self, asked: Asked) -> models.QueryRequest:
        mine = asked.confined(lambda seen: confined(seen, self.tenant))
        return query_request(mine, [owned_by(self.tenant)])

    def _ranked(
        self, kind: str, requests: Sequence[models.QueryRequest], field: str | None
    ) -> list[Ranking]:
        rankings: list[Ranking] = [()] * len(requests)
        limits = [request.limit or 0 for request in requests]
        asked = {number: limit + _SLACK for number, limit in enumerate(limits)}
        while asked:
            found = self._query(kind, [_asking(requests[n], asked[n], field) for n in asked])
            straddling = {}
            for (number, limit), hits in zip(asked.items(), found, strict=True):
                # A server returns any of several equal hits, so all that tie with the last one
                # are needed.
                tied = len(hits) == limit and hits[-1].score == hits[limits[number] - 1].score
                if tied and limit < self._most_tied:
                    straddling[number] = min(4 * limit, self._most_tied)
                    continue
                named = sorted((-hit.score, _name_of(hit, field)) for hit in hits)
                best = named[: limits[number]]
                rankings[number] = tuple(Scored(name, -score) for score, name in best)
            asked = straddling
        return rankings

    def _query(
        self, kind: str, requests: Sequence[models.QueryRequest]
    ) -> list[list[models.ScoredPoint]]:
        found: list[list[models.ScoredPoint]] = []
        for start in range(0, len(requests), _MOST_ARMS):
            some = requests[start : start + _MOST_ARMS]

            def query(
                qdrant: QdrantClient, name: str, some: Sequence[models.QueryRequest] = some
            ) -> list[models.QueryResponse]:
                return qdrant.query_batch_points(name, some)

            found += [answer.points for answer in self._read(kind, query)]
        return found

    def _filter(self, seen: Conditions) -> models.Filter:
        return filter_of(confined(seen, self.tenant))

    def _index(self, wanted: dict[str, str]) -> None:
        """Index the attributes that have not been met before, as long as they are not too many."""
        collection = self._name(PAGES)
        known = self._indexes.setdefault(collection, set())
        if not wanted.keys() - known:
            return
        info = self._client.call(lambda qdrant: qdrant.get_collection(collection))
        known.update(info.payload_schema)
        for path in sorted(wanted.keys() - known):
            if len(known) < MAX_INDEXES:
                create_index(self._client, collection, path, wanted[path])
            known.add(path)

    def _name(self, kind: str) -> str:
        return self._version().collections.name(kind)

    def _read(self, kind: str, request: Callable[[QdrantClient, str], T]) -> T:
        name = self._name(kind)
        return self._client.call(lambda qdrant: request(qdrant, name))

    def _write(self, kind: str, request: Callable[[QdrantClient, str], object]) -> None:
        self._before_write()
        self._read(kind, request)


def wire_size(point: Point) -> int:
    """About the bytes that a point takes in a request, or more."""
    numbers: int = sum(point[name].size for name in dense_names(point))
    terms = len(point[SPARSE][0]) if SPARSE in point else 0
    return _PER_NUMBER * (numbers + 3 * terms) + len(json.dumps(point["payload"])) + 256


def _asking(request: models.QueryRequest, limit: int, field: str | None) -> models.QueryRequest:
    fields = {"limit": limit, "with_payload": [field] if field else False}
    return request.model_copy(update=fields)


def _name_of(hit: models.ScoredPoint, field: str | None) -> str:
    return str(hit.id if field is None else (hit.payload or {})[field])
