"""A LLaVA of random weights for `transformers serve`. What it writes means nothing."""

from __future__ import annotations

from pathlib import Path

import torch
import transformers

from tests.checkpoints.tokens import tokenizer

_SIDE, _PATCH, _EYE = 56, 14, 32
_TEMPLATE = (
    "{% for m in messages %}{{ m['role'] }}: {% if m['content'] is string %}{{ m['content'] }}"
    "{% else %}{% for p in m['content'] %}{% if p['type'] == 'image' %}<image>"
    "{% else %}{{ p['text'] }}{% endif %}{% endfor %}{% endif %}\n{% endfor %}assistant: "
)


def write_llava(folder: Path) -> None:
    """A picture is 16 tokens."""
    tokens = tokenizer(["<pad>", "<s>", "</s>", "<image>"], bos="<s>", eos="</s>", pad="<pad>")
    size = {"height": _SIDE, "width": _SIDE}
    images = transformers.CLIPImageProcessor(size=size, crop_size=size)
    processor = transformers.LlavaProcessor(
        image_processor=images,
        tokenizer=tokens,
        patch_size=_PATCH,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=_TEMPLATE,
    )
    with torch.random.fork_rng():
        torch.manual_seed(4)
        model = transformers.LlavaForConditionalGeneration(_config(tokens))
    model.generation_config.eos_token_id = tokens.eos_token_id
    model.generation_config.pad_token_id = tokens.pad_token_id
    model.save_pretrained(folder)
    processor.save_pretrained(folder)


def _config(tokens: transformers.PreTrainedTokenizerFast) -> transformers.LlavaConfig:
    eye = transformers.CLIPVisionConfig(
        hidden_size=_EYE,
        intermediate_size=2 * _EYE,
        num_hidden_layers=2,
        num_attention_heads=2,
        image_size=_SIDE,
        patch_size=_PATCH,
        projection_dim=_EYE,
    )
    text = transformers.LlamaConfig(
        vocab_size=len(tokens),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=2,
        max_position_embeddings=8192,
        bos_token_id=tokens.bos_token_id,
        eos_token_id=tokens.eos_token_id,
        pad_token_id=tokens.pad_token_id,
    )
    return transformers.LlavaConfig(
        vision_config=eye,
        text_config=text,
        image_token_index=tokens.convert_tokens_to_ids("<image>"),
        image_seq_length=(_SIDE // _PATCH) ** 2,
    )
