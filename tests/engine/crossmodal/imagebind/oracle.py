"""The model once more, in numpy and as slowly as its description reads: what the towers should
give for one item."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from recto.engine.crossmodal.imagebind.config import ImageBindConfig, TowerName

Doubles = npt.NDArray[np.float64]
State = Mapping[str, Doubles]


def vector(state: State, config: ImageBindConfig, tower: TowerName, item: Doubles) -> Doubles:
    """(dim,) of one item, not averaged over clips."""
    tokens = _tokens(state, tower, item)
    if tower == "vision":
        tokens = _norm(state, "modality_trunks.vision.pre_transformer_layer.0", tokens, 1e-6)
    size = config.tower(tower)
    for block in range(size.blocks):
        name = f"modality_trunks.{tower}.blocks.{block}"
        normed = _norm(state, f"{name}.norm_1", tokens, 1e-6)
        tokens = tokens + _attention(state, f"{name}.attn", normed, size.heads, tower == "text")
        normed = _norm(state, f"{name}.norm_2", tokens, 1e-6)
        inside = _gelu(_linear(state, f"{name}.mlp.fc1", normed))
        tokens = tokens + _linear(state, f"{name}.mlp.fc2", inside)
    return _scaled(state, tower, _headed(state, tower, tokens, item))


def _headed(state: State, tower: TowerName, tokens: Doubles, item: Doubles) -> Doubles:
    head = f"modality_heads.{tower}"
    if tower == "text":
        end = int(np.argmax(item))
        ends = _norm(state, f"{head}.proj.0", tokens, 1e-6)[end]
        return np.asarray(ends @ state[f"{head}.proj.1.weight"].T)
    last = 3 if tower == "imu" else 2
    first = _norm(state, f"{head}.0", tokens, 1e-6)[0]
    return np.asarray(first @ state[f"{head}.{last}.weight"].T)


def _scaled(state: State, tower: TowerName, out: Doubles) -> Doubles:
    out = out / np.linalg.norm(out)
    if tower == "vision":
        return out
    scale = math.exp(float(state[f"modality_postprocessors.{tower}.1.log_logit_scale"]))
    return out * min(scale, 100.0)


def _tokens(state: State, tower: TowerName, item: Doubles) -> Doubles:
    base = f"modality_preprocessors.{tower}"
    if tower == "text":
        ids = item.astype(int)
        embedded = state[f"{base}.token_embedding.weight"][ids]
        return np.asarray(embedded + state[f"{base}.pos_embed"][0])
    if tower == "imu":
        pieces = [item[:, begin : begin + 8].reshape(-1) for begin in range(0, 2000, 8)]
        tokens = np.stack(pieces) @ state[f"{base}.imu_stem.proj.weight"].T
        tokens = _norm(state, f"{base}.imu_stem.norm_layer", tokens, 1e-5)
        positions = state[f"{base}.pos_embed"][0]
    else:
        tokens = _patches(state, base, tower, item)
        positions = state[f"{base}.pos_embedding_helper.pos_embed"][0]
    return np.asarray(np.concatenate([state[f"{base}.cls_token"][0], tokens]) + positions)


def _patches(state: State, base: str, tower: TowerName, item: Doubles) -> Doubles:
    if tower == "vision":
        film = item if item.ndim == 4 else np.stack([item, item], axis=1)
        weight = state[f"{base}.rgbt_stem.proj.1.weight"].reshape(-1, 3 * 2 * 14 * 14)
        return np.stack(
            [
                weight @ film[:, :, y : y + 14, x : x + 14].reshape(-1)
                for y in range(0, 224, 14)
                for x in range(0, 224, 14)
            ]
        )
    stem = f"{base}.{'depth_stem' if tower == 'depth' else 'rgbt_stem'}"
    step = 10 if tower == "audio" else 16
    weight = state[f"{stem}.proj.weight"].reshape(-1, 256)
    height, width = item.shape[1:]
    tokens = np.stack(
        [
            weight @ item[0, y : y + 16, x : x + 16].reshape(-1)
            for y in range(0, height - 15, step)
            for x in range(0, width - 15, step)
        ]
    )
    return _norm(state, f"{stem}.norm_layer", tokens, 1e-5)


def _attention(state: State, name: str, x: Doubles, heads: int, causal: bool) -> Doubles:
    packed = x @ state[f"{name}.in_proj_weight"].T + state[f"{name}.in_proj_bias"]
    query, key, value = np.split(packed, 3, axis=1)
    if f"{name}.bias_k" in state:
        key = np.concatenate([key, state[f"{name}.bias_k"][0]])
        value = np.concatenate([value, state[f"{name}.bias_v"][0]])
    width = x.shape[1] // heads
    out = np.empty_like(x)
    for head in range(heads):
        part = slice(head * width, (head + 1) * width)
        logits = query[:, part] @ key[:, part].T * width**-0.5
        if causal:
            logits[np.triu_indices(len(logits), 1)] = -np.inf
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        out[:, part] = powers / powers.sum(axis=1, keepdims=True) @ value[:, part]
    return _linear(state, f"{name}.out_proj", out)


def _linear(state: State, name: str, x: Doubles) -> Doubles:
    return np.asarray(x @ state[f"{name}.weight"].T + state[f"{name}.bias"])


def _norm(state: State, name: str, x: Doubles, eps: float) -> Doubles:
    centred = x - x.mean(axis=1, keepdims=True)
    spread = np.sqrt((centred**2).mean(axis=1, keepdims=True) + eps)
    return np.asarray(centred / spread * state[f"{name}.weight"] + state[f"{name}.bias"])


def _gelu(x: Doubles) -> Doubles:
    return np.asarray(x * 0.5 * (1 + np.vectorize(math.erf)(x / math.sqrt(2))))
