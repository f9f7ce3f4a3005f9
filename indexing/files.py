"""Finds the files to be indexed and tells their kind by their bytes. Opens none of them further.

Knows nothing of what a kind needs to be read, nor whether its reader is installed.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from recto.engine.errors import (
    DocumentError,
    EmptyFile,
    EncryptedFile,
    UnreadableFile,
    UnsupportedFile,
)
from recto.indexing.media.kinds import SUFFIXES, kind_by_head
from recto.indexing.notes import is_notes

OFFICE = frozenset({"docx", "pptx", "xlsx", "odt", "odp", "ods", "doc", "ppt", "xls", "rtf"})
IMAGES = frozenset({"png", "jpeg", "webp", "tiff"})
KINDS = frozenset({"pdf"}) | IMAGES | OFFICE
"""Of documents with pages."""
_NAMED = KINDS | SUFFIXES | {"jpg", "tif"}
_HEAD = 4096
_TAIL = 1 << 18
_LIBRARY = {"library.json", "store"}
"""What the folder of a library holds."""

_OOXML = ((b"word/", "docx"), (b"ppt/", "pptx"), (b"xl/", "xlsx"))
_ODF = (
    (b"opendocument.text", "odt"),
    (b"opendocument.presentation", "odp"),
    (b"opendocument.spreadsheet", "ods"),
)
_OLE = (
    ("WordDocument", "doc"),
    ("PowerPoint Document", "ppt"),
    ("Workbook", "xls"),
    ("Book", "xls"),
    ("EncryptedPackage", "encrypted"),
)


@dataclass(frozen=True, slots=True)
class Found:
    """A file of a kind that we read. `path` is absolute, links in it not resolved."""

    path: Path
    kind: str
    origin: str = ""
    """Where it is said to come from, if that is not its path: what comes from the same place later
    replaces it."""

    @property
    def came_from(self) -> str:
        return self.origin or str(self.path)


@dataclass(frozen=True, slots=True)
class Refused:
    """A file or folder that cannot be read, and why. The others are not affected."""

    path: Path
    error: DocumentError


def find(paths: Iterable[str | os.PathLike[str]]) -> Iterator[Found | Refused]:
    """The documents at `paths`, folders searched to the bottom, in order of name, each once.

    In a folder, hidden entries, our own libraries (whose sources and pictures are no documents of
    the user's) and files that neither are of a kind we read nor are named like one are passed over
    in silence; what a caller names is never, but for the notes beside a document.
    """
    seen: set[tuple[int, int]] = set()
    for given in paths:
        path = Path(os.path.abspath(given))
        if is_notes(path):  # as a shell gives them for reports/*
            continue
        try:
            status = path.stat()
        except OSError as error:
            yield Refused(path, _unreadable(path, error))
            continue
        if stat.S_ISDIR(status.st_mode):
            yield from _walk(path, seen)
        elif _first(status, seen):
            yield _look(path, status)


def _walk(folder: Path, seen: set[tuple[int, int]]) -> Iterator[Found | Refused]:
    """A folder reached twice, by a loop of links or otherwise, is searched once."""
    waiting = [folder]  # a stack of our own: folders nest deeper than Python's
    while waiting:
        path = waiting.pop()
        try:
            status = path.stat()
            if stat.S_ISDIR(status.st_mode):
                if _first(status, seen):
                    waiting.extend(reversed(_entries(path)))
                continue
        except OSError as error:
            yield Refused(path, _unreadable(path, error))
            continue
        if stat.S_ISREG(status.st_mode) and _first(status, seen):
            result = _look(path, status)
            if isinstance(result, Found) or not _stranger(result):
                yield result


def _entries(folder: Path) -> list[Path]:
    names = os.listdir(folder)
    if _LIBRARY.issubset(names):
        return []
    return [folder / name for name in sorted(names) if name[:1] != "."]


def _first(status: os.stat_result, seen: set[tuple[int, int]]) -> bool:
    key = (status.st_dev, status.st_ino)
    if key in seen:
        return False
    seen.add(key)
    return True


def _look(path: Path, status: os.stat_result) -> Found | Refused:
    try:
        if not stat.S_ISREG(status.st_mode):  # reading a pipe would wait for ever
            raise UnsupportedFile(f"{path} is no regular file; give a file or a folder.")
        return Found(path, kind_of(path))
    except DocumentError as error:
        return Refused(path, error)


def _stranger(refused: Refused) -> bool:
    """A file that nobody would take for a document of ours."""
    named = refused.path.suffix.lower().removeprefix(".") in _NAMED
    return not named and isinstance(refused.error, (UnsupportedFile, EmptyFile))


def kind_of(path: str | os.PathLike[str]) -> str:
    """One of `KINDS` or `MEDIA`, from the file's bytes, whatever its name.

    Raises UnreadableFile, EmptyFile, EncryptedFile (a protected office file) or UnsupportedFile.
    """
    path = Path(path)
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
            file.seek(-min(_TAIL, file.seek(0, os.SEEK_END)), os.SEEK_END)
            tail = file.read(_TAIL) if head[:2] == b"PK" else b""
            sector = _ole_directory(head)
            file.seek(sector)
            directory = file.read(_HEAD) if sector else b""
    except OSError as error:
        raise _unreadable(path, error) from error
    if not head:
        raise EmptyFile(f"{path} has no bytes; a document was expected.")
    kind = _by_magic(head) or _in_zip(head, tail) or _in_ole(directory) or kind_by_head(head)
    if kind == "encrypted":
        raise EncryptedFile(f"{path} is protected by a password; save it without one.")
    if kind is None:
        raise UnsupportedFile(
            f"{path} is of no kind that recto reads (it begins with {head[:8]!r}); "
            f"expected {', '.join(sorted(KINDS | SUFFIXES))}."
        )
    return kind


def _by_magic(head: bytes) -> str | None:
    if b"%PDF-" in head[:1024]:  # readers allow some bytes before it
        return "pdf"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head[:4] in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        return "tiff"
    return "rtf" if head.startswith(b"{\\rtf") else None


def _in_zip(head: bytes, tail: bytes) -> str | None:
    """OpenDocument names its type in its first entry, the others show in the list of entries,
    which stands at the end."""
    if not tail:
        return None
    if head[30:38] == b"mimetype":
        return next((kind for mark, kind in _ODF if mark in head[38:128]), None)
    if b"[Content_Types].xml" not in head + tail:
        return None
    return next((kind for mark, kind in _OOXML if mark in head + tail), None)


def _ole_directory(head: bytes) -> int:
    """Where an OLE file (Office before 2007) lists its streams; 0 for any other file."""
    if head[:8] != b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" or len(head) < 512:
        return 0
    size = 1 << min(int.from_bytes(head[30:32], "little"), 16)
    return (int.from_bytes(head[48:52], "little") + 1) * size


def _in_ole(directory: bytes) -> str | None:
    return next((kind for name, kind in _OLE if name.encode("utf-16-le") in directory), None)


def _unreadable(path: Path, error: OSError) -> UnreadableFile:
    return UnreadableFile(f"{path} cannot be read: {error.strerror or error}.")
