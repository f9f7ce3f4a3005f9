"""Plain conditions and stages as those of Qdrant Edge, and how it is to search.

Runs in the store's process only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import qdrant_edge as edge

from recto.engine.store.compiling import Plain
from recto.engine.store.schema import SPARSE, Conditions
from recto.engine.wire import Value

_Condition: TypeAlias = (
    edge.FieldCondition
    | edge.IsEmptyCondition
    | edge.IsNullCondition
    | edge.HasIdCondition
    | edge.HasVectorCondition
    | edge.NestedCondition
    | edge.Filter
)
"""What a filter of Edge is made of, as its stub says it."""
_NO_QUANTIZED = edge.QuantizationSearchParams(ignore=True)
DENSE_SEARCH = edge.SearchParams(exact=True, quantization=_NO_QUANTIZED)


def sparse_search(corpus: Sequence[Plain]) -> edge.SearchParams:
    """With the IDF of the points that fulfil `corpus`."""
    # By default deleted points count for IDF until they are vacuumed; in a corpus only living do.
    counted: list[_Condition] = [
        edge.HasVectorCondition(SPARSE),
        *(_condition(*plain) for plain in corpus),
    ]
    idf = edge.IdfParams(corpus=edge.Filter(must=counted))
    return edge.SearchParams(exact=True, quantization=_NO_QUANTIZED, idf=idf)


def nearest(using: str, query: Value) -> edge.Query:
    return edge.Query.Nearest(sparse_vector(query) if using == SPARSE else query, using=using)


def prefetches(
    among: Sequence[Value],
    corpus: Sequence[Plain],
    filter_of: Callable[[Conditions], edge.Filter],
) -> list[edge.Prefetch]:
    """What an arm stands on, as `Asked.among` has it."""
    return [
        edge.Prefetch(
            limit=limit,
            query=nearest(using, query),
            params=sparse_search(corpus) if using == SPARSE else DENSE_SEARCH,
            filter=filter_of(seen),
            prefetches=prefetches(below, corpus, filter_of),
        )
        for using, query, limit, seen, _, below, _ in among
    ]


def sparse_vector(arrays: Value) -> edge.SparseVector:
    indices, values = arrays
    return edge.SparseVector(indices=indices.tolist(), values=values.tolist())


def edge_filter(conditions: Conditions) -> edge.Filter:
    return edge.Filter(
        must=[_condition(*condition) for condition in conditions["must"]],
        must_not=[_condition(*condition) for condition in conditions["must_not"]],
    )


def _condition(kind: str, *operands: Value) -> _Condition:
    """As compiling.py describes them."""
    if kind in ("all", "some", "none"):
        parts = [_condition(*part) for part in operands[0]]
        if kind == "all":
            return edge.Filter(must=parts)
        return edge.Filter(should=parts) if kind == "some" else edge.Filter(must_not=parts)
    if kind == "ids":
        return edge.HasIdCondition(set(operands[0]))
    if kind == "empty":
        return edge.IsEmptyCondition(operands[0])
    path, sought = operands
    if kind == "any":
        return edge.FieldCondition(key=path, match=edge.MatchAny(sought))
    return edge.FieldCondition(key=path, range=edge.RangeFloat(**sought))
