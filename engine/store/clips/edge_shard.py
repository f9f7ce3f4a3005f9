"""The shard of a library's clips: made, opened, removed. Runs in the store's process only."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import qdrant_edge as edge

from recto.engine.store.clips.schema import INDEXED
from recto.engine.store.edge_indexes import Indexes

_SHARD, _UNFINISHED = "shard", "shard.new"


def clips_shard(folder: Path) -> Path:
    """Where it is, if there is one."""
    return folder / _SHARD


def create_shard(folder: Path, dims: Mapping[str, int]) -> None:
    """Empty, in place of what an interrupted call left, or of one without points; not opened."""
    folder.mkdir(exist_ok=True)
    for left in (_SHARD, _UNFINISHED):
        shutil.rmtree(folder / left, ignore_errors=True)
    path = folder / _UNFINISHED
    path.mkdir()
    shard = edge.EdgeShard.create(str(path), _config(dims))
    Indexes(shard).make({path: kind for path, kind in INDEXED.items() if kind != "tenant"})
    shard.flush()
    shard.close()
    path.rename(folder / _SHARD)


def _config(dims: Mapping[str, int]) -> edge.EdgeConfig:
    return edge.EdgeConfig(
        vectors={
            name: edge.EdgeVectorParams(
                size=dim,
                distance=edge.Distance.Dot,
                # Every clip is compared: two hours of film are some thousand.
                hnsw_config=edge.HnswIndexConfig(m=0, ef_construct=16, full_scan_threshold=10_000),
                datatype=edge.VectorStorageDatatype.Float16,
                memory=edge.Memory.Cold,
            )
            for name, dim in dims.items()
        },
        optimizers=edge.EdgeOptimizersConfig(deleted_threshold=0.2, vacuum_min_vector_number=10),
    )
