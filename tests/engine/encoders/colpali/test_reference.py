"""Vectors are those that the package of a family makes itself, from its own input."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.checkpoints.fixtures import FAMILIES, needs_colpali
from tests.conftest import MakeCheckpoint
from tests.engine.encoders.colpali.conftest import TALL, OpenEncoder, noise
from tests.engine.encoders.colpali.test_encoder import patches
from tests.engine.encoders.colpali.test_questions import TEXT, TRAINED

if TYPE_CHECKING:
    from recto.engine.vectors import FloatArray

pytestmark = needs_colpali


def of_its_package(family: str, checkpoint: MakeCheckpoint, question: str | None) -> FloatArray:
    """What model and processor make of a question, or of the first page of noise."""
    import torch
    from PIL import Image

    from tests.checkpoints.making import classes

    kind, of_kind = classes(family)
    model = kind.from_pretrained(checkpoint(family), dtype=torch.float32).eval()
    processor = of_kind.from_pretrained(checkpoint(family))
    if question is None:
        image = noise(TALL, 1).image
        assert image is not None
        batch = processor.process_images([Image.fromarray(image)])
    else:
        if not family.startswith("hf_"):
            processor.query_prefix = TRAINED[family].prefix
        batch = processor.process_queries([question])
    with torch.inference_mode():
        output = model(**batch)
    vectors: FloatArray = getattr(output, "embeddings", output)[0].numpy()
    return vectors


@pytest.mark.parametrize("family", [f for f in FAMILIES if f != "hf_colqwen2"])
def test_vectors_of_a_page(family: str, encoder: OpenEncoder, checkpoint: MakeCheckpoint) -> None:
    """transformers' ColQwen2 is told where its patches lie, and so is compared with the engine's
    instead."""
    (vectors,) = encoder(family).encode_pages([noise(TALL, 1)])
    wanted = of_its_package(family, checkpoint, None)
    # Ours are the last of them: what stands before the picture is not stored.
    np.testing.assert_allclose(patches(vectors), wanted[-len(patches(vectors)) :], atol=1e-5)


@pytest.mark.parametrize("family", FAMILIES)
def test_vectors_of_a_question(
    family: str, encoder: OpenEncoder, checkpoint: MakeCheckpoint
) -> None:
    question = encoder(family).encode_question(TEXT)
    wanted = of_its_package(family, checkpoint, TEXT)
    np.testing.assert_allclose(question.patches, wanted, atol=1e-5)
