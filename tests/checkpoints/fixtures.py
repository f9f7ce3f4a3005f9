"""What tests of several folders need of the tiny checkpoints. Imports none of the extra itself."""

from __future__ import annotations

import os
from importlib.util import find_spec

import pytest

os.environ["HF_HUB_OFFLINE"] = "1"  # read when the hub's client is imported

FAMILIES = (
    *("colpali", "colqwen2", "colqwen2_5", "colqwen3", "colqwen3_5", "colidefics3"),
    *("colmodernvbert", "colgemma3", "colqwen_omni"),
    *("hf_colpali", "hf_colqwen2", "hf_colmodernvbert"),
)

needs_colpali = pytest.mark.skipif(
    find_spec("colpali_engine") is None,
    reason='encoders of the ColPali family are not installed: pip install "recto[colpali]"',
)
