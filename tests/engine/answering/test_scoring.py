from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recto.engine.answering.candidates import Candidate, find_candidates
from recto.engine.answering.passages import cut_passages
from recto.engine.answering.question import Key, read_question
from recto.engine.answering.scoring import Lexicon, coverage, is_new, nearness
from recto.engine.text import words
from tests.fakes import FakeEncoder

from .pages import evidence, page

TEXT = """The red pump was sold in March.

The red valve was kept.

The red filter was lost.
"""


def candidates_of(text: str) -> list[Candidate]:
    content = page(text)
    return find_candidates([evidence(content)], [cut_passages(content)])


def lexicon_of(text: str) -> Lexicon:
    return Lexicon(candidates_of(text), words(text))


def key(text: str) -> Key:
    (found,) = read_question(text).keys
    return found


def test_rare_words_weigh_more() -> None:
    lexicon = lexicon_of(TEXT)
    assert lexicon.weight(key("red")) < lexicon.weight(key("pump")) < lexicon.weight(key("boat"))


def test_coverage_prefers_the_passage_with_the_rare_word() -> None:
    keys = read_question("red valve").keys
    lexicon = lexicon_of(TEXT)
    shares = [coverage(keys, lexicon, candidate) for candidate in candidates_of(TEXT)]
    assert shares[1] == pytest.approx(1.0)
    assert shares[1] > max(shares[0], shares[2])


def test_word_that_stands_nowhere_is_missing() -> None:
    assert lexicon_of(TEXT).missing(key("Fabrikam"))
    assert not lexicon_of(TEXT).missing(key("pump"))


@pytest.mark.parametrize("slip", ["vlave", "valv", "valvee", "valxe"])
def test_one_slip_is_corrected(slip: str) -> None:
    assert lexicon_of(TEXT).corrected(key(slip)).terms == key("valve").terms


@pytest.mark.parametrize("other", ["valiant", "salve", "2022"])
def test_another_word_is_not_corrected(other: str) -> None:
    assert lexicon_of(TEXT).corrected(key(other)) == key(other)


def test_repeating_the_question_is_nothing_new() -> None:
    first, second, _ = candidates_of(TEXT)
    assert not is_new(read_question("was the red valve kept").keys, second)
    assert is_new(read_question("was the red pump sold").keys, first)


def test_nearness_is_greatest_for_the_words_of_the_question() -> None:
    passages = [candidate.passage for candidate in candidates_of(TEXT)]
    near = nearness("red valve was kept", passages, FakeEncoder())
    assert max(range(3), key=near.__getitem__) == 1
    assert all(0 <= value <= 1 for value in near)


@given(st.text("ab c1é-", min_size=1, max_size=12))
def test_a_key_covers_itself(text: str) -> None:
    for found in read_question(text).keys:
        assert found.found_in(set(found.terms)) == 1.0
