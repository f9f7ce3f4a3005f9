"""Indexes of the payload, made when they begin to pay. Runs in the store's process only.

To make one takes a tenth of a second of a slow disk, a library has some twenty attributes, and most
are never asked for: so a filter makes those that it needs, in a library that is large enough.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

import qdrant_edge as edge

from recto.engine.store.compiling import ATTRIBUTES, TENANT, Plain
from recto.engine.store.schema import MAX_INDEXES, Conditions, Point

FEW = 500
"""Points that are looked at as fast as an index is made for them."""
_Params: TypeAlias = edge.KeywordIndexParams | edge.IntegerIndexParams | edge.FloatIndexParams
_INDEXES: dict[str, Callable[[], _Params]] = {
    "keyword": edge.KeywordIndexParams,
    "tenant": lambda: edge.KeywordIndexParams(is_tenant=True),
    "integer": edge.IntegerIndexParams,
    "float": edge.FloatIndexParams,
}
_KINDS = {"any": "keyword", "range": "float"}


class Indexes:
    """Those of one shard."""

    def __init__(self, shard: edge.EdgeShard) -> None:
        self._shard = shard
        self._known = {_unquoted(path) for path in shard.info().payload_schema}

    def __contains__(self, path: str) -> bool:
        return _unquoted(path) in self._known

    def make(self, fields: Mapping[str, str]) -> None:
        """Those that are not there of these paths; a "tenant" is a keyword that divides the
        points."""
        for path, kind in fields.items():
            if path not in self:
                self._shard.update(edge.UpdateOperation.create_field_index(path, _INDEXES[kind]()))
                self._known.add(_unquoted(path))

    def before_writing(self, points: list[Point]) -> None:
        if any(TENANT in point["payload"] for point in points):
            self.make({TENANT: "tenant"})

    def before_filtering(self, conditions: Conditions) -> None:
        paths = dict(_attributes([*conditions["must"], *conditions["must_not"]]))
        new = {path: kind for path, kind in paths.items() if path not in self}
        if new and (self._shard.info().points_count or 0) > FEW and len(self._known) < MAX_INDEXES:
            self.make(new)


def _attributes(conditions: list[Plain]) -> Iterator[tuple[str, str]]:
    """Paths of the attributes that conditions look at, and how each is indexed."""
    for kind, operand, *_ in conditions:
        if kind in ("all", "some", "none"):
            yield from _attributes(operand)
        elif kind in _KINDS and operand.startswith(ATTRIBUTES):
            yield operand, _KINDS[kind]


def _unquoted(path: str) -> str:
    """Edge writes quotes around the parts of a path only where it must."""
    return path.replace('"', "")
