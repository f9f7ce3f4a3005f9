"""Clips of a library on a server, in a collection of their own, `finance.clips.1`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from recto.engine.store.clips.manifest import (
    ClipsManifest,
    check_clips_encoder,
    clips_manifest_of,
)
from recto.engine.store.clips.point_clips import PointClips
from recto.engine.store.clips.schema import CLIPS, INDEXED
from recto.engine.store.remote.client import Client
from recto.engine.store.remote.collections import Collections, create_clips, create_index, drop
from recto.engine.store.remote.points import RemotePoints
from recto.engine.store.remote.state import CLIPS_MADE, StatePoints, Version
from recto.engine.store.schema import Point


class RemoteClips(PointClips):
    """The `ClipStore` protocol over a server."""

    def __init__(self, points: RemotePoints, manifest: ClipsManifest) -> None:
        super().__init__(manifest)
        self._points: RemotePoints = points

    def _write(self, points: Sequence[Point]) -> None:
        self._points.upsert(CLIPS, points)


def version_of_clips(version: Version) -> Version:
    """That of which the collection of clips is, whichever the pages are of: encoding these anew
    leaves clips alone."""
    return replace(version, collections=Collections(version.collections.library, 1))


def read_clips(state: StatePoints) -> ClipsManifest | None:
    """None where the library has no clips. Raises NewerLibrary, DamagedLibrary."""
    payload = state.get(CLIPS_MADE)
    return None if payload is None else clips_manifest_of(payload, str(state.address))


def make_clips(
    client: Client, state: StatePoints, version: Version, wanted: ClipsManifest
) -> ClipsManifest:
    """What is there, or `wanted` where there is nothing but perhaps what an interrupted call left.

    Raises EncoderMismatch where there are clips of another encoder. The caller has the lease.
    """
    collection = version_of_clips(version).collections.name(CLIPS)
    found = read_clips(state)
    if found is not None:
        if found.encoder == wanted.encoder:
            return found
        if client.call(lambda qdrant: qdrant.count(collection, exact=True)).count:
            check_clips_encoder(str(client.address), found.encoder, wanted.encoder)
        state.delete(CLIPS_MADE)
    drop(client, collection)
    create_clips(client, collection, wanted.dims, version.settings)
    for path, index in INDEXED.items():
        create_index(client, collection, path, index)
    state.put(CLIPS_MADE, wanted.to_json(), only_if=None)
    return wanted
