"""Things to encode, each from a seed."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np

from recto.engine.crossmodal.protocol import CrossModalEncoder, Depth, Modality, Picture, Sound
from recto.engine.vectors import FloatArray
from tests.engine.crossmodal.films import ArrayFilm


def _rng(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def picture(seed: int) -> Picture:
    return _rng(seed).integers(0, 256, (40 + seed, 50, 3), np.uint8)


def film(seed: int) -> ArrayFilm:
    return ArrayFilm(_rng(seed).integers(0, 256, (12, 24, 32, 3), np.uint8), Fraction(4))


def sound(seed: int) -> Sound:
    return Sound(0.1 * _rng(seed).standard_normal((2, 8000 + seed)).astype(np.float32), 8000)


ENCODE: dict[Modality, Callable[[CrossModalEncoder, list[int]], FloatArray]] = {
    "text": lambda encoder, seeds: encoder.encode_text(
        [f"{seed} dogs " * (1 + seed) for seed in seeds], target="audio"
    ),
    "image": lambda encoder, seeds: encoder.encode_image([picture(seed) for seed in seeds]),
    "video": lambda encoder, seeds: encoder.encode_video([film(seed) for seed in seeds]),
    "audio": lambda encoder, seeds: encoder.encode_audio([sound(seed) for seed in seeds]),
    "depth": lambda encoder, seeds: encoder.encode_depth(
        [Depth(_rng(seed).uniform(1, 9, (30, 30)).astype(np.float32), 500) for seed in seeds]
    ),
    "thermal": lambda encoder, seeds: encoder.encode_thermal(
        [_rng(seed).integers(0, 256, (30, 40), np.uint8) for seed in seeds]
    ),
    "imu": lambda encoder, seeds: encoder.encode_imu(
        [_rng(seed).standard_normal((6, 2000)).astype(np.float32) for seed in seeds]
    ),
}
