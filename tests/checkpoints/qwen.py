"""ColQwen 2, 2.5, 3, 3.5 and Omni, and transformers' ColQwen2. The real ones are as patchy."""

from __future__ import annotations

from collections.abc import Mapping

import colpali_engine.models as engine
import torch
import transformers
from transformers.models.qwen2_5_omni import Qwen2_5OmniThinkerConfig
from transformers.models.qwen2_5_vl import Qwen2_5_VLConfig
from transformers.models.qwen2_vl import (
    Qwen2VLConfig,
    Qwen2VLImageProcessor,
    Qwen2VLVideoProcessor,
)
from transformers.models.qwen3_5 import Qwen3_5Config
from transformers.models.qwen3_vl import Qwen3VLConfig, Qwen3VLVideoProcessor

from tests.checkpoints.tokens import tokenizer

Made = tuple[torch.nn.Module, transformers.ProcessorMixin]

_SPECIALS = [
    *("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|object_ref_start|>"),
    *("<|object_ref_end|>", "<|box_start|>", "<|box_end|>", "<|quad_start|>", "<|quad_end|>"),
    *("<|vision_start|>", "<|vision_end|>", "<|vision_pad|>", "<|image_pad|>", "<|video_pad|>"),
]
_VISION = {
    "depth": 2,
    "hidden_size": 32,
    "intermediate_size": 64,
    "out_hidden_size": 64,
    "num_heads": 2,
    "spatial_merge_size": 2,
    "temporal_patch_size": 2,
}
_MOST_PATCHES = 64


def colqwen2() -> Made:
    tokens = _tokenizer()
    config = Qwen2VLConfig(
        text_config=_text(tokens, max_window_layers=2, bos_token_id=None),
        vision_config={
            "depth": 2,
            "embed_dim": 32,
            "hidden_size": 64,
            "num_heads": 2,
            "mlp_ratio": 2,
            "patch_size": 14,
            "spatial_merge_size": 2,
            "temporal_patch_size": 2,
        },
        **_ids(tokens),
    )
    return engine.ColQwen2(config), _processor(engine.ColQwen2Processor, tokens)


def colqwen2_5() -> Made:
    tokens = _tokenizer()
    config = Qwen2_5_VLConfig(
        text_config=_text(tokens, max_window_layers=2, bos_token_id=None),
        vision_config=_VISION
        | {
            "patch_size": 14,
            "window_size": 112,
            "fullatt_block_indexes": [1],
            "tokens_per_second": 2,
        },
        **_ids(tokens),
    )
    return engine.ColQwen2_5(config), _processor(engine.ColQwen2_5_Processor, tokens)


def colqwen3() -> Made:
    tokens = _tokenizer()
    config = Qwen3VLConfig(
        text_config=_text(tokens, head_dim=16, rope={"mrope_interleaved": True}),
        vision_config=_VISION
        | {"patch_size": 16, "num_position_embeddings": 64, "deepstack_visual_indexes": [0, 1]},
        **_ids(tokens),
    )
    return engine.ColQwen3(config), _processor(engine.ColQwen3Processor, tokens, newer=True)


def colqwen3_5() -> Made:
    tokens = _tokenizer()
    rope = {"mrope_section": [2, 1, 1], "mrope_interleaved": True, "partial_rotary_factor": 0.25}
    config = Qwen3_5Config(
        text_config=_text(
            tokens,
            head_dim=32,
            rope=rope,
            layer_types=["linear_attention", "full_attention"],
            linear_conv_kernel_dim=4,
            linear_key_head_dim=16,
            linear_value_head_dim=16,
            linear_num_key_heads=2,
            linear_num_value_heads=4,
        ),
        vision_config=_VISION | {"patch_size": 16, "num_position_embeddings": 64},
        **_ids(tokens),
    )
    config.dim = 96
    return engine.ColQwen3_5(config), _processor(engine.ColQwen3_5Processor, tokens, newer=True)


def hf_colqwen2() -> Made:
    model, processor = colqwen2()
    config = transformers.ColQwen2Config(vlm_config=model.config, embedding_dim=128)
    return transformers.ColQwen2ForRetrieval(config), transformers.ColQwen2Processor(
        image_processor=processor.image_processor, tokenizer=processor.tokenizer
    )


_OMNI_TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n"
    "{% if m['content'] is string %}{{ m['content'] }}{% else %}{% for c in m['content'] %}"
    "{% if c['type'] == 'image' %}<|vision_bos|><|IMAGE|><|vision_eos|>"
    "{% elif 'text' in c %}{{ c['text'] }}{% endif %}{% endfor %}{% endif %}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
_OMNI_TOKENS = {
    "audio_token": "<|AUDIO|>",
    "audio_bos_token": "<|audio_bos|>",
    "audio_eos_token": "<|audio_eos|>",
    "vision_bos_token": "<|vision_bos|>",
    "vision_eos_token": "<|vision_eos|>",
    "image_token": "<|IMAGE|>",
    "video_token": "<|VIDEO|>",
}


def colqwen_omni() -> Made:
    tokens = tokenizer(
        ["<|endoftext|>", "<|im_start|>", "<|im_end|>", *_OMNI_TOKENS.values()],
        eos="<|im_end|>",
        pad="<|endoftext|>",
        named=_OMNI_TOKENS,
        template=_OMNI_TEMPLATE,
    )
    processor = engine.ColQwen2_5OmniProcessor(
        image_processor=_images(14),
        tokenizer=tokens,
        video_processor=Qwen2VLVideoProcessor(patch_size=14),
        feature_extractor=transformers.WhisperFeatureExtractor(feature_size=128),
    )
    number = tokens.convert_tokens_to_ids
    config = Qwen2_5OmniThinkerConfig(
        audio_config={
            "num_mel_bins": 128,
            "encoder_layers": 1,
            "encoder_attention_heads": 2,
            "encoder_ffn_dim": 32,
            "d_model": 32,
            "n_window": 100,
            "output_dim": 64,
            "max_source_positions": 1500,
        },
        vision_config=_VISION
        | {"patch_size": 14, "fullatt_block_indexes": [1], "window_size": 112},
        text_config=_text(tokens, max_window_layers=2),
        audio_token_index=number("<|AUDIO|>"),
        image_token_index=number("<|IMAGE|>"),
        video_token_index=number("<|VIDEO|>"),
        audio_start_token_id=number("<|audio_bos|>"),
        audio_end_token_id=number("<|audio_eos|>"),
        vision_start_token_id=number("<|vision_bos|>"),
        vision_end_token_id=number("<|vision_eos|>"),
        user_token_id=number("user"),
        pad_token_id=tokens.pad_token_id,
    )
    return engine.ColQwen2_5Omni(config), processor


def _tokenizer() -> transformers.PreTrainedTokenizerFast:
    return tokenizer(_SPECIALS, eos="<|im_end|>", pad="<|endoftext|>")


def _ids(tokens: transformers.PreTrainedTokenizerFast) -> dict[str, int]:
    number = tokens.convert_tokens_to_ids
    return {
        "image_token_id": number("<|image_pad|>"),
        "video_token_id": number("<|video_pad|>"),
        "vision_start_token_id": number("<|vision_start|>"),
        "vision_end_token_id": number("<|vision_end|>"),
    }


def _images(patch: int) -> Qwen2VLImageProcessor:
    pixels = (patch * 2) ** 2
    return Qwen2VLImageProcessor(
        patch_size=patch,
        merge_size=2,
        temporal_patch_size=2,
        image_mean=[0.5] * 3,
        image_std=[0.5] * 3,
        size={"shortest_edge": 4 * pixels, "longest_edge": _MOST_PATCHES * pixels},
    )


def _processor(
    kind: type[transformers.ProcessorMixin],
    tokens: transformers.PreTrainedTokenizerFast,
    *,
    newer: bool = False,
) -> transformers.ProcessorMixin:
    """They refuse to be built without one for videos."""
    patch, videos = (16, Qwen3VLVideoProcessor) if newer else (14, Qwen2VLVideoProcessor)
    return kind(
        image_processor=_images(patch), tokenizer=tokens, video_processor=videos(patch_size=patch)
    )


def _text(
    tokens: transformers.PreTrainedTokenizerFast,
    *,
    rope: Mapping[str, object] | None = None,
    **more: object,
) -> dict[str, object]:
    """`mrope_section` must sum to half of the part of a head that is rotated."""
    return {
        "vocab_size": len(tokens),
        "hidden_size": 64,
        "intermediate_size": 128,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "pad_token_id": tokens.pad_token_id,
        "eos_token_id": tokens.eos_token_id,
        "rope_parameters": {
            "rope_type": "default",
            "rope_theta": 1e6,
            "mrope_section": [2, 3, 3],
            **(rope or {}),
        },
        **more,
    }
