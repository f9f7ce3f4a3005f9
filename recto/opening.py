"""Opening a library: which encoder it needs, and where its store is."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from recto.crossmodal import MakeCrossModal, chosen, record
from recto.engine.crossmodal.protocol import CrossModalEncoder
from recto.engine.encoders import registry
from recto.engine.encoders.protocol import Encoder, EncoderId
from recto.engine.errors import EncoderMismatch, InputError
from recto.engine.store.manifest import Datatype
from recto.engine.store.protocol import Store
from recto.engine.store.remote.settings import ServerSettings
from recto.indexing.limits import Limits
from recto.library import Library
from recto.places import Place, place_of
from recto.tenancy import check_tenancy

DEFAULT_FOLDER = ".recto"
"""The library of a working folder."""


def open(
    place: str | os.PathLike[str] = DEFAULT_FOLDER,
    *,
    library: str | None = None,
    api_key: str | None = None,
    server: ServerSettings | None = None,
    sources: str | os.PathLike[str] | None = None,
    patches_datatype: Datatype | None = None,
    recall: float | None = None,
    encoder: str | os.PathLike[str] | Encoder | None = None,
    encoder_settings: Mapping[str, str] | None = None,
    crossmodal: str | os.PathLike[str] | CrossModalEncoder | None = None,
    crossmodal_settings: Mapping[str, str] | None = None,
    trust_remote_code: bool = False,
    create: bool = True,
    limits: Limits | None = None,
    patience: float | None = None,
    tenant: str = "",
    all_tenants: bool = False,
) -> Library:
    """Open a library, or make one where there is none.

    `place` is a folder, or the address of a Qdrant server and the name of a library on it, in one
    (http://qdrant:6333/finance) or as `library`. `api_key` is the server's, else the environment
    variable RECTO_QDRANT_KEY; `server` says how the library lies there and how it is reached. A
    server keeps no files: the added ones are copied into a folder of the library's name in
    `sources`, by default among this user's data, from which pages are drawn. `patches_datatype`
    says how a new library in a folder keeps the vectors of its pages: "float16", or "turbo8" and
    "turbo4" in half and a quarter of that, which change them a little. `recall` is the share of
    the ten best pages by vectors that a search of a large library finds on average, 0.95 if not
    given; 1 is all, and takes longer.

    `encoder` is a short name (see `recto.engine.encoders.registry.names()`), the folder of a
    checkpoint, its id on the hub, or an encoder made by `registry.make`; None takes the library's
    own, or "words" for a new one. `encoder_settings`, such as {"visual_tokens": "768"}, are those
    that `registry.choices(encoder)` lists; a library keeps the ones that it was made with.
    `crossmodal` is what encodes sound, film, and pictures and pages beside them: a short name (see
    `recto.engine.crossmodal.registry.names()`), the path of imagebind_huge.pth or of what it was
    converted to, other checkpoints as there; `crossmodal_settings` are for it, such as
    {"accept_license": "cc-by-nc-sa-4.0"}. The library records it, and None takes what is recorded.
    `trust_remote_code` runs Python that a checkpoint brings along. `patience` is how many seconds a
    change waits for another one of this process before it is a LibraryBusy; None: for ever.
    `limits` is what a document may cost to read.

    `tenant` is whose documents are meant, where a library has those of several, who see nothing of
    each other; 1 to 128 letters, digits and . _ - @. With `all_tenants` it is opened to encode all
    of it again or to reach tenants by `Library.within`.

    Raises TenantError where documents have a tenant and none is given, or otherwise; NotFound where
    there is no library and `create` is False; EncoderMismatch, NewerLibrary, DamagedLibrary,
    LibraryBusy; EncoderError, MissingExtra; InputError; of a server BackendUnreachable, and
    LibraryError when it is too old or refuses.
    """
    found = place_of(
        place,
        library=library,
        api_key=api_key,
        server=server,
        sources=sources,
        patches_datatype=patches_datatype,
        recall=recall,
    )
    media = partial(_crossmodal, crossmodal, crossmodal_settings or {})
    finish = partial(
        _library, limits=limits, tenant=tenant, all_tenants=all_tenants, patience=patience
    )
    try:
        recorded = found.recorded()
        settings = encoder_settings or {}
        if recorded is not None and isinstance(encoder, (str, os.PathLike)):
            _check_name(found, recorded, os.fspath(encoder), settings)
        if encoder is not None or settings or (recorded is None and create):
            made = _made(encoder, recorded, settings, trust_remote_code)
            store = _opened(found, made.id, create, settings)
            return finish(found, store, lambda: made, media)
        store = found.open(None, create=False)
    except BaseException:
        found.close()
        raise
    # Weights are loaded only where they are needed: listing documents does not wait for them.
    make = partial(registry.remake, store.encoder, trust_remote_code=trust_remote_code)
    return finish(found, store, make, media)


def _check_name(place: Place, recorded: EncoderId, name: str, settings: Mapping[str, str]) -> None:
    """Refuse another encoder before its gigabytes are fetched. Raises EncoderMismatch."""
    if not registry.is_recorded(name, recorded):
        meant = registry.canonical(name)
        raise EncoderMismatch(
            f"{place} was made with the encoder {recorded.name}, and is being opened with {meant};"
            " their vectors cannot be compared. Open it with the encoder it was made with, or"
            f" encode its documents again: recto reencode --library {shlex.quote(str(place))}"
            f" --encoder {shlex.quote(meant)}{_options(settings)}"
        )


def _opened(place: Place, encoder: EncoderId, create: bool, settings: Mapping[str, str]) -> Store:
    try:
        return place.open(encoder, create=create)
    except EncoderMismatch as error:  # whose last words are the command that encodes again
        raise EncoderMismatch(f"{error}{_options(settings)}") from error


def _library(
    place: Place,
    store: Store,
    encoder: Callable[[], Encoder],
    crossmodal: Callable[[Store], MakeCrossModal | None],
    *,
    limits: Limits | None,
    tenant: str,
    all_tenants: bool,
    patience: float | None,
) -> Library:
    try:
        if tenant or not all_tenants:
            check_tenancy(store, tenant, str(place))
        return Library(
            place.folder,
            store=store.within(tenant),
            encoder=encoder,
            limits=limits or Limits(),
            place=place,
            crossmodal=crossmodal(store),
            patience=patience,
        )
    except BaseException:
        store.close()
        raise


def _crossmodal(
    encoder: str | os.PathLike[str] | CrossModalEncoder | None,
    settings: Mapping[str, str],
    store: Store,
) -> MakeCrossModal | None:
    """What makes the cross-modal encoder that a user means, which the library knows from now on;
    None for the one that it knows."""
    clips = store.clips()
    recorded = None if clips is None else clips.encoder
    if encoder is None:
        if not settings:
            return None
        if recorded is None:
            raise InputError("There is no cross-modal encoder to be set; give crossmodal, too.")
        encoder = recorded.source or recorded.name
    made = chosen(encoder, settings, recorded)
    record(store, made)
    return lambda: made


def _made(
    encoder: str | os.PathLike[str] | Encoder | None,
    recorded: EncoderId | None,
    settings: Mapping[str, str],
    trusted: bool,
) -> Encoder:
    """The encoder that a user means, which is the recorded one if it is but a name; the library's
    own settings go with it."""
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
    if encoder is not None and recorded.source:  # from where it may have been moved
        recorded = replace(recorded, source=registry.canonical(os.fspath(encoder)))
    return registry.remake(recorded, changes=settings, trust_remote_code=trusted)


def _options(settings: Mapping[str, str]) -> str:
    """The same settings as options of a command."""
    pairs = (shlex.quote(f"{name}={value}") for name, value in settings.items())
    return "".join(f" --encoder-setting {pair}" for pair in pairs)
