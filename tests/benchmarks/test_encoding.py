"""The measuring of encoders: that it runs, what it counts, and that it counts right."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from recto.benchmarks.busy import Busy
from recto.benchmarks.encoding_shapes import COLPALI, COLQWEN2_5, Shape, make, parameters, smaller
from recto.benchmarks.encoding_work import page_flops
from recto.engine.encoders.known import KNOWN
from recto.engine.encoders.protocol import PageInput
from recto.engine.page import PageContent, PageText
from tests.checkpoints.fixtures import needs_colpali


@needs_colpali
def test_benchmark_runs_and_says_what_each_way_did(tmp_path: Path) -> None:
    from recto.benchmarks import encoding, encoding_ways

    path = tmp_path / "measured.json"
    encoding.main(["--tiny", "--model", "colqwen2_5", "--json", str(path)])
    (measured,) = json.loads(path.read_text())
    ways = {way["name"]: way for way in measured["ways"]}
    assert len(ways) == 7
    assert all(0 < way["slowest"] <= way["pages_per_second"] for way in ways.values())
    busy = ways["recto add"]["busy"]
    assert tuple(busy) == encoding_ways.STAGES
    assert all(0 < part < 1 for part in busy.values())
    assert measured["pages"] == 3
    assert measured["tflop_per_page"] > 0
    assert measured["megabytes"] > 1


@needs_colpali
@pytest.mark.parametrize("shape", [COLPALI, COLQWEN2_5], ids=lambda shape: str(shape.family))
def test_flops_of_a_page_are_those_that_torch_counts(shape: Shape, tmp_path: Path) -> None:
    from torch.nn.attention import SDPBackend, sdpa_kernel
    from torch.utils.flop_counter import FlopCounterMode

    from recto.engine.encoders.colpali.encoder import open_encoder

    small = smaller(shape, layers=3, width=128)
    folder = make(small, tmp_path / "checkpoint", device="cpu", dtype="float32")
    encoder = open_encoder(str(folder), settings={"dtype": "float32"})
    content = PageContent(number=1, width=448, height=448, text=PageText((), "none"))
    image = np.full((448, 448, 3), 200, np.uint8)
    prepared = encoder.prepare([PageInput(content=content, image=image)])
    # Of fused attention it knows nothing on a processor.
    with FlopCounterMode(display=False) as counter, sdpa_kernel(SDPBackend.MATH):
        (page,) = encoder.run(prepared)
    counted = page_flops(small, patches=small.patches, tokens=len(page.vectors))
    assert counted == pytest.approx(counter.get_total_flops(), rel=0.01)


def test_flops_of_the_published_shapes() -> None:
    """By hand, layers of the text model alone: 18 (2 t (2 d^2 + 2 d k + 3 d i) + 4 t^2 d)."""
    tokens, d, keys, inner = 1030, 2048, 256, 16384
    text = 18 * (2 * tokens * (2 * d * d + 2 * d * keys + 3 * d * inner) + 4 * tokens**2 * d)
    whole = page_flops(COLPALI, patches=1024, tokens=tokens)
    assert 0.8 < text / whole < 0.85
    assert page_flops(COLPALI, patches=0, tokens=tokens) == text + 2 * tokens * d * 128


_SEVEN_BILLION = replace(
    COLQWEN2_5,
    like="nomic-ai/colnomic-embed-multimodal-7b",
    vision={**COLQWEN2_5.vision, "out_hidden_size": 3584},
    text={
        "vocab_size": 152064,
        "hidden_size": 3584,
        "intermediate_size": 18944,
        "num_hidden_layers": 28,
        "num_attention_heads": 28,
        "num_key_value_heads": 4,
    },
)
"""Of Qwen2.5-VL-7B, its base."""


@needs_colpali
@pytest.mark.parametrize(
    "shape", [COLPALI, COLQWEN2_5, _SEVEN_BILLION], ids=lambda shape: str(shape.like)
)
def test_parameters_that_are_told_are_those_of_the_shape(shape: Shape) -> None:
    (told,) = [model.parameters for model in KNOWN if model.id == shape.like]
    assert told == pytest.approx(parameters(shape) / 1e9, rel=0.015)


def test_busy_counts_a_stage_within_itself_once_and_leaves_no_trace() -> None:
    class Thing:
        def outer(self) -> int:
            return self.inner() + 1

        def inner(self) -> int:
            return 1

    thing = Thing()
    with Busy() as busy:
        busy.watch("work", thing, "outer", "inner")
        assert thing.outer() == 2
        after_one = busy.seconds["work"]
        assert thing.inner() == 1
        assert 0 < after_one < busy.seconds["work"]
    assert vars(thing) == {}
    before = busy.seconds["work"]
    thing.outer()
    assert busy.seconds["work"] == before
