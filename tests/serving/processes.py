"""`recto serve` as a process of its own, to be killed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

MAIN = "/api/libraries/main"


@dataclass(frozen=True)
class Served:
    """A server that runs, and a client of it."""

    process: subprocess.Popen[str]
    client: httpx2.Client
    log: Path

    def kill(self) -> None:
        """As the kernel does when memory is short: nothing can be tidied up."""
        self.process.kill()
        self.process.wait()


@contextmanager
def served(folder: Path, *options: str) -> Iterator[Served]:
    """Over the library in a folder, until the end of the block."""
    command = [sys.executable, "-m", "recto.serving.cli.app", "serve", str(folder / "library")]
    common = ["--port", "0", "--state", str(folder / "state"), "--json", *options]
    log = folder / "log"
    with (
        log.open("a") as written,
        subprocess.Popen(
            [*command, *common],
            stdout=subprocess.PIPE,
            stderr=written,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1", "RECTO_SERVE_RATE": "1000000"},
        ) as process,
    ):
        assert process.stdout is not None
        try:
            address = json.loads(process.stdout.readline())["address"]
            with httpx2.Client(base_url=address, timeout=120) as client:
                yield Served(process, client, log)
        finally:
            process.kill()
