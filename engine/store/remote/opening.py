"""Opening and creating a library on a server."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable

from recto.engine.encoders.protocol import EncoderId
from recto.engine.errors import NotFound, RectoWarning
from recto.engine.store.manifest import check_encoder, check_terms, new_manifest
from recto.engine.store.remote.address import ServerAddress
from recto.engine.store.remote.client import Client, connect
from recto.engine.store.remote.collections import Collections, create_state
from recto.engine.store.remote.lease import Lease
from recto.engine.store.remote.settings import ServerSettings
from recto.engine.store.remote.state import (
    CURRENT,
    StatePoints,
    Version,
    read_version,
    write_version,
)
from recto.engine.store.remote.store import RemoteStore


def open_server(
    address: ServerAddress,
    encoder: EncoderId | None,
    *,
    create: bool,
    settings: ServerSettings | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> RemoteStore:
    """The library at `address`; with `create` it is made if there is none.

    `encoder` is compared with what the library was made with, and so is the revision of its words'
    vectors; None takes it as it is, and is not enough to create one. Raises NotFound,
    EncoderMismatch, NewerLibrary, DamagedLibrary, LibraryBusy, BackendUnreachable, DiskFull,
    LibraryError when the server is too old or refuses.
    """
    settings = settings or ServerSettings()
    client = connect(address, settings, sleep=sleep)
    try:
        return open_with(client, encoder, create=create, settings=settings)
    except BaseException:
        client.close()
        raise


def open_with(
    client: Client, encoder: EncoderId | None, *, create: bool, settings: ServerSettings
) -> RemoteStore:
    """As `open_server`, by a client that is connected."""
    state = StatePoints(client)
    lease = Lease(state, sleep=client.sleep)
    version = read_version(state, CURRENT, settings)
    if version is None:
        if not create:
            raise NotFound(
                f"There is no library {client.address.library!r} on {client.address.server}. Add"
                " documents to make one, or name another."
            )
        if encoder is None:
            raise ValueError(f"{client.address}: a library cannot be created without an encoder.")
        version = _created(client, state, lease, encoder, settings)
    else:
        _check_settings(client, version.settings, settings)
    if encoder is not None:
        check_encoder(str(client.address), version.manifest.encoder, encoder)
        check_terms(str(client.address), version.manifest.terms)
    return RemoteStore(client, version, lease=lease)


def _check_settings(client: Client, made: ServerSettings, given: ServerSettings) -> None:
    """Warn of what is asked for and cannot be changed."""
    defaults, recorded = ServerSettings().recorded(), made.recorded()
    asked = {name: value for name, value in given.recorded().items() if value != defaults[name]}
    ignored = [name for name, value in asked.items() if value != recorded[name]]
    if ignored:
        told = ", ".join(f"{name} is {recorded[name]}, not {asked[name]}" for name in ignored)
        warnings.warn(
            f"{client.address} was made with other settings, which stay: {told}. For these copy it"
            " to a new library: recto copy FROM TO --server-setting KEY=VALUE",
            RectoWarning,
            stacklevel=3,
        )


def _created(
    client: Client,
    state: StatePoints,
    lease: Lease,
    encoder: EncoderId,
    settings: ServerSettings,
) -> Version:
    """Its record last, so that a crash leaves none, and a second attempt finishes the first."""
    create_state(client, client.address.library, settings)
    with lease.held():
        version = read_version(state, CURRENT, settings)
        if version is not None:  # somebody else was faster
            return version
        version = Version(
            manifest=new_manifest(encoder),
            collections=Collections(client.address.library, 1),
            settings=settings,
        )
        # Of an interrupted attempt, perhaps with another encoder.
        version.collections.drop(client)
        version.collections.create(client, encoder.dim, settings)
        lease.check()
        write_version(state, CURRENT, version)
        return version
