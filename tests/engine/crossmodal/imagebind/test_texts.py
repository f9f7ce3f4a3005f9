"""Token ids: known ones, a naive merge, and what texts hold that is no letter."""

from __future__ import annotations

import gzip
from importlib.resources import files
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest.importorskip("ftfy")
regex = pytest.importorskip("regex")

from recto.engine.crossmodal.imagebind.texts import cleaned, text_input  # noqa: E402

_SPLIT = regex.compile(r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+", regex.I)


def _ids(text: str) -> list[int]:
    """Without the zeros behind."""
    row: list[int] = text_input([text])[0].tolist()
    return row[: row.index(49407) + 1]


@pytest.fixture(scope="module")
def merges() -> dict[tuple[str, str], int]:
    package = files("recto.engine.crossmodal.imagebind")
    text = gzip.decompress((package / "vocabulary/bpe_simple_vocab_16e6.txt.gz").read_bytes())
    lines = text.decode().split("\n")[1:48895]
    return {(first, second): rank for rank, (first, second) in enumerate(map(str.split, lines))}


def _naive(word: str, merges: dict[tuple[str, str], int]) -> list[str]:
    """Of ASCII letters: the pair of the lowest rank is merged, until there is none."""
    parts = [*word[:-1], word[-1] + "</w>"]
    while len(parts) > 1:
        ranks = [merges.get(pair, len(merges)) for pair in pairwise(parts)]
        at = ranks.index(min(ranks))
        if ranks[at] == len(merges):
            break
        best = parts[at], parts[at + 1]
        merged, index = [], 0
        while index < len(parts):
            if tuple(parts[index : index + 2]) == best:
                merged.append("".join(best))
                index += 2
            else:
                merged.append(parts[index])
                index += 1
        parts = merged
    return parts


def _number(part: str, merges: dict[tuple[str, str], int]) -> int:
    whole = part.removesuffix("</w>")
    if len(whole) == 1:
        return ord(whole) - 33 + (256 if part != whole else 0)
    ranks = [rank for pair, rank in merges.items() if "".join(pair) == part]
    return 512 + ranks[0]


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("a photo of a cat", [320, 1125, 539, 320, 2368]),
        ("a photo of a dog", [320, 1125, 539, 320, 1929]),
        ("", []),
    ],
)
def test_known_ids(text: str, ids: list[int]) -> None:
    assert _ids(text) == [49406, *ids, 49407]


@given(word=st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=12))
def test_ids_equal_naive_merging(merges: dict[tuple[str, str], int], word: str) -> None:
    wanted = [_number(part, merges) for part in _naive(word, merges)]
    assert _ids(word) == [49406, *wanted, 49407]


@given(text=st.text(max_size=60))
def test_text_is_cut_into_the_same_pieces(text: str) -> None:
    """Each piece by itself gives what it gives among the others."""
    pieces = [piece for piece in _SPLIT.findall(cleaned(text)) if cleaned(piece) == piece]
    if " ".join(pieces).replace(" ", "") != cleaned(text).replace(" ", ""):
        return
    joined = [id for piece in pieces for id in _ids(piece)[1:-1]]
    assert _ids(text)[1:-1] == joined[:75]


def test_padding_is_zero() -> None:
    assert text_input(["a dog"])[0, 4:].tolist() == [0] * 73


def test_long_text_keeps_its_end() -> None:
    """Without it the model would read an arbitrary token as the end."""
    row = text_input(["dog " * 200])[0].tolist()
    assert row == [49406] + [1929] * 75 + [49407]


@pytest.mark.parametrize("name", ["<|endoftext|>", "<|startoftext|>"])
def test_names_of_special_tokens_are_letters(name: str) -> None:
    ids = _ids(f"a {name} dog")
    assert ids[0] == 49406
    assert ids[-2:] == [1929, 49407]
    assert not {49406, 49407} & set(ids[1:-1])


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("it’s", "it's"),
        ("ＤＯＧ", "dog"),
        ("ﬁsh", "fish"),
        ("salt &amp; pepper", "salt & pepper"),
        ("salt &amp;amp; pepper", "salt & pepper"),
        (" A \t dog\n\n", "a dog"),
        ("cafÃ©", "café"),
    ],
)
def test_text_is_mended_first(dirty: str, clean: str) -> None:
    assert _ids(dirty) == _ids(clean)
    assert cleaned(dirty) == clean


def test_no_texts() -> None:
    assert text_input([]).shape == (0, 77)
