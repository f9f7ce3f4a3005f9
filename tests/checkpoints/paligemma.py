"""ColPali, of colpali-engine and of transformers. The real one has pictures of 448 pixels."""

from __future__ import annotations

import colpali_engine.models as engine
import torch
import transformers
from transformers import GemmaConfig, PaliGemmaConfig, SiglipImageProcessor, SiglipVisionConfig

from tests.checkpoints.tokens import tokenizer

_PIXELS, _PATCH = 112, 14
GRID = _PIXELS // _PATCH


def colpali() -> tuple[torch.nn.Module, transformers.ProcessorMixin]:
    tokens = tokenizer(
        ["<pad>", "<eos>", "<bos>", "<unk>"],
        bos="<bos>",
        eos="<eos>",
        pad="<pad>",
        unk="<unk>",
        side="right",
    )
    images = SiglipImageProcessor(
        size={"height": _PIXELS, "width": _PIXELS}, image_mean=[0.5] * 3, image_std=[0.5] * 3
    )
    images.image_seq_length = GRID**2  # read by the processor, set by no constructor
    processor = engine.ColPaliProcessor(image_processor=images, tokenizer=tokens)
    ids = {
        "pad_token_id": tokens.pad_token_id,
        "bos_token_id": tokens.bos_token_id,
        "eos_token_id": tokens.eos_token_id,
    }
    config = PaliGemmaConfig(
        vision_config=SiglipVisionConfig(
            hidden_size=32,
            intermediate_size=64,
            num_hidden_layers=2,
            num_attention_heads=2,
            image_size=_PIXELS,
            patch_size=_PATCH,
            vision_use_head=False,
        ),
        text_config=GemmaConfig(
            vocab_size=len(tokens),
            hidden_size=32,
            intermediate_size=64,
            num_hidden_layers=2,
            num_attention_heads=2,
            num_key_value_heads=1,
            head_dim=16,
            **ids,
        ),
        image_token_index=processor.image_token_id,
        vocab_size=len(tokens),
        projection_dim=32,
        hidden_size=32,
        **ids,
    )
    return engine.ColPali(config), processor


def hf_colpali() -> tuple[torch.nn.Module, transformers.ProcessorMixin]:
    model, processor = colpali()
    config = transformers.ColPaliConfig(vlm_config=model.config, embedding_dim=128)
    return transformers.ColPaliForRetrieval(config), transformers.ColPaliProcessor(
        image_processor=processor.image_processor, tokenizer=processor.tokenizer
    )
