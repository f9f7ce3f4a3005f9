"""`library.json`: what a library was made with. Knows nothing of what else the folder holds."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any, Literal, TypeAlias, cast, get_args

from recto.engine.bm25 import TERMS
from recto.engine.encoders.protocol import EncoderId
from recto.engine.errors import DamagedLibrary, EncoderMismatch, NewerLibrary

FORMAT = 1
"""Grows when an older recto could no longer read what we write."""
NAME = "library.json"

Datatype: TypeAlias = Literal["float16", "turbo8", "turbo4"]
"""turbo8 takes half, turbo4 a quarter of float16, and both change vectors a little."""
JsonObject: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    encoder: EncoderId
    created_by: str
    """The version of recto."""
    format: int = FORMAT
    terms: int = TERMS
    """The revision of its words' vectors, as in bm25.py."""
    patches_datatype: Datatype = "float16"
    """As what a store on this machine keeps all vectors of a page; a server has its settings."""


def new_manifest(encoder: EncoderId, *, patches_datatype: Datatype = "float16") -> Manifest:
    return Manifest(
        encoder=encoder,
        created_by=metadata.version("recto"),
        patches_datatype=patches_datatype,
    )


def read_manifest(folder: Path) -> Manifest | None:
    """What was recorded, or None if there is no manifest.

    Raises NewerLibrary or DamagedLibrary when it cannot be understood.
    """
    path = folder / NAME
    try:
        fields = json.loads(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise DamagedLibrary(
            f"{path} cannot be read: {error.strerror or error}. Check its permissions, or restore"
            " it from a backup."
        ) from error
    except ValueError as error:
        raise _not_understood(path, error) from error
    return manifest_of(fields, path, library=folder)


def manifest_of(fields: JsonObject, place: Path | str, *, library: Path | str) -> Manifest:
    """The manifest that `asdict` has made these fields of; `place` is where they were found.

    Raises NewerLibrary or DamagedLibrary when it cannot be understood.
    """
    try:
        format = int(fields["format"])
        if format > FORMAT:
            raise NewerLibrary(
                f"{library} was written in format {format} by recto {fields.get('created_by')};"
                f" this is recto {metadata.version('recto')}, which knows formats up to {FORMAT}."
                " Update recto."
            )
        return Manifest(
            encoder=EncoderId(**fields["encoder"]),
            created_by=fields["created_by"],
            format=format,
            terms=int(fields.get("terms", 1)),  # the first versions did not record it
            patches_datatype=_datatype(fields.get("patches_datatype", "float16")),
        )
    except (ValueError, TypeError, KeyError) as error:
        raise _not_understood(place, error) from error


def _datatype(recorded: str) -> Datatype:
    for known in get_args(Datatype):
        if recorded == known:
            return cast(Datatype, known)
    raise ValueError(f"patches_datatype is {recorded!r}, expected one of {get_args(Datatype)}")


def _not_understood(place: Path | str, error: Exception) -> DamagedLibrary:
    return DamagedLibrary(
        f"{place} cannot be understood ({error!r}); expected what recto wrote. Restore it from a"
        " backup, or move the folder away and add the documents again."
    )


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """All of it or nothing, and on the disk when this returns."""
    temporary = folder / f"{NAME}.new"
    with temporary.open("w") as file:
        json.dump(asdict(manifest), file, indent=2)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(folder / NAME)
    sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """Make renames in it survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def check_encoder(folder: Path | str, recorded: EncoderId, given: EncoderId | None) -> None:
    """EncoderMismatch if one is given and it is not the recorded one."""
    if given is not None and given != recorded:
        raise EncoderMismatch(
            f"{folder} was made with the encoder {_named(recorded)}, and is being opened with"
            f" {_named(given)}; their vectors cannot be compared."
            f"{_differing(recorded.settings, given.settings)} Open it with the encoder it was made"
            " with, or encode its documents again:"
            f" recto reencode --library {shlex.quote(str(folder))}{_meant(recorded, given)}"
        )


def _meant(recorded: EncoderId, given: EncoderId) -> str:
    """The option that chooses the given encoder; without it, it is the library's own."""
    place = given.source or given.name
    own = recorded.source or recorded.name
    return "" if place == own else f" --encoder {shlex.quote(place)}"


def check_terms(folder: Path | str, recorded: int) -> None:
    """EncoderMismatch if the words' vectors are of another revision than ours."""
    if recorded != TERMS:
        raise EncoderMismatch(
            f"{folder} holds words' vectors of revision {recorded}, and this is recto"
            f" {metadata.version('recto')}, which makes and compares those of revision {TERMS}."
            f"{' Update recto, or make' if recorded > TERMS else ' Make'} its vectors again:"
            f" recto reencode --library {shlex.quote(str(folder))}"
        )


def _differing(recorded: Mapping[str, str], given: Mapping[str, str]) -> str:
    """A sentence on the settings that are not the same, or nothing."""
    names = sorted(recorded.keys() | given.keys()) if recorded and given else []
    differing = [
        f"{name} was {recorded.get(name, 'not set')!r}, is {given.get(name, 'not set')!r}"
        for name in names
        if recorded.get(name) != given.get(name)
    ]
    return f" What differs: {'; '.join(differing)}." if differing else ""


def _named(encoder: EncoderId) -> str:
    return f"{encoder.name} (revision {encoder.revision}, {encoder.dim} dimensions)"
