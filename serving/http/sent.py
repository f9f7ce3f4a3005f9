"""Files that come in a request, on the disk for as long as they are looked at.

They are decoded in the limited processes that read documents, never here.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from fastapi import UploadFile

from recto.engine.errors import DiskFull, DocumentError
from recto.serving.jobs.uploads import safe_name


@contextmanager
def sent_files(*groups: Sequence[UploadFile]) -> Iterator[list[list[Path]]]:
    """The paths of each group's files, which are gone afterwards.

    A DocumentError of one tells its name, and not where it was. Raises DiskFull.
    """
    with TemporaryDirectory(prefix="recto-") as folder:
        try:
            yield _written(Path(folder), groups)
        except DocumentError as error:
            place = re.escape(folder) + r"/\d+/"
            raise type(error)(re.sub(place, "", str(error))) from error


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
