"""Fewer vectors that stand for many: means of rows, columns and tiles, and of clusters.

Knows where vectors lie only by the numbers of their rows or tiles, so that any grid is as good as
a square one. Means are brought back to length 1.
"""

from __future__ import annotations

import numpy as np

from recto.engine.encoders.colpali.layout import NOWHERE, BoolArray, IntArray, Layout
from recto.engine.vectors import FloatArray, Multivector

POOLER = "ward"
"""How vectors become clusters, to be recorded: others make other vectors at the same factor."""
_TINY = 1e-6


def first_stage(patches: Multivector, layout: Layout) -> Multivector:
    """One vector a row of the page; for a page in tiles one a tile, and one of its thumbnail."""
    return means(patches, layout.tiles if layout.tiled else layout.rows)


def means(patches: Multivector, groups: IntArray) -> Multivector:
    """One vector a group, by ascending number, with the box around its members.

    Vectors in no group (`NOWHERE`) are left out.
    """
    members = groups != NOWHERE
    numbers, index = np.unique(groups[members], return_inverse=True)
    boxes = patches.boxes[members]
    around = np.empty((len(numbers), 4), np.float32)
    around[:, :2], around[:, 2:] = 1, 0
    np.minimum.at(around[:, :2], index, boxes[:, :2])
    np.maximum.at(around[:, 2:], index, boxes[:, 2:])
    return Multivector(_mean_directions(patches.vectors[members], index, len(numbers)), around)


def clusters(patches: Multivector, mergeable: BoolArray, factor: int) -> Multivector:
    """About `factor` times fewer vectors: like ones become their mean direction.

    Only those that are `mergeable` (n,) are; the others follow unchanged. The box is that of the
    member nearest to the mean: like patches lie all over a page, and the box around them would be
    the page.
    """
    (chosen,) = np.nonzero(mergeable)
    if factor == 1 or len(chosen) < 2:
        return patches
    vectors = patches.vectors[chosen]
    index = _ward(vectors, max(len(vectors) // factor, 1))
    count = int(index.max()) + 1
    merged = _mean_directions(vectors, index, count)
    nearest = chosen[_nearest(vectors, merged, index)]
    kept = ~mergeable
    return Multivector(
        np.concatenate([merged, patches.vectors[kept]]),
        np.concatenate([patches.boxes[nearest], patches.boxes[kept]]),
    )


def _ward(vectors: FloatArray, count: int) -> IntArray:
    """(n,) a cluster number from 0 for each, at most `count` clusters, by cosine distance."""
    if count == 1:  # of which some versions of scipy make two
        return np.zeros(len(vectors), np.int64)
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    distances = np.clip(1 - vectors @ vectors.T, 0, 2).astype(np.float64)
    distances = (distances + distances.T) / 2  # a matrix product need not be symmetric to the bit
    np.fill_diagonal(distances, 0)
    # Condensed: given the square matrix, scipy would take its rows for points.
    tree = linkage(squareform(distances, checks=False), "ward")
    _, index = np.unique(fcluster(tree, count, "maxclust"), return_inverse=True)
    return index.astype(np.int64)


def _mean_directions(vectors: FloatArray, index: IntArray, count: int) -> FloatArray:
    """(count, d) of length 1; of vectors that cancel out, the first one."""
    sums = np.zeros((count, vectors.shape[1]), np.float64)
    np.add.at(sums, index, vectors)
    lengths = np.linalg.norm(sums, axis=1)
    for group in np.flatnonzero(lengths < _TINY):
        sums[group] = vectors[int(np.argmax(index == group))]
    return unit(sums.astype(np.float32))


def _nearest(vectors: FloatArray, merged: FloatArray, index: IntArray) -> IntArray:
    """(count,) the member of each cluster that is most like its mean."""
    similarity = (vectors * merged[index]).sum(axis=1)
    order = np.lexsort((-similarity, index))
    _, first = np.unique(index[order], return_index=True)
    return order[first]


def unit(vectors: FloatArray) -> FloatArray:
    """Each brought to length 1; the model's own norms are off by 0.3 % in bfloat16."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, np.float32(_TINY)), np.float32)
