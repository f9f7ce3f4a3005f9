"""How a library comes to other vectors of its documents: the folder, and what a crash leaves of it.

    reencode/           a library of its own, being filled while the one around it is in use
    reencode.done/      the same, complete: from here on it is the library that there is
    store.old/          the shards that were in use before

What `commit` and `switch` do, one rename a step, and what is there after each:

                          library.json   store/   reencode   reencode.done            store.old/
       while filling      old            old      new
    1  reencode.done      old            old                 library.json, store/
    2  store.old          old                                library.json, store/     old
    3  store              old            new                 library.json             old
    4  library.json       new            new                 (lock)                   old
       swept              new            new

Before step 1 a crash leaves the old library, and what is in `reencode` to go on with. After it,
whoever opens the library takes the steps that are left. Knows no vectors and no processes; the
caller holds the library's lock, and has closed the shards that are moved.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from recto.engine.store.lock import lock_file
from recto.engine.store.manifest import NAME, Manifest, read_manifest, sync_folder

SHARDS = "store"
PENDING = "reencode"
_DONE = "reencode.done"
_OLD = "store.old"


def current_manifest(folder: Path) -> Manifest | None:
    """That of the library in `folder`, whether or not a switch was finished; None without one.

    Raises NewerLibrary, DamagedLibrary.
    """
    return read_manifest(folder / _DONE) or read_manifest(folder)


def commit(folder: Path) -> None:
    """What is in `reencode` becomes the library; `switch` must follow."""
    (folder / PENDING).rename(folder / _DONE)
    sync_folder(folder)


def switch(folder: Path) -> None:
    """Put what was committed in its place, or what is left of that; else nothing happens."""
    done = folder / _DONE
    if (done / SHARDS).exists():
        if (folder / SHARDS).exists():
            (folder / SHARDS).rename(folder / _OLD)
            sync_folder(folder)
        (done / SHARDS).rename(folder / SHARDS)
        sync_folder(folder)
    if (done / NAME).exists():
        (done / NAME).replace(folder / NAME)
        sync_folder(folder)


def sweep(folder: Path) -> None:
    """Remove what a finished switch has left; it takes longer the larger the library was."""
    for left in (folder / _OLD, folder / _DONE):
        if left.exists():
            shutil.rmtree(left)


def discard(folder: Path) -> None:
    """Forget what was being filled. Raises LibraryBusy."""
    pending = folder / PENDING
    if pending.exists():
        # A process that was filling it may not have ended yet, though its parent was killed.
        descriptor = lock_file(pending / "lock", owner=os.getpid())
        try:
            shutil.rmtree(pending)
        finally:
            os.close(descriptor)
