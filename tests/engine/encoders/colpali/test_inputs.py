"""What padding and attention do to a question, and to pages of different sizes in one batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from recto.engine.encoders.colpali.picture import picture
from tests.checkpoints.fixtures import FAMILIES, needs_colpali
from tests.conftest import MakeCheckpoint
from tests.engine.encoders.colpali.conftest import TALL, WIDE, noise

if TYPE_CHECKING:
    import torch

    from recto.engine.encoders.colpali.batch import Batch
    from recto.engine.encoders.colpali.inputs import Inputs
    from recto.engine.encoders.colpali.network import Network

pytestmark = needs_colpali


def parts(folder: str) -> tuple[Inputs, Network, str]:
    """Of an encoder, and the side on which its tokenizer pads."""
    from recto.engine.encoders.colpali.checkpoint import find
    from recto.engine.encoders.colpali.inputs import Inputs
    from recto.engine.encoders.colpali.loading import load
    from recto.engine.encoders.colpali.network import network_of
    from recto.engine.encoders.colpali.placement import Machine
    from recto.engine.encoders.colpali.settings import Settings

    loaded = load(find(folder), machine=Machine(), settings=Settings())
    inputs = Inputs(loaded.processor, loaded.family, prefix=None, visual_tokens=None)
    side: str = loaded.processor.tokenizer.padding_side
    return inputs, network_of(loaded.model, loaded.family), side


def padded(batch: Batch, side: str, pad: int = 3) -> Batch:
    import torch

    left, right = (pad, 0) if side == "left" else (0, pad)
    filled: dict[str, torch.Tensor] = {}
    for name, tensor in batch.items():
        filled[name] = torch.nn.functional.pad(tensor, (left, right), value=0)
    return filled


@pytest.mark.parametrize("family", FAMILIES)
def test_padding_changes_no_vector_of_a_question(family: str, checkpoint: MakeCheckpoint) -> None:
    inputs, network, side = parts(str(checkpoint(family)))
    batch = inputs.question("what is the revenue?")
    alone = network.run(batch)[0]
    together = network.run(padded(batch, side))[0]
    kept = together[3:] if side == "left" else together[:-3]
    np.testing.assert_allclose(kept, alone, atol=1e-5)


@pytest.mark.parametrize("family", FAMILIES)
def test_padding_changes_no_vector_of_a_page(family: str, checkpoint: MakeCheckpoint) -> None:
    inputs, network, _ = parts(str(checkpoint(family)))
    images = [noise(size, seed).image for seed, size in enumerate((TALL, WIDE, (300, 300)))]
    pictures = [picture(image) for image in images if image is not None]
    batch = inputs.pages(pictures)
    together = network.run(batch)
    for vectors, layout, one in zip(
        together, inputs.layouts(batch, pictures), pictures, strict=True
    ):
        single = inputs.pages([one])
        (alone,) = inputs.layouts(single, [one])
        np.testing.assert_allclose(
            vectors[layout.positions], network.run(single)[0][alone.positions], atol=1e-5
        )
        np.testing.assert_array_equal(layout.boxes, alone.boxes)
