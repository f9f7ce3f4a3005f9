"""What would cost time and change no vector is not done."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.checkpoints.fixtures import FAMILIES, needs_colpali
from tests.conftest import MakeCheckpoint
from tests.engine.encoders.colpali.conftest import FLOAT32, TALL, noise

if TYPE_CHECKING:
    import torch

    from recto.engine.encoders.colpali.encoder import ColPaliEncoder

pytestmark = needs_colpali


def opened(folder: Path) -> tuple[ColPaliEncoder, torch.nn.Module]:
    """An encoder, and the model that it runs."""
    from recto.engine.encoders.colpali.checkpoint import find
    from recto.engine.encoders.colpali.encoder import open_encoder
    from recto.engine.encoders.colpali.loading import load
    from recto.engine.encoders.colpali.network import network_of
    from recto.engine.encoders.colpali.placement import Machine
    from recto.engine.encoders.colpali.settings import Settings

    encoder = open_encoder(str(folder), settings=FLOAT32)
    loaded = load(find(str(folder)), machine=Machine(), settings=Settings(dtype="float32"))
    encoder._network = network_of(loaded.model, loaded.family)
    return encoder, loaded.model


@pytest.mark.parametrize("family", FAMILIES)
def test_no_logits_no_gradients_and_fused_attention(
    family: str, checkpoint: MakeCheckpoint
) -> None:
    import torch

    encoder, model = opened(checkpoint(family))
    ran: list[str] = []
    inference: set[bool] = set()

    def note(module: torch.nn.Module, _: object, output: object) -> None:
        ran.append(names[module])
        inference.add(torch.is_inference_mode_enabled())

    names = {module: name for name, module in model.named_modules()}
    for module in names:
        if isinstance(module, torch.nn.Linear):
            module.register_forward_hook(note)
    encoder.encode_pages([noise(TALL, 1)])
    assert ran
    assert not [name for name in ran if "lm_head" in name]
    assert inference == {True}
    assert not model.training
    kinds = {module.config._attn_implementation for module in names if hasattr(module, "config")}
    assert kinds == {"sdpa"}


def test_batch_is_as_many_pages_as_go_into_the_model_at_once(checkpoint: MakeCheckpoint) -> None:
    from recto.engine.encoders.colpali.encoder import open_encoder

    folder = str(checkpoint("colqwen2"))
    for visual_tokens, batch in {"32": 16, "256": 8, "2048": 1, "4096": 1}.items():
        encoder = open_encoder(folder, settings=FLOAT32 | {"visual_tokens": visual_tokens})
        assert encoder.batch == batch
