"""A server under load loses nothing and leaks nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("fastapi")

from recto.benchmarks.serving import measure


def test_a_server_under_load_fails_nowhere_and_leaks_nothing(tmp_path: Path) -> None:
    found = measure(tmp_path, seconds=6, searchers=8, documents=12, pages=30)

    assert found.failures == ()
    assert found.unread == 0
    assert found.searches > 8
    assert found.uploads == 12
    # Threads that answer are kept, 40 at most; what is open belongs to them and to the library.
    assert found.after.threads <= found.before.threads + 48
    assert found.after.files <= found.before.files + 10
    assert found.after.megabytes < 2 * found.before.megabytes
