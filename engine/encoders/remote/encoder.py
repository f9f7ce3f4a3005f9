"""A retriever of the ColPali family on a vLLM server. Knows the other modules of this package.

The server does not tell which weights it has loaded: what it names, how many vectors it gives and
of which dimension is compared, and what it makes of one page and one question.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from recto.engine.encoders.colpali import pooling
from recto.engine.encoders.colpali.layout import NOWHERE, Layout, without_margin
from recto.engine.encoders.colpali.picture import picture
from recto.engine.encoders.picture_question import picture_question
from recto.engine.encoders.protocol import EncoderId, PageInput
from recto.engine.encoders.remote.address import Address, parse_address
from recto.engine.encoders.remote.calls import Client
from recto.engine.encoders.remote.grid import PROBES, Grid, find_grid
from recto.engine.encoders.remote.server import Server
from recto.engine.encoders.remote.settings import Settings
from recto.engine.encoders.witness import TOLERANCE, recognised, witness_of
from recto.engine.errors import EncoderError
from recto.engine.vectors import Multivector, PageVectors, QuestionVectors

if TYPE_CHECKING:
    from PIL.Image import Image

KEY = "RECTO_ENCODER_KEY"
"""The environment variable with the server's key."""
_LAYOUT = "2"
"""Counts the changes of this package's code that change vectors."""
_VECTORS = "vectors"
"""The setting that differs where vectors do, though all that a server tells is the same."""
_AT_ONCE = 8
"""Calls side by side, which the server puts into one batch."""
_EMPTY = "<|endoftext|>" * 10
_AROUND_QUESTIONS: Mapping[int | None, tuple[str, str]] = {
    28: ("Query: ", _EMPTY),
    32: ("", _EMPTY),
    None: ("Question: ", "<pad>" * 10 + "\n"),
}
"""What stood before and behind questions in training, by the pixels of a cell: of 28 are ColQwen2
and 2.5, of 32 ColQwen3 and 3.5. The last is of transformers' own port of ColPali, the one that vLLM
serves."""
_SPECIAL = re.compile(r"<(?=[|/\w])")


class RemoteEncoder:
    """For several threads. Pages are sent to the server as PNG."""

    def __init__(
        self, *, id: EncoderId, server: Server, grid: Grid, settings: Settings, around: _Around
    ) -> None:
        """Made by `open_encoder`."""
        self._id = id
        self._server = server
        self._grid = grid
        self._settings = settings
        self._around = around

    @property
    def placement(self) -> str:
        """Where its model runs; for a person."""
        return (
            f"{self._server.model} runs on {self._server.client.server}, in the arithmetic that was"
            f" chosen there; questions stand between {self._around.prefix!r} and"
            f" {self._around.suffix!r}"
        )

    @property
    def id(self) -> EncoderId:
        return self._id

    @property
    def needs_image(self) -> bool:
        return True

    def encode_pages(self, pages: Sequence[PageInput]) -> list[PageVectors]:
        """Vectors of each page, in order; all must have their picture.

        Raises BackendUnreachable, EncoderError.
        """
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return list(pool.map(self._page, pages))

    def encode_question(self, question: str) -> QuestionVectors:
        """One vector a token, for `patches` and `rows` alike. The server does not tell which word a
        token is of, so that all show the whole question, and those around it nothing."""
        vectors = self._server.text(self._around.put(question))
        shown = len(vectors) - self._around.before - self._around.after
        if shown < 1:
            raise EncoderError(
                f"The server gave {len(vectors)} vectors for a question, not more than for what"
                " stands around it; it cuts questions off (--max-model-len)."
            )
        tokens = ("",) * self._around.before + (question.strip(),) * shown
        tokens += ("",) * self._around.after
        return QuestionVectors(patches=vectors, rows=vectors, tokens=tokens)

    def picture_width(self, width: float, height: float) -> int:
        """Pixels across for a page of these proportions, so that it can have all its patches."""
        return self._grid.sharpness.width(width, height)

    def encode_image_question(
        self, image: npt.NDArray[np.uint8], question: str | None
    ) -> QuestionVectors:
        """The patches of a picture, and before them the question's vectors if there is one."""
        patches, layout = self._picture(image)
        return picture_question(
            patches.vectors[layout.rows != NOWHERE],
            pooling.first_stage(patches, layout).vectors,
            None if question is None else self.encode_question(question),
        )

    def _page(self, page: PageInput) -> PageVectors:
        if page.image is None:
            raise EncoderError(
                f"Page {page.content.number} came without its picture, which is all that this"
                " encoder reads."
            )
        patches, layout = self._picture(page.image)
        return PageVectors(patches=patches, rows=pooling.first_stage(patches, layout))

    def _picture(self, pixels: npt.NDArray[np.uint8]) -> tuple[Multivector, Layout]:
        page = picture(pixels)
        size = self._grid.size(page.image.height, page.image.width)
        image = page.image
        if cell := self._grid.cell:
            image = _resized(image, size.columns * cell, size.rows * cell)
        vectors = self._server.picture(image, self._settings.prompt)
        layout = without_margin(self._grid.layout(size, len(vectors)), page.width, page.height)
        return Multivector(vectors[layout.positions], layout.boxes), layout


class _Around:
    """What stands around a question, and how many vectors each side of it has."""

    def __init__(self, server: Server, prefix: str, suffix: str) -> None:
        self.prefix, self.suffix = prefix, suffix
        start = len(server.text(prefix + "a"))
        self.before = start - 1
        self.after = len(server.text(prefix + "a" + suffix)) - start

    def put(self, question: str) -> str:
        """The name of a special token in a question is text, and must not stand for a picture."""
        return self.prefix + _SPECIAL.sub("< ", question) + self.suffix


def open_encoder(
    name: str,
    *,
    settings: Mapping[str, str] | None = None,
    client: Client | None = None,
    recorded: EncoderId | None = None,
) -> RemoteEncoder:
    """The encoder at an address, after a few calls that find out how it cuts pictures up.

    `recorded` is what a library was made with: it is not the same encoder when it gives other
    vectors now, as after other weights were loaded under the same name.

    Raises BackendUnreachable, EncoderError.
    """
    address = parse_address(name)
    wanted = Settings.parse(settings or {})
    client = client or Client(server=address.server, key=os.environ.get(KEY) or None)
    server = Server(client, address.model)
    root = server.root()
    dim = server.text("page").shape[1]
    server = replace(server, dim=dim)
    grid = _grid(server, wanted)
    prefix, suffix = _AROUND_QUESTIONS[grid.cell]
    around = _Around(
        server,
        prefix if wanted.prefix is None else wanted.prefix,
        suffix if wanted.suffix is None else wanted.suffix,
    )
    encoder = RemoteEncoder(
        id=_identity(address, root, dim, grid, wanted, around),
        server=server,
        grid=grid,
        settings=wanted,
        around=around,
    )
    encoder._id = _settled(encoder, recorded)
    return encoder


def _grid(server: Server, settings: Settings) -> Grid:
    from PIL import Image

    (height, width), tall = PROBES
    pictures = [
        Image.new("RGB", (width, height), "black"),
        Image.new("RGB", (width, height), "white"),
        Image.new("RGB", tall[::-1], "white"),
    ]
    vectors = (server.picture(image, settings.prompt) for image in pictures)
    grid = find_grid(*vectors, most=settings.visual_tokens)
    largest = grid.size(4 * height, 3 * height)
    if cell := grid.cell:  # does the server read as many patches as it is to be sent?
        image = Image.new("RGB", (largest.columns * cell, largest.rows * cell), "white")
        grid.layout(largest, len(server.picture(image, settings.prompt)))
    return grid


def _identity(
    address: Address, root: str, dim: int, grid: Grid, settings: Settings, around: _Around
) -> EncoderId:
    recorded = {
        "kind": "vllm",
        "root": root,
        "grid": f"{grid.cell or grid.side},{grid.before},{grid.after}",
        "layout": _LAYOUT,
        "prefix": around.prefix,
        "suffix": around.suffix,
        "prompt": settings.prompt,
        "visual_tokens": str(settings.visual_tokens),
    }
    return EncoderId(
        name=f"vllm:{address.model}",
        revision="",  # until its vectors are known
        dim=dim,
        settings=recorded,
        source=str(address),
    )


def _settled(encoder: RemoteEncoder, recorded: EncoderId | None) -> EncoderId:
    """Its id for good, by what it makes of a page and a question now. A server's arithmetic depends
    on what else it has to do, so that vectors need only be about the recorded ones."""
    witness = witness_of(encoder)
    settings = {**encoder.id.settings, _VECTORS: _digest(witness)}
    own = replace(encoder.id, revision=_digest(settings), settings=settings, witness=witness)
    return recognised(own, recorded, passing=(_VECTORS,), tolerance=TOLERANCE["bfloat16"])


def _digest(texts: Mapping[str, str]) -> str:
    return hashlib.sha256(json.dumps(texts, sort_keys=True).encode()).hexdigest()[:12]


def _resized(image: Image, width: int, height: int) -> Image:
    from PIL import Image as Pillow

    if image.size == (width, height):
        return image
    return image.resize((width, height), Pillow.Resampling.BICUBIC, reducing_gap=3.0)
