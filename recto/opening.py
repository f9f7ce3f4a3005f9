"""Opening a library: which encoder it needs, and where its store is."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path

from recto.engine.encoders import registry
from recto.engine.encoders.protocol import Encoder, EncoderId
from recto.engine.errors import InputError
from recto.engine.store.opening import open_edge
from recto.engine.store.switching import current_manifest
from recto.indexing.limits import Limits
from recto.library import Library

DEFAULT_FOLDER = ".recto"
"""The library of a working folder."""


def open(
    folder: str | os.PathLike[str] = DEFAULT_FOLDER,
    *,
    encoder: str | os.PathLike[str] | Encoder | None = None,
    trust_remote_code: bool = False,
    create: bool = True,
    limits: Limits | None = None,
) -> Library:
    """Open a library, or make one where the folder holds none.

    `encoder` is a short name (see `recto.engine.encoders.registry.names()`), the folder of a
    checkpoint, its id on the hub, or an encoder made by `registry.make`, with settings; None takes
    the library's own, or "words" for a new one. `trust_remote_code` runs Python that a checkpoint
    brings along. `limits` is what a document may cost to read.

    Raises NotFound where there is no library and `create` is False; EncoderMismatch,
    NewerLibrary, DamagedLibrary, LibraryBusy; EncoderError, MissingExtra; InputError.
    """
    if not os.fspath(folder):
        raise InputError("The library's folder is an empty text; give the path of a folder.")
    path = Path(folder).expanduser()
    manifest = current_manifest(path)
    recorded = None if manifest is None else manifest.encoder
    if encoder is not None or (recorded is None and create):
        wanted = encoder if encoder is not None else registry.BUILT_IN
        made = _made(wanted, recorded, trust_remote_code)
        store = open_edge(path, made.id, create=create)
        return Library(path, store=store, encoder=lambda: made, limits=limits or Limits())
    store = open_edge(path, None, create=False)
    # Weights are loaded only where they are needed: listing documents does not wait for them.
    make = partial(registry.remake, store.encoder, trust_remote_code=trust_remote_code)
    return Library(path, store=store, encoder=make, limits=limits or Limits())


def _made(
    encoder: str | os.PathLike[str] | Encoder, recorded: EncoderId | None, trusted: bool
) -> Encoder:
    """The encoder that a user means; the library's own settings go with its name."""
    if not isinstance(encoder, (str, os.PathLike)):
        return encoder
    name = registry.canonical(os.fspath(encoder))
    if recorded is None:
        return registry.make(name, trust_remote_code=trusted, check=True)
    if name in (recorded.name, recorded.source):
        return registry.remake(recorded, trust_remote_code=trusted)
    return registry.make(name, trust_remote_code=trusted)
