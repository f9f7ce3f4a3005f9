"""Files of sound and film, made of arrays."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

from recto.engine.vectors import FloatArray

Pictures = npt.NDArray[np.uint8]
CODECS = {
    "wav": "pcm_s16le",
    "flac": "flac",
    "mp3": "libmp3lame",
    "m4a": "aac",
    "ogg": "libopus",
    "opus": "libopus",
}
_LAYOUTS = {1: "mono", 2: "stereo"}


def tone(seconds: float, rate: int, hertz: float = 440, channels: int = 1) -> FloatArray:
    wave = 0.5 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)
    return np.repeat(wave[None].astype(np.float32), channels, axis=0)


def write_sound(path: Path, samples: FloatArray, rate: int, codec: str | None = None) -> Path:
    """The container by the suffix of `path`."""
    with av.open(str(path), "w") as container:
        stream = _sound_stream(container, samples, rate, codec or CODECS[path.suffix[1:]])
        _fill_sound(container, stream, samples, rate)
    return path


def write_film(
    path: Path,
    pictures: Pictures,
    rate: Fraction | int,
    *,
    codec: str = "libx264",
    ticks: Sequence[int] | None = None,
    gop: int = 12,
    sound: FloatArray | None = None,
) -> Path:
    """`ticks`: when each frame is shown, in parts of `rate`; one after the other if not given.
    `sound` is at 48,000 samples a second."""
    sound_codec = "aac" if path.suffix in (".mp4", ".mov") else "libopus"
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=Fraction(rate))
        stream.height, stream.width = pictures.shape[1:3]
        stream.pix_fmt = "yuv444p" if codec == "libx264" else "yuv420p"
        stream.gop_size = gop
        stream.codec_context.time_base = 1 / Fraction(rate)
        if codec == "libx264":
            stream.options = {"crf": "5", "preset": "ultrafast", "bf": "2"}
        # Before the first packet is written, which fixes how many streams there are.
        heard = None if sound is None else _sound_stream(container, sound, 48000, sound_codec)
        for number, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
            frame.pts = number if ticks is None else ticks[number]
            frame.time_base = 1 / Fraction(rate)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        if sound is not None:
            _fill_sound(container, heard, sound, 48000)
    return path


def _sound_stream(
    container: av.container.OutputContainer, samples: FloatArray, rate: int, codec: str
) -> av.AudioStream:
    return container.add_stream(codec, rate=rate, layout=_LAYOUTS[len(samples)])


def _fill_sound(
    container: av.container.OutputContainer, stream: av.AudioStream, samples: FloatArray, rate: int
) -> None:
    layout = _LAYOUTS[len(samples)]
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), format="fltp", layout=layout)
    frame.sample_rate, frame.pts = rate, 0
    resampler = av.AudioResampler(
        format=stream.format,
        layout=layout,
        rate=rate,
        frame_size=stream.codec_context.frame_size or 4096,
    )
    for part in (*resampler.resample(frame), *resampler.resample(None)):
        container.mux(stream.encode(part))
    container.mux(stream.encode(None))


def greys(count: int, size: tuple[int, int] = (48, 64)) -> Pictures:
    """Frame n is of grey n, and darker in its lower half."""
    frames = np.repeat(np.arange(count, dtype=np.uint8)[:, None, None, None], size[0], axis=1)
    frames = np.repeat(np.repeat(frames, size[1], axis=2), 3, axis=3)
    return frames


def turned(path: Path, degrees: int) -> Path:
    """An mp4 that says it is to be shown turned by `degrees` clockwise, as telephones write it."""
    data = bytearray(path.read_bytes())
    cos, sin = {90: (0, 1), 180: (-1, 0), 270: (0, -1)}[degrees]
    one = 1 << 16
    matrix = [cos * one, sin * one, 0, -sin * one, cos * one, 0, 0, 0, 1 << 30]
    at = data.index(b"tkhd") + 4 + 40  # version 0: the matrix follows 40 bytes
    data[at : at + 36] = b"".join(value.to_bytes(4, "big", signed=True) for value in matrix)
    path.write_bytes(bytes(data))
    return path
