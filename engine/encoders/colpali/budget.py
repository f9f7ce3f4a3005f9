"""How many patches a page may have, set in a processor, and how sharp a picture that takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from recto.engine.encoders.colpali.families import Family
from recto.engine.encoders.sharpness import Sharpness
from recto.engine.errors import EncoderError

if TYPE_CHECKING:
    from transformers import ProcessorMixin
    from transformers.image_processing_base import ImageProcessingMixin


def wanted_sharpness(processor: ProcessorMixin, family: Family, patches: int | None) -> Sharpness:
    """What the processor brings a page to that may have so many `patches`."""
    images = processor.image_processor
    if family.grid == "tiles":
        return Sharpness(longer=int(images.size["longest_edge"]))
    if patches is not None:
        return Sharpness(area=patches * _cell(images) ** 2)
    if family.remote:  # it brings pictures to whatever size it likes
        return Sharpness()
    return Sharpness(shorter=max(dict(images.size).values()))


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
    pixels = _cell(images) ** 2
    own = int(images.size["longest_edge"]) // pixels
    most = wanted or min(own, family.visual_tokens or own)
    if most != own:
        least = min(int(images.size["shortest_edge"]), most * pixels)
        images.size = {"shortest_edge": least, "longest_edge": most * pixels}
    return most


def _cell(images: ImageProcessingMixin) -> int:
    """Pixels of an edge of a patch, after neighbours were merged."""
    return int(images.patch_size) * int(images.merge_size)


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
