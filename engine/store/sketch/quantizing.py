"""Vectors as bytes, for comparing, not for keeping. Knows no pages and no files.

A page has one scale, each vector of a question another: the whole numbers times both scales are the
inner products, but for an error that has a bound.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from recto.engine.vectors import FloatArray

Bytes = npt.NDArray[np.uint8]

BLOCK = 16
"""Vectors in a block; the last one of a page is filled up with its last vector, which changes no
maximum."""
POOLED = 8
"""Neighbouring vectors that one coarse vector stands for: half a line of words, part of a row."""
_PAGE_STEPS = 127
_QUESTION_STEPS = 63
"""Not 127: processors without VNNI add two products of uint8 and int8 in 16 bits."""


@dataclass(frozen=True, slots=True, eq=False)
class Quantized:
    """Vectors of a page in blocks (b, BLOCK, d), as steps around 128."""

    blocks: Bytes
    scale: float
    error: float
    """How far off a vector is at most: the length of the difference."""
    longest: float
    """The length of the longest vector, as quantized."""


@dataclass(frozen=True, slots=True, eq=False)
class QuantizedQuestion:
    """A question's vectors (d, t) as steps."""

    steps: npt.NDArray[np.int8]
    scales: FloatArray
    """(t,)"""
    errors: FloatArray
    """(t,) the length of the difference."""
    lengths: FloatArray
    """(t,) of the vectors as they were."""


def quantize(vectors: FloatArray) -> Quantized:
    """Of a page: (n, d), n >= 1."""
    scale = float(np.abs(vectors).max()) / _PAGE_STEPS or 1.0
    steps = np.rint(vectors / scale)
    off = vectors - steps * scale
    missing = -len(vectors) % BLOCK
    filled = np.concatenate([steps, np.repeat(steps[-1:], missing, axis=0)]) + 128
    return Quantized(
        blocks=filled.astype(np.uint8).reshape(-1, BLOCK, vectors.shape[1]),
        scale=scale,
        error=float(np.linalg.norm(off, axis=1).max()),
        longest=float(np.linalg.norm(steps, axis=1).max()) * scale,
    )


def dequantized(blocks: Bytes, scale: float) -> FloatArray:
    """About the vectors (n, d) of blocks (b, BLOCK, d), and what fills the last one."""
    steps = blocks.reshape(-1, blocks.shape[-1]).astype(np.float32) - 128
    return steps * np.float32(scale)


def quantize_question(vectors: FloatArray) -> QuantizedQuestion:
    """(t, d)"""
    highest = np.abs(vectors).max(axis=1) / _QUESTION_STEPS
    scales = np.where(highest > 0, highest, 1).astype(np.float32)
    steps = np.rint(vectors / scales[:, None])
    return QuantizedQuestion(
        steps=np.ascontiguousarray(steps.T.astype(np.int8)),
        scales=scales,
        errors=np.linalg.norm(vectors - steps * scales[:, None], axis=1),
        lengths=np.linalg.norm(vectors, axis=1),
    )


def pooled(vectors: FloatArray) -> FloatArray:
    """The mean direction of each `POOLED` neighbours, as long as they are on average."""
    starts = np.arange(0, len(vectors), POOLED)
    sums = np.add.reduceat(vectors, starts, axis=0)
    counts = np.diff(starts, append=len(vectors))
    lengths = np.add.reduceat(np.linalg.norm(vectors, axis=1), starts) / counts
    directions = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-6)
    means: FloatArray = (directions * lengths[:, None]).astype(np.float32)
    return means
