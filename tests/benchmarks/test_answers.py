"""Measuring answers: with made-up replies, whose figures can be counted by hand."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from recto.benchmarks.answers import Asker, Reply, judge, load_unanswerable, refusal
from recto.benchmarks.questions import Place, Question
from recto.engine.errors import InputError

A1, A2, B1 = Place("a", 1), Place("a", 2), Place("b", 1)
REFUSED = Reply(cited=(), quotes="")


def question(text: str, answer: str, *relevant: Place) -> Question:
    return Question(text=text, answer=answer, relevant=frozenset(relevant))


def told(replies: Mapping[str, Reply]) -> Asker:
    return lambda text: replies[text]


def test_answers_are_judged_by_pages_and_terms() -> None:
    questions = [
        question("rent?", "900 euros monthly", A1),
        question("keys?", "three keys", A2),
        question("garden?", "none", B1),
    ]
    replies = {
        "rent?": Reply(cited=(B1, A1), quotes="The rent is 900 euros"),
        "keys?": Reply(cited=(A2,), quotes="Keys: two"),
        "garden?": REFUSED,
    }
    assert judge(questions, told(replies)).as_json() == pytest.approx(
        {
            "questions": 3,
            "refused": 1 / 3,
            "cited": 1.0,
            "cited_first": 0.5,
            "said": (2 / 3 + 0) / 2,
            "numbers": 1.0,
        }
    )


def test_answers_that_are_all_refused_have_no_quality() -> None:
    answers = judge([question("rent?", "900", A1)], told({"rent?": REFUSED}))
    assert (answers.refused, answers.cited) == (1.0, 0.0)


def test_refusal_is_the_share_that_is_refused() -> None:
    replies = {"one": REFUSED, "two": Reply(cited=(A1,), quotes="x")}
    assert refusal(["one", "two"], told(replies)) == 0.5


def test_unanswerable_questions_are_read_line_by_line(tmp_path: Path) -> None:
    file = tmp_path / "questions.jsonl"
    file.write_text('{"question": "one"}\n\n{"question": "two"}\n', encoding="utf-8")
    assert load_unanswerable(file) == ("one", "two")


@pytest.mark.parametrize("line", ["no json", "[]", '{"text": "one"}'])
def test_line_without_a_question_is_refused(tmp_path: Path, line: str) -> None:
    file = tmp_path / "questions.jsonl"
    file.write_text(line, encoding="utf-8")
    with pytest.raises(InputError, match="line 1"):
        load_unanswerable(file)
