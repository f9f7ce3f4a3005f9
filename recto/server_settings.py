"""How a library lies on a server and how it is reached: what a command line, the environment and a
file say of it. Each setting is `RECTO_QDRANT_` and its name in capitals; of several that say
something, the first in this order counts.

    # recto.toml, named by RECTO_QDRANT_SETTINGS
    [qdrant]
    shards = 6
    replication = 2
    ca = "/etc/ssl/qdrant.pem"

The server's key is no setting: it is taken from RECTO_QDRANT_KEY, never from a file.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

from recto.engine.errors import InputError
from recto.engine.store.remote.address import KEY
from recto.engine.store.remote.settings import ServerSettings

ENVIRONMENT = "RECTO_QDRANT_"
FILE = "RECTO_QDRANT_SETTINGS"
"""The environment variable with the file."""
GRPC = "RECTO_QDRANT_GRPC"
"""The environment variable with the server's port for gRPC, or "no"."""
_TRUTHS = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
_TABLE = "qdrant"


def server_settings(
    environment: Mapping[str, str], given: Mapping[str, str] | None = None
) -> ServerSettings:
    """`given` are those of a command line, by name. Raises InputError."""
    said: dict[str, Any] = {}
    if file := environment.get(FILE, "").strip():
        said |= _of_file(Path(file).expanduser())
    for name in _KINDS:
        variable = ENVIRONMENT + name.upper()
        if text := environment.get(variable, "").strip():
            said[name] = _parsed(name, text, variable)
    said |= _of_grpc(environment.get(GRPC, "").strip())
    for name, text in (given or {}).items():
        _check_name(name, "The command line")
        said[name] = _parsed(name, text, name)
    return ServerSettings(**said)


def _of_grpc(said: str) -> dict[str, int | bool]:
    if said.isdecimal():
        return {"grpc_port": int(said)}
    if said not in ("", "no"):
        raise InputError(f"{GRPC} is {said!r}; expected the number of gRPC's port, or no.")
    return {"prefer_grpc": False} if said else {}


def _of_file(file: Path) -> dict[str, Any]:
    try:
        table = tomllib.loads(file.read_text()).get(_TABLE, {})
    except OSError as error:
        raise InputError(f"{FILE}: {file} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{FILE}: {file} is no TOML: {error}.") from error
    if not isinstance(table, dict):
        raise InputError(f"{file}: {_TABLE} is {table!r}; expected a table, [{_TABLE}].")
    for name, value in table.items():
        _check_name(name, f"{file}: [{_TABLE}]")
        if type(value) is not _KINDS[name]:
            raise InputError(f"{file}: {name} is {value!r}; expected {_KINDS[name].__name__}.")
    return table


def _check_name(name: str, where: str) -> None:
    if name not in _KINDS:
        hint = f" The key is taken from {KEY}." if "key" in name else ""
        raise InputError(
            f"{where} has {name!r}, which is no setting of a server; expected one of"
            f" {', '.join(_KINDS)}.{hint}"
        )


def _parsed(name: str, text: str, where: str) -> object:
    kind = _KINDS[name]
    try:
        return _TRUTHS[text.lower()] if kind is bool else kind(text)
    except (KeyError, ValueError):
        expected = "yes or no" if kind is bool else "a whole number"
        raise InputError(f"{where} is {text!r}; expected {expected}.") from None


def _kind(default: object) -> type:
    """Of the values of a setting; what has no default but None is a text, or the number of
    shards."""
    return str if default is None or default is MISSING else type(default)


_KINDS: Mapping[str, type] = {
    field.name: _kind(field.default) for field in fields(ServerSettings)
} | {"shards": int}
