"""The store's benchmark runs to its end on a few pages."""

from __future__ import annotations

import subprocess
import sys


def test_store_benchmark_runs() -> None:
    command = [sys.executable, "-m", "recto.benchmarks.store", "40"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "embedded store, 40 pages" in done.stdout
    for row in ("put_pages", "disk a page", "open", "search all three", "delete 20 pages"):
        assert row in done.stdout
