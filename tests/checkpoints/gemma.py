"""ColGemma3. The real one: pictures of 896 pixels, 64 x 64 patches pooled to 16 x 16."""

from __future__ import annotations

import colpali_engine.models as engine
import torch
import transformers
from transformers import Gemma3ImageProcessor, Gemma3TextConfig, SiglipVisionConfig
from transformers.models.gemma3 import Gemma3Config

from tests.checkpoints.tokens import tokenizer

_PIXELS, _PATCHES = 112, 16
_MARKS = {
    "image_token": "<image_soft_token>",
    "boi_token": "<start_of_image>",
    "eoi_token": "<end_of_image>",
}
_TEMPLATE = (
    "{{ bos_token }}{% for m in messages %}"
    "{{ '<start_of_turn>' + (m['role'] if m['role'] != 'assistant' else 'model') + '\n' }}"
    "{% if m['content'] is string %}{{ m['content'] }}{% else %}{% for c in m['content'] %}"
    "{% if c['type'] == 'image' %}{{ '<start_of_image>' }}"
    "{% elif c['type'] == 'text' %}{{ c['text'] | trim }}{% endif %}"
    "{% endfor %}{% endif %}{{ '<end_of_turn>\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<start_of_turn>model\n' }}{% endif %}"
)


def colgemma3() -> tuple[torch.nn.Module, transformers.ProcessorMixin]:
    tokens = tokenizer(
        ["<pad>", "<eos>", "<bos>", "<unk>", "<start_of_turn>", "<end_of_turn>", *_MARKS.values()],
        bos="<bos>",
        eos="<eos>",
        pad="<pad>",
        unk="<unk>",
        named=_MARKS,
        template=_TEMPLATE,
    )
    number = tokens.convert_tokens_to_ids
    config = Gemma3Config(
        text_config=Gemma3TextConfig(
            vocab_size=len(tokens),
            hidden_size=32,
            intermediate_size=64,
            num_hidden_layers=2,
            num_attention_heads=2,
            num_key_value_heads=1,
            head_dim=16,
            sliding_window=64,
            query_pre_attn_scalar=16,
            pad_token_id=tokens.pad_token_id,
            bos_token_id=tokens.bos_token_id,
            eos_token_id=tokens.eos_token_id,
        ),
        vision_config=SiglipVisionConfig(
            hidden_size=32,
            intermediate_size=64,
            num_hidden_layers=2,
            num_attention_heads=2,
            image_size=_PIXELS,
            patch_size=14,
            vision_use_head=False,
        ),
        mm_tokens_per_image=_PATCHES,
        image_token_index=number(_MARKS["image_token"]),
        boi_token_index=number(_MARKS["boi_token"]),
        eoi_token_index=number(_MARKS["eoi_token"]),
    )
    model = engine.ColGemma3(config)
    with torch.no_grad():  # zeros at first, with which the model ignores the picture
        model.multi_modal_projector.mm_input_projection_weight.normal_(0, 0.2)
    images = Gemma3ImageProcessor(
        size={"height": _PIXELS, "width": _PIXELS}, image_seq_length=_PATCHES
    )
    processor = engine.ColGemmaProcessor3(
        image_processor=images, tokenizer=tokens, image_seq_length=_PATCHES
    )
    return model, processor
