"""A real model behind the server gives the vectors that it gives on this machine."""

from __future__ import annotations

import numpy as np
import pytest

from recto.engine.encoders.remote.encoder import open_encoder
from recto.engine.vectors import FloatArray
from tests.checkpoints.fixtures import needs_colpali
from tests.conftest import MakeCheckpoint
from tests.engine.encoders.remote.test_encoder import page, patches
from tests.engine.encoders.remote.vllm import FakeVllm

pytestmark = needs_colpali

FAMILIES = ["colqwen2", "colqwen3_5"]
"""Of cells of 28 and of 32 pixels."""
TOKENS = 640


def serve(vllm: FakeVllm, checkpoint: MakeCheckpoint, family: str) -> None:
    """Let the server answer with all vectors of the family's tiny model."""
    import torch

    from tests.checkpoints.making import classes

    kind, processing = classes(family)
    model = kind.from_pretrained(checkpoint(family), dtype=torch.float32).eval()
    processor = processing.from_pretrained(checkpoint(family))
    images = processor.image_processor
    images.size = {
        "shortest_edge": 4 * (images.patch_size * images.merge_size) ** 2,
        "longest_edge": 1280 * (images.patch_size * images.merge_size) ** 2,
    }

    def run(batch: dict[str, torch.Tensor]) -> FloatArray:
        with torch.inference_mode():
            vectors: FloatArray = model(**batch)[0].numpy()
        return vectors

    vllm.read = lambda text: run(processor.process_texts([text]))
    vllm.see = lambda image: run(processor.process_images([image]))


@pytest.mark.parametrize("family", FAMILIES)
def test_remote_vectors_are_those_of_the_checkpoint(
    family: str, vllm: FakeVllm, checkpoint: MakeCheckpoint
) -> None:
    from recto.engine.encoders.colpali.encoder import open_encoder as open_local

    serve(vllm, checkpoint, family)
    remote = open_encoder(vllm.url, settings={"visual_tokens": str(TOKENS), "prefix": "Query: "})
    local = open_local(
        str(checkpoint(family)),
        settings={"dtype": "float32", "visual_tokens": str(TOKENS), "prefix": "Query: "},
    )
    given = page((5, 7), (11, 2))
    (ours,), (theirs,) = remote.encode_pages([given]), local.encode_pages([given])
    for found, wanted in zip(patches(ours), patches(theirs), strict=True):
        np.testing.assert_allclose(found, wanted, atol=1e-5)
    asked, wanted_question = remote.encode_question("net sales"), local.encode_question("net sales")
    np.testing.assert_allclose(asked.patches, wanted_question.patches, atol=1e-5)
