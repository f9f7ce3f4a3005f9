"""The words of a page beside its patches: which tokens are read, where they lie, what is stored."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from recto.engine.encoders.protocol import PageInput
from recto.engine.errors import EncoderError
from recto.engine.page import Word
from recto.engine.store.protocol import MAX_FLOATS
from recto.engine.vectors import Multivector, PageVectors
from tests.checkpoints.fixtures import FAMILIES, needs_colpali
from tests.conftest import MakeCheckpoint
from tests.engine.encoders.colpali.conftest import FLOAT32, TALL, WIDE, OpenEncoder, noise
from tests.engine.encoders.making import page_of

pytestmark = needs_colpali

every_family = pytest.mark.parametrize("family", FAMILIES)
LINES = ["Net sales grew by 12%.", "See table 4 (überall)"]
WITH_TEXT = {**FLOAT32, "page_text": "yes"}


def page(lines: Sequence[str], *, seed: int = 1, size: tuple[int, int] = TALL) -> PageInput:
    """A picture of noise with these words, each in a box of its own."""
    return replace(noise(size, seed), content=page_of(lines).content)


def words(lines: Sequence[str]) -> tuple[Word, ...]:
    return page_of(lines).content.text.words


def key(box: Iterable[float]) -> tuple[float, ...]:
    """A box as encoders keep it."""
    return tuple(np.array(tuple(box), np.float32).tolist())


@pytest.fixture(scope="module")
def reading(checkpoint: MakeCheckpoint) -> OpenEncoder:
    """The encoder of a family that reads the words of pages as well."""
    from recto.engine.encoders.colpali.encoder import ColPaliEncoder, open_encoder

    opened: dict[str, ColPaliEncoder] = {}

    def of_family(family: str) -> ColPaliEncoder:
        if family not in opened:
            opened[family] = open_encoder(str(checkpoint(family)), settings=WITH_TEXT)
        return opened[family]

    return of_family


def patches(vectors: PageVectors) -> Multivector:
    assert vectors.patches is not None
    return vectors.patches


def added(seen: PageVectors, both: PageVectors) -> Multivector:
    """The vectors of words, after checking that those of the picture are the same before them."""
    before, after = patches(seen), patches(both)
    np.testing.assert_allclose(after.vectors[: len(before.vectors)], before.vectors, atol=1e-6)
    np.testing.assert_array_equal(after.boxes[: len(before.boxes)], before.boxes)
    count = len(before.vectors)
    return Multivector(after.vectors[count:], after.boxes[count:])


@every_family
def test_words_are_put_where_a_question_stands(family: str, reading: OpenEncoder) -> None:
    """Token for token, and with the same marks."""
    inputs = reading(family)._inputs
    text = " ".join(word.text for word in words(LINES[:1]))
    (piece,) = inputs.text_side().pieces(words(LINES[:1]), 999)
    wanted = inputs.question(text)
    assert piece.batch.keys() == wanted.keys()
    for name, tensor in wanted.items():
        np.testing.assert_array_equal(piece.batch[name].numpy(), tensor.numpy())


@every_family
def test_every_token_has_the_box_of_its_word(family: str, reading: OpenEncoder) -> None:
    inputs = reading(family)._inputs
    (piece,) = inputs.text_side().pieces(words(LINES), 999)
    tokens = piece.batch["input_ids"][0, piece.positions]
    tokenizer = inputs._processor.tokenizer
    of_word = {key(word.box): word.text for word in words(LINES)}
    read: dict[str, list[int]] = {text: [] for text in of_word.values()}
    for token, box in zip(tokens.tolist(), piece.boxes, strict=True):
        read[of_word[key(box)]].append(token)
    assert {text: tokenizer.decode(ids).strip() for text, ids in read.items()} == {
        text: text for text in of_word.values()
    }


@every_family
def test_vectors_of_words_follow_those_of_the_picture(
    family: str, encoder: OpenEncoder, reading: OpenEncoder
) -> None:
    given = page(LINES)
    (seen,), (both,) = (e(family).encode_pages([given]) for e in (encoder, reading))
    beside = added(seen, both)
    (piece,) = reading(family)._inputs.text_side().pieces(words(LINES), 999)
    np.testing.assert_array_equal(beside.boxes, piece.boxes)
    np.testing.assert_allclose(np.linalg.norm(beside.vectors, axis=1), 1, atol=1e-6)
    assert seen.rows is not None
    assert both.rows is not None
    np.testing.assert_allclose(both.rows.vectors, seen.rows.vectors, atol=1e-6)


@every_family
def test_vectors_of_words_are_those_of_the_question(family: str, reading: OpenEncoder) -> None:
    """The same words ask and answer: each of them finds itself, at the greatest similarity."""
    text = " ".join(word.text for word in words(LINES[:1]))
    question = reading(family).encode_question(text)
    asked = question.patches[[bool(token) for token in question.tokens]]
    (both,) = reading(family).encode_pages([page(LINES[:1])])
    best = (asked @ patches(both).vectors.T).max(axis=1)
    np.testing.assert_allclose(best, 1, atol=1e-5)


@every_family
def test_vectors_of_words_are_the_same_in_any_batch(family: str, reading: OpenEncoder) -> None:
    pages = [page(LINES), page(LINES[1:], seed=2, size=WIDE), page([], seed=3), page(LINES * 9)]
    together = reading(family).encode_pages(pages)
    for one, in_batch in zip(pages, together, strict=True):
        (alone,) = reading(family).encode_pages([one])
        np.testing.assert_allclose(patches(in_batch).vectors, patches(alone).vectors, atol=1e-5)
        np.testing.assert_array_equal(patches(in_batch).boxes, patches(alone).boxes)


@pytest.mark.parametrize("family", ["colpali", "colqwen2", "colmodernvbert"])
def test_page_without_words_has_its_patches_alone(
    family: str, encoder: OpenEncoder, reading: OpenEncoder
) -> None:
    (seen,), (both,) = (e(family).encode_pages([page([])]) for e in (encoder, reading))
    np.testing.assert_array_equal(patches(both).vectors, patches(seen).vectors)


@pytest.mark.parametrize("family", ["colpali", "colgemma3", "hf_colqwen2"])
def test_long_page_is_read_in_windows_that_lose_no_word(family: str, reading: OpenEncoder) -> None:
    from recto.engine.encoders.colpali.text_side import WINDOW

    long = words(["the revenue grew " * 600])
    pieces = reading(family)._inputs.text_side().pieces(long, 99_999)
    assert len(pieces) > 1
    assert all(piece.batch["input_ids"].shape[1] <= WINDOW for piece in pieces)
    found = {key(box) for piece in pieces for box in piece.boxes}
    assert found == {key(word.box) for word in long}


def test_windows_of_one_length_go_into_the_model_together(reading: OpenEncoder) -> None:
    """Those of several pages, too, and each as if it were alone."""
    one = reading("colqwen2")
    long = ["the revenue grew " * 600]
    pages = [page(long), page(LINES, seed=2), page(["growth of costs " * 700], seed=3)]
    prepared = one.prepare(pages)
    lengths = [len(pieces) for pieces in prepared.pieces]
    assert lengths[0] > 1
    assert lengths[2] > 1
    assert sorted(len(group.numbers) for group in prepared.texts) == [1, lengths[0] + lengths[2]]
    for ran, pieces in zip(one.run(prepared), prepared.pieces, strict=True):
        for (vectors, boxes), piece in zip(ran.text, pieces, strict=True):
            alone = one._network.run(piece.batch)[0][piece.positions]
            np.testing.assert_allclose(vectors, alone, atol=1e-5)
            np.testing.assert_array_equal(boxes, piece.boxes)


def test_windows_keep_each_token_once(reading: OpenEncoder) -> None:
    side = reading("colqwen2")._inputs.text_side()
    each = [len(side.pieces(words([f"a {word}"]), 99)[0].positions) - 1 for word in ("table", "of")]
    pieces = side.pieces(words(["table of " * 1000]), 99_999)
    assert len(pieces) > 1
    assert sum(len(piece.positions) for piece in pieces) == 1000 * sum(each)
    lefts = np.concatenate([piece.boxes[:, 0] for piece in pieces])
    assert all(first <= second for first, second in pairwise(lefts.tolist()))


def test_no_more_tokens_are_read_than_there_is_room_for(reading: OpenEncoder) -> None:
    side = reading("colqwen2")._inputs.text_side()
    (piece,) = side.pieces(words(LINES), 3)
    (whole,) = side.pieces(words(LINES), 999)
    assert 0 < len(piece.positions) <= 3
    np.testing.assert_array_equal(piece.boxes, whole.boxes[: len(piece.boxes)])
    assert side.pieces(words(LINES), -1) == []


def test_page_of_very_many_words_fits_what_a_store_takes(reading: OpenEncoder) -> None:
    one = reading("colqwen3")
    (vectors,) = one.encode_pages([page(["revenue costs table " * 2000])])
    taken = patches(vectors).vectors
    assert MAX_FLOATS - 4 * one.id.dim < taken.size <= MAX_FLOATS


@every_family
def test_special_token_on_a_page_is_text(family: str, reading: OpenEncoder) -> None:
    inputs = reading(family)._inputs
    tokenizer = inputs._processor.tokenizer
    special = tokenizer.pad_token
    (piece,) = inputs.text_side().pieces(words([f"x{special} {special}"]), 999)
    ids = piece.batch["input_ids"][0, piece.positions].tolist()
    assert ids
    assert not set(ids) & set(tokenizer.all_special_ids)


def test_words_are_not_pooled(checkpoint: MakeCheckpoint, reading: OpenEncoder) -> None:
    from recto.engine.encoders.colpali.encoder import open_encoder

    pooling = open_encoder(str(checkpoint("colqwen2")), settings=WITH_TEXT | {"pool_factor": "3"})
    (whole,), (pooled,) = (e.encode_pages([page(LINES)]) for e in (reading("colqwen2"), pooling))
    (piece,) = pooling._inputs.text_side().pieces(words(LINES), 999)
    count = len(piece.positions)
    assert len(patches(pooled).vectors) < len(patches(whole).vectors)
    np.testing.assert_array_equal(patches(pooled).vectors[-count:], patches(whole).vectors[-count:])


def test_encoder_that_reads_words_is_another(encoder: OpenEncoder, reading: OpenEncoder) -> None:
    from recto.engine.encoders.registry import remake

    without, with_text = encoder("colqwen2").id, reading("colqwen2").id
    assert with_text.settings["page_text"] == "yes"
    assert without.revision != with_text.revision
    assert remake(with_text).id == with_text
    assert remake(with_text, changes={"page_text": "no"}).id == without


def test_processor_that_hides_what_is_around_a_question_is_refused(encoder: OpenEncoder) -> None:
    from recto.engine.encoders.colpali.text_side import TextSide

    inputs = encoder("colqwen2")._inputs
    with pytest.raises(EncoderError, match="page_text cannot be used"):
        TextSide(inputs._cut, as_text=str, prefix="Other: ", sample=inputs.question("a"))


def test_prefix_that_leaves_no_room_for_words_is_refused(checkpoint: MakeCheckpoint) -> None:
    from recto.engine.encoders.colpali.encoder import open_encoder

    settings = {**WITH_TEXT, "prefix": "very long " * 500}
    with pytest.raises(EncoderError, match="Choose a shorter prefix"):
        open_encoder(str(checkpoint("colqwen2")), settings=settings)
