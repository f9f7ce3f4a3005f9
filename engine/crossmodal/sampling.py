"""Pieces of sound and film for models that take them in one length. Knows no model."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from PIL import Image as Pillow

from recto.engine.crossmodal.protocol import Footage, Picture, Sound
from recto.engine.crossmodal.resampling import resample
from recto.engine.errors import InputError
from recto.engine.vectors import FloatArray

_WIDEST = 1024
"""Pixels of a frame's longer side; no model sees more."""


def mono(sound: Sound, rate: int) -> FloatArray:
    """(n,) the mean of all channels at `rate` samples a second. Raises InputError."""
    check_sound(sound)
    mixed = sound.samples.mean(axis=0, keepdims=True, dtype=np.float32)
    return np.asarray(resample(mixed, sound.rate, rate)[0], np.float32)


def check_sound(sound: Sound) -> None:
    """Raises InputError for what is none."""
    shape = sound.samples.shape
    if len(shape) != 2 or 0 in shape or sound.rate < 1:
        raise InputError(
            f"Sound of shape {shape} at {sound.rate} samples a second; expected (channels,"
            " samples), at least one of each, and a rate above 0."
        )
    if not np.isfinite(sound.samples).all():
        raise InputError("The sound holds values that are no numbers (NaN or infinite).")


def pieces(samples: FloatArray, length: int) -> list[FloatArray]:
    """(n,) as one piece if it is no longer than `length`, else as equally spaced pieces of that
    length, the last ending at the end."""
    count = -(-len(samples) // length)
    if count == 1:
        return [samples]
    begins = np.linspace(0, len(samples) - length, count).astype(int)
    return [samples[begin : begin + length] for begin in begins.tolist()]


def frames(film: Footage, count: int) -> Iterator[Picture]:
    """Frames spread evenly from the first to the last, made small where they are large."""
    numbers = np.linspace(0, film.count - 1, min(count, film.count)).astype(int)
    for number in numbers.tolist():
        frame = film.frames([number])[0]
        largest = max(frame.shape[:2])
        if largest <= _WIDEST:
            yield frame
            continue
        size = [
            max(round(side * _WIDEST / largest), 1) for side in (frame.shape[1], frame.shape[0])
        ]
        yield np.asarray(
            Pillow.fromarray(frame).resize((size[0], size[1]), Pillow.Resampling.BICUBIC)
        )
