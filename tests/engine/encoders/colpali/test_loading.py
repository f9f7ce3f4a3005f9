"""All weights or none: adapters are merged exactly, and what does not fit is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from shutil import copytree

import numpy as np
import pytest

from recto.engine.encoders.colpali.families import FAMILIES as KINDS
from recto.engine.encoders.colpali.placement import Card, Machine, Placement
from recto.engine.encoders.registry import make, remake
from recto.engine.errors import EncoderError, RectoWarning
from tests.checkpoints.fixtures import needs_colpali
from tests.conftest import MakeCheckpoint
from tests.engine.encoders.colpali.conftest import FLOAT32, TALL, OpenEncoder, noise
from tests.engine.encoders.colpali.test_encoder import patches

pytestmark = needs_colpali

ADAPTED = (
    *("colpali", "colqwen2", "colqwen2_5", "colqwen3", "colqwen3_5", "colidefics3"),
    *("colmodernvbert", "colgemma3", "colqwen_omni"),
)
FULL = Machine(cards=(Card(name="full", capability=(8, 0), free=1),))


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


@pytest.mark.filterwarnings("ignore:.*has layers of linear attention")
@pytest.mark.parametrize("family", ["colpali", "colqwen2_5", "colqwen3_5", "colmodernvbert"])
def test_adapter_of_a_model_that_is_brought_to_its_device_block_by_block(
    family: str, checkpoint: MakeCheckpoint, tmp_path: Path
) -> None:
    """As on a machine whose GPU is too small: weights lie elsewhere between calls."""
    from recto.engine.encoders.colpali.checkpoint import find
    from recto.engine.encoders.colpali.encoder import open_encoder
    from recto.engine.encoders.colpali.loading import load
    from recto.engine.encoders.colpali.network import network_of
    from recto.engine.encoders.colpali.settings import Settings
    from recto.engine.encoders.colpali.spreading import spread
    from tests.checkpoints.adapters import adapted

    made = adapted(family, checkpoint(family), tmp_path)
    loaded = load(find(str(made.adapter)), machine=FULL, settings=Settings(dtype="float32"))
    assert loaded.placement.device == "auto"
    size = sum(weight.nbytes for weight in loaded.model.parameters())
    model = spread(
        loaded.model, memory={"cpu": size * 4 // 5, "disk": size}, folder=tmp_path / "rest"
    )
    assert any(weight.is_meta for weight in model.parameters())
    ours = open_encoder(str(made.adapter), settings=FLOAT32, machine=FULL)
    ours._network = network_of(model, loaded.family)
    (found,) = ours.encode_pages([noise(TALL, 1)])
    (wanted,) = make(str(made.merged), settings=FLOAT32).encode_pages([noise(TALL, 1)])
    np.testing.assert_allclose(patches(found), patches(wanted), atol=1e-5)


def test_adapter_is_not_merged_into_weights_that_are_elsewhere(
    checkpoint: MakeCheckpoint, tmp_path: Path
) -> None:
    """peft would leave it out without a word."""
    import torch
    from accelerate import cpu_offload

    from recto.engine.encoders.colpali.checkpoint import find
    from recto.engine.encoders.colpali.merging import merged
    from tests.checkpoints.adapters import adapted
    from tests.checkpoints.making import classes

    made = adapted("colqwen2", checkpoint("colqwen2"), tmp_path)
    base = classes("colqwen2")[0].from_pretrained(made.base, dtype=torch.float32)
    cpu_offload(base.language_model.layers[0], execution_device=torch.device("cpu"))
    with pytest.raises(EncoderError, match="weights of its base are not in main memory"):
        merged(base, find(str(made.adapter)))


@pytest.mark.parametrize("in_base", [True, False])
def test_head_that_an_adapter_holds_whole_is_taken_from_it(
    in_base: bool, checkpoint: MakeCheckpoint, tmp_path: Path
) -> None:
    from tests.checkpoints.adapters import adapted, with_whole_head

    made = with_whole_head(adapted("colqwen2", checkpoint("colqwen2"), tmp_path), in_base=in_base)
    pages = [noise(TALL, 1)]
    (ours,) = make(str(made.adapter), settings=FLOAT32).encode_pages(pages)
    (wanted,) = make(str(made.merged), settings=FLOAT32).encode_pages(pages)
    np.testing.assert_allclose(patches(ours), patches(wanted), atol=1e-5)


def test_adapter_without_the_head_that_it_says_it_holds_is_refused(
    checkpoint: MakeCheckpoint, tmp_path: Path
) -> None:
    from tests.checkpoints.adapters import adapted, change_adapter, with_whole_head

    made = with_whole_head(adapted("colqwen2", checkpoint("colqwen2"), tmp_path), in_base=False)
    change_adapter(made.adapter, lambda tensors: {n: t for n, t in tensors.items() if "lora_" in n})
    assert str(made.adapter) in refused(made.adapter)


def test_adapter_with_more_than_the_model_takes_up_is_refused(
    checkpoint: MakeCheckpoint, tmp_path: Path
) -> None:
    import torch

    from tests.checkpoints.adapters import adapted, change_adapter

    made = adapted("colqwen2", checkpoint("colqwen2"), tmp_path)
    second = {"base_model.model.second_head.weight": torch.ones(128, 64)}
    change_adapter(made.adapter, lambda tensors: tensors | second)
    message = refused(made.adapter)
    assert "no place for 1 weights of the adapter" in message
    assert "second_head.weight" in message


def test_adapter_that_changes_nothing_is_refused(
    checkpoint: MakeCheckpoint, tmp_path: Path
) -> None:
    from tests.checkpoints.adapters import adapted, change_adapter

    made = adapted("colqwen2", checkpoint("colqwen2"), tmp_path)
    change_adapter(
        made.adapter,
        lambda tensors: {n: t * 0 if "lora_B" in n else t for n, t in tensors.items()},
    )
    assert "of which" in refused(made.adapter)


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
    assert "no place for 14 weights of the adapter" in refused(made.adapter)


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
    assert "cannot be used as ColQwen2" in refused(broken)


def test_tokenizer_that_does_not_fit_the_weights_is_refused(broken: Path) -> None:
    """The first question fails, in code that is not ours."""
    tokenizer = json.loads((broken / "tokenizer.json").read_text())
    vocabulary = tokenizer["model"]["vocab"]
    special = {token["content"] for token in tokenizer["added_tokens"]}
    tokenizer["model"]["vocab"] = {
        text: number + (0 if text in special else 9000) for text, number in vocabulary.items()
    }
    (broken / "tokenizer.json").write_text(json.dumps(tokenizer))
    assert "cannot be used as ColQwen2 with transformers" in refused(broken)


@pytest.mark.parametrize("kind", ["qwen2_vl", "colqwen2"])
def test_class_that_the_installed_package_does_not_have_is_told(kind: str) -> None:
    from recto.engine.encoders.colpali.loading import class_of

    family = replace(KINDS[kind], model="ColQwen9")
    package = family.package.partition(".")[0]
    with pytest.raises(EncoderError) as raised:
        class_of(family, family.model)
    message = str(raised.value)
    assert message.startswith(f"The installed {package} {version(package)} has no ColQwen9 (")
    assert "Install a version that has: pip install " in message


def test_class_that_the_installed_package_cannot_build_is_told(broken: Path) -> None:
    """As transformers from 5.21 on cannot build ColQwen-Omni: an error from the depths of it."""
    config = json.loads((broken / "config.json").read_text())
    config["text_config"]["layer_types"] = 7
    (broken / "config.json").write_text(json.dumps(config))
    message = refused(broken)
    assert "cannot be used as ColQwen2 with transformers" in message
    assert "another version of transformers may read them" in message
    assert "pip install " in message


@pytest.mark.parametrize("device", ["cuda:0", "auto"])
def test_slow_layers_are_told_of_where_a_card_computes_them(device: str) -> None:
    from recto.engine.encoders.colpali.loading import warn_of_slow_layers

    placement = Placement(device=device, dtype="bfloat16", attention="sdpa", reason="")
    with pytest.warns(RectoWarning, match=r"pip install flash-linear-attention causal-conv1d"):
        warn_of_slow_layers("x", KINDS["qwen3_5"], placement)


@pytest.mark.parametrize(("kind", "device"), [("qwen3_5", "cpu"), ("qwen3_vl", "cuda:0")])
def test_nothing_is_told_of_layers_that_are_not_slow(kind: str, device: str) -> None:
    from recto.engine.encoders.colpali.loading import warn_of_slow_layers

    placement = Placement(device=device, dtype="bfloat16", attention="sdpa", reason="")
    warn_of_slow_layers("x", KINDS[kind], placement)  # warnings are errors here


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
