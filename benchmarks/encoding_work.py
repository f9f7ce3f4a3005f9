"""How many floating-point operations a page is, from a model's shape; and how many a device does.

A matrix product of (n, k) with (k, m) is 2 n k m. What is not a product (norms, softmax, rotation)
is left out, as usual; it is below one in a hundred.
"""

from __future__ import annotations

import statistics
import time

from recto.benchmarks.encoding_shapes import Shape

_DIM = 128
_SIZE = 8192
_MULTIPLICATIONS = 7


def page_flops(shape: Shape, *, patches: int, tokens: int) -> int:
    """Of one page: `patches` enter the vision tower, `tokens` (pictures and prompt) the text model.

    The text model's own head, logits over its vocabulary, is not run.
    """
    vision = _colpali_vision if shape.family == "colpali" else _colqwen_vision
    return vision(shape, patches) + _text(shape, tokens)


def _text(shape: Shape, tokens: int) -> int:
    """A layer: queries and output (d x heads), keys and values, an MLP of three; and all against
    all. Causal attention is counted whole too, as the usual kernels' figures are."""
    text = shape.text
    d, heads = text["hidden_size"], text["num_attention_heads"]
    head = text.get("head_dim", d // heads)
    attending, keys = heads * head, text["num_key_value_heads"] * head
    weights = 2 * d * attending + 2 * d * keys + 3 * d * text["intermediate_size"]
    layer = 2 * tokens * weights + 4 * tokens**2 * attending
    return text["num_hidden_layers"] * layer + 2 * tokens * d * _DIM


def _colpali_vision(shape: Shape, patches: int) -> int:
    """A layer: four products of attention, an MLP of two. Pixels come in by one, and go out into
    the text model's width by another."""
    vision = shape.vision
    d = vision["hidden_size"]
    weights = 4 * d * d + 2 * d * vision["intermediate_size"]
    layer = 2 * patches * weights + 4 * patches**2 * d
    pixels = 3 * vision["patch_size"] ** 2
    ends = 2 * patches * d * (pixels + shape.text["hidden_size"])
    return vision["num_hidden_layers"] * layer + ends


def _colqwen_vision(shape: Shape, patches: int) -> int:
    """A layer: four products of attention, an MLP of three; all against all in a few layers, and
    within windows in the others. Four patches go out as one token, by two products."""
    vision = shape.vision
    d = vision["hidden_size"]
    weights = 4 * d * d + 3 * d * vision["intermediate_size"]
    window = min((vision["window_size"] // vision["patch_size"]) ** 2, patches)
    full = len(shape.full_attention)
    seen = full * patches + (vision["depth"] - full) * window
    layers = vision["depth"] * 2 * patches * weights + 4 * patches * seen * d
    pixels = 2 * 3 * vision["patch_size"] ** 2  # a picture counts as two frames
    merge = vision["spatial_merge_size"] ** 2
    wide = merge * d
    merger = 2 * (patches // merge) * wide * (wide + vision["out_hidden_size"])
    return layers + 2 * patches * pixels * d + merger


def peak_flops(device: str, dtype: str, *, size: int = _SIZE) -> float:
    """A second, of the largest thing that a device is made for: a product of two square matrices.
    Measured, as a card's figure depends on its power and cooling; a data sheet says more."""
    import torch

    left, right = (
        torch.randn(size, size, device=device, dtype=getattr(torch, dtype)) for _ in range(2)
    )
    seconds = []
    for _ in range(_MULTIPLICATIONS):
        begun = _now(device)
        torch.matmul(left, right)
        seconds.append(_now(device) - begun)
    return float(2 * size**3 / statistics.median(seconds))


def _now(device: str) -> float:
    if device.startswith("cuda"):
        import torch

        torch.cuda.synchronize()
    return time.perf_counter()
