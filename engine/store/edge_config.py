"""What the shards of a library are made with: vectors and no graph.

Runs in the store's process only.
"""

from __future__ import annotations

import qdrant_edge as edge

from recto.engine.store.schema import DENSE, SPARSE

_DATATYPES = {
    "float16": edge.VectorStorageDatatype.Float16,
    "turbo8": edge.VectorStorageDatatype.Turbo8,
    "turbo4": edge.VectorStorageDatatype.Turbo4,  # type: ignore[attr-defined]  # only in its stub
}


def pages_config(dim: int, patches_datatype: str) -> edge.EdgeConfig:
    multivector = edge.MultiVectorConfig(edge.MultiVectorComparator.MaxSim)
    # Never a graph: it costs seconds of CPU a page, and a scan of `rows` is fast enough.
    no_graph = edge.HnswIndexConfig(m=0, ef_construct=16, full_scan_threshold=10_000)
    return edge.EdgeConfig(
        vectors={
            name: edge.EdgeVectorParams(
                size=dim,
                distance=edge.Distance.Dot,
                multivector_config=multivector,
                hnsw_config=no_graph,
                datatype=_DATATYPES[patches_datatype if name == "patches" else "float16"],
                memory=edge.Memory.Cold,
            )
            for name in DENSE
        },
        sparse_vectors={SPARSE: edge.EdgeSparseVectorParams(modifier=edge.Modifier.Idf)},
        optimizers=_optimizers(),
    )


def documents_config() -> edge.EdgeConfig:
    return edge.EdgeConfig(
        sparse_vectors={SPARSE: edge.EdgeSparseVectorParams(modifier=edge.Modifier.Idf)},
        optimizers=_optimizers(),
    )


def _optimizers() -> edge.EdgeOptimizersConfig:
    # The default leaves deleted pages on the disk of libraries of less than 1,000 pages.
    return edge.EdgeOptimizersConfig(deleted_threshold=0.2, vacuum_min_vector_number=10)
