from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recto.engine.answering.vision.claims import Said
from recto.engine.answering.vision.marks import LONGEST, Mark, MarkReader, Piece


def read(text: str, sizes: list[int]) -> list[Piece | Mark]:
    """What is read when the text comes in pieces of these sizes, the last one again and again."""
    reader, found, place = MarkReader(), list[Piece | Mark](), 0
    for number in range(len(text) + 1):
        size = sizes[min(number, len(sizes) - 1)]
        if place >= len(text):
            break
        found += reader.feed(text[place : place + size])
        place += size
    return found + list(reader.end())


def joined(found: list[Piece | Mark]) -> list[str | Said]:
    """The marks, and the whole text between them."""
    runs: list[str | Said] = [""]
    for item in found:
        if isinstance(item, Mark):
            runs += [item.said, ""]
        else:
            runs[-1] = str(runs[-1]) + item.text
    return runs


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('A. [S1 "one [sic] two"]', [Said("S1", "one [sic] two")]),
        ("A. [S1: “one”][S2 'x']", [Said("S1", "one"), Said("S2", "'x'")]),
        ("A. [S2, S3]", [Said("S2", ""), Said("S3", "")]),
        ("A. [ S12 ]", [Said("S12", "")]),
        ("A. [S1 one two]", [Said("S1", "one two")]),
        ("A. [S1 figure: bars “A”, 2024: 77]", [Said("S1", "", "bars “A”, 2024: 77")]),
        ('A. [S1 "figure: one"]', [Said("S1", "figure: one")]),
        ("A [note] and [1].", []),
    ],
)
def test_marks_are_read_in_every_form(text: str, said: list[Said]) -> None:
    assert [item.said for item in read(text, [3]) if isinstance(item, Mark)] == said


def test_mark_without_an_end_is_none_and_not_shown() -> None:
    assert joined(read('It is so. [S1 "never', [4])) == ["It is so."]


def test_link_is_never_cut_in_two() -> None:
    text = "see ![a b](http://e.vil/x y) and <img src=x alt=y> end"
    pieces = [item.text for item in read(text, [1]) if isinstance(item, Piece)]
    assert any("![a b](http://e.vil/x y)" in piece for piece in pieces)
    assert any("<img src=x alt=y>" in piece for piece in pieces)


def test_text_is_shown_while_it_comes_and_not_held_for_ever() -> None:
    reader = MarkReader()
    assert list(reader.feed("The lease ends ")) == [Piece("The lease ends")]
    assert list(reader.feed("[")) == []
    assert list(reader.feed("x" * LONGEST + " ")) != []


@settings(deadline=None, max_examples=200)
@given(
    st.lists(
        st.sampled_from(
            ["It is ", "so. ", '[S1 "one two"]', "[S2]", "[x](y z)", " < ", "<b c>", "! ", "&amp; "]
        ),
        max_size=8,
    ),
    st.lists(st.integers(1, 9), min_size=1, max_size=5),
)
def test_pieces_do_not_matter(parts: list[str], sizes: list[int]) -> None:
    text = "".join(parts)
    assert joined(read(text, sizes)) == joined(read(text, [len(text) or 1]))
