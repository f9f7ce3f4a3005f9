"""Opening a library: which encoder it needs, and where its store is."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from recto.engine.encoders import registry
from recto.engine.encoders.protocol import Encoder, EncoderId
from recto.engine.errors import EncoderMismatch, InputError
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
    encoder_settings: Mapping[str, str] | None = None,
    trust_remote_code: bool = False,
    create: bool = True,
    limits: Limits | None = None,
) -> Library:
    """Open a library, or make one where the folder holds none.

    `encoder` is a short name (see `recto.engine.encoders.registry.names()`), the folder of a
    checkpoint, its id on the hub, or an encoder made by `registry.make`; None takes the library's
    own, or "words" for a new one. `encoder_settings`, such as {"visual_tokens": "768"}, are those
    that `registry.choices(encoder)` lists; a library keeps the ones that it was made with.
    `trust_remote_code` runs Python that a checkpoint brings along. `limits` is what a document may
    cost to read.

    Raises NotFound where there is no library and `create` is False; EncoderMismatch,
    NewerLibrary, DamagedLibrary, LibraryBusy; EncoderError, MissingExtra; InputError.
    """
    if not os.fspath(folder):
        raise InputError("The library's folder is an empty text; give the path of a folder.")
    path = Path(folder).expanduser()
    manifest = current_manifest(path)
    recorded = None if manifest is None else manifest.encoder
    settings = encoder_settings or {}
    if encoder is not None or settings or (recorded is None and create):
        made = _made(encoder, recorded, settings, trust_remote_code)
        try:
            store = open_edge(path, made.id, create=create)
        except EncoderMismatch as error:  # whose last words are the command that encodes again
            raise EncoderMismatch(f"{error}{_options(settings)}") from error
        return Library(path, store=store, encoder=lambda: made, limits=limits or Limits())
    store = open_edge(path, None, create=False)
    # Weights are loaded only where they are needed: listing documents does not wait for them.
    make = partial(registry.remake, store.encoder, trust_remote_code=trust_remote_code)
    return Library(path, store=store, encoder=make, limits=limits or Limits())


def _made(
    encoder: str | os.PathLike[str] | Encoder | None,
    recorded: EncoderId | None,
    settings: Mapping[str, str],
    trusted: bool,
) -> Encoder:
    """The encoder that a user means; the library's own settings go with its name."""
    if encoder is not None and not isinstance(encoder, (str, os.PathLike)):
        if settings:
            raise InputError(
                f"The encoder {encoder.id.name} is made already; give its settings to"
                " registry.make, which makes it."
            )
        return encoder
    if recorded is None:
        name = registry.BUILT_IN if encoder is None else os.fspath(encoder)
        return registry.make(name, settings=settings, trust_remote_code=trusted, check=True)
    place = None if encoder is None else registry.canonical(os.fspath(encoder))
    if place is not None and recorded.source and Path(place).name == recorded.name:
        recorded = replace(recorded, source=place)  # its folder may have been moved
    if place is None or place in (recorded.name, recorded.source):
        return registry.remake(recorded, changes=settings, trust_remote_code=trusted)
    return registry.make(place, settings=settings, trust_remote_code=trusted)


def _options(settings: Mapping[str, str]) -> str:
    """The same settings as options of a command."""
    pairs = (shlex.quote(f"{name}={value}") for name, value in settings.items())
    return "".join(f" --encoder-setting {pair}" for pair in pairs)
