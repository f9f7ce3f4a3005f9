"""A vLLM server that serves one pooling model: vectors of pictures and of texts.

By its documentation of `/pooling` with the task `token_embed`: texts as `input`, pictures as chat
`messages` with a data URL. Knows nothing of grids and questions.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

from recto.engine.encoders.remote.answers import vectors_of
from recto.engine.encoders.remote.calls import Client
from recto.engine.errors import EncoderError
from recto.engine.vectors import FloatArray

if TYPE_CHECKING:
    from PIL.Image import Image

_POOLING = "/pooling"


@dataclass(frozen=True, slots=True)
class Server:
    """One model of a server. For several threads."""

    client: Client
    model: str
    dim: int | None = None
    """Of its vectors; None: not yet known, so that they come as lists of numbers."""

    def root(self) -> str:
        """Which checkpoint the server has loaded under the model's name. Raises EncoderError."""
        listed = self.client.get("/v1/models").get("data")
        models = {
            str(entry["id"]): str(entry.get("root") or entry["id"])
            for entry in (listed if isinstance(listed, list) else [])
            if isinstance(entry, dict) and "id" in entry
        }
        if self.model not in models:
            raise EncoderError(
                f"{self.client.server} serves no model {self.model!r}; it serves:"
                f" {', '.join(sorted(models)) or 'none'}."
            )
        return models[self.model]

    def text(self, text: str) -> FloatArray:
        """(T, d) Raises BackendUnreachable, EncoderError."""
        return self._vectors({"input": [text]})

    def picture(self, image: Image, prompt: str) -> FloatArray:
        """(T, d) of a picture and the prompt behind it. Raises BackendUnreachable, EncoderError."""
        data = BytesIO()
        image.save(data, "PNG", compress_level=1)
        url = "data:image/png;base64," + base64.b64encode(data.getvalue()).decode()
        content = [
            {"type": "image_url", "image_url": {"url": url}},
            {"type": "text", "text": prompt},
        ]
        return self._vectors({"messages": [{"role": "user", "content": content}]})

    def _vectors(self, wanted: Mapping[str, object]) -> FloatArray:
        form: dict[str, str] = {"encoding_format": "float"}
        if self.dim is not None:
            form = {"encoding_format": "base64", "embed_dtype": "float32", "endianness": "little"}
        body = {"model": self.model, "task": "token_embed", **form, **wanted}
        where = self.client.server + _POOLING
        return vectors_of(self.client.post(_POOLING, body), self.dim, where)
