"""A real `transformers serve` in a process of its own, with a tiny LLaVA."""

from __future__ import annotations

import os
import selectors
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.endpoints.running import RunningServer

_ROOT = Path(__file__).parents[2]
_PATIENCE = 300.0
"""Seconds; ten are enough on a machine with nothing else to do."""


@contextmanager
def transformers_server(folder: Path, *, by_rote: bool = False) -> Iterator[RunningServer]:
    """It keeps to one thread, and to what is on this machine. The model is random, or that of
    `rote`."""
    child = [sys.executable, "-m", "tests.endpoints.transformers_child", str(folder)]
    environment = os.environ | {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(
            [*child, "rote"] if by_rote else child,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            env=environment,
            cwd=_ROOT,
        ) as process,
    ):
        try:
            port = _port(process, folder / "log")
            yield RunningServer(f"http://127.0.0.1:{port}/v1", str(folder), None)
        finally:
            process.kill()


def _port(process: subprocess.Popen[bytes], log: Path) -> int:
    assert process.stdout is not None
    with selectors.DefaultSelector() as waiting:
        waiting.register(process.stdout, selectors.EVENT_READ)
        end = time.monotonic() + _PATIENCE
        while waiting.select(max(0.0, end - time.monotonic())):
            line = process.stdout.readline()
            if line.strip().isdigit():
                return int(line)
            if not line:
                break
    raise RuntimeError(f"transformers serve did not start:\n{log.read_text()[-2000:]}")
