"""Which machine runs a model in which arithmetic, and the reason given."""

from __future__ import annotations

import pytest

from recto.engine.encoders.colpali.placement import Card, Machine, choose
from tests.checkpoints.fixtures import needs_colpali

BILLION = 10**9
GIB = 2**30
T4 = Card(name="T4", capability=(7, 5), free=15 * GIB)
L4 = Card(name="L4", capability=(8, 9), free=22 * GIB)


def test_processor_with_bfloat16() -> None:
    placement = choose(Machine(fast_bfloat16=True), BILLION)
    assert (placement.device, placement.dtype) == ("cpu", "bfloat16")
    assert "multiplies bfloat16 natively" in placement.reason
    assert str(placement).startswith("on cpu in bfloat16 with sdpa attention: no GPU was found;")


def test_processor_without_bfloat16() -> None:
    placement = choose(Machine(), BILLION)
    assert (placement.device, placement.dtype) == ("cpu", "float32")
    assert "does not multiply bfloat16" in placement.reason


def test_older_card_computes_in_float16() -> None:
    machine = Machine(cards=(T4,), flash_attention=True)
    placement = choose(machine, 3 * BILLION, flash_attention=True)
    assert (placement.device, placement.dtype) == ("cuda:0", "float16")
    assert placement.attention == "sdpa"
    assert placement.reason == (
        "5.6 GiB of weights, 15.0 GiB free on T4; it does not multiply bfloat16 natively"
    )


def test_freest_card_is_taken() -> None:
    machine = Machine(cards=(T4, L4), flash_attention=True)
    placement = choose(machine, 3 * BILLION, flash_attention=True)
    assert (placement.device, placement.dtype) == ("cuda:1", "bfloat16")
    assert placement.attention == "flash_attention_2"


@pytest.mark.parametrize(("installed", "keeps"), [(True, False), (False, True)])
def test_flash_attention_is_for_those_whose_vectors_it_keeps(installed: bool, keeps: bool) -> None:
    machine = Machine(cards=(L4,), flash_attention=installed)
    assert choose(machine, BILLION, flash_attention=keeps).attention == "sdpa"


def test_flash_attention_does_not_compute_float32() -> None:
    machine = Machine(cards=(L4,), flash_attention=True)
    assert choose(machine, BILLION, "float32", flash_attention=True).attention == "sdpa"


def test_model_that_fits_no_card_is_spread() -> None:
    placement = choose(Machine(cards=(L4, L4)), 9 * BILLION)
    assert placement.device == "auto"
    assert "16.8 GiB of weights, 22.0 GiB free on L4: over 2 GPUs" in placement.reason
    assert str(placement).startswith("spread by accelerate in bfloat16")


def test_apple() -> None:
    assert choose(Machine(mps=True), BILLION).device == "mps"


@pytest.mark.parametrize("machine", [Machine(), Machine(mps=True), Machine(cards=(L4,))])
def test_wanted_dtype_is_used(machine: Machine) -> None:
    placement = choose(machine, BILLION, "float16")
    assert placement.dtype == "float16"
    assert placement.reason.endswith("; float16 was chosen, or recorded by the library")


@pytest.mark.parametrize("machine", [Machine(), Machine(mps=True), Machine(cards=(L4,))])
def test_int8_is_for_processors(machine: Machine) -> None:
    placement = choose(machine, BILLION, "int8")
    assert (placement.device, placement.dtype) == ("cpu", "int8")
    assert placement.reason.startswith("int8 is for processors; int8 was chosen")


@needs_colpali
def test_this_machine_can_place_a_model() -> None:
    from recto.engine.encoders.colpali.placement import this_machine

    placement = choose(this_machine(), BILLION)
    assert placement.device in str(placement) or placement.device == "auto"
    assert placement.dtype in str(placement)
