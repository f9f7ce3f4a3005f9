"""Where a library is: in a folder, or on a server with a folder for what a server does not keep."""

from __future__ import annotations

import os
import sys
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, get_args

from recto.engine.encoders.protocol import EncoderId
from recto.engine.errors import InputError, RectoWarning
from recto.engine.retrieval import RECALL
from recto.engine.store.manifest import Datatype
from recto.engine.store.protocol import Store
from recto.engine.store.remote.address import KEY, ServerAddress, is_server, parse_address
from recto.engine.store.remote.settings import ServerSettings
from recto.server_settings import server_settings

if TYPE_CHECKING:
    from recto.engine.store.remote.client import Client


SOURCES = "RECTO_SOURCES"
"""The environment variable with the folder that has one for the files of each library."""


class Place(Protocol):
    """A library that may be there."""

    @property
    def folder(self) -> Path:
        """Where sources and pictures are kept on this machine."""
        ...

    @property
    def shared(self) -> bool:
        """Whether other processes may change the library while it is open."""
        ...

    @property
    def recall(self) -> float:
        """The share of the best pages by vectors that its searches find, on average."""
        ...

    def recorded(self) -> EncoderId | None:
        """The encoder that it was made with; None where there is no library."""
        ...

    def open(self, encoder: EncoderId | None, *, create: bool) -> Store:
        """As `open_edge` and `open_server`; once."""
        ...

    def close(self) -> None:
        """Where it has not been opened."""
        ...


@dataclass(frozen=True, slots=True)
class FolderPlace:
    """A library of one process, in a folder."""

    folder: Path
    patches_datatype: Datatype | None = None
    """Of a new library; None: float16."""
    recall: float = RECALL
    shared: bool = False

    def __str__(self) -> str:
        return str(self.folder)

    def recorded(self) -> EncoderId | None:
        from recto.engine.store.switching import current_manifest

        manifest = current_manifest(self.folder)
        return None if manifest is None else manifest.encoder

    def open(self, encoder: EncoderId | None, *, create: bool) -> Store:
        from recto.engine.store.opening import open_edge

        wanted = self.patches_datatype
        store = open_edge(self.folder, encoder, create=create, patches_datatype=wanted or "float16")
        if wanted is not None and store.patches_datatype != wanted:
            warnings.warn(
                f"{self.folder} keeps its vectors as {store.patches_datatype}; {wanted} is for a"
                " new library. Copy it to one: recto copy FROM TO --datatype KIND",
                RectoWarning,
                stacklevel=2,
            )
        return store

    def close(self) -> None:
        """Nothing is held."""


class ServerPlace:
    """A library on a server, reached when it is first asked about."""

    shared = True

    def __init__(
        self,
        address: ServerAddress,
        settings: ServerSettings,
        folder: Path,
        recall: float = RECALL,
    ) -> None:
        self._address = address
        self._settings = settings
        self._client: Client | None = None
        self.folder = folder
        self.recall = recall

    def __str__(self) -> str:
        return str(self._address)

    def recorded(self) -> EncoderId | None:
        from recto.engine.store.remote.state import CURRENT, StatePoints, read_version

        version = read_version(StatePoints(self._connected()), CURRENT, self._settings)
        return None if version is None else version.manifest.encoder

    def open(self, encoder: EncoderId | None, *, create: bool) -> Store:
        from recto.engine.store.remote.opening import open_with

        client = self._connected()
        store = open_with(client, encoder, create=create, settings=self._settings)
        self._client = None  # the store closes it
        return store

    def close(self) -> None:
        if self._client is not None:
            self._client.close()

    def _connected(self) -> Client:
        from recto.engine.store.remote.client import connect

        if self._client is None:
            self._client = connect(self._address, self._settings)
        return self._client


def place_of(
    place: str | os.PathLike[str],
    *,
    library: str | None = None,
    api_key: str | None = None,
    server: ServerSettings | None = None,
    sources: str | os.PathLike[str] | None = None,
    patches_datatype: Datatype | None = None,
    recall: float | None = None,
) -> Place:
    """A folder, or the address of a server as `parse_address` takes it.

    `patches_datatype` is for a new library in a folder; a server's is in `server`.

    `sources` is a folder, perhaps one that machines share, with one of each library's name in it.
    What is not given is taken from the environment: RECTO_QDRANT_KEY, RECTO_SOURCES, and for
    `server` what server_settings.py describes. Raises InputError.
    """
    if not os.fspath(place):
        raise InputError("The library's folder is an empty text; give the path of a folder.")
    if recall is not None and not 0 < recall <= 1:
        raise InputError(f"recall is {recall}; expected above 0 and at most 1.")
    if not is_server(place):
        given = {"library": library, "api_key": api_key, "server": server, "sources": sources}
        if any(value is not None for value in given.values()):
            names = ", ".join(name for name, value in given.items() if value is not None)
            raise InputError(
                f"{names}: only for a library on a server; expected its address, such as"
                f" http://HOST:6333, instead of {os.fspath(place)!r}."
            )
        if patches_datatype not in (None, *get_args(Datatype)):
            raise InputError(
                f"patches_datatype is {patches_datatype!r}; expected one of {get_args(Datatype)}."
            )
        return FolderPlace(Path(place).expanduser(), patches_datatype, recall or RECALL)
    if patches_datatype is not None:
        raise InputError(
            f"patches_datatype is for a library in a folder; for one on {os.fspath(place)} give"
            f" server=ServerSettings(patches_datatype={patches_datatype!r})."
        )
    settings = server or server_settings(os.environ)
    key = api_key or os.environ.get(KEY, "").strip() or None
    address = parse_address(os.fspath(place), library, key=key, allow_http=settings.allow_http)
    shared = sources or os.environ.get(SOURCES)
    if shared:
        folder = Path(shared).expanduser() / address.library
    else:
        folder = data_folder() / address.folder_name
    return ServerPlace(address, settings, folder, recall or RECALL)


def data_folder() -> Path:
    """Where this user's programs keep what they cannot make again."""
    if given := os.environ.get("XDG_DATA_HOME"):
        return Path(given) / "recto"
    if sys.platform == "darwin":
        return Path("~/Library/Application Support/recto").expanduser()
    return Path("~/.local/share/recto").expanduser()
