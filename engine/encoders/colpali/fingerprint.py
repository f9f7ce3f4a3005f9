"""A name for the contents of a folder of model files, without reading gigabytes."""

from __future__ import annotations

import hashlib
from pathlib import Path

_READ_WHOLE = frozenset({".json", ".txt", ".jinja", ".model", ".py"})
_SAMPLED = ".safetensors"
_SAMPLE = 1 << 16
_SAMPLES = 64
_IGNORED = frozenset({"README.md", ".gitattributes"})


def fingerprint(folder: Path) -> str:
    """Sixteen hex digits of the names, sizes and contents of what a model is read from.

    Of weights, size and header (names, types, shapes) count, and 64 pieces of 64 KiB spread evenly:
    training changes every tensor a little, so that another checkpoint does not pass for this one.
    A few bytes changed on purpose between the pieces would.
    """
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        if path.name in _IGNORED or not path.is_file():
            continue
        if path.suffix in _READ_WHOLE or path.suffix == _SAMPLED:
            digest.update(f"{path.name}\0{path.stat().st_size}\0".encode())
        if path.suffix in _READ_WHOLE:
            digest.update(path.read_bytes())
        elif path.suffix == _SAMPLED:
            _sample(path, digest)
    return digest.hexdigest()[:16]


def fingerprint_of(path: Path) -> str:
    """Sixteen hex digits of one file of weights, whatever its format; as above."""
    digest = hashlib.sha256(f"{path.stat().st_size}\0".encode())
    _sample(path, digest)
    return digest.hexdigest()[:16]


def _sample(path: Path, digest: hashlib._Hash) -> None:
    size = path.stat().st_size
    with path.open("rb") as file:
        # The length of the header is in the first 8 bytes; one of several MiB is no model's.
        length = min(int.from_bytes(file.read(8), "little"), 1 << 24)
        digest.update(file.read(length))
        begin = file.tell()
        step = max((size - begin) // _SAMPLES, _SAMPLE)
        for position in range(begin, size, step):
            file.seek(position)
            digest.update(file.read(_SAMPLE))
