"""The original bytes of every document, kept by hash. Knows nothing of what is in them."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from recto.engine.errors import DiskFull, RectoError, UnreadableFile

_CHUNK = 1 << 20
_SUMMARIES = ".summaries.json"
_BESIDE = (_SUMMARIES, ".summaries.npz")
"""What may lie beside a document's bytes; the latter are vectors of the former."""


def hash_of(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hex. Raises UnreadableFile."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise _translated(error, path) from error


class Sources:
    """A folder of originals: `ab/abcdef….pdf` holds the bytes whose SHA-256 is abcdef….

    Beside them is `ab/abcdef….summaries.json`, where a model has written about the document: it
    is of these bytes and of no encoder, belongs to the same tenant, is for the same machines, and
    goes with them whenever and wherever they go.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, document_id: str, kind: str) -> Path:
        """Where the bytes of a document are, or would be."""
        return self._folder / document_id[:2] / f"{document_id}.{kind}"

    def summaries(self, document_id: str) -> Path:
        """Where the summaries of a document's pages are, or would be."""
        return self._folder / document_id[:2] / f"{document_id}{_SUMMARIES}"

    def keep(self, original: Path, kind: str) -> str:
        """Copy a file's bytes and return their hash; what is kept already is not written again.

        The hash is that of the copy, so a file that is being rewritten cannot give a wrong one.
        Raises UnreadableFile, DiskFull.
        """
        try:
            with original.open("rb") as file:
                return self.keep_stream(file, kind, name=str(original))
        except OSError as error:
            raise _translated(error, original) from error

    def keep_stream(self, stream: IO[bytes], kind: str, *, name: str) -> str:
        """As `keep`, from what is being read; `name` is what messages call it."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self._folder, delete=False) as copy:
                temporary = Path(copy.name)
                digest = hashlib.sha256()
                while chunk := stream.read(_CHUNK):
                    digest.update(chunk)
                    copy.write(chunk)
                copy.flush()
                os.fsync(copy.fileno())
            kept = self.path(digest.hexdigest(), kind)
            kept.parent.mkdir(exist_ok=True)
            temporary.replace(kept)
        except BaseException as error:
            with contextlib.suppress(OSError, UnboundLocalError):
                temporary.unlink()
            if isinstance(error, OSError):
                raise _translated(error, Path(name)) from error
            raise
        return digest.hexdigest()

    def remove(self, document_id: str, kind: str) -> None:
        """Forget a document's bytes and summaries; nothing happens when they are not there."""
        self.path(document_id, kind).unlink(missing_ok=True)
        for path in self._beside(document_id):
            path.unlink(missing_ok=True)

    def sweep(self, keep: set[Path]) -> None:
        """Remove what an interrupted `keep` left: every file that is not among these paths, which
        are of originals, or of their summaries."""
        beside = {other for path in keep for other in self._beside(path.name.partition(".")[0])}
        for path in self._files():
            if path not in keep and path not in beside:
                path.unlink(missing_ok=True)

    def _beside(self, document_id: str) -> list[Path]:
        folder = self._folder / document_id[:2]
        return [folder / f"{document_id}{suffix}" for suffix in _BESIDE]

    def _files(self) -> Iterator[Path]:
        if self._folder.is_dir():
            yield from [path for path in self._folder.rglob("*") if path.is_file()]


def _translated(error: OSError, path: Path) -> RectoError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFull(
            f"No room on disk to keep a copy of {path}. Everything indexed before is kept; free "
            "some space and run the same command again."
        )
    return UnreadableFile(f"{path} cannot be read: {error.strerror}. Check its permissions.")
