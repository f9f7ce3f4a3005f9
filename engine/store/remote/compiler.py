"""Plain points, conditions and arms become requests of qdrant_client, and its answers plain data.

Knows no library and calls nobody; what the plain data mean is told in schema.py and compiling.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from qdrant_client import models

from recto.engine.store.compiling import Plain
from recto.engine.store.point_store import Asked
from recto.engine.store.schema import GRAPHED, SPARSE, Conditions, Point, dense_names
from recto.engine.wire import Value

_DIGITS = 5
"""Decimal digits that tell any float16 from any other; more would only lengthen the JSON."""
_CLAUSES = {"all": "must", "some": "should", "none": "must_not"}
_NO_QUANTIZED = models.QuantizationSearchParams(ignore=True)
_RESCORED = models.QuantizationSearchParams(ignore=False, rescore=True, oversampling=2.0)
"""Candidates by quantized copies where there are any, scores by the vectors themselves."""
_EXACT = models.SearchParams(exact=True, quantization=_NO_QUANTIZED)
_LEAST_EF = 512
"""Candidates that a search of the graph keeps in mind, at least. With twice the limit it misses one
in fifteen of the first hundred, with four times one in fifty (benchmarks/README.md)."""
_EF = 2
"""How many for each page that is wanted, where that is more."""


def point_struct(point: Point) -> models.PointStruct:
    vectors: dict[str, Any] = {name: _lists(point[name]) for name in dense_names(point)}
    if SPARSE in point:
        vectors[SPARSE] = _sparse(point[SPARSE])
    return models.PointStruct(id=point["id"], vector=vectors, payload=point["payload"])


def plain_point(record: models.Record) -> Point:
    point: Point = {"id": str(record.id), "payload": record.payload or {}}
    assert record.vector is None or isinstance(record.vector, dict), "all our vectors have names"
    for name, vector in (record.vector or {}).items():
        if isinstance(vector, models.SparseVector):
            point[name] = [np.array(vector.indices, np.int64), np.array(vector.values, np.float32)]
        else:
            point[name] = np.array(vector, np.float16)
    return point


def query_request(asked: Asked, corpus: Sequence[Plain]) -> models.QueryRequest:
    """An arm with all that it stands on; IDF is that of the points that fulfil `corpus`."""
    return models.QueryRequest(
        query=_query(asked),
        using=asked.using,
        filter=filter_of(asked.seen),
        params=_params(asked, corpus),
        limit=asked.limit,
        prefetch=_prefetches(asked, corpus) or None,
    )


def _prefetches(asked: Asked, corpus: Sequence[Plain]) -> list[models.Prefetch]:
    return [
        models.Prefetch(
            query=_query(stage),
            using=stage.using,
            filter=filter_of(stage.seen),
            params=_params(stage, corpus),
            limit=stage.limit,
            prefetch=_prefetches(stage, corpus) or None,
        )
        for stage in asked.among
    ]


def _query(asked: Asked) -> models.SparseVector | list[list[float]]:
    if asked.using == SPARSE:
        return _sparse(asked.query)
    vectors: list[list[float]] = asked.query.tolist()
    return vectors


def _params(asked: Asked, corpus: Sequence[Plain]) -> models.SearchParams:
    if asked.using == SPARSE:
        # In a corpus deleted points do not count.
        counted = [models.HasVectorCondition(has_vector=SPARSE), *map(_of, corpus)]
        idf = models.IdfCorpusParams(corpus=models.Filter(must=counted))
        return models.SearchParams(exact=True, quantization=_NO_QUANTIZED, idf=idf)
    if asked.using != GRAPHED or asked.recall == 1:
        return _EXACT
    ef = max(_LEAST_EF, _EF * asked.limit)
    return models.SearchParams(exact=False, hnsw_ef=ef, quantization=_RESCORED)


def filter_of(conditions: Conditions) -> models.Filter:
    return models.Filter(
        must=[*map(_of, conditions["must"])],
        must_not=[*map(_of, conditions["must_not"])],
    )


def _of(plain: Plain) -> models.Condition:
    return _condition(*plain)


def _condition(kind: str, *operands: Value) -> models.Condition:
    match kind:
        case "ids":
            return models.HasIdCondition(has_id=[*operands[0]])
        case "any":
            return models.FieldCondition(key=operands[0], match=models.MatchAny(any=operands[1]))
        case "range":
            return models.FieldCondition(key=operands[0], range=models.Range(**operands[1]))
        case "empty":
            return models.IsEmptyCondition(is_empty=models.PayloadField(key=operands[0]))
    return models.Filter.model_validate({_CLAUSES[kind]: [*map(_of, operands[0])]})


def _lists(vectors: npt.NDArray[np.float16]) -> list[Any]:
    """The shortest decimal numbers that become the same float16 again."""
    exact = vectors.astype(np.float64)
    size = np.abs(exact, out=np.ones_like(exact), where=exact != 0)
    # A power of ten up to 10**22 is exact, so that the quotient is the float nearest the decimal.
    scale = 10.0 ** (_DIGITS - 1 - np.floor(np.log10(size)))
    rounded: list[Any] = (np.rint(exact * scale) / scale).tolist()
    return rounded


def _sparse(arrays: Value) -> models.SparseVector:
    indices, values = arrays
    return models.SparseVector(indices=indices.tolist(), values=values.tolist())
