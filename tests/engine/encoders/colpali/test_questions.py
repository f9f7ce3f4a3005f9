"""A question is put as its checkpoint was trained: prefix, text, empty tokens, whatever is around.

The table is written down here once more, so that a change of ours does not pass unnoticed; and what
becomes of it is compared with what the processors of colpali-engine and transformers make.
"""

from __future__ import annotations

from typing import NamedTuple

import pytest

from tests.checkpoints.fixtures import FAMILIES, needs_colpali
from tests.conftest import MakeCheckpoint
from tests.engine.encoders.colpali.conftest import OpenEncoder

pytestmark = needs_colpali

TEXT = "What was the revenue in 2018?"


class Trained(NamedTuple):
    """How questions were put in training."""

    prefix: str
    empty: str
    """The token that follows the question several times."""
    times: int = 10
    end: str = ""
    """What stands after them."""


_QWEN = "<|endoftext|>"
_TILES = "<end_of_utterance>"
TRAINED = {
    "colpali": Trained("Query: ", "<pad>"),
    "colqwen2": Trained("Query: ", _QWEN),
    "colqwen2_5": Trained("Query: ", _QWEN),
    "colqwen3": Trained("", _QWEN),
    "colqwen3_5": Trained("", _QWEN),
    "colidefics3": Trained("Query: ", _TILES),
    "colmodernvbert": Trained("", _TILES),
    "colgemma3": Trained("Query: ", "<eos>", 0),
    "colqwen_omni": Trained("Query: ", _QWEN),
    "hf_colpali": Trained("Question: ", "<pad>", end="\n"),
    "hf_colqwen2": Trained("Query: ", _QWEN, end="\n"),
    "hf_colmodernvbert": Trained("", _TILES),
}


def asked(family: str, encoder: OpenEncoder) -> list[int]:
    ids: list[int] = encoder(family)._inputs.question(TEXT)["input_ids"][0].tolist()
    return ids


@pytest.mark.parametrize("family", FAMILIES)
def test_question_has_its_prefix_and_its_empty_tokens(
    family: str, encoder: OpenEncoder, checkpoint: MakeCheckpoint
) -> None:
    from tests.checkpoints.making import classes

    trained = TRAINED[family]
    tokenizer = classes(family)[1].from_pretrained(checkpoint(family)).tokenizer
    ids = asked(family, encoder)
    said = tokenizer.decode(ids)
    assert f"{trained.prefix}{TEXT}{trained.empty * trained.times}{trained.end}" in said
    assert said.count("Que") == (1 if trained.prefix else 0)
    assert ids.count(tokenizer.convert_tokens_to_ids(trained.empty)) == trained.times


@pytest.mark.parametrize("family", FAMILIES)
def test_question_is_that_of_the_processor_of_its_package(
    family: str, encoder: OpenEncoder, checkpoint: MakeCheckpoint
) -> None:
    """Those of colpali-engine have left out the prefix since 0.3.13, if it is not set."""
    from tests.checkpoints.making import classes

    processor = classes(family)[1].from_pretrained(checkpoint(family))
    if not family.startswith("hf_"):
        processor.query_prefix = TRAINED[family].prefix
    wanted = processor.process_queries([TEXT])["input_ids"][0].tolist()
    assert asked(family, encoder) == wanted
