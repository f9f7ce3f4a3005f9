"""Writes a checkpoint of a family into a folder."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from shutil import copytree

import torch
import transformers
from safetensors.torch import load_file, save_file

from tests.checkpoints import gemma, paligemma, qwen, tiles

_Maker = Callable[[], tuple[torch.nn.Module, transformers.ProcessorMixin]]

MAKERS: Mapping[str, _Maker] = {
    "colpali": paligemma.colpali,
    "colqwen2": qwen.colqwen2,
    "colqwen2_5": qwen.colqwen2_5,
    "colqwen3": qwen.colqwen3,
    "colqwen3_5": qwen.colqwen3_5,
    "colidefics3": tiles.colidefics3,
    "colmodernvbert": tiles.colmodernvbert,
    "colgemma3": gemma.colgemma3,
    "colqwen_omni": qwen.colqwen_omni,
    "hf_colpali": paligemma.hf_colpali,
    "hf_colqwen2": qwen.hf_colqwen2,
    "hf_colmodernvbert": tiles.hf_colmodernvbert,
}


def make(family: str, folder: Path) -> Path:
    """The same weights each time."""
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    with torch.random.fork_rng(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about how other packages make them
        torch.manual_seed(0)
        model, processor = MAKERS[family]()
        _fill_pad_row(model, processor)
        model.save_pretrained(folder)
        processor.save_pretrained(folder)
    return folder


def _fill_pad_row(model: torch.nn.Module, processor: transformers.ProcessorMixin) -> None:
    """Zeros at first, of which the direction is NaN; no trained checkpoint has that."""
    tokens = processor.tokenizer
    embedding = next(
        module
        for module in model.modules()
        if isinstance(module, torch.nn.Embedding) and module.num_embeddings >= len(tokens)
    )
    with torch.no_grad():
        embedding.weight[tokens.pad_token_id].normal_(0, embedding.weight.std().item())


def classes(family: str) -> tuple[type[torch.nn.Module], type[transformers.ProcessorMixin]]:
    """Of the model and of the processor."""
    model, processor = MAKERS[family]()
    return type(model), type(processor)


def change_weights(
    folder: Path, changes: Mapping[str, Callable[[torch.Tensor], torch.Tensor]]
) -> None:
    """Replace tensors by what `changes` make of them, by their names."""
    path = folder / "model.safetensors"
    tensors = load_file(path)
    for name, change in changes.items():
        tensors[name] = change(tensors[name]).contiguous()
    save_file(tensors, path, metadata={"format": "pt"})


def port_weights(engine: Path, port: Path, folder: Path) -> Path:
    """The checkpoint `port` of transformers' own class, with the weights of colpali-engine's."""
    copytree(port, folder)
    tensors = {
        name.replace("custom_text_proj", "embedding_proj_layer")
        if name.startswith("custom_text_proj")
        else f"vlm.{name}": tensor
        for name, tensor in load_file(engine / "model.safetensors").items()
    }
    assert tensors.keys() == load_file(port / "model.safetensors").keys()
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    return folder


_CODE = """
from pathlib import Path
from colpali_engine.models import ColQwen2, ColQwen2Processor
from transformers.models.qwen2_vl import Qwen2VLConfig

class TinyConfig(Qwen2VLConfig):
    model_type = "tiny_custom"

class TinyModel(ColQwen2):
    config_class = TinyConfig

class TinyProcessor(ColQwen2Processor):
    pass

Path({folder!r}, "was_run").touch()
"""


def with_code(source: Path, folder: Path) -> Path:
    """A copy of a ColQwen2 as a kind of its own, with Python that reads it and leaves a trace."""
    copytree(source, folder)
    (folder / "tiny.py").write_text(_CODE.format(folder=str(folder)))
    config = json.loads((folder / "config.json").read_text())
    config |= {
        "model_type": "tiny_custom",
        "auto_map": {"AutoConfig": "tiny.TinyConfig", "AutoModel": "tiny.TinyModel"},
    }
    (folder / "config.json").write_text(json.dumps(config))
    processor = json.loads((folder / "processor_config.json").read_text())
    processor |= {
        "processor_class": "TinyProcessor",
        "auto_map": {"AutoProcessor": "tiny.TinyProcessor"},
    }
    (folder / "processor_config.json").write_text(json.dumps(processor))
    return folder
