"""A LLaVA for `transformers serve`: of random weights, so that what it writes means nothing, or of
those of `rote`."""

from __future__ import annotations

from pathlib import Path

import tokenizers
import torch
import transformers

from tests.checkpoints.tokens import tokenizer
from tests.endpoints import rote

_SIDE, _PATCH, _EYE = 56, 14, 32
_TEMPLATE = (
    "{% for m in messages %}{{ m['role'] }}: {% if m['content'] is string %}{{ m['content'] }}"
    "{% else %}{% for p in m['content'] %}{% if p['type'] == 'image' %}<image>"
    "{% else %}{{ p['text'] }}{% endif %}{% endfor %}{% endif %}\n{% endfor %}assistant: "
)


def write_llava(folder: Path, *, by_rote: bool = False) -> None:
    """A picture is 16 tokens."""
    tokens = tokenizer(["<pad>", "<s>", "</s>", "<image>"], bos="<s>", eos="</s>", pad="<pad>")
    if by_rote:
        known = [rote.WORD, *(piece for cut in rote.replies().values() for piece in cut)]
        tokens.add_tokens([tokenizers.AddedToken(text, normalized=False) for text in known])
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
        model = transformers.LlavaForConditionalGeneration(_config(tokens, by_rote=by_rote))
    if by_rote:
        _teach(model, tokens)
    model.generation_config.eos_token_id = tokens.eos_token_id
    model.generation_config.pad_token_id = tokens.pad_token_id
    model.save_pretrained(folder)
    processor.save_pretrained(folder)


def _teach(
    model: transformers.LlavaForConditionalGeneration,
    tokens: transformers.PreTrainedTokenizerFast,
) -> None:
    """Every prompt ends with the end of the template."""
    start = tokens("\nassistant: ")["input_ids"][-1]
    weights = rote.weights(tokens.get_vocab(), len(tokens), start=start, end=tokens.eos_token_id)
    language, projector = model.model.language_model, model.model.multi_modal_projector
    layer = language.layers[0]
    with torch.no_grad():
        for matrix, values in (
            (language.embed_tokens.weight, weights.embedding),
            (layer.self_attn.q_proj.weight, weights.query),
            (layer.self_attn.k_proj.weight, weights.key),
            (layer.self_attn.v_proj.weight, weights.value),
            (layer.self_attn.o_proj.weight, weights.attended),
            (model.lm_head.weight, weights.output),
            (projector.linear_2.bias, weights.picture),
        ):
            matrix.copy_(torch.from_numpy(values))
        layer.mlp.down_proj.weight.zero_()
        projector.linear_2.weight.zero_()


def _config(
    tokens: transformers.PreTrainedTokenizerFast, *, by_rote: bool
) -> transformers.LlavaConfig:
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
        hidden_size=rote.WIDTH,
        intermediate_size=2 * rote.WIDTH,
        num_hidden_layers=1 if by_rote else 2,
        num_attention_heads=rote.HEADS,
        rope_parameters={"rope_type": "default", "rope_theta": rote.ROPE_BASE if by_rote else 1e4},
        max_position_embeddings=8192,
        bos_token_id=tokens.bos_token_id,
        eos_token_id=tokens.eos_token_id,
        pad_token_id=tokens.pad_token_id,
    )
    return transformers.LlavaConfig(
        vision_config=eye,
        text_config=text,
        tie_word_embeddings=False,
        image_token_index=tokens.convert_tokens_to_ids("<image>"),
        image_seq_length=(_SIDE // _PATCH) ** 2,
    )
