"""Running in parts, and out of memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from recto.engine.errors import OutOfMemory
from tests.checkpoints.fixtures import needs_colpali

if TYPE_CHECKING:
    import torch

    from recto.engine.encoders.colpali.batch import Batch

pytestmark = needs_colpali


class Device:
    """Holds so many items at once, and gives each token its number as a vector."""

    def __init__(self, room: int, error: str = "out of memory") -> None:
        self.room = room
        self.error = error
        self.calls: list[int] = []

    def forward(self, batch: Batch) -> torch.Tensor:
        import torch

        count = len(batch["input_ids"])
        self.calls.append(count)
        if count > self.room:
            raise RuntimeError(self.error) if self.error else torch.OutOfMemoryError("full")
        assert len(batch["flat"]) == 3 * count
        return batch["input_ids"][..., None].to(torch.bfloat16)


def batch(count: int) -> Batch:
    """Items of 4 tokens; `flat` has 3 entries an item, one after the other."""
    import torch

    return {
        "input_ids": torch.arange(4 * count).reshape(count, 4),
        "flat": torch.arange(3 * count),
    }


@pytest.mark.parametrize(
    "error",
    [
        "",
        "CUDA out of memory",
        "DefaultCPUAllocator: can't allocate memory: you tried to allocate 1 bytes",
    ],
)
def test_out_of_memory_halves_the_batch_and_goes_on(error: str) -> None:
    from recto.engine.encoders.colpali.network import Network

    device = Device(room=2, error=error)
    network = Network(device.forward, tokens=100)
    vectors = network.run(batch(7))
    assert vectors.dtype == np.float32
    np.testing.assert_array_equal(vectors[..., 0], np.arange(28).reshape(7, 4))
    assert device.calls == [7, 3, 1, 1, 1, 1, 1, 1, 1]
    network.run(batch(7))
    assert max(device.calls[9:]) == 1  # it has learned


def test_lack_of_memory_that_passes_is_forgotten_little_by_little() -> None:
    from recto.engine.encoders.colpali.network import Network

    device = Device(room=2)
    network = Network(device.forward, tokens=32)
    network.run(batch(8))
    device.room, before = 8, len(device.calls)
    for _ in range(30):
        network.run(batch(8))
    sizes = device.calls[before:]
    assert sizes[0] <= 2
    assert sizes[-1] == 8
    assert sizes == sorted(sizes)


def test_lack_of_memory_that_stays_is_asked_for_ever_more_rarely() -> None:
    from recto.engine.encoders.colpali.network import Network

    device = Device(room=2)
    network = Network(device.forward, tokens=32)
    for _ in range(400):
        network.run(batch(8))
    failed = [number for number, size in enumerate(device.calls) if size > 2]
    assert 2 < len(failed) < 20
    gaps = np.diff(failed)
    assert gaps[-1] > 4 * gaps[1]


def test_batches_stay_below_the_limit_of_tokens() -> None:
    from recto.engine.encoders.colpali.network import Network

    device = Device(room=100)
    vectors = Network(device.forward, tokens=13).run(batch(7))
    assert device.calls == [3, 3, 1]
    np.testing.assert_array_equal(vectors[..., 0], np.arange(28).reshape(7, 4))


def test_one_item_that_does_not_fit() -> None:
    from recto.engine.encoders.colpali.network import Network

    with pytest.raises(OutOfMemory, match=r"One page of 4 tokens.*visual_tokens"):
        Network(Device(room=0).forward, tokens=100).run(batch(2))


def test_other_errors_are_not_taken_for_it() -> None:
    from recto.engine.encoders.colpali.network import Network

    device = Device(room=0, error="mat1 and mat2 shapes cannot be multiplied")
    with pytest.raises(RuntimeError, match="mat1"):
        Network(device.forward, tokens=100).run(batch(2))
    assert device.calls == [2]
