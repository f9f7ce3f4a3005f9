"""Pieces become lines: rows of tables together, columns of prose apart."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from recto.engine.page import Box
from recto.indexing.reading.columns import in_reading_order
from recto.indexing.reading.lines import Piece, arrange

LEFT = "one two three four five six"
RIGHT = "ten eleven twelve thirteen fourteen fifteen"


def _piece(text: str, x: float, y: float, size: float = 10.0) -> Piece:
    """A letter is half as wide as the type is high; the page measures 600 by 800."""
    piece = Piece(baseline=y, size=size, left=x, right=x + len(text) * size / 2)
    for word in text.split():
        end = x + len(word) * size / 2
        piece.words.append((word, Box(x / 600, (y - size) / 800, end / 600, y / 800)))
        x = end + size / 2
    return piece


def _rows(pieces: list[Piece]) -> list[str]:
    words, sizes = arrange(pieces)
    rows = [" ".join(w.text for w in words if w.line == line) for line in range(len(sizes))]
    assert [w.line for w in words] == sorted(w.line for w in words)
    return rows


def test_cells_of_a_row_are_one_line() -> None:
    cells = [_piece(t, x, y) for y in (100, 115) for x, t in ((50, "Net"), (200, "1"), (300, "2"))]
    assert _rows(cells) == ["Net 1 2", "Net 1 2"]


def test_cells_that_come_by_column_are_one_line() -> None:
    cells = [
        _piece(f"{t}{y}", x, y) for x, t in ((50, "a"), (200, "b"), (300, "c")) for y in (100, 115)
    ]
    assert _rows(cells) == ["a100 b100 c100", "a115 b115 c115"]


def test_baselines_a_little_apart_are_one_line() -> None:
    assert _rows([_piece("cause", 50, 100), _piece("1", 80, 97, size=6)]) == ["cause", "1"]
    assert _rows([_piece("cause", 50, 100), _piece("1", 80, 98, size=6)]) == ["cause 1"]


def test_columns_of_prose_stay_apart() -> None:
    pieces = [_piece(LEFT, 50, y) for y in (100, 115, 130)]
    pieces += [_piece(RIGHT, 320, y) for y in (100, 115, 130)]
    assert _rows(pieces) == [LEFT] * 3 + [RIGHT] * 3


def test_what_lies_over_another_is_no_part_of_its_line() -> None:
    assert _rows([_piece("shadow", 50, 100), _piece("shadow", 51, 100)]) == ["shadow", "shadow"]


def test_columns_are_read_one_after_the_other() -> None:
    title = _piece("Above both columns of this page", 150, 60, size=14)
    left = [_piece(LEFT, 50, y) for y in (100, 115, 130)]
    right = [_piece(RIGHT, 320, y) for y in (99, 114, 129)]
    table = [_piece(t, x, y) for y in (200, 230) for x, t in ((50, "a"), (320, "b"))]
    shuffled = [*right, *table[::-1], *left, title]
    assert in_reading_order(shuffled) == [title, *left, *right, *table]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a", "two words", LEFT]),
            st.integers(0, 400),
            st.integers(10, 700),
            st.integers(5, 20),
        ),
        max_size=25,
    )
)
def test_no_word_is_lost_or_doubled(drawn: list[tuple[str, int, int, int]]) -> None:
    pieces = [_piece(*place) for place in drawn]
    ordered = in_reading_order(pieces)
    assert sorted(map(id, ordered)) == sorted(map(id, pieces))
    words, sizes = arrange(ordered)
    assert sorted(w.text for w in words) == sorted(" ".join(t for t, *_ in drawn).split())
    assert {w.line for w in words} == set(range(len(sizes)))
