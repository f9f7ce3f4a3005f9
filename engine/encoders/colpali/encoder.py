"""Page pictures and questions become vectors of one space. Knows the other modules of this package.

Imports torch: whoever imports this has called `extra.require_extra` before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from threading import Lock

import numpy as np
import numpy.typing as npt

from recto.engine.encoders.colpali import pooling
from recto.engine.encoders.colpali.batch import Batch, Group, grouped
from recto.engine.encoders.colpali.checkpoint import find
from recto.engine.encoders.colpali.identity import PACKAGES, identity
from recto.engine.encoders.colpali.inputs import Inputs
from recto.engine.encoders.colpali.layout import NOWHERE, BoolArray, Layout
from recto.engine.encoders.colpali.loading import Loaded, load, translated
from recto.engine.encoders.colpali.network import Network, network_of
from recto.engine.encoders.colpali.picture import Picture, picture
from recto.engine.encoders.colpali.placement import Machine, this_machine
from recto.engine.encoders.colpali.settings import Settings
from recto.engine.encoders.colpali.steps import Prepared, Ran
from recto.engine.encoders.colpali.text_side import Piece, TextSide
from recto.engine.encoders.picture_question import picture_question
from recto.engine.encoders.protocol import EncoderId, PageInput
from recto.engine.encoders.witness import TOLERANCE, recognised, witness_of
from recto.engine.errors import EncoderError
from recto.engine.store.protocol import MAX_FLOATS
from recto.engine.vectors import FloatArray, Multivector, PageVectors, QuestionVectors

_TOKENS = 1024
"""Of a page's picture, where a checkpoint has the same number for all."""
_MOST_PAGES = 16


class ColPaliEncoder:
    """A retriever of the ColPali family.

    For several threads: while one has the model, another can prepare its pictures.
    """

    def __init__(
        self,
        *,
        id: EncoderId,
        inputs: Inputs,
        text_side: TextSide | None,
        network: Network,
        pool_factor: int,
        placement: str,
    ) -> None:
        """Made by `open_encoder`. With a `text_side` the words of pages are read as well."""
        self._id = id
        self._inputs = inputs
        self._text_side = text_side
        self._network = network
        self._pool_factor = pool_factor
        self._lock = Lock()
        self._last: tuple[str, QuestionVectors] | None = None
        self._placement = placement

    @property
    def placement(self) -> str:
        """Where its model runs, in which arithmetic, and why; for a person."""
        return self._placement

    @property
    def id(self) -> EncoderId:
        return self._id

    @property
    def needs_image(self) -> bool:
        return True

    def encode_pages(self, pages: Sequence[PageInput]) -> list[PageVectors]:
        """Vectors of each page, in order; all must have their picture.

        With `page_text` the vectors of the page's words follow those of its picture, each with the
        box of its word, and are neither pooled nor part of `rows`: rows stand for places of the
        picture, and pages are found by their words in the first stage already.

        Raises EncoderError when the model gives what are no numbers, OutOfMemory.
        """
        return self.finish(self.run(self.prepare(pages)))

    @property
    def batch(self) -> int:
        """As many pages as go into the model at once, if all have as many patches as one may."""
        tokens = self._inputs.visual_tokens or _TOKENS
        return min(max(self._network.tokens // tokens, 1), _MOST_PAGES)

    def prepare(self, pages: Sequence[PageInput]) -> Prepared:
        """Pages of as many patches together, so that none is padded, and likewise their words."""
        pictures = [_picture(page) for page in pages]
        # Each by itself, or a processor would pad those that belong to different groups.
        batches = [self._inputs.pages([one]) for one in pictures]
        layouts = [
            self._inputs.layouts(batch, [one])[0]
            for batch, one in zip(batches, pictures, strict=True)
        ]
        pieces = [self._pieces(page, layout) for page, layout in zip(pages, layouts, strict=True)]
        return Prepared(
            pictures=grouped(batches),
            layouts=layouts,
            pieces=pieces,
            texts=grouped([piece.batch for page in pieces for piece in page]),
        )

    def run(self, prepared: Prepared) -> list[Ran]:
        """Vectors as the model gives them, page by page."""
        seen = self._run_groups(prepared.pictures)
        read = iter(self._run_groups(prepared.texts))
        return [
            Ran(layout, vectors, [(next(read)[piece.positions], piece.boxes) for piece in pieces])
            for layout, vectors, pieces in zip(prepared.layouts, seen, prepared.pieces, strict=True)
        ]

    def finish(self, result: Sequence[Ran]) -> list[PageVectors]:
        """Checked, of length 1, pooled."""
        return [self._finished(page) for page in result]

    def encode_question(self, question: str) -> QuestionVectors:
        """One vector a token, for `patches` and `rows` alike; those of the prompt show no text."""
        with self._lock:
            if self._last is None or self._last[0] != question:
                self._last = (question, self._encode_question(question))
            return self._last[1]

    def picture_width(self, width: float, height: float) -> int:
        """Pixels across for a page of these proportions, so that it can have all its patches."""
        return self._inputs.sharpness.width(width, height)

    def encode_image_question(
        self, image: npt.NDArray[np.uint8], question: str | None
    ) -> QuestionVectors:
        """The patches of a picture, and before them the question's vectors if there is one.

        Raises EncoderError, OutOfMemory.
        """
        batch, layout = self._seen(image)
        (vectors,) = self._network.run(batch)
        patches = self._patches(vectors, layout)
        return picture_question(
            patches.vectors[_placed(layout)],
            pooling.first_stage(patches, layout).vectors,
            None if question is None else self.encode_question(question),
        )

    def adopt(self, output: FloatArray, image: npt.NDArray[np.uint8]) -> PageVectors:
        """What this would store of a page for which its model has given `output` elsewhere,
        (tokens, d), when it was shown this picture, (height, width, 3) RGB.

        Raises EncoderError where these cannot be the tokens of the picture, and with `page_text`.
        """
        if self._text_side is not None:
            raise EncoderError(
                "With page_text the model reads the words of a page, too, of which an index of"
                " pictures has no vectors; leave that setting out."
            )
        batch, layout = self._seen(image)
        wanted = (batch["input_ids"].shape[1], self._id.dim)
        if output.shape != wanted:
            raise EncoderError(
                f"{self._id.name} makes vectors of the shape {wanted} of this page, prompt"
                f" included; there are some of the shape {output.shape}, of which cannot be told"
                " where on the page they stand."
            )
        return self._finished(Ran(layout, output, []))

    def _seen(self, image: npt.NDArray[np.uint8]) -> tuple[Batch, Layout]:
        """One picture as the model's input, and where its vectors lie."""
        one = picture(image)
        batch = self._inputs.pages([one])
        return batch, self._inputs.layouts(batch, [one])[0]

    def _run_groups(self, groups: Sequence[Group]) -> list[FloatArray]:
        """(T, d) for each of the batches that were put into these groups, in their order."""
        made: dict[int, FloatArray] = {}
        for group in groups:
            made.update(zip(group.numbers, self._network.run(group.batch), strict=True))
        return [made[number] for number in range(len(made))]

    def _pieces(self, page: PageInput, layout: Layout) -> list[Piece]:
        """Of its words, as many as the store takes beside its patches."""
        if self._text_side is None:
            return []
        room = MAX_FLOATS // self._id.dim - len(layout.positions)
        pieces = self._text_side.pieces(page.content.text.words, room)
        return [piece for piece in pieces if len(piece.positions)]

    def _finished(self, page: Ran) -> PageVectors:
        seen = self._patches(page.vectors, page.layout)
        finished = PageVectors(
            patches=pooling.clusters(seen, _placed(page.layout), self._pool_factor),
            rows=pooling.first_stage(seen, page.layout),
        )
        if not page.text or finished.patches is None:
            return finished
        texts = [Multivector(_checked(made, self._id), boxes) for made, boxes in page.text]
        parts = [finished.patches, *texts]
        together = Multivector(
            np.concatenate([part.vectors for part in parts]),
            np.concatenate([part.boxes for part in parts]),
        )
        return replace(finished, patches=together)

    def _patches(self, vectors: FloatArray, layout: Layout) -> Multivector:
        return Multivector(_checked(vectors[layout.positions], self._id), layout.boxes)

    def _encode_question(self, question: str) -> QuestionVectors:
        batch = self._inputs.question(question)
        attended = batch["attention_mask"][0].numpy() != 0
        vectors = _checked(self._network.run(batch)[0][attended], self._id)
        vectors.flags.writeable = False  # it may be given out again
        texts = self._inputs.texts(batch, question)
        tokens = tuple(text for text, kept in zip(texts, attended, strict=True) if kept)
        return QuestionVectors(patches=vectors, rows=vectors, tokens=tokens)


def open_encoder(
    name: str,
    *,
    settings: Mapping[str, str] | None = None,
    trust_remote_code: bool = False,
    machine: Machine | None = None,
    recorded: EncoderId | None = None,
) -> ColPaliEncoder:
    """The encoder in a folder or on the hub, its weights loaded.

    `settings` are those of `Settings`; `trust_remote_code` lets Python run that a checkpoint brings
    along; `recorded` is what a library was made with: where only versions of packages differ from
    it and vectors do not, the encoder is the recorded one. Raises EncoderError, OutOfMemory.
    """
    wanted = Settings.parse(settings or {})
    checkpoint = find(name, revision=wanted.weights, code=trust_remote_code)
    loaded = load(
        checkpoint,
        machine=machine or this_machine(),
        settings=wanted,
        trusted=trust_remote_code,
    )
    with translated(checkpoint, loaded.family):
        return _opened(loaded, wanted, recorded)


def _opened(loaded: Loaded, wanted: Settings, recorded: EncoderId | None) -> ColPaliEncoder:
    """Its model runs for the first time, which shows whether processor and weights fit."""
    inputs = Inputs(
        loaded.processor,
        loaded.family,
        prefix=wanted.prefix,
        visual_tokens=wanted.visual_tokens,
    )
    # Numbers are rounded to int8 by the largest of a whole batch.
    alone = loaded.placement.dtype == "int8"
    network = network_of(loaded.model, loaded.family, alone=alone)
    dim = network.run(inputs.question("page")).shape[-1]
    encoder = ColPaliEncoder(
        id=identity(loaded, inputs, wanted, dim),
        inputs=inputs,
        text_side=inputs.text_side() if wanted.page_text else None,
        network=network,
        pool_factor=wanted.pool_factor,
        placement=f"{loaded.family.model} {loaded.placement}",
    )
    encoder._id = _settled(encoder, recorded)
    return encoder


def _settled(encoder: ColPaliEncoder, recorded: EncoderId | None) -> EncoderId:
    """Its id for good. A page is encoded for that only where the library was made otherwise."""
    if recorded == encoder.id:
        return replace(encoder.id, witness=recorded.witness)
    own = replace(encoder.id, witness=witness_of(encoder))
    tolerance = TOLERANCE[own.settings["dtype"]]
    return recognised(own, recorded, passing=PACKAGES, tolerance=tolerance)


def _picture(page: PageInput) -> Picture:
    if page.image is None:
        raise EncoderError(
            f"Page {page.content.number} came without its picture, which is all that this encoder"
            " reads."
        )
    return picture(page.image)


def _placed(layout: Layout) -> BoolArray:
    """Which vectors are patches, and not the texts after them."""
    placed: BoolArray = (layout.rows != NOWHERE) | (layout.tiles != NOWHERE)
    return placed


def _checked(vectors: FloatArray, id: EncoderId) -> FloatArray:
    """Of length 1."""
    wrong = int((~np.isfinite(vectors).all(axis=1)).sum())
    if wrong:
        raise EncoderError(
            f"{id.name} gave {wrong} of {len(vectors)} vectors that are no numbers (NaN or"
            f" infinite) in {id.settings.get('dtype')}. Choose another with the encoder setting"
            " dtype, such as float32; if it happens there too, the checkpoint is damaged."
        )
    return pooling.unit(vectors)
