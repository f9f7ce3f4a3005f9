"""ColSmol (Idefics3) and ColModernVBERT, which cut a page into tiles. The real ones: 512 pixels."""

from __future__ import annotations

import colpali_engine.models as engine
import torch
import transformers
from transformers import (
    Idefics3Config,
    LlamaConfig,
    ModernBertConfig,
    ModernVBertConfig,
    SiglipVisionConfig,
)

from tests.checkpoints.tokens import tokenizer

Made = tuple[torch.nn.Module, transformers.ProcessorMixin]

_TILE, _PATCH, _SCALE = 64, 8, 2
SIDE = _TILE // _PATCH // _SCALE
"""Patches along an edge of a tile."""
_MARKS = [
    *("<fake_token_around_image>", "<image>", "<end_of_utterance>", "<global-img>"),
    *(f"<row_{row}_col_{column}>" for row in range(1, 7) for column in range(1, 7)),
]


def colidefics3() -> Made:
    tokens = tokenizer(
        ["<|endoftext|>", "<|im_start|>", "<|im_end|>", *_MARKS],
        bos="<|im_start|>",
        eos="<end_of_utterance>",
        pad="<|im_end|>",
    )
    config = Idefics3Config(
        vision_config={
            "hidden_size": 32,
            "intermediate_size": 64,
            "num_hidden_layers": 2,
            "num_attention_heads": 2,
            "image_size": _TILE,
            "patch_size": _PATCH,
        },
        text_config=LlamaConfig(
            vocab_size=len(tokens),
            hidden_size=64,
            intermediate_size=128,
            num_hidden_layers=2,
            num_attention_heads=4,
            num_key_value_heads=2,
            pad_token_id=tokens.pad_token_id,
            bos_token_id=tokens.bos_token_id,
            eos_token_id=tokens.eos_token_id,
        ),
        scale_factor=_SCALE,
        image_token_id=tokens.convert_tokens_to_ids("<image>"),
        pad_token_id=tokens.pad_token_id,
    )
    processor = engine.ColIdefics3Processor(
        image_processor=_images(), tokenizer=tokens, image_seq_len=SIDE**2
    )
    return engine.ColIdefics3(config), processor


def colmodernvbert() -> Made:
    tokens = _modernvbert_tokenizer()
    processor = engine.ColModernVBertProcessor(
        image_processor=_images(), tokenizer=tokens, image_seq_len=SIDE**2
    )
    return engine.ColModernVBert(_modernvbert_config(tokens)), processor


def hf_colmodernvbert() -> Made:
    tokens = _modernvbert_tokenizer()
    config = transformers.ColModernVBertConfig(
        vlm_config=_modernvbert_config(tokens), embedding_dim=128
    )
    processor = transformers.ColModernVBertProcessor(
        image_processor=_images(), tokenizer=tokens, image_seq_len=SIDE**2
    )
    return transformers.ColModernVBertForRetrieval(config), processor


def _modernvbert_tokenizer() -> transformers.PreTrainedTokenizerFast:
    tokens = tokenizer(
        ["[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]", "<|begin_of_text|>", *_MARKS],
        bos="[CLS]",
        eos="[SEP]",
        pad="[PAD]",
        unk="[UNK]",
    )
    tokens.add_special_tokens({"cls_token": "[CLS]", "sep_token": "[SEP]", "mask_token": "[MASK]"})
    return tokens


def _modernvbert_config(tokens: transformers.PreTrainedTokenizerFast) -> ModernVBertConfig:
    return ModernVBertConfig(
        text_config=ModernBertConfig(
            vocab_size=len(tokens),
            hidden_size=64,
            intermediate_size=96,
            num_hidden_layers=2,
            num_attention_heads=4,
            pad_token_id=tokens.pad_token_id,
            bos_token_id=tokens.bos_token_id,
            eos_token_id=tokens.eos_token_id,
            cls_token_id=tokens.cls_token_id,
            sep_token_id=tokens.sep_token_id,
            local_attention=32,
            global_attn_every_n_layers=2,
        ),
        vision_config=SiglipVisionConfig(
            hidden_size=32,
            intermediate_size=64,
            num_hidden_layers=2,
            num_attention_heads=2,
            image_size=_TILE,
            patch_size=_PATCH,
        ),
        pixel_shuffle_factor=_SCALE,
        image_token_id=tokens.convert_tokens_to_ids("<image>"),
    )


def _images() -> transformers.Idefics3ImageProcessor:
    return transformers.Idefics3ImageProcessor(
        size={"longest_edge": 4 * _TILE},
        max_image_size={"longest_edge": _TILE},
        do_image_splitting=True,
        image_mean=[0.5] * 3,
        image_std=[0.5] * 3,
    )
