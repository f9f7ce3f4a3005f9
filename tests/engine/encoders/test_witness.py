"""Recognising an encoder by its vectors."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from recto.engine.encoders.protocol import EncoderId
from recto.engine.encoders.witness import TOLERANCE, agree, recognised, witness_of
from recto.engine.vectors import QuestionVectors
from tests.fakes import FakeEncoder

SEEN = witness_of(FakeEncoder())
OWN = EncoderId(name="x", revision="2", dim=8, settings={"a": "1", "v": "5.2"}, witness=SEEN)
BEFORE = replace(OWN, revision="1", settings={"a": "1", "v": "5.1"})


def recognise(recorded: EncoderId | None) -> EncoderId:
    return recognised(OWN, recorded, passing=("v",), tolerance=1e-4)


def test_same_vectors_agree_and_others_do_not() -> None:
    assert witness_of(FakeEncoder()) == SEEN
    assert agree(SEEN, witness_of(FakeEncoder()), 0.0)
    assert not agree(SEEN, witness_of(FakeEncoder(dim=7)), 0.1)
    assert not agree(SEEN, {"page": SEEN["page"]}, 0.1)
    assert not agree({}, {}, 0.1)


@pytest.mark.parametrize(("noise", "same"), [(1e-4, True), (0.1, False)])
def test_vectors_may_differ_by_rounding(noise: float, same: bool) -> None:
    class Noisy(FakeEncoder):
        def encode_question(self, question: str) -> QuestionVectors:
            exact = super().encode_question(question)
            rng = np.random.default_rng(1)
            moved = exact.patches + noise * rng.standard_normal(exact.patches.shape)
            return replace(exact, patches=moved.astype(np.float32))

    assert agree(SEEN, witness_of(Noisy()), TOLERANCE["float32"]) is same


def test_encoder_with_the_same_vectors_is_the_recorded_one() -> None:
    found = recognise(replace(BEFORE, source="/before"))
    assert found == BEFORE != OWN
    assert found.source == OWN.source


@pytest.mark.parametrize(
    "other",
    [
        replace(BEFORE, settings={"a": "2", "v": "5.1"}),
        replace(BEFORE, name="y"),
        replace(BEFORE, dim=9),
        replace(BEFORE, witness={}),
        replace(BEFORE, witness=witness_of(FakeEncoder(dim=7))),
        None,
    ],
)
def test_any_other_is_itself(other: EncoderId | None) -> None:
    assert recognise(other) == OWN
