"""A language model and its eye for llama.cpp: two small GGUF files.

Their weights are random, and then they make a server start, read pictures and write tokens which
mean nothing; or they are those of `rote`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import gguf
import numpy as np

from tests.endpoints import rote

WIDTH = rote.WIDTH
"""Of the language model; the picture's vectors are projected to it."""
CONTEXT = 16384
_LAYERS = 2
_BYTES = 3 + 256
"""Tokens, with those that begin and end a text."""
_INNER = 128
_FEED = {"gate": (_INNER, WIDTH), "up": (_INNER, WIDTH), "down": (WIDTH, _INNER)}
_EYE = 32
_SIDE, _PATCH = 56, 14
"""A picture is 16 patches, each of which is a token."""
_TEMPLATE = (
    "{% for m in messages %}<{{ m['role'] }}>{% if m['content'] is string %}{{ m['content'] }}"
    "{% else %}{% for p in m['content'] %}{{ p['text'] }}{% endfor %}{% endif %}\n{% endfor %}"
    "<assistant>"
)
_START = 3 + ord(">")
"""The token at the end of every prompt."""
_RANDOM = np.random.default_rng(4)


def write_language_model(path: Path) -> None:
    """Llama with two layers, whose tokens are bytes."""
    writer = _model(path, layers=_LAYERS)
    _add(writer, "token_embd", _BYTES, WIDTH)
    _add(writer, "output", _BYTES, WIDTH)
    _add_ones(writer, "output_norm", WIDTH)
    for layer in range(_LAYERS):
        _add_layer(writer, f"blk.{layer}")
    _write(writer)


def write_rote_model(path: Path) -> rote.Weights:
    """A Llama that says what `rote` says; gives back its weights, for `write_eye`."""
    known = [rote.WORD, *(piece for cut in rote.replies().values() for piece in cut)]
    tokens = {text: _BYTES + n for n, text in enumerate(known)}
    weights = rote.weights(tokens, _BYTES + len(known), start=_START, end=2)
    writer = _model(path, layers=1, known=known)
    writer.add_rope_freq_base(rote.ROPE_BASE)
    writer.add_tensor("token_embd.weight", weights.embedding)
    writer.add_tensor("output.weight", weights.output)
    for norm in ("output_norm", "blk.0.attn_norm", "blk.0.ffn_norm"):
        _add_ones(writer, norm, WIDTH)
    writer.add_tensor("blk.0.attn_q.weight", weights.query)
    writer.add_tensor("blk.0.attn_k.weight", weights.key)
    writer.add_tensor("blk.0.attn_v.weight", weights.value)
    writer.add_tensor("blk.0.attn_output.weight", weights.attended)
    for part, shape in _FEED.items():
        writer.add_tensor(f"blk.0.ffn_{part}.weight", np.zeros(shape, np.float32))
    _write(writer)
    return weights


def write_eye(path: Path, picture: rote.Array | None = None) -> None:
    """A CLIP with one layer and LLaVA's projector, which gives `picture` for all it sees, or
    noise."""
    writer = gguf.GGUFWriter(path, "clip")
    writer.add_bool("clip.has_vision_encoder", True)
    writer.add_string("clip.projector_type", "mlp")
    writer.add_bool("clip.use_gelu", True)
    for name, value in {
        "image_size": _SIDE,
        "patch_size": _PATCH,
        "embedding_length": _EYE,
        "feed_forward_length": 2 * _EYE,
        "projection_dim": WIDTH,
        "block_count": 1,
        "attention.head_count": 2,
    }.items():
        writer.add_uint32(f"clip.vision.{name}", value)
    writer.add_float32("clip.vision.attention.layer_norm_epsilon", 1e-5)
    writer.add_array("clip.vision.image_mean", [0.5, 0.5, 0.5])
    writer.add_array("clip.vision.image_std", [0.5, 0.5, 0.5])
    _add_eye(writer, picture)
    _write(writer)


def _model(path: Path, *, layers: int, known: Sequence[str] = ()) -> gguf.GGUFWriter:
    """A Llama without its weights, whose tokens are bytes and what is `known` besides."""
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(layers)
    writer.add_feed_forward_length(_INNER)
    writer.add_head_count(rote.HEADS)
    writer.add_head_count_kv(rote.HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(WIDTH // rote.HEADS)
    writer.add_vocab_size(_add_vocabulary(writer, known))
    writer.add_chat_template(_TEMPLATE)
    return writer


def _add_vocabulary(writer: gguf.GGUFWriter, known: Sequence[str]) -> int:
    tokens = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256)), *known]
    kinds = [gguf.TokenType.UNKNOWN, gguf.TokenType.CONTROL, gguf.TokenType.CONTROL]
    kinds += [gguf.TokenType.BYTE] * 256 + [gguf.TokenType.USER_DEFINED] * len(known)
    writer.add_tokenizer_model("llama")
    writer.add_token_list(tokens)
    writer.add_token_scores([0.0] * len(tokens))
    writer.add_token_types(kinds)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_add_space_prefix(False)
    return len(tokens)


def _add_layer(writer: gguf.GGUFWriter, name: str) -> None:
    for norm in ("attn_norm", "ffn_norm"):
        _add_ones(writer, f"{name}.{norm}", WIDTH)
    for part in ("attn_q", "attn_k", "attn_v", "attn_output"):
        _add(writer, f"{name}.{part}", WIDTH, WIDTH)
    _add(writer, f"{name}.ffn_gate", _INNER, WIDTH)
    _add(writer, f"{name}.ffn_up", _INNER, WIDTH)
    _add(writer, f"{name}.ffn_down", WIDTH, _INNER)


def _add_eye(writer: gguf.GGUFWriter, picture: rote.Array | None) -> None:
    writer.add_tensor("v.class_embd", _noise(_EYE))
    _add(writer, "v.patch_embd", _EYE, 3, _PATCH, _PATCH)
    _add(writer, "v.position_embd", (_SIDE // _PATCH) ** 2 + 1, _EYE)
    for norm in ("v.pre_ln", "v.post_ln", "v.blk.0.ln1", "v.blk.0.ln2"):
        _add_ones(writer, norm, _EYE)
        writer.add_tensor(f"{norm}.bias", np.zeros(_EYE, np.float32))
    for part in ("attn_q", "attn_k", "attn_v", "attn_out"):
        _add_linear(writer, f"v.blk.0.{part}", _EYE, _EYE)
    _add_linear(writer, "v.blk.0.ffn_up", 2 * _EYE, _EYE)
    _add_linear(writer, "v.blk.0.ffn_down", _EYE, 2 * _EYE)
    _add_linear(writer, "mm.0", WIDTH, _EYE)
    if picture is None:
        _add_linear(writer, "mm.2", WIDTH, WIDTH)
    else:
        writer.add_tensor("mm.2.weight", np.zeros((WIDTH, WIDTH), np.float32))
        writer.add_tensor("mm.2.bias", picture)


def _add_linear(writer: gguf.GGUFWriter, name: str, outputs: int, inputs: int) -> None:
    _add(writer, name, outputs, inputs)
    writer.add_tensor(f"{name}.bias", np.zeros(outputs, np.float32))


def _add(writer: gguf.GGUFWriter, name: str, *shape: int) -> None:
    writer.add_tensor(f"{name}.weight", _noise(*shape))


def _add_ones(writer: gguf.GGUFWriter, name: str, size: int) -> None:
    writer.add_tensor(f"{name}.weight", np.ones(size, np.float32))


def _noise(*shape: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return _RANDOM.normal(0, 0.1, shape).astype(np.float32)


def _write(writer: gguf.GGUFWriter) -> None:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
