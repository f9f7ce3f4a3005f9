"""Tells sound and film by their first bytes, whatever their names. Opens nothing further."""

from __future__ import annotations

import os
from pathlib import Path

from recto.engine.errors import EmptyFile, UnreadableFile, UnsupportedFile

MEDIA = frozenset({"wav", "flac", "mp3", "ogg", "mov", "matroska"})
"""Containers, as FFmpeg names what reads them: mov is also mp4 and m4a, matroska also webm, ogg
also opus."""
SUFFIXES = frozenset(
    {"wav", "flac", "mp3", "m4a", "ogg", "oga", "opus", "mp4", "m4v", "mkv", "mka", "webm", "mov"}
)
_HEAD = 64
_FIRST_BOXES = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip")
"""Of a mov; the first of old ones is not always ftyp."""
_PICTURES = (b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis", b"crx ")
"""What pictures in the same boxes begin with after ftyp."""


def media_kind(path: str | os.PathLike[str]) -> str:
    """One of `MEDIA`. Raises UnreadableFile, EmptyFile or UnsupportedFile."""
    path = Path(path)
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError as error:
        raise UnreadableFile(f"{path} cannot be read: {error.strerror or error}.") from error
    if not head:
        raise EmptyFile(f"{path} has no bytes; sound or film was expected.")
    kind = kind_by_head(head)
    if kind is None:
        raise UnsupportedFile(
            f"{path} is no sound or film that recto reads (it begins with {head[:8]!r}); expected"
            f" one of {', '.join(sorted(SUFFIXES))}."
        )
    return kind


def kind_by_head(head: bytes) -> str | None:
    """One of `MEDIA`, or None."""
    if head[:4] in (b"RIFF", b"RF64") and head[8:12] == b"WAVE":
        return "wav"
    if head[4:8] in _FIRST_BOXES:
        return None if head[4:8] == b"ftyp" and head[8:12] in _PICTURES else "mov"
    for mark, kind in ((b"fLaC", "flac"), (b"OggS", "ogg"), (b"\x1a\x45\xdf\xa3", "matroska")):
        if head.startswith(mark):
            return kind
    return "mp3" if head.startswith(b"ID3") or _is_mpeg_audio(head) else None


def _is_mpeg_audio(head: bytes) -> bool:
    """Eleven bits set, then a version, layer III, a bit rate and a sampling rate that there are."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return False
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    return version != 1 and layer == 1 and head[2] >> 4 not in (0, 15) and head[2] >> 2 & 3 != 3
