"""How much memory this process and its children hold at most."""

from __future__ import annotations

import contextlib
import threading
from types import TracebackType
from typing import Self

_EVERY = 0.1
"""Seconds between two looks."""


class PeakMemory:
    """Watches a `with` block from a thread; needs psutil.

    The resident sizes are added up, so that memory which processes share counts more than once:
    what is measured is an upper bound. Shorter peaks than a tenth of a second may be missed.
    """

    def __init__(self) -> None:
        self.bytes: int | None = None
        """The peak; None when psutil is not installed."""
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        try:
            import psutil  # type: ignore[import-untyped]
        except ImportError:
            return
        own = psutil.Process()
        done = False
        while not done:
            done = self._done.wait(_EVERY)
            total = 0
            for process in [own, *own.children(recursive=True)]:
                with contextlib.suppress(psutil.Error):  # it has ended since
                    total += process.memory_info().rss
            self.bytes = max(self.bytes or 0, total)
