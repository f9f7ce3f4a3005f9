"""A checkpoint of transformers becomes a model and a processor, or an error. Imports torch.

Never a model some of whose weights are random: all must be there, and none left over.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from importlib import metadata

import torch
import transformers

from recto.engine.encoders.colpali.checkpoint import Checkpoint
from recto.engine.encoders.colpali.loading import quiet
from recto.engine.errors import EncoderError, OutOfMemory

DTYPES = ("float32", "bfloat16")
_CONSTANTS = re.compile(r"position_ids$|rope\.|rotary_emb\.|(^|\.)lm_head\.")
"""Kept by some versions and made anew by others."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Pretrained:
    """A model, ready to run, and what makes its input."""

    checkpoint: Checkpoint
    model: torch.nn.Module
    processor: transformers.ProcessorMixin

    @property
    def device(self) -> torch.device:
        return next(self.model.parameters()).device

    @property
    def dtype(self) -> torch.dtype:
        return next(self.model.parameters()).dtype

    def moved(self, inputs: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        """Inputs where the model is, numbers in its type."""
        return {
            name: value.to(self.device, self.dtype)
            if value.is_floating_point()
            else value.to(self.device)
            for name, value in inputs.items()
        }


def load(
    checkpoint: Checkpoint, *, kinds: Mapping[str, str], dtype: str, device: str
) -> Pretrained:
    """`kinds` are the classes that are read, by the model_type of config.json.

    Raises EncoderError for another kind, and for weights that are missing, left over or of another
    shape; OutOfMemory.
    """
    name = kinds.get(checkpoint.model_type)
    if name is None:
        raise EncoderError(
            f"{checkpoint.name} is of the kind {checkpoint.model_type!r}; expected"
            f" {' or '.join(kinds)} as model_type in config.json."
        )
    if dtype not in DTYPES:
        raise EncoderError(f"dtype {dtype!r}; expected one of {', '.join(DTYPES)}.")
    with quiet(), redirect_stdout(io.StringIO()), _translated(checkpoint):  # some classes print
        model, info = getattr(transformers, name).from_pretrained(
            checkpoint.folder,
            dtype=getattr(torch, dtype),
            output_loading_info=True,
            ignore_mismatched_sizes=True,  # they are listed, and refused below
            local_files_only=True,
            use_safetensors=True,
        )
        processor = transformers.AutoProcessor.from_pretrained(
            checkpoint.folder, local_files_only=True
        )
        for trouble in ("missing_keys", "unexpected_keys", "mismatched_keys"):
            _check(checkpoint, trouble.replace("_", " "), info[trouble])
        model.requires_grad_(False)
        model.eval().to(device)
    return Pretrained(checkpoint=checkpoint, model=model, processor=processor)


def version() -> str:
    """Of transformers, without the last number, which is for repairs."""
    return ".".join(metadata.version("transformers").split(".")[:2])


def _check(checkpoint: Checkpoint, trouble: str, keys: set[str] | list[tuple[str, ...]]) -> None:
    names = sorted(str(key[0]) if isinstance(key, tuple) else key for key in keys)
    wrong = [name for name in names if not _CONSTANTS.search(name)]
    if wrong:
        raise EncoderError(
            f"{checkpoint.folder} does not fit its config.json: {len(wrong)} {trouble}, for example"
            f" {', '.join(wrong[:3])}. Its vectors would be wrong, so it is not used; check that it"
            " is complete."
        )


@contextmanager
def _translated(checkpoint: Checkpoint) -> Iterator[None]:
    """What transformers raises for a checkpoint that it cannot read is of many kinds."""
    try:
        yield
    except (EncoderError, MemoryError):
        raise
    except torch.OutOfMemoryError as error:
        raise OutOfMemory(
            f"{checkpoint.name} does not fit the memory of the device: {error}"
        ) from error
    except Exception as error:
        raise EncoderError(
            f"{checkpoint.folder} cannot be read by transformers {transformers.__version__}:"
            f" {type(error).__name__}: {error}"
        ) from error
