from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recto.engine.endpoint.thinking import Thinking

TAGGED = st.lists(st.sampled_from(["<think>", "</think>", "<", "th", "/", "ink>", " ", "a"]))


def told_apart(*pieces: str) -> tuple[str, str]:
    thinking = Thinking()
    parts = [*(thinking.feed(piece) for piece in pieces), thinking.end()]
    return "".join(text for text, _ in parts), "".join(thought for _, thought in parts)


@pytest.mark.parametrize(
    ("said", "text", "thought"),
    [
        ("Three.", "Three.", ""),
        ("<think>Hmm</think>Three.", "Three.", "Hmm"),
        (" \n<think>\nHmm</think>\nThree.", "\nThree.", "\nHmm"),
        ("<think></think>{}", "{}", ""),
        ("<think>Hmm", "", "Hmm"),
        ("<think>a < b </thin", "", "a < b </thin"),
        ("<thi", "<thi", ""),
        ("<thin air>", "<thin air>", ""),
        ("It is <think>no</think>", "It is <think>no</think>", ""),
        ("<think>a</think>b<think>c</think>", "b<think>c</think>", "a"),
        ("", "", ""),
    ],
)
def test_thoughts_are_told_from_the_reply(said: str, text: str, thought: str) -> None:
    assert told_apart(said) == (text, thought)


@given(TAGGED.map("".join), st.data())
def test_where_a_reply_is_cut_changes_nothing(said: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(said)))))
    pieces = [said[a:b] for a, b in zip([0, *cuts], [*cuts, len(said)], strict=True)]
    assert told_apart(*pieces) == told_apart(said)


@given(TAGGED.map("".join))
def test_only_tags_and_the_space_before_are_lost(said: str) -> None:
    text, thought = told_apart(said)
    rebuilt = [f"<think>{thought}</think>{text}", f"<think>{thought}", text]
    assert said.lstrip() in [one.lstrip() for one in rebuilt]
