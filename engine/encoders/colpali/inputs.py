"""Pages and questions become a model's input, as in its training. Imports torch.

Threads take turns: a tokenizer that pads cannot be shared.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from math import isqrt
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from recto.engine.encoders.colpali.batch import Batch
from recto.engine.encoders.colpali.budget import limit_patches, wanted_sharpness
from recto.engine.encoders.colpali.families import Family
from recto.engine.encoders.colpali.layout import (
    BoolArray,
    IntArray,
    Layout,
    Tile,
    grid_layout,
    tile_layout,
    without_margin,
)
from recto.engine.encoders.colpali.picture import Picture
from recto.engine.encoders.colpali.text_side import SAMPLE, TextSide, Tokens
from recto.engine.errors import EncoderError

if TYPE_CHECKING:
    from transformers import ProcessorMixin

_TILE = re.compile(r"<row_(\d+)_col_(\d+)>")
_NOT_FOR_THE_MODEL = ("labels",)


class Inputs:
    """One processor and what its family needs around it."""

    def __init__(
        self,
        processor: ProcessorMixin,
        family: Family,
        *,
        prefix: str | None,
        visual_tokens: int | None,
    ) -> None:
        needed = ("process_images", "process_queries", "tokenizer", "image_processor")
        missing = [name for name in needed if not hasattr(processor, name)]
        if missing:
            raise EncoderError(
                f"The processor {type(processor).__name__} has no {missing[0]}, which a retriever's"
                " has; the checkpoint cannot be used."
            )
        self._lock = Lock()
        self._processor = processor
        self._family = family
        self._tokenizer = processor.tokenizer
        if prefix is not None and family.fixed_prefix and prefix != family.prefix:
            raise EncoderError(
                f"{family.model} always puts {family.prefix!r} before a question; prefix {prefix!r}"
                " cannot be chosen."
            )
        self.prefix: str = _first(prefix, family.prefix, getattr(processor, "query_prefix", ""))
        if family.wraps and not family.fixed_prefix:
            processor.query_prefix = self.prefix
        self.visual_tokens = limit_patches(processor, family, visual_tokens)
        self.sharpness = wanted_sharpness(processor, family, self.visual_tokens)
        token = family.image_token or getattr(processor, "image_token", None)
        if not isinstance(token, str):
            raise EncoderError(
                f"The processor {type(processor).__name__} does not tell on which token a picture"
                " stands; the checkpoint cannot be used."
            )
        self._image_id = int(self._tokenizer.convert_tokens_to_ids(token))
        added: Mapping[str, int] = self._tokenizer.get_added_vocab()
        longest_first = sorted(added, key=len, reverse=True)
        self._special = re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")
        self._tiles = {
            number: Tile(int(found[1]) - 1, int(found[2]) - 1)
            for text, number in added.items()
            if (found := _TILE.fullmatch(text))
        }

    def pages(self, pictures: Sequence[Picture]) -> Batch:
        """Pictures of one size, so that all have the same patches and none is padded."""
        with self._lock:
            made = self._processor.process_images([picture.image for picture in pictures])
        return _tensors(made)

    def layouts(self, batch: Batch, pictures: Sequence[Picture]) -> list[Layout]:
        """Where the vectors of each page of the batch lie."""
        grids = batch.get("image_grid_thw")
        if grids is None and self._family.grid != "tiles":
            self._check_squares(batch, len(pictures))
        return [
            without_margin(
                self._layout(ids, attended, None if grids is None else grids[number].tolist()),
                picture.width,
                picture.height,
            )
            for number, (ids, attended, picture) in enumerate(
                zip(
                    batch["input_ids"].numpy(),
                    batch["attention_mask"].numpy() != 0,
                    pictures,
                    strict=True,
                )
            )
        ]

    def _check_squares(self, batch: Batch, pages: int) -> None:
        """Raises EncoderError unless each page is one square picture: as many patches as a square
        has can also be those of several tiles."""
        pixels = batch.get("pixel_values")
        shape = None if pixels is None else tuple(pixels.shape)
        if shape is None or len(shape) != 4 or shape[0] != pages or shape[2] != shape[3]:
            raise EncoderError(
                f"The processor {type(self._processor).__name__} gives pixel_values of the shape"
                f" {shape} for {pages} pages, and no image_grid_thw; expected a grid, or one square"
                " picture a page. Where on the page a patch lies cannot be told, so that the"
                " checkpoint cannot be used; choose another one."
            )

    def question(self, question: str) -> Batch:
        """The question as in training: prefix, question, empty tokens."""
        batch = _tensors(self._made_of(self._as_text(question)))
        if self._family.text_types:
            batch["token_type_ids"] = torch.zeros_like(batch["input_ids"])
        return batch

    def _made_of(self, text: str) -> Mapping[str, torch.Tensor]:
        """The processors of `wraps` put prefix and augmentation around a text by themselves."""
        processor, family = self._processor, self._family
        if not family.wraps:
            text = self.prefix + text + processor.query_augmentation_token * family.augmentation
        process = processor.process_queries if family.wraps else processor.process_texts
        with self._lock:
            made: Mapping[str, torch.Tensor] = process([text])
        return made

    def text_side(self) -> TextSide:
        """What reads the words of a page. Raises EncoderError where the tokenizer cannot tell which
        word a token is of."""
        if not self._tokenizer.is_fast:
            raise EncoderError(
                f"The tokenizer {type(self._tokenizer).__name__} does not tell where its tokens"
                " stand in a text, so that page_text cannot be used; leave it out."
            )
        return TextSide(
            self._cut,
            as_text=self._as_text,
            prefix=self.prefix,
            sample=self.question(SAMPLE),
        )

    def _cut(self, text: str) -> Tokens:
        with self._lock:
            made = self._tokenizer(
                text,
                add_special_tokens=False,
                return_offsets_mapping=True,
                verbose=False,  # of texts that are longer than what is read at once
            )
        spans = np.array(made["offset_mapping"], np.int64).reshape(-1, 2)
        return Tokens(np.array(made["input_ids"], np.int64), spans)

    def texts(self, batch: Batch, question: str) -> tuple[str, ...]:
        """For each token of the question's batch what it shows of the question; else empty."""
        ids = batch["input_ids"][0].tolist()
        ends = [len(self._tokenizer.decode(ids[: n + 1])) for n in range(len(ids))]
        whole = self._tokenizer.decode(ids)
        asked = self._as_text(question)
        begin = whole.rfind(self.prefix + asked)
        if begin < 0:  # normalised by the tokenizer: all that is no special token
            special = set(self._tokenizer.all_special_ids)
            return tuple("" if id in special else self._tokenizer.decode([id]) for id in ids)
        begin += len(self.prefix)
        end = begin + len(asked)
        starts = [0, *ends[:-1]]
        return tuple(
            whole[max(start, begin) : min(stop, end)].strip()
            for start, stop in zip(starts, ends, strict=True)
        )

    def _as_text(self, question: str) -> str:
        """The name of a special token in a question is text, and must not stand for a picture."""
        return self._special.sub(lambda found: f"{found[0][0]} {found[0][1:]}", question)

    def _layout(self, ids: IntArray, attended: BoolArray, grid: list[int] | None) -> Layout:
        image = ids == self._image_id
        causal = self._family.causal
        if self._family.grid == "tiles":
            tiles = {
                position: self._tiles[int(id)]
                for position, id in enumerate(ids)
                if int(id) in self._tiles
            }
            return tile_layout(attended, image, tiles=tiles, causal=causal)
        if grid is not None:
            merge = int(self._processor.image_processor.merge_size)
            rows, columns = grid[1] // merge, grid[2] // merge
        else:
            rows = columns = isqrt(int(image.sum()))
        return grid_layout(attended, image, rows=rows, columns=columns, causal=causal)


def _first(*values: str | None) -> str:
    return next((value for value in values if value is not None), "")


def _tensors(features: Mapping[str, Any]) -> Batch:
    return {name: value for name, value in features.items() if name not in _NOT_FOR_THE_MODEL}
