"""The text model: token ids in, a vector a token out. Knows neither words nor pages.

One window a call, never padded: activations are quantized over a whole call, so that a window's
vectors would depend on its neighbours if they shared one.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from recto.engine.encoders.words.tokens import IntArray
from recto.engine.vectors import FloatArray

MAX_TOKENS = 128
"""The longest window, marks at both ends included: what the base model was trained on. It takes
longer ones, but its vectors of single words are worse there (README.md)."""


class Features(NamedTuple):
    """What the model sees in a window of t tokens."""

    tokens: FloatArray
    """(t, d), to be compared one by one."""
    sense: FloatArray
    """(t, d), to be averaged over a passage."""


class Network:
    """An ONNX session whose calls run side by side; onnxruntime lets go of the interpreter."""

    def __init__(self, path: Path, *, threads: int | None = None) -> None:
        import onnxruntime  # type: ignore[import-untyped]

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # windows side by side scale better than one split up
        options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            str(path), options, providers=["CPUExecutionProvider"]
        )
        self._pool = ThreadPoolExecutor(threads or _processors(), thread_name_prefix="words")

    @property
    def dim(self) -> int:
        return int(self._session.get_outputs()[0].shape[-1])

    def run(self, windows: Sequence[IntArray]) -> list[Features]:
        """Features of each window of at most `MAX_TOKENS` ids, in order."""
        return list(self._pool.map(self._run, windows))

    def _run(self, ids: IntArray) -> Features:
        assert 0 < len(ids) <= MAX_TOKENS, len(ids)
        tokens, sense = self._session.run(["tokens", "sense"], {"ids": ids[None]})
        return Features(tokens[0], sense[0])


def _processors() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
