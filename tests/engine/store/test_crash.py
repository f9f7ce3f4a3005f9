"""Killed processes and full disks: what was acknowledged is there, and nothing is half there."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from recto.engine.errors import BackendUnreachable
from recto.engine.store.opening import open_edge
from recto.engine.store.plan import PageFilter
from recto.engine.store.protocol import Store
from tests.engine.store.samples import ENCODER, page, pid
from tests.engine.store.writer import DOCUMENTS, PAGES


def _started(*arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [*arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )


@pytest.mark.parametrize(("victim", "rounds"), [("writer", 1), ("writer", 30), ("store", 75)])
def test_writer_killed(tmp_path: Path, victim: str, rounds: int) -> None:
    with _started(sys.executable, "-m", "tests.engine.store.writer", str(tmp_path)) as writer:
        assert writer.stdout is not None
        store_pid = int(writer.stdout.readline())
        said = [writer.stdout.readline() for _ in range(rounds)]
        if victim == "store":
            os.kill(store_pid, signal.SIGKILL)
        writer.kill()  # in any case: it would start the store's process again and go on
        acknowledged = int([*said, *writer.stdout][-1])
    with open_edge(tmp_path, ENCODER, create=False) as store:
        sizes = {record.size for record in store.documents()}
        assert len(store.documents()) == DOCUMENTS
        assert len(sizes) == 1
        assert sizes <= {acknowledged, acknowledged + 1}
        _assert_pages_of_round(store, acknowledged)


def _assert_pages_of_round(store: Store, acknowledged: int) -> None:
    """Every page is what the last round wrote that touched it, or what the next one wrote."""
    last: dict[str, int] = {}
    for n in range(1, acknowledged + 1):
        last[pid("abc"[n % 3], n % PAGES + 1)] = n
    stored = {p.id: p for p in store.scroll(PageFilter(), with_vectors=True)}
    assert last.keys() <= stored.keys()
    for id, n in last.items():
        vectors = stored[id].vectors
        assert vectors is not None
        assert vectors.patches is not None
        written = [np.full((r % 7 + 1, 2), r) for r in (n, acknowledged + 1)]
        assert any(np.array_equal(vectors.patches.vectors, array) for array in written)


def test_process_killed_between_calls_is_started_again(tmp_path: Path) -> None:
    with open_edge(tmp_path, ENCODER, create=True) as store:
        store.put_pages([page("a", 1, [[1, 1]])])
        os.kill(store.process_id, signal.SIGKILL)
        os.waitid(os.P_PID, store.process_id, os.WEXITED | os.WNOWAIT)
        assert store.info().pages == 1
        store.put_pages([page("a", 2)])
        assert store.count(PageFilter()) == 2


@pytest.mark.skipif(sys.platform != "linux", reason="needs the limits of another process")
def test_process_that_dies_of_a_call_is_told_and_started_again(tmp_path: Path) -> None:
    large = page("a", 2, np.ones((2**19, 2), dtype=np.float32))
    with open_edge(tmp_path, ENCODER, create=True) as store:
        store.put_pages([page("a", 1, [[1, 1]])])
        resource.prlimit(store.process_id, resource.RLIMIT_AS, (1, 1))
        with pytest.raises(
            BackendUnreachable, match=r"ended .*(.|\n)*Nothing that was acknowledged"
        ):
            store.put_pages([large])
        assert [p.content.number for p in store.scroll(PageFilter())] == [1]
        store.put_pages([large])
        assert store.count(PageFilter()) == 2


_FILLS_A_SMALL_DISK = """
mount -t tmpfs -o size=$1m tmpfs $2 && echo mounted && exec $3 -m tests.engine.store.filler $2 $4
"""


@pytest.mark.parametrize("reserve", [128, 0])
def test_full_disk(tmp_path: Path, reserve: int) -> None:
    """With nothing in reserve the store's process is killed while it writes."""
    command = ["unshare", "-rm", "sh", "-c", _FILLS_A_SMALL_DISK, "sh"]
    arguments = ["240", str(tmp_path), sys.executable, str(reserve)]
    try:
        with _started(*command, *arguments) as filler:
            said = filler.communicate()[0].decode()
    except FileNotFoundError:
        pytest.skip("there is no unshare")
    if not said:
        pytest.skip("this system does not let a user mount a file system")
    assert said.splitlines() == [
        *("mounted", "DiskFull", "reopened: all there", "deleted", "written"),
        *("closed", "still there"),
    ]
