"""The measuring of what a page's words cost beside its patches, on a tiny checkpoint."""

from __future__ import annotations

import pytest

from recto.benchmarks.page_text import figures, measure
from recto.engine.errors import RectoWarning
from tests.checkpoints.fixtures import needs_colpali
from tests.conftest import MakeCheckpoint


@needs_colpali
@pytest.mark.filterwarnings(f"ignore::{RectoWarning.__module__}.{RectoWarning.__name__}")
def test_words_cost_at_least_a_vector_each(checkpoint: MakeCheckpoint) -> None:
    cost = measure(str(checkpoint("colqwen2")), 1)
    assert cost.words > 300
    assert cost.vectors - cost.patches > cost.words
    assert cost.bytes_with == cost.vectors * 128 * 2
    assert figures(cost)["times_the_bytes"] == cost.vectors / cost.patches
