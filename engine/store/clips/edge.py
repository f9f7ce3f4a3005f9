"""Clips of a library in a folder, in a shard of their own that the store's process keeps:

clips/clips.json    what they were made with
clips/shard/        the points

Reencoding the pages of a library, which replaces its other shards, leaves them alone.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

from recto.engine.errors import DamagedLibrary
from recto.engine.store.clips.manifest import (
    ClipsManifest,
    check_clips_encoder,
    clips_manifest_of,
)
from recto.engine.store.clips.point_clips import PointClips
from recto.engine.store.clips.schema import CLIPS
from recto.engine.store.edge_points import EdgePoints
from recto.engine.store.edge_process import EdgeProcess
from recto.engine.store.manifest import sync_folder
from recto.engine.store.point_store import ALL
from recto.engine.store.schema import Point
from recto.engine.store.sizes import batches

NAME = "clips.json"
_WRITE_FACTOR = 3
"""Disk that a write may take: the write-ahead log, the segment, and what both round up to."""


class EdgeClips(PointClips):
    """The `ClipStore` protocol over a folder."""

    def __init__(self, points: EdgePoints, manifest: ClipsManifest) -> None:
        super().__init__(manifest)
        self._points: EdgePoints = points

    def _write(self, points: Sequence[Point]) -> None:
        for batch, size in batches(points):
            self._points.upsert(CLIPS, batch, room=_WRITE_FACTOR * size)


def read_clips(folder: Path) -> ClipsManifest | None:
    """Of the library in `folder`; None where there are none. Raises a LibraryError."""
    path = folder / CLIPS / NAME
    try:
        fields = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise DamagedLibrary(
            f"{path} cannot be read ({error}). Restore it from a backup."
        ) from error
    return clips_manifest_of(fields, str(folder))


def make_clips(folder: Path, process: EdgeProcess, wanted: ClipsManifest) -> ClipsManifest:
    """What is there, or `wanted` where there is nothing but perhaps what an interrupted call left.

    Raises EncoderMismatch where there are clips of another encoder.
    """
    found = read_clips(folder)
    if found is not None:
        if found.encoder == wanted.encoder:
            return found
        if process.call("count", CLIPS, ALL):
            check_clips_encoder(str(folder), found.encoder, wanted.encoder)
        (folder / CLIPS / NAME).unlink()
    process.call("create_clips", str(folder / CLIPS), dict(wanted.dims), room=0)
    _write_manifest(folder / CLIPS, wanted)
    return wanted


def _write_manifest(folder: Path, manifest: ClipsManifest) -> None:
    """All of it or nothing, and on the disk when this returns."""
    temporary = folder / f"{NAME}.new"
    with temporary.open("w") as file:
        json.dump(manifest.to_json(), file, indent=2)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(folder / NAME)
    sync_folder(folder)
