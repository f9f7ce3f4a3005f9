"""Pictures that come in a request, as files for as long as they are looked at.

They are decoded in the limited processes that read documents, never here.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from recto.engine.errors import InputError

_DATA_URL = re.compile(r"data:image/[a-z+.-]+;base64,", re.IGNORECASE)


def decoded(sent: str) -> bytes:
    """The bytes of a picture in text. Raises InputError."""
    try:
        return base64.b64decode(_DATA_URL.sub("", sent, count=1), validate=True)
    except (binascii.Error, ValueError) as error:
        raise InputError(
            "A picture is neither a data URL nor base64; addresses are not fetched."
        ) from error


@contextmanager
def sent_picture(data: bytes) -> Iterator[Path]:
    """The path of a file with these bytes, which is gone afterwards."""
    with TemporaryDirectory(prefix="recto-") as folder:
        path = Path(folder, "picture")
        path.write_bytes(data)
        yield path
