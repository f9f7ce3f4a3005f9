"""Files that come in a request, on the disk for as long as they are looked at.

They are decoded in the limited processes that read documents, never here.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from fastapi import UploadFile

from recto.engine.errors import DiskFull
from recto.serving.jobs.uploads import safe_name


@contextmanager
def sent_files(*groups: Sequence[UploadFile]) -> Iterator[list[list[Path]]]:
    """The paths of each group's files, by the names that they were sent with; they are gone
    afterwards. Raises DiskFull."""
    with TemporaryDirectory(prefix="recto-") as folder:
        yield _written(Path(folder), groups)


def _written(folder: Path, groups: Sequence[Sequence[UploadFile]]) -> list[list[Path]]:
    paths: list[list[Path]] = []
    number = 0
    for group in groups:
        paths.append([])
        for sent in group:
            number += 1
            path = folder / str(number) / safe_name(sent.filename or "")
            try:
                path.parent.mkdir()
                with path.open("xb") as written:
                    shutil.copyfileobj(sent.file, written)
            except OSError as error:
                raise DiskFull(f"What was sent could not be kept: {error.strerror}.") from error
            paths[-1].append(path)
    return paths
