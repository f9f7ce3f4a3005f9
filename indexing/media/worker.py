"""The child process that decodes sound and film.

It runs under a limit of memory and may be killed at any time; its parent is `reader`.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

from recto.engine.process import limit_memory, serve
from recto.engine.vectors import FloatArray
from recto.engine.wire import Value
from recto.indexing.limits import Limits
from recto.indexing.media.decoding import MediaFile
from recto.indexing.media.described import Described, FilmFacts, SoundFacts


class Worker:
    """Open files by handle. All methods can be called by the parent."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._files: dict[int, MediaFile] = {}
        self._opened = 0

    def open(self, path: str, kind: str) -> Value:
        file = MediaFile(path, kind, self._limits)
        self._opened += 1
        self._files[self._opened] = file
        return {"handle": self._opened} | asdict(_described(file))

    def times(self, handle: int) -> Value:
        """When each frame is shown, in seconds."""
        film = self._files[handle].film_track
        assert film is not None
        # The wire has no float64; seconds and what is left of them lose nothing that is heard.
        whole = film.times.astype("int64")
        return [whole, (film.times - whole).astype("float32")]

    def sound(self, handle: int, begin: int, count: int, mono: bool) -> FloatArray:
        return self._files[handle].sound(begin, count, mono)

    def frames(self, handle: int, numbers: list[int], width: int) -> Value:
        return self._files[handle].frames(numbers, width)

    def changes(self, handle: int, begin: int, end: int) -> FloatArray:
        return self._files[handle].changes(begin, end)

    def close(self, handle: int) -> None:
        self._files.pop(handle).close()


def _described(file: MediaFile) -> Described:
    sound, film = file.sound_track, file.film_track
    return Described(
        sound=None if sound is None else SoundFacts(sound.rate, sound.channels, sound.seconds),
        film=None
        if film is None
        else FilmFacts(
            film.width,
            film.height,
            (film.rate.numerator, film.rate.denominator),
            len(film.ticks),
            film.seconds,
        ),
    )


def main() -> None:
    limits = Limits(**json.loads(sys.argv[1]))
    limit_memory(limits.memory)
    worker = Worker(limits)
    serve(
        {
            "open": worker.open,
            "times": worker.times,
            "sound": worker.sound,
            "frames": worker.frames,
            "changes": worker.changes,
            "close": worker.close,
        }
    )


if __name__ == "__main__":
    main()
