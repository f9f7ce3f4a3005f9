"""Opening a library: which encoder it needs, and where its store is."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

from recto.engine.encoders import registry
from recto.engine.store.manifest import read_manifest
from recto.engine.store.opening import open_edge
from recto.indexing.limits import Limits
from recto.library import Library

DEFAULT_FOLDER = ".recto"
"""The library of a working folder."""
_DEFAULT_ENCODER = "words"


def open(
    folder: str | os.PathLike[str] = DEFAULT_FOLDER,
    *,
    encoder: str | None = None,
    create: bool = True,
    limits: Limits | None = None,
) -> Library:
    """Open a library, or make one where the folder holds none.

    `encoder` names one of `recto.engine.encoders.registry.names()`; None takes the library's own,
    or "words" for a new one. `limits` is what a document may cost to read.

    Raises NotFound where there is no library and `create` is False; EncoderMismatch,
    NewerLibrary, DamagedLibrary, LibraryBusy.
    """
    path = Path(folder).expanduser()
    manifest = read_manifest(path)
    recorded = None if manifest is None else manifest.encoder
    make = partial(registry.make, encoder or (recorded.name if recorded else _DEFAULT_ENCODER))
    # Weights are loaded only where they are needed: listing documents does not wait for them.
    if encoder is not None or (recorded is None and create):
        made = make()
        store = open_edge(path, made.id, create=create)
        return Library(path, store=store, encoder=lambda: made, limits=limits or Limits())
    store = open_edge(path, None, create=False)
    return Library(path, store=store, encoder=make, limits=limits or Limits())
