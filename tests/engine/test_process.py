"""A child process that answers calls: values, errors, death, time and interruption."""

from __future__ import annotations

import io
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from recto.engine.errors import DamagedFile, LimitExceeded, WorkerDied
from recto.engine.process import Child
from recto.engine.wire import read_frame, write_frame

_scalars = st.none() | st.booleans() | st.integers() | st.text() | st.binary()
_arrays = hnp.arrays(
    st.sampled_from([np.uint8, np.uint16, np.float16, np.float32, np.int64]),
    hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4),
)
_keys = st.text().filter(lambda key: not key.startswith("$"))
_values = st.recursive(
    _scalars | _arrays,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_keys, inner, max_size=4),
    max_leaves=8,
)


def _same(left: object, right: object) -> bool:
    if isinstance(left, np.ndarray) and isinstance(right, np.ndarray):
        return left.dtype == right.dtype and left.tobytes() == right.tobytes()
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(_same(left[k], right[k]) for k in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(_same, left, right))
    return type(left) is type(right) and left == right


@pytest.fixture
def child() -> Iterator[Child]:
    with Child("tests.engine.process_child", name="the test's process") as child:
        yield child


@given(_values)
def test_frame_round_trip(value: object) -> None:
    pipe = io.BytesIO()
    write_frame(pipe, value)
    pipe.seek(0)
    assert _same(read_frame(pipe), value)
    assert pipe.read() == b""


def test_frame_cut_short() -> None:
    pipe = io.BytesIO()
    write_frame(pipe, {"a": np.ones(3, dtype=np.float32)})
    with pytest.raises(EOFError):
        read_frame(io.BytesIO(pipe.getvalue()[:-1]))


def test_frame_of_objects_refused() -> None:
    header = b'{"$array": ["object", [1]]}'
    with pytest.raises(EOFError):
        read_frame(io.BytesIO(len(header).to_bytes(8, "little") + header + b"\0" * 8))


def test_call_returns(child: Child) -> None:
    assert child.call("add", 2, 3) == 5


def test_call_survives_prints(child: Child) -> None:
    assert child.call("chatter") == "done"


def test_call_raises_our_errors(child: Child) -> None:
    with pytest.raises(DamagedFile, match="page 3 is torn"):
        child.call("damaged", "page 3 is torn")
    assert child.call("add", 1, 1) == 2


def test_call_raises_bugs_with_traceback(child: Child) -> None:
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        child.call("divide", 1, 0)


def test_death_is_told_with_its_last_words(child: Child) -> None:
    with pytest.raises(WorkerDied, match=r"the test's process ended \(SIGKILL\)(.|\n)*goodbye"):
        child.call("die")
    with pytest.raises(WorkerDied):
        child.call("add", 1, 1)


def test_timeout_kills(child: Child) -> None:
    with pytest.raises(LimitExceeded, match=r"longer than 0\.2 s for 'hang'"):
        child.call("hang", timeout=0.2)
    assert not child.alive


def test_memory_limit(child: Child) -> None:
    with pytest.raises(MemoryError):
        child.call("grow", 512)
    assert child.call("add", 1, 1) == 2


def test_close_twice(child: Child) -> None:
    child.close()
    child.close()
    assert not child.alive
