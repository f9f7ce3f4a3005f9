"""Whose vectors are the same under the masks that flash attention can have.

The kernel itself needs a card. Here another one, registered with transformers as its documentation
has it, is told what that kernel would be told of a mask, and knows no other. Not shown: towers of
Qwen tell that kernel where pictures begin, and give all others the pictures one by one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from recto.engine.encoders.colpali.families import FAMILIES as KINDS
from recto.engine.encoders.colpali.families import REMOTE
from recto.engine.encoders.colpali.placement import Card, Machine
from tests.checkpoints.fixtures import FAMILIES, needs_colpali
from tests.conftest import MakeCheckpoint
from tests.engine.encoders.colpali.conftest import FLOAT32, TALL, noise

if TYPE_CHECKING:
    import torch

pytestmark = needs_colpali

_NAME = "masks_of_the_kernel"


def how_far_vectors_go(folder: str) -> tuple[float, str]:
    """Between both kinds of masks, the most that a number of a page or of a question changes; and
    the kind of the checkpoint."""
    from recto.engine.encoders.colpali.checkpoint import find
    from recto.engine.encoders.colpali.encoder import open_encoder
    from recto.engine.encoders.colpali.loading import load
    from recto.engine.encoders.colpali.network import network_of
    from recto.engine.encoders.colpali.settings import Settings

    encoder = open_encoder(folder, settings=FLOAT32, machine=Machine())
    inputs = encoder._inputs
    batches = [encoder.prepare([noise(TALL, 1)]).pictures[0].batch, inputs.question("total cost")]
    wanted = [encoder._network.run(batch) for batch in batches]
    loaded = load(find(folder), machine=Machine(), settings=Settings(dtype="float32"))
    _register()
    loaded.model.set_attn_implementation(_NAME)
    network = network_of(loaded.model, loaded.family)
    found = [network.run(batch) for batch in batches]
    farthest = max(float(np.abs(a - b).max()) for a, b in zip(found, wanted, strict=True))
    return farthest, loaded.checkpoint.model_type


@pytest.mark.parametrize("family", [f for f in FAMILIES if f != "colgemma3"])
def test_vectors_are_the_same(family: str, checkpoint: MakeCheckpoint) -> None:
    farthest, kind = how_far_vectors_go(str(checkpoint(family)))
    assert farthest < 1e-5
    assert KINDS[kind].flash_attention


def test_patches_of_colgemma3_would_no_longer_see_each_other(checkpoint: MakeCheckpoint) -> None:
    farthest, kind = how_far_vectors_go(str(checkpoint("colgemma3")))
    assert farthest > 1e-3
    assert not KINDS[kind].flash_attention


def test_colgemma3_is_loaded_without_it(checkpoint: MakeCheckpoint) -> None:
    from recto.engine.encoders.colpali.checkpoint import find
    from recto.engine.encoders.colpali.loading import load
    from recto.engine.encoders.colpali.settings import Settings

    card = Card(name="full", capability=(8, 0), free=1)
    machine = Machine(cards=(card,), flash_attention=True)
    loaded = load(find(str(checkpoint("colgemma3"))), machine=machine, settings=Settings())
    assert loaded.placement.dtype == "bfloat16"
    assert loaded.placement.attention == loaded.model.config._attn_implementation == "sdpa"


def test_nothing_is_known_of_masks_that_a_checkpoint_brings_along() -> None:
    assert not REMOTE.flash_attention


def _register() -> None:
    from transformers import AttentionInterface, AttentionMaskInterface
    from transformers.masking_utils import flash_attention_mask

    AttentionInterface.register(_NAME, _attend)
    AttentionMaskInterface.register(_NAME, flash_attention_mask)


def _attend(
    module: torch.nn.Module,
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    attention_mask: torch.Tensor | None,
    *,
    scaling: float | None = None,
    sliding_window: int | None = None,
    is_causal: bool | None = None,
    position_ids: torch.Tensor | None = None,
    **_: object,
) -> tuple[torch.Tensor, None]:
    """By the order of reading and a window alone."""
    import torch

    assert attention_mask is None, "no padding"
    length = query.shape[2]
    if position_ids is not None:  # else they would be taken for texts one after the other
        assert (position_ids[0].diff() == 1).all()
    places = torch.arange(length)
    distance = places[:, None] - places[None, :]
    seen = torch.ones(length, length, dtype=torch.bool)
    if module.is_causal if is_causal is None else is_causal:
        seen &= distance >= 0
    if sliding_window is not None:
        seen &= distance.abs() < sliding_window
    groups = query.shape[1] // key.shape[1]
    key, value = (tensor.repeat_interleave(groups, dim=1) for tensor in (key, value))
    output = torch.nn.functional.scaled_dot_product_attention(
        query, key, value, attn_mask=seen, scale=scaling
    )
    return output.transpose(1, 2).contiguous(), None
