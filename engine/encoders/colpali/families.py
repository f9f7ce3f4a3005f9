"""Which classes read a checkpoint, and how its kind was trained. Knows no torch and no files.

Keyed by `model_type` in the config.json of the checkpoint, or of an adapter's base; a name says
nothing reliable.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Grid = Literal["square", "merged", "tiles"]
"""square: the page is squashed into one. merged: a grid in the page's own proportions, of which the
batch tells the size. tiles: squares of the page one after the other, and a thumbnail of it all."""

ENGINE = "colpali_engine.models"
TRANSFORMERS = "transformers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    package: str
    model: str
    """The class that holds the weights."""
    processor: str
    """The class that makes pictures and texts into its input."""
    grid: Grid
    causal: bool
    """Whether a token sees only what is before it: then what is before the picture is the same on
    every page."""
    prefix: str | None = None
    """What stood before every question in training; None: the processor knows."""
    wraps: bool = False
    """Whether the processor puts prefix and augmentation around the question by itself."""
    fixed_prefix: bool = False
    """Whether no other prefix can be chosen."""
    augmentation: int = 10
    """How many empty tokens follow the question."""
    text_types: bool = False
    """Whether a question needs `token_type_ids`: without them it is read from left to right alone,
    and in both directions in a batch."""
    positions: bool = False
    """Whether the model must be told where in the picture its tokens lie."""
    image_token: str | None = None
    """The token that a patch stands on; None: the processor knows."""
    flash_attention: bool = False
    """Whether flash attention keeps its vectors. Its kernel knows windows and the order of reading
    alone: other masks, such as one by which the tokens of a picture see each other, are dropped."""
    linear_attention: bool = False
    """Whether it has layers that on a GPU are fast only with kernels of other packages."""
    remote: bool = False
    """Whether the classes are in Python files that the checkpoint brings along."""
    visual_tokens: int | None = None
    """The most patches of a page, if nobody says otherwise; None: the checkpoint's own number.
    What a checkpoint copied from its base can be 16,384."""


_QUERY = "Query: "
"""Left out by colpali-engine since 0.3.13, but in the training of checkpoints up to 2025."""

FAMILIES: Mapping[str, Family] = {
    "paligemma": Family(
        package=ENGINE,
        model="ColPali",
        processor="ColPaliProcessor",
        grid="square",
        causal=False,
        flash_attention=True,
        prefix=_QUERY,
        text_types=True,
    ),
    "qwen2_vl": Family(
        package=ENGINE,
        model="ColQwen2",
        processor="ColQwen2Processor",
        grid="merged",
        causal=True,
        flash_attention=True,
        prefix=_QUERY,
        visual_tokens=1280,
    ),
    "qwen2_5_vl": Family(
        package=ENGINE,
        model="ColQwen2_5",
        processor="ColQwen2_5_Processor",
        grid="merged",
        causal=True,
        flash_attention=True,
        prefix=_QUERY,
        visual_tokens=1280,
    ),
    "qwen3_vl": Family(
        package=ENGINE,
        model="ColQwen3",
        processor="ColQwen3Processor",
        grid="merged",
        causal=True,
        flash_attention=True,
        prefix="",
        visual_tokens=1280,
    ),
    "qwen3_5": Family(
        package=ENGINE,
        model="ColQwen3_5",
        processor="ColQwen3_5Processor",
        grid="merged",
        causal=True,
        flash_attention=True,
        prefix="",
        linear_attention=True,
        visual_tokens=1280,
    ),
    "idefics3": Family(
        package=ENGINE,
        model="ColIdefics3",
        processor="ColIdefics3Processor",
        grid="tiles",
        causal=True,
        flash_attention=True,
        prefix=_QUERY,
    ),
    "modernvbert": Family(
        package=ENGINE,
        model="ColModernVBert",
        processor="ColModernVBertProcessor",
        grid="tiles",
        causal=False,
        flash_attention=True,
        prefix="",
    ),
    "gemma3": Family(
        package=ENGINE,
        model="ColGemma3",
        processor="ColGemmaProcessor3",
        grid="square",
        causal=True,
        prefix=_QUERY,
        wraps=True,
        fixed_prefix=True,
        augmentation=0,
        image_token="<image_soft_token>",  # its processor's own is the one that begins a picture
    ),
    "qwen2_5_omni_thinker": Family(
        package=ENGINE,
        model="ColQwen2_5Omni",
        processor="ColQwen2_5OmniProcessor",
        grid="merged",
        causal=True,
        flash_attention=True,
        prefix=_QUERY,
        visual_tokens=1280,
    ),
    "colpali": Family(
        package=TRANSFORMERS,
        model="ColPaliForRetrieval",
        processor="ColPaliProcessor",
        grid="square",
        causal=False,
        flash_attention=True,
        wraps=True,
    ),
    "colqwen2": Family(
        package=TRANSFORMERS,
        model="ColQwen2ForRetrieval",
        processor="ColQwen2Processor",
        grid="merged",
        causal=True,
        flash_attention=True,
        wraps=True,
        positions=True,
        visual_tokens=1280,
    ),
    "colmodernvbert": Family(
        package=TRANSFORMERS,
        model="ColModernVBertForRetrieval",
        processor="ColModernVBertProcessor",
        grid="tiles",
        causal=False,
        flash_attention=True,
        wraps=True,
    ),
}

REMOTE = Family(
    package=TRANSFORMERS,
    model="AutoModel",
    processor="AutoProcessor",
    grid="merged",
    causal=False,
    wraps=True,
    remote=True,
    visual_tokens=1280,
)
"""Of checkpoints that bring their own code, by the conventions that most of them keep: processors
with `process_images` and `process_queries`, a grid in the batch or one square picture a page."""
