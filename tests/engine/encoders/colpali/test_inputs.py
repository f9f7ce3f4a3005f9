"""What padding and attention do to a question, and to pages of different sizes in one batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from recto.engine.encoders.colpali.picture import picture
from recto.engine.errors import EncoderError
from tests.checkpoints.fixtures import FAMILIES, needs_colpali
from tests.conftest import MakeCheckpoint
from tests.engine.encoders.colpali.conftest import TALL, WIDE, noise

if TYPE_CHECKING:
    import torch
    from PIL.Image import Image
    from transformers import ProcessorMixin

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


def brought_along(processor: ProcessorMixin) -> Inputs:
    """As if the processor were Python that a checkpoint brings along, of which nothing is known."""
    from recto.engine.encoders.colpali.families import REMOTE
    from recto.engine.encoders.colpali.inputs import Inputs

    return Inputs(processor, REMOTE, prefix=None, visual_tokens=None)


def test_unknown_processor_of_one_square_a_page_is_used(checkpoint: MakeCheckpoint) -> None:
    from tests.checkpoints.making import classes

    folder = checkpoint("colpali")
    known, _, _ = parts(str(folder))
    unknown = brought_along(classes("colpali")[1].from_pretrained(folder))
    image = noise(TALL, 1).image
    assert image is not None
    one = picture(image)
    (wanted,) = known.layouts(known.pages([one]), [one])
    (found,) = unknown.layouts(unknown.pages([one]), [one])
    np.testing.assert_array_equal(found.boxes, wanted.boxes)
    np.testing.assert_array_equal(found.rows, wanted.rows)


def test_unknown_processor_that_cuts_pages_into_tiles_is_refused(
    checkpoint: MakeCheckpoint,
) -> None:
    """Four tiles have as many patches as one square with sides twice as long."""
    from colpali_engine.models import ColPaliProcessor

    class Cutting(ColPaliProcessor):  # type: ignore[misc]
        def process_images(self, images: list[Image]) -> dict[str, torch.Tensor]:
            (image,) = images
            width, height = image.width // 2, image.height // 2
            corners = [(x, y) for y in (0, height) for x in (0, width)]
            tiles = [image.crop((x, y, x + width, y + height)) for x, y in corners]
            made = super().process_images(tiles)
            names = ("input_ids", "attention_mask")
            return {name: made[name].reshape(1, -1) for name in names} | {
                "pixel_values": made["pixel_values"]
            }

    inputs = brought_along(Cutting.from_pretrained(checkpoint("colpali")))
    image = noise(TALL, 1).image
    assert image is not None
    one = picture(image)
    batch = inputs.pages([one])
    with pytest.raises(EncoderError, match=r"Cutting gives pixel_values of the shape \(4, 3, "):
        inputs.layouts(batch, [one])
