"""The self-test finds out who can read, and warns of who cannot."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from shutil import copytree

import numpy as np
import pytest

from recto.engine.encoders.colpali.selftest import WORDS, look, pages, warn_if_blind
from recto.engine.encoders.protocol import EncoderId, PageInput
from recto.engine.encoders.registry import make
from recto.engine.errors import RectoWarning
from recto.engine.vectors import Multivector, PageVectors, QuestionVectors
from tests.checkpoints.fixtures import needs_colpali
from tests.conftest import MakeCheckpoint
from tests.engine.encoders.colpali.conftest import FLOAT32


class Reader:
    """Knows the pages of the self-test by heart; takes those of `blind` for empty."""

    def __init__(self, *, blind: Sequence[str] = ()) -> None:
        self.id = EncoderId(name="reader", revision="1", dim=len(WORDS) + 1)
        self.needs_image = True
        known = zip((*WORDS, ""), pages(), strict=True)
        self._seen = {bytes(p.image.data): w for w, p in known if p.image is not None}
        self._blind = blind

    def encode_pages(self, pages: Sequence[PageInput]) -> list[PageVectors]:
        return [self._encode(page) for page in pages]

    def encode_question(self, question: str) -> QuestionVectors:
        vector = np.eye(self.id.dim, dtype=np.float32)[[WORDS.index(question)]]
        return QuestionVectors(patches=vector, rows=vector, tokens=(question,))

    def _encode(self, page: PageInput) -> PageVectors:
        assert page.image is not None
        word = self._seen[bytes(page.image.data)]
        number = len(WORDS) if word in ("", *self._blind) else WORDS.index(word)
        vector = np.eye(self.id.dim, dtype=np.float32)[[number]]
        boxes = np.array([[0, 0, 1, 1]], np.float32)
        return PageVectors(patches=Multivector(vector, boxes), rows=None)


def test_pages_of_the_self_test_differ_only_in_their_word() -> None:
    images = [page.image for page in pages()]
    assert len({image.tobytes() for image in images if image is not None}) == len(WORDS) + 1
    assert all(image is not None and (image == 255).mean() > 0.9 for image in images)
    assert images[-1] is not None
    assert (images[-1] == 255).all()


def test_reader_finds_every_word() -> None:
    assert look(Reader()) == (WORDS, ())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_if_blind(Reader())


def test_word_that_is_not_seen_is_missed() -> None:
    assert look(Reader(blind=WORDS[1:2])).missed == WORDS[1:2]
    with pytest.warns(RectoWarning, match=f"reader did not find {WORDS[1]} on a page"):
        warn_if_blind(Reader(blind=WORDS[1:2]))


def test_reader_that_likes_the_empty_page_best_is_warned_of() -> None:
    class Fond(Reader):
        def encode_question(self, question: str) -> QuestionVectors:
            made = super().encode_question(question)
            return replace(
                made, patches=made.patches + 2 * np.eye(self.id.dim, dtype=np.float32)[-1:]
            )

    assert look(Fond()) == ((), WORDS)


@needs_colpali
def test_checkpoint_that_sees_nothing_is_warned_of(
    checkpoint: MakeCheckpoint, tmp_path: Path
) -> None:
    from tests.checkpoints.making import change_weights

    folder = copytree(checkpoint("colqwen2"), tmp_path / "blind")
    same = {"weight": lambda weight: weight * 0, "bias": lambda bias: bias * 0 + 1}
    change_weights(folder, {f"custom_text_proj.{name}": same[name] for name in same})
    with pytest.warns(RectoWarning, match="blind did not find giraffe, volcano, umbrella"):
        make(str(folder), settings=FLOAT32, check=True)
