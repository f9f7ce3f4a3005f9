"""Where uploaded files wait for their job, each under the name that it was sent with.

A name from a request is never a path: what would lead elsewhere, or cannot be a file's name, is
taken out of it.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

_UNSAFE = re.compile(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069/\\]+")
_MAX_NAME = 180
"""Bytes: file systems take 255, and sidecar names are longer."""
_JOB = re.compile(r"[0-9a-f]{32}")


def safe_name(name: str) -> str:
    """The last part of what a client calls its file, as a file of ours can be called."""
    last = name.replace("\\", "/").rstrip("/").rpartition("/")[2]
    clean = _UNSAFE.sub("_", last.encode("utf-8", "replace").decode()).strip().lstrip(".")
    stem, dot, suffix = clean.rpartition(".")
    while len(clean.encode()) > _MAX_NAME:
        stem = stem[:-1] if dot else clean[:-1]
        clean = stem + dot + suffix if dot and stem else clean[:-1]
    return clean or "unnamed"


class Uploads:
    """The folders of jobs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "uploads"
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def place(self, job: str, index: int, name: str) -> Path:
        """Where the file with this index is, or is to be written."""
        assert _JOB.fullmatch(job), job
        return self._folder / job / str(index) / safe_name(name)

    def keep(self, job: str, names: Sequence[str], files: Sequence[BinaryIO]) -> None:
        """Write the files of a job, so that they survive also what ends the machine.

        Raises OSError.
        """
        for index, (name, file) in enumerate(zip(names, files, strict=True)):
            path = self.place(job, index, name)
            path.parent.mkdir(parents=True, mode=0o700)
            with path.open("xb") as written:
                shutil.copyfileobj(file, written)
                written.flush()
                os.fsync(written.fileno())
            _sync(path.parent)
        _sync(self._folder / job)
        _sync(self._folder)

    def remove(self, job: str) -> None:
        """The files of a job are needed no more."""
        assert _JOB.fullmatch(job), job
        shutil.rmtree(self._folder / job, ignore_errors=True)

    def sweep(self, jobs: set[str]) -> None:
        """Remove what belongs to none of these: requests that were cut off."""
        for folder in self._folder.iterdir():
            if folder.name not in jobs:
                shutil.rmtree(folder, ignore_errors=True)


def _sync(folder: Path) -> None:
    """A file is found again after a crash of the machine if its folder says so on the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
