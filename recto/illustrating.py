"""A picture that a model made of a description and pages of a library, and how it is kept."""

from __future__ import annotations

import errno
import json
import os
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from recto.asking import Found
from recto.engine.endpoint.limits import Usage
from recto.engine.errors import DiskFull, InputError
from recto.engine.illustrating import Illustrator
from recto.results import Hit, usage_as_json

if TYPE_CHECKING:
    from PIL.Image import Image

FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Illustration:
    """A picture, the prompt it was made by, and the pages whose text is in the prompt.

    Nothing has verified what it shows.
    """

    description: str
    prompt: str
    model: str
    sources: tuple[Hit, ...]
    """In the order of the prompt."""
    revised_prompt: str
    """What the endpoint made of the prompt, where it tells."""
    usage: Usage | None
    """None: the endpoint does not count."""
    data: bytes
    """The file, as the endpoint sent it."""

    def image(self) -> Image:
        """The picture."""
        from PIL import Image as Pillow

        return Pillow.open(BytesIO(self.data)).convert("RGB")

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the picture, as the kind of file that its name says, and beside it `NAME.json` with
        what `as_json` gives; a PNG file has that in it, too. Raises InputError, DiskFull."""
        to = Path(path)
        kind = FORMATS.get(to.suffix.lower())
        if kind is None:
            raise InputError(
                f"{to.name!r} is no name of a picture; expected one that ends in"
                f" {', '.join(FORMATS)}."
            )
        try:
            to.parent.mkdir(parents=True, exist_ok=True)
            to.write_bytes(self._encoded(kind))
            Path(f"{to}.json").write_text(json.dumps(self.as_json(), indent=1), "utf-8")
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise DiskFull(f"No room on disk to write {to}. Free some space.") from error
            raise InputError(
                f"{to} cannot be written: {error.strerror}. Choose another place for it."
            ) from error
        return to

    def as_json(self) -> dict[str, Any]:
        return {
            "description": self.description,
            "prompt": self.prompt,
            "model": self.model,
            "sources": [
                {
                    "document": hit.document.name,
                    "document_id": hit.document.id,
                    "page": hit.page.number,
                }
                for hit in self.sources
            ],
            "revised_prompt": self.revised_prompt,
            "usage": self.usage and usage_as_json(self.usage),
        }

    def _encoded(self, kind: str) -> bytes:
        """Made anew from the pixels: of what else was in the file, nothing is kept."""
        from PIL.PngImagePlugin import PngInfo

        file = BytesIO()
        if kind != "PNG":
            self.image().save(file, kind)
            return file.getvalue()
        info = PngInfo()
        for name, value in self.as_json().items():
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            info.add_itxt(name.replace("_", " ").capitalize(), text)
        self.image().save(file, kind, pnginfo=info)
        return file.getvalue()


def illustrate(found: Found, illustrator: Illustrator, size: str | None) -> Illustration:
    """See `Library.illustrate`."""
    made = illustrator.illustrate(found.question, found.evidence(), size=size)
    hits = {(page.document_id, page.number): found.holdings.hit(page, ()) for page in found.ranked}
    return Illustration(
        description=found.question,
        prompt=made.prompt,
        model=illustrator.model.name,
        sources=tuple(hits[page.document_id, page.content.number] for page in made.pages),
        revised_prompt=made.picture.revised_prompt,
        usage=made.picture.usage,
        data=made.picture.data,
    )
