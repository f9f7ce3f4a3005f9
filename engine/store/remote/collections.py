"""The collections of a library on a server, and what they are called. Knows no pages.

finance.library        what the library was made with, which of the others are its, who writes
finance.pages.1        one point a page
finance.documents.1    one point a document
finance.pages.2 ...    the same, encoded anew
finance.clips.1        one point a clip, in a library with media
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from qdrant_client import QdrantClient, models

from recto.engine.store.clips.records import ClipModality
from recto.engine.store.protocol import MAX_FLOATS
from recto.engine.store.remote.client import Client
from recto.engine.store.remote.failures import FAILURES, failure_of
from recto.engine.store.remote.settings import Quantization, ServerSettings
from recto.engine.store.schema import DENSE, DOCUMENTS, GRAPHED, INDEXED, PAGES, PATCHES, SPARSE
from recto.engine.store.sizes import BATCH_POINTS

_NO_GRAPH = models.HnswConfigDiff(m=0)
_SCANNED = 100_000
"""KB of `rows` up to which a scan takes no longer than a search of the graph: 12,000 pages with 32
rows of 128 numbers."""
_INDEXED = 500_000
"""KB of vectors from which a part of a shard gets a graph: about 2,000 pages. With less, graphs
would be made again and again while pages are added."""
_BUILD = 128
"""Neighbours that are considered for the links of a page."""
_MAX_SIM = models.MultiVectorConfig(comparator=models.MultiVectorComparator.MAX_SIM)
_QUANTIZED: Mapping[Quantization, models.QuantizationConfig] = {
    "int8": models.ScalarQuantization(
        scalar=models.ScalarQuantizationConfig(
            type=models.ScalarType.INT8, memory=models.Memory.PINNED
        )
    ),
    "turbo4": models.TurboQuantization(
        turbo=models.TurboQuantQuantizationConfig(
            bits=models.TurboQuantBitSize.BITS4, memory=models.Memory.PINNED
        )
    ),
}
_MAX_ARMS = 256
_MAX_LIMIT = 1_000_000


def state_collection(library: str) -> str:
    return f"{library}.library"


@dataclass(frozen=True, slots=True)
class Collections:
    """Those of one version of a library."""

    library: str
    version: int

    def name(self, kind: str) -> str:
        """Of `PAGES` or `DOCUMENTS`."""
        return f"{self.library}.{kind}.{self.version}"

    def create(self, client: Client, dim: int, settings: ServerSettings) -> None:
        """Make both, empty; what an interrupted call has made of them is kept."""
        _create(
            client,
            self.name(PAGES),
            models.CreateCollection(
                vectors=_vectors(dim, settings),
                sparse_vectors={SPARSE: _words(settings)},
                shard_number=settings.shards,
                optimizers_config=models.OptimizersConfigDiff(indexing_threshold=_INDEXED),
                strict_mode_config=_strict(settings, dim),
            ),
            settings,
        )
        # In one shard, so that several records written at once are one entry of its log.
        _create(
            client,
            self.name(DOCUMENTS),
            models.CreateCollection(
                vectors={},
                sparse_vectors={SPARSE: _words(settings)},
                shard_number=1,
                strict_mode_config=_strict(settings, dim),
            ),
            settings,
        )
        for kind, fields in INDEXED.items():
            for path, index in fields.items():
                create_index(client, self.name(kind), path, index)

    def drop(self, client: Client) -> None:
        """Remove both, as far as they are there."""
        for kind in INDEXED:
            drop(client, self.name(kind))


def versions(client: Client, library: str) -> list[int]:
    """Of which versions there are collections, complete or not."""
    names = [found.name for found in client.call(lambda q: q.get_collections()).collections]
    ends = {
        name.removeprefix(f"{library}.{kind}.")
        for name in names
        for kind in INDEXED
        if name.startswith(f"{library}.{kind}.")
    }
    return sorted(int(end) for end in ends if end.isdecimal())


def create_state(client: Client, library: str, settings: ServerSettings) -> None:
    """Make the collection of points without vectors that says what a library is."""
    request = models.CreateCollection(vectors={}, shard_number=1)
    _create(client, state_collection(library), request, settings)


def create_clips(
    client: Client, name: str, dims: Mapping[ClipModality, int], settings: ServerSettings
) -> None:
    """Make the collection of clips, which needs no graph: they are all compared."""
    vectors: dict[str, models.VectorParams] = {
        modality: models.VectorParams(
            size=dim,
            distance=models.Distance.DOT,
            hnsw_config=_NO_GRAPH,
            datatype=models.Datatype.FLOAT16,
            memory=models.Memory.CACHED,
        )
        for modality, dim in dims.items()
    }
    strict = _strict(settings, 1).model_copy(update={"multivector_config": None})
    request = models.CreateCollection(
        vectors=vectors, shard_number=settings.shards, strict_mode_config=strict
    )
    _create(client, name, request, settings)


def create_index(client: Client, collection: str, path: str, index: str) -> None:
    """Nothing happens where there is one."""
    schema: models.PayloadSchemaType | models.KeywordIndexParams
    if index == "tenant":
        keyword = models.KeywordIndexType.KEYWORD
        schema = models.KeywordIndexParams(type=keyword, is_tenant=True)
    else:
        schema = models.PayloadSchemaType(index)
    client.call(lambda qdrant: qdrant.create_payload_index(collection, path, schema))


def drop(client: Client, name: str) -> None:
    client.call(lambda qdrant: (qdrant.delete_collection(name),))


def _create(
    client: Client, name: str, request: models.CreateCollection, settings: ServerSettings
) -> None:
    def create(qdrant: QdrantClient) -> bool:
        if qdrant.collection_exists(name):
            return True
        try:
            return qdrant.create_collection(
                name,
                vectors_config=request.vectors,
                sparse_vectors_config=request.sparse_vectors,
                shard_number=request.shard_number,
                replication_factor=settings.replication,
                write_consistency_factor=settings.write_consistency,
                optimizers_config=request.optimizers_config,
                strict_mode_config=request.strict_mode_config,
            )
        except FAILURES as error:
            # Made in the moment since we looked, or by an attempt whose answer was lost.
            if failure_of(error, None).status != 409:
                raise
            return True

    client.call(create)


def _vectors(dim: int, settings: ServerSettings) -> dict[str, models.VectorParams]:
    patches = models.VectorParams(
        size=dim,
        distance=models.Distance.DOT,
        multivector_config=_MAX_SIM,
        hnsw_config=_NO_GRAPH,
        datatype=models.Datatype(settings.patches_datatype),
        memory=models.Memory(settings.patches_memory),
    )
    chosen = settings.rows_quantization
    rows = {
        "datatype": models.Datatype.FLOAT16,
        "memory": models.Memory(settings.rows_memory),
        "hnsw_config": _graph(settings.rows_graph),
        "quantization_config": None if chosen is None else _QUANTIZED[chosen],
    }
    return {PATCHES: patches, GRAPHED: patches.model_copy(update=rows)}


def _graph(links: int) -> models.HnswConfigDiff:
    if not links:
        return _NO_GRAPH
    return models.HnswConfigDiff(m=links, ef_construct=_BUILD, full_scan_threshold=_SCANNED)


def _words(settings: ServerSettings) -> models.SparseVectorParams:
    return models.SparseVectorParams(
        index=models.SparseIndexParams(memory=models.Memory(settings.words_memory)),
        modifier=models.Modifier.IDF,
    )


def _strict(settings: ServerSettings, dim: int) -> models.StrictModeConfig:
    """Bounds that no request of ours comes near, or reaches."""
    longest = models.StrictModeMultivector(max_vectors=MAX_FLOATS // dim)
    return models.StrictModeConfig(
        enabled=settings.strict,
        max_query_limit=_MAX_LIMIT,
        upsert_max_batchsize=BATCH_POINTS,
        search_max_batchsize=_MAX_ARMS,
        multivector_config={name: longest for name in DENSE},
    )
