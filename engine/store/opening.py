"""Opening and creating an embedded library. Knows the folder's layout:

library.json        manifest.py
lock                held while the library is open
store/              the shards
store.new/          the shards of a library whose creation was not finished
reencode/ ...       switching.py
"""

from __future__ import annotations

import errno
import functools
import shutil
from pathlib import Path

from recto.engine.encoders.protocol import EncoderId
from recto.engine.errors import (
    DamagedLibrary,
    DiskFull,
    EncoderMismatch,
    LibraryError,
    NewerLibrary,
    NotFound,
)
from recto.engine.store.edge import EdgeStore
from recto.engine.store.edge_process import RESERVE, SKETCH_FROM, EdgeProcess
from recto.engine.store.manifest import (
    Datatype,
    Manifest,
    check_encoder,
    check_terms,
    new_manifest,
    sync_folder,
    write_manifest,
)
from recto.engine.store.schema import INDEXED
from recto.engine.store.switching import PENDING, SHARDS, current_manifest, discard, sweep, switch

_UNFINISHED = "store.new"


def open_edge(
    folder: Path,
    encoder: EncoderId | None,
    *,
    create: bool,
    reserve: int = RESERVE,
    sketch_from: int = SKETCH_FROM,
    patches_datatype: Datatype = "float16",
) -> EdgeStore:
    """The library in `folder`; with `create` it is made if there is none.

    `encoder` is compared with what the library was made with, and so is the revision of its words'
    vectors; None takes it as it is, and is not enough to create one. No write may leave less than
    `reserve` bytes free on the disk; from `sketch_from` pages on it has sketches, by which large
    libraries are searched; `patches_datatype` is for a new one. Raises NotFound, EncoderMismatch,
    NewerLibrary, DamagedLibrary, LibraryBusy, DiskFull, and LibraryError when the folder cannot be
    written.
    """
    manifest = current_manifest(folder)
    if manifest is not None:
        _check(folder, manifest, encoder)
    elif not create:
        raise NotFound(
            f"There is no library in {folder}; it would have a file library.json. Add documents to"
            " make one, or name another folder."
        )
    elif encoder is None:
        raise ValueError(f"{folder}: a library cannot be created without an encoder.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        process = EdgeProcess(folder, reserve=reserve, sketch_from=sketch_from)
        try:
            return _opened(process, folder, encoder, patches_datatype)
        except BaseException:
            process.close()
            raise
    except OSError as error:
        raise _translated(error, folder) from error


def open_beside(
    folder: Path,
    encoder: EncoderId,
    *,
    patches_datatype: Datatype,
    reserve: int = RESERVE,
    sketch_from: int = SKETCH_FROM,
) -> EdgeStore:
    """A store in the same folder, to be filled with the vectors of `encoder`; the caller has the
    library open.

    What an interrupted call has put there is in it, unless it was of another encoder.
    """
    opened = functools.partial(
        open_edge,
        folder / PENDING,
        encoder,
        create=True,
        reserve=reserve,
        sketch_from=sketch_from,
        patches_datatype=patches_datatype,
    )
    try:
        return opened()
    except (EncoderMismatch, NewerLibrary, DamagedLibrary):
        discard(folder)
        return opened()


def _check(folder: Path, manifest: Manifest, encoder: EncoderId | None) -> None:
    """EncoderMismatch if an encoder is given and the library was made otherwise."""
    if encoder is not None:
        check_encoder(folder, manifest.encoder, encoder)
        check_terms(folder, manifest.terms)


def _opened(
    process: EdgeProcess, folder: Path, encoder: EncoderId | None, datatype: Datatype
) -> EdgeStore:
    """The lock is held from here on, so what is read now stays true."""
    switch(folder)
    sweep(folder)
    manifest = current_manifest(folder) or _created(process, folder, encoder, datatype)
    _check(folder, manifest, encoder)
    shards, unfinished = folder / SHARDS, folder / _UNFINISHED
    if unfinished.exists() and not shards.exists():
        unfinished.rename(shards)
        sync_folder(folder)
    missing = [name for name in INDEXED if not (shards / name).is_dir()]
    if missing:
        raise _damaged(folder, f"{shards} lacks {' and '.join(missing)}")
    try:
        return EdgeStore(process, folder, manifest)
    except RuntimeError as error:  # what Edge says, after a traceback
        raise _damaged(folder, str(error).strip().splitlines()[-1]) from error


def _created(
    process: EdgeProcess, folder: Path, encoder: EncoderId | None, datatype: Datatype
) -> Manifest:
    """Make the shards aside, then record them, so that a crash at any point can be finished."""
    if (folder / SHARDS).exists():
        raise _damaged(folder, f"there is a {folder / SHARDS}, but no library.json beside it")
    if encoder is None:
        raise NotFound(f"There is no library in {folder} any more.")
    shutil.rmtree(folder / _UNFINISHED, ignore_errors=True)
    process.call("create", str(folder / _UNFINISHED), encoder.dim, datatype, room=0)
    manifest = new_manifest(encoder, patches_datatype=datatype)
    write_manifest(folder, manifest)
    return manifest


def _damaged(folder: Path, what: str) -> DamagedLibrary:
    return DamagedLibrary(
        f"The library {folder} is damaged: {what}. Restore it from a backup, or move the folder"
        " away and add the documents again."
    )


def _translated(error: OSError, folder: Path) -> LibraryError | DiskFull:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull(f"No room on the disk of {folder}: {error}. Make room and try again.")
    return LibraryError(
        f"The library {folder} cannot be opened for writing: {error}. Expected a folder"
        " where you may write, or a place for a new one."
    )
