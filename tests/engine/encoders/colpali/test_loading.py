"""All weights or none: adapters are merged exactly, and what does not fit is refused."""

from __future__ import annotations

import json
from pathlib import Path
from shutil import copytree

import numpy as np
import pytest

from recto.engine.encoders.registry import make, remake
from recto.engine.errors import EncoderError
from tests.checkpoints.fixtures import needs_colpali
from tests.conftest import MakeCheckpoint
from tests.engine.encoders.colpali.conftest import FLOAT32, TALL, OpenEncoder, noise
from tests.engine.encoders.colpali.test_encoder import patches

pytestmark = needs_colpali

ADAPTED = (
    *("colpali", "colqwen2", "colqwen2_5", "colqwen3", "colqwen3_5", "colidefics3"),
    *("colmodernvbert", "colgemma3"),
)


def refused(folder: Path) -> str:
    with pytest.raises(EncoderError) as raised:
        make(str(folder), settings=FLOAT32)
    return str(raised.value)


@pytest.mark.parametrize("family", ADAPTED)
def test_adapter_equals_a_merge_by_hand(
    family: str, checkpoint: MakeCheckpoint, encoder: OpenEncoder, tmp_path: Path
) -> None:
    from tests.checkpoints.adapters import adapted

    made = adapted(family, checkpoint(family), tmp_path)
    pages = [noise(TALL, 1)]
    (ours,) = make(str(made.adapter), settings=FLOAT32).encode_pages(pages)
    (wanted,) = make(str(made.merged), settings=FLOAT32).encode_pages(pages)
    (without,) = encoder(family).encode_pages(pages)
    np.testing.assert_allclose(patches(ours), patches(wanted), atol=1e-5)
    assert np.abs(patches(ours) - patches(without)).max() > 1e-3


def test_adapter_is_recorded_with_its_base(checkpoint: MakeCheckpoint, tmp_path: Path) -> None:
    from tests.checkpoints.adapters import adapted

    made = adapted("colqwen2", checkpoint("colqwen2"), tmp_path)
    id = make(str(made.adapter), settings=FLOAT32).id
    base = make(str(made.base), settings=FLOAT32).id
    assert id.name == "adapter"
    assert id.settings["base"] == f"base@{base.settings['weights']}"
    assert remake(id).id == id


def test_adapter_of_other_modules_is_refused(checkpoint: MakeCheckpoint, tmp_path: Path) -> None:
    from safetensors.torch import load_file

    from tests.checkpoints.adapters import TARGETS, adapted, write_adapter

    made = adapted("colqwen2", checkpoint("colqwen2"), tmp_path)
    tensors = load_file(made.adapter / "adapter_model.safetensors")
    renamed = {name.replace("layers.1", "layers.9"): t for name, t in tensors.items()}
    write_adapter(made.adapter, renamed, base=str(made.base), targets=TARGETS["colqwen2"])
    assert "LoRA" in refused(made.adapter)


def test_adapter_without_its_base_is_refused(checkpoint: MakeCheckpoint, tmp_path: Path) -> None:
    from tests.checkpoints.adapters import TARGETS, adapted, write_adapter

    made = adapted("colqwen2", checkpoint("colqwen2"), tmp_path)
    write_adapter(made.adapter, {}, base="nobody/base", targets=TARGETS["colqwen2"])
    assert "is an adapter of nobody/base, which must be there" in refused(made.adapter)


@pytest.fixture
def broken(checkpoint: MakeCheckpoint, tmp_path: Path) -> Path:
    """A copy of a checkpoint that tests break."""
    return copytree(checkpoint("colqwen2"), tmp_path / "broken")


def test_missing_weights_are_refused(broken: Path) -> None:
    _rename_weights(broken, "custom_text_proj", "some_other_head")
    message = refused(broken)
    assert "2 weights are missing, for example custom_text_proj.bias" in message


def test_weights_that_are_left_over_are_refused(broken: Path) -> None:
    _copy_weights(broken, "custom_text_proj", "second_head")
    assert "2 weights are left over, for example second_head.bias" in refused(broken)


def test_weights_of_another_shape_are_refused(broken: Path) -> None:
    from tests.checkpoints.making import change_weights

    change_weights(broken, {"custom_text_proj.weight": lambda weight: weight[:64]})
    assert "custom_text_proj.weight" in refused(broken)


def test_head_for_words_may_be_left_over(broken: Path) -> None:
    _copy_weights(broken, "custom_text_proj", "lm_head")
    assert make(str(broken), settings=FLOAT32).id.dim == 128


def test_weights_of_the_port_under_the_name_of_the_engine_are_refused(
    checkpoint: MakeCheckpoint, tmp_path: Path
) -> None:
    folder = copytree(checkpoint("hf_colqwen2"), tmp_path / "wrong")
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config["vlm_config"]))
    assert "weights are missing" in refused(folder)


def test_weights_that_can_run_code_are_not_read(broken: Path) -> None:
    (broken / "model.safetensors").rename(broken / "pytorch_model.bin")
    assert "holds no *.safetensors" in refused(broken)


def test_truncated_weights_are_refused(broken: Path) -> None:
    path = broken / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-1000])
    assert str(broken) in refused(broken)


def test_other_kinds_of_models_are_refused(broken: Path) -> None:
    (broken / "config.json").write_text('{"model_type": "bert"}')
    assert "is of the kind 'bert', which is no retriever" in refused(broken)


def test_processor_that_is_missing_is_refused(broken: Path) -> None:
    (broken / "processor_config.json").unlink()
    (broken / "tokenizer.json").unlink()
    assert "cannot be read as ColQwen2" in refused(broken)


def _rename_weights(folder: Path, old: str, new: str) -> None:
    from safetensors.torch import load_file, save_file

    path = folder / "model.safetensors"
    tensors = {name.replace(old, new): tensor for name, tensor in load_file(path).items()}
    save_file(tensors, path, metadata={"format": "pt"})


def _copy_weights(folder: Path, old: str, new: str) -> None:
    from safetensors.torch import load_file, save_file

    path = folder / "model.safetensors"
    tensors = load_file(path)
    copies = {n.replace(old, new): t.clone() for n, t in tensors.items() if old in n}
    save_file(tensors | copies, path, metadata={"format": "pt"})
