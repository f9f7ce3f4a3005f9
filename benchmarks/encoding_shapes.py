"""Checkpoints with the shapes of published ones and random weights, and the work that a page is.

Weights do not change how fast a model is, but their number does. Imports torch and transformers
inside of what makes checkpoints only.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch
    import transformers

Numbers = Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What the speed of a checkpoint depends on, in the words of its config.json."""

    like: str
    """The published checkpoint of this shape."""
    family: str
    """"colpali" or "colqwen2_5"."""
    vision: Numbers
    text: Numbers
    patches: int
    """Of a page, as the vision tower sees it; for ColQwen2.5 at most, four make one token."""
    full_attention: tuple[int, ...] = ()
    """Layers of the vision tower that look beyond their window; empty where all do."""


COLPALI = Shape(
    like="vidore/colpali-v1.3",
    family="colpali",
    vision={
        "hidden_size": 1152,
        "intermediate_size": 4304,
        "num_hidden_layers": 27,
        "num_attention_heads": 16,
        "patch_size": 14,
        "image_size": 448,
    },
    text={
        "vocab_size": 257216,
        "hidden_size": 2048,
        "intermediate_size": 16384,
        "num_hidden_layers": 18,
        "num_attention_heads": 8,
        "num_key_value_heads": 1,
        "head_dim": 256,
    },
    patches=1024,
)

COLQWEN2_5 = Shape(
    like="vidore/colqwen2.5-v0.2",
    family="colqwen2_5",
    vision={
        "depth": 32,
        "hidden_size": 1280,
        "intermediate_size": 3420,
        "num_heads": 16,
        "out_hidden_size": 2048,
        "patch_size": 14,
        "window_size": 112,
        "spatial_merge_size": 2,
    },
    text={
        "vocab_size": 151936,
        "hidden_size": 2048,
        "intermediate_size": 11008,
        "num_hidden_layers": 36,
        "num_attention_heads": 16,
        "num_key_value_heads": 2,
    },
    patches=4 * 768,
    full_attention=(7, 15, 23, 31),
)


def smaller(shape: Shape, *, layers: int, width: int) -> Shape:
    """The same with so many layers and `width` of 64 numbers a head, for machines without a GPU."""
    heads = {"num_attention_heads": width // 64}
    text = {"vocab_size": 2048, "hidden_size": width, "intermediate_size": 4 * width, **heads}
    text |= {"num_hidden_layers": layers, "num_key_value_heads": 1}
    vision = {**shape.vision, "hidden_size": width, "intermediate_size": 2 * width}
    if shape.family == "colpali":
        vision |= {"num_hidden_layers": layers, "image_size": 112, **heads}
        return Shape(
            like="", family="colpali", vision=vision, text=text | {"head_dim": 64}, patches=64
        )
    vision |= {"depth": layers, "num_heads": width // 64, "out_hidden_size": width}
    return Shape(
        like="",
        family="colqwen2_5",
        vision=vision,
        text=text,
        patches=4 * 64,
        full_attention=(layers - 1,),
    )


def parameters(shape: Shape) -> int:
    """How many numbers the weights are, made without storage."""
    return sum(weight.numel() for weight in _without_storage(shape)[0].parameters())


def make(shape: Shape, folder: Path, *, device: str, dtype: str) -> Path:
    """A checkpoint in `folder`, unless there is one. On the device that it is for, in seconds."""
    import torch

    if (folder / "config.json").exists():
        return folder
    with torch.random.fork_rng(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about how other packages make them
        torch.manual_seed(0)
        before = torch.get_default_dtype()
        torch.set_default_dtype(getattr(torch, dtype))
        try:
            model, processor = _without_storage(shape)
        finally:
            torch.set_default_dtype(before)
        model.to_empty(device=device)
        model.tie_weights()
        with torch.no_grad():
            for weight in model.parameters():
                weight.normal_(0, 0.02)
        processor.save_pretrained(folder)
        model.save_pretrained(folder)  # config.json last: it shows that all is there
    return folder


def _without_storage(shape: Shape) -> tuple[torch.nn.Module, transformers.ProcessorMixin]:
    """And so without the usual beginning, which takes minutes."""
    import torch
    import transformers

    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    with torch.device("meta"):
        return _MAKERS[shape.family](shape)


def _colpali(shape: Shape) -> tuple[torch.nn.Module, transformers.ProcessorMixin]:
    import colpali_engine.models as engine
    from transformers import (
        GemmaConfig,
        PaliGemmaConfig,
        SiglipImageProcessor,
        SiglipVisionConfig,
    )

    from recto.benchmarks.tokens import tokenizer

    pixels, patch = shape.vision["image_size"], shape.vision["patch_size"]
    tokens = tokenizer(
        ["<pad>", "<eos>", "<bos>", "<unk>"],
        bos="<bos>",
        eos="<eos>",
        pad="<pad>",
        unk="<unk>",
        side="right",
    )
    images = SiglipImageProcessor(
        size={"height": pixels, "width": pixels}, image_mean=[0.5] * 3, image_std=[0.5] * 3
    )
    images.image_seq_length = (pixels // patch) ** 2
    processor = engine.ColPaliProcessor(image_processor=images, tokenizer=tokens)
    ids = {
        "pad_token_id": tokens.pad_token_id,
        "bos_token_id": tokens.bos_token_id,
        "eos_token_id": tokens.eos_token_id,
    }
    width = shape.text["hidden_size"]
    config = PaliGemmaConfig(
        vision_config=SiglipVisionConfig(**shape.vision, vision_use_head=False),
        text_config=GemmaConfig(**shape.text, **ids),
        image_token_index=processor.image_token_id,
        vocab_size=shape.text["vocab_size"],
        projection_dim=width,
        hidden_size=width,
        **ids,
    )
    return engine.ColPali(config), processor


_QWEN_TOKENS = (
    *("<|endoftext|>", "<|im_start|>", "<|im_end|>"),
    *("<|vision_start|>", "<|vision_end|>", "<|vision_pad|>", "<|image_pad|>", "<|video_pad|>"),
)


def _colqwen2_5(shape: Shape) -> tuple[torch.nn.Module, transformers.ProcessorMixin]:
    import colpali_engine.models as engine
    from transformers.models.qwen2_5_vl import Qwen2_5_VLConfig
    from transformers.models.qwen2_vl import Qwen2VLImageProcessor, Qwen2VLVideoProcessor

    from recto.benchmarks.tokens import tokenizer

    tokens = tokenizer(_QWEN_TOKENS, eos="<|im_end|>", pad="<|endoftext|>")
    patch = shape.vision["patch_size"]
    images = Qwen2VLImageProcessor(
        patch_size=patch,
        merge_size=2,
        temporal_patch_size=2,
        size={"shortest_edge": 4 * patch**2, "longest_edge": shape.patches * patch**2},
    )
    processor = engine.ColQwen2_5_Processor(
        image_processor=images,
        tokenizer=tokens,
        video_processor=Qwen2VLVideoProcessor(patch_size=patch),
    )
    half = shape.text["hidden_size"] // shape.text["num_attention_heads"] // 2
    rope = {"rope_type": "default", "rope_theta": 1e6}
    number = tokens.convert_tokens_to_ids
    config = Qwen2_5_VLConfig(
        text_config={
            **shape.text,
            "max_window_layers": shape.text["num_hidden_layers"],
            "pad_token_id": tokens.pad_token_id,
            "eos_token_id": tokens.eos_token_id,
            "bos_token_id": None,
            "rope_parameters": rope
            | {"mrope_section": [half // 4, half * 3 // 8, half - half // 4 - half * 3 // 8]},
        },
        vision_config={
            **shape.vision,
            "temporal_patch_size": 2,
            "fullatt_block_indexes": list(shape.full_attention),
            "tokens_per_second": 2,
        },
        image_token_id=number("<|image_pad|>"),
        video_token_id=number("<|video_pad|>"),
        vision_start_token_id=number("<|vision_start|>"),
        vision_end_token_id=number("<|vision_end|>"),
    )
    return engine.ColQwen2_5(config), processor


_Maker = Callable[[Shape], "tuple[torch.nn.Module, transformers.ProcessorMixin]"]
_MAKERS: Mapping[str, _Maker] = {"colpali": _colpali, "colqwen2_5": _colqwen2_5}
