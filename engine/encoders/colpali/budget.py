"""How many patches a page may have, set in a processor. A page's resolution follows from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recto.engine.encoders.colpali.families import Family
from recto.engine.errors import EncoderError

if TYPE_CHECKING:
    from transformers import ProcessorMixin


def limit_patches(processor: ProcessorMixin, family: Family, wanted: int | None) -> int | None:
    """Set the most patches of a page, and return it; None where it is always the same number.

    Without a `wanted` number it is the checkpoint's own, or the family's if that is less.
    """
    if family.grid == "tiles":
        return _limit_tiles(processor, wanted)
    if family.grid == "merged" and hasattr(processor.image_processor, "merge_size"):
        return _limit_merged(processor, family, wanted)
    if wanted is not None:
        raise EncoderError(
            f"{family.model} has the same number of patches for every page; leave visual_tokens"
            " out."
        )
    return None


def _limit_merged(processor: ProcessorMixin, family: Family, wanted: int | None) -> int:
    images = processor.image_processor
    pixels = (images.patch_size * images.merge_size) ** 2
    own = int(images.size["longest_edge"]) // pixels
    most = wanted or min(own, family.visual_tokens or own)
    if most != own:
        least = min(int(images.size["shortest_edge"]), most * pixels)
        images.size = {"shortest_edge": least, "longest_edge": most * pixels}
    return most


def _limit_tiles(processor: ProcessorMixin, wanted: int | None) -> int:
    """A page has at most side x side tiles and a thumbnail."""
    images = processor.image_processor
    tile, patches = int(images.max_image_size["longest_edge"]), int(processor.image_seq_len)
    own = max(int(images.size["longest_edge"]) // tile, 1)
    side = own
    while wanted is not None and (side * side + 1) * patches > wanted:
        side -= 1
    if side < 1:
        raise EncoderError(
            f"visual_tokens {wanted}; one tile and a thumbnail of it have {2 * patches}, which is"
            " the least."
        )
    if side != own:
        images.size = {"longest_edge": side * tile}
    return (side * side + 1) * patches
