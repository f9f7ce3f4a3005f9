"""A real `transformers serve` in a process of its own, with a tiny random LLaVA."""

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
from tests.endpoints.tiny_llava import write_llava

_PATIENCE = 120.0
_PROGRAM = """
import sys
from transformers.cli.serve import Serve
serve = Serve(sys.argv[1], host="127.0.0.1", port=0, device="cpu", non_blocking=True)
while not serve.server.started:
    serve._thread.join(0.05)
print(serve.server.servers[0].sockets[0].getsockname()[1], flush=True)
sys.stdin.read()
serve.kill_server()
"""
"""Tells the port that it was given; ends when its input does."""


@contextmanager
def transformers_server(folder: Path) -> Iterator[RunningServer]:
    """Takes ten seconds to begin. It keeps to one thread, and to what is on this machine."""
    write_llava(folder)
    environment = os.environ | {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            env=environment,
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
