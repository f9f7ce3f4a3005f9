"""Pictures that come in a request, as files for as long as they are looked at.

They are decoded in the limited processes that read documents, never here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory


@contextmanager
def sent_picture(data: bytes) -> Iterator[Path]:
    """The path of a file with these bytes, which is gone afterwards."""
    with TemporaryDirectory(prefix="recto-") as folder:
        path = Path(folder, "picture")
        path.write_bytes(data)
        yield path
