"""The model once more, in numpy and as slowly as its description reads: what the towers should
give for one item; and what they would give if one detail were wrong."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from recto.engine.crossmodal.imagebind.config import ImageBindConfig, TowerName

Doubles = npt.NDArray[np.float64]
State = Mapping[str, Doubles]


@dataclass(frozen=True, kw_only=True)
class Details:
    """The right ones, unless said otherwise."""

    first_eps: float = 1e-6
    """Of the LayerNorm before vision's blocks."""
    norm_1_eps: float = 1e-6
    norm_2_eps: float = 1e-6
    head_eps: float = 1e-6
    stem_eps: float = 1e-5
    gelu: Literal["exact", "tanh", "quick"] = "exact"
    heads: int | None = None
    """None: the tower's own."""
    extra_position: Literal["after", "before", "none"] = "after"
    """Whether each block's own key and value come after the projection."""
    causal: bool = True
    """Whether words see only those before them."""
    end: Literal["first", "last"] = "first"
    """Which of the largest ids is read."""
    inner: Literal["columns", "rows"] = "columns"
    """What follows each other in the order of patches."""
    pieces: Literal["axes", "moments"] = "axes"
    """By what pieces of motion are ordered, outside."""
    largest_scale: float = 100.0


RIGHT = Details()


def vector(
    state: State,
    config: ImageBindConfig,
    tower: TowerName,
    item: Doubles,
    details: Details = RIGHT,
) -> Doubles:
    """(dim,) of one item, not averaged over clips."""
    tokens = _tokens(state, tower, item, details)
    if tower == "vision":
        name = "modality_trunks.vision.pre_transformer_layer.0"
        tokens = _norm(state, name, tokens, details.first_eps)
    size = config.tower(tower)
    for block in range(size.blocks):
        name = f"modality_trunks.{tower}.blocks.{block}"
        normed = _norm(state, f"{name}.norm_1", tokens, details.norm_1_eps)
        mask = tower == "text" and details.causal
        heads = details.heads or size.heads
        tokens = tokens + _attention(state, f"{name}.attn", normed, heads, mask, details)
        normed = _norm(state, f"{name}.norm_2", tokens, details.norm_2_eps)
        inside = _gelu(_linear(state, f"{name}.mlp.fc1", normed), details)
        tokens = tokens + _linear(state, f"{name}.mlp.fc2", inside)
    return _scaled(state, tower, _headed(state, tower, tokens, item, details), details)


def _headed(
    state: State, tower: TowerName, tokens: Doubles, item: Doubles, details: Details
) -> Doubles:
    head = f"modality_heads.{tower}"
    if tower == "text":
        ends = np.nonzero(item == item.max())[0]
        end = int(ends[0 if details.end == "first" else -1])
        normed = _norm(state, f"{head}.proj.0", tokens, details.head_eps)[end]
        return np.asarray(normed @ state[f"{head}.proj.1.weight"].T)
    last = 3 if tower == "imu" else 2
    first = _norm(state, f"{head}.0", tokens, details.head_eps)[0]
    return np.asarray(first @ state[f"{head}.{last}.weight"].T)


def _scaled(state: State, tower: TowerName, out: Doubles, details: Details) -> Doubles:
    out = out / np.linalg.norm(out)
    if tower == "vision":
        return out
    scale = math.exp(float(state[f"modality_postprocessors.{tower}.1.log_logit_scale"]))
    return out * min(scale, details.largest_scale)


def _tokens(state: State, tower: TowerName, item: Doubles, details: Details) -> Doubles:
    base = f"modality_preprocessors.{tower}"
    if tower == "text":
        ids = item.astype(int)
        embedded = state[f"{base}.token_embedding.weight"][ids]
        return np.asarray(embedded + state[f"{base}.pos_embed"][0])
    if tower == "imu":
        pieces = [item[:, begin : begin + 8] for begin in range(0, 2000, 8)]
        turned = [piece if details.pieces == "axes" else piece.T for piece in pieces]
        rows = np.stack([piece.reshape(-1) for piece in turned])
        tokens = rows @ state[f"{base}.imu_stem.proj.weight"].T
        tokens = _norm(state, f"{base}.imu_stem.norm_layer", tokens, details.stem_eps)
        positions = state[f"{base}.pos_embed"][0]
    else:
        tokens = _patches(state, base, tower, item, details)
        positions = state[f"{base}.pos_embedding_helper.pos_embed"][0]
    return np.asarray(np.concatenate([state[f"{base}.cls_token"][0], tokens]) + positions)


def _patches(state: State, base: str, tower: TowerName, item: Doubles, details: Details) -> Doubles:
    if tower == "vision":
        film = item if item.ndim == 4 else np.stack([item, item], axis=1)
        weight = state[f"{base}.rgbt_stem.proj.1.weight"].reshape(-1, 3 * 2 * 14 * 14)
        corners = _corners(224, 224, 14, 14, details)
        return np.stack(
            [weight @ film[:, :, y : y + 14, x : x + 14].reshape(-1) for y, x in corners]
        )
    stem = f"{base}.{'depth_stem' if tower == 'depth' else 'rgbt_stem'}"
    weight = state[f"{stem}.proj.weight"].reshape(-1, 256)
    height, width = item.shape[1:]
    corners = _corners(height, width, 16, 10 if tower == "audio" else 16, details)
    tokens = np.stack([weight @ item[0, y : y + 16, x : x + 16].reshape(-1) for y, x in corners])
    return _norm(state, f"{stem}.norm_layer", tokens, details.stem_eps)


def _corners(
    height: int, width: int, side: int, step: int, details: Details
) -> list[tuple[int, int]]:
    rows, columns = range(0, height - side + 1, step), range(0, width - side + 1, step)
    if details.inner == "columns":
        return [(y, x) for y in rows for x in columns]
    return [(y, x) for x in columns for y in rows]


def _attention(
    state: State, name: str, x: Doubles, heads: int, causal: bool, details: Details
) -> Doubles:
    extra = f"{name}.bias_k" in state and details.extra_position
    if extra == "before":  # projected as if they were tokens
        extras = [np.concatenate([x, state[f"{name}.bias_{kind}"][0]]) for kind in "kv"]
        sources = [x, *extras]
    else:
        sources = [x, x, x]
    weights = np.split(state[f"{name}.in_proj_weight"], 3)
    biases = np.split(state[f"{name}.in_proj_bias"], 3)
    query, key, value = (s @ w.T + b for s, w, b in zip(sources, weights, biases, strict=True))
    if extra == "after":
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


def _gelu(x: Doubles, details: Details) -> Doubles:
    if details.gelu == "quick":
        return np.asarray(x / (1 + np.exp(-1.702 * x)))
    if details.gelu == "tanh":
        inside = math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)
        return np.asarray(x * 0.5 * (1 + np.tanh(inside)))
    return np.asarray(x * 0.5 * (1 + np.vectorize(math.erf)(x / math.sqrt(2))))
