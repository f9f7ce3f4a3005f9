"""The largest inner products of blocks of bytes with a question, on all cores.

onnxruntime multiplies bytes with the processor's own instructions, several times faster than numpy
does numbers. Knows no pages.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib import resources

import numpy as np
import numpy.typing as npt

from recto.engine.store.sketch.quantizing import Bytes

Steps = npt.NDArray[np.int32]


class Kernel:
    """Loads onnxruntime, which takes a moment."""

    def __init__(self, threads: int | None = None) -> None:
        """`threads`: None is one a core that this process may use."""
        import onnxruntime  # type: ignore[import-untyped]

        options = onnxruntime.SessionOptions()
        # One a call: our calls are many and equal, and its own threads would spin between them.
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        model = (resources.files("recto.engine.store.sketch") / "maxsim.onnx").read_bytes()
        self._session = onnxruntime.InferenceSession(
            model, options, providers=["CPUExecutionProvider"]
        )
        self._threads = ThreadPoolExecutor(threads or _cores(), thread_name_prefix="maxsim")

    def maxima(
        self, batches: Sequence[Callable[[], Bytes]], question: npt.NDArray[np.int8]
    ) -> list[Steps]:
        """(b, t) of each batch of blocks (b, n, d), in order; `question` is (d, t)."""

        def one(batch: Callable[[], Bytes]) -> Steps:
            found = self._session.run(None, {"blocks": batch(), "question": question})
            result: Steps = found[0]
            return result

        return list(self._threads.map(one, batches))

    def close(self) -> None:
        self._threads.shutdown()


def _cores() -> int:
    affinity = getattr(os, "sched_getaffinity", None)  # not on macOS
    return len(affinity(0)) if affinity else os.cpu_count() or 1
