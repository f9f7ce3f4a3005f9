"""Questions that need several searches, over pages of which each search finds one."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from recto.engine.answering.deep.steps import DeepLimits, Step
from recto.engine.answering.protocol import DraftAnswer, Evidence, ModelAnswerer
from recto.engine.answering.turns import Turn
from recto.engine.answering.vision.answerer import VisionAnswerer
from recto.engine.answering.vision.settings import VisionSettings
from recto.engine.endpoint.chat import Reply
from recto.engine.endpoint.limits import Limits
from recto.engine.errors import BackendUnreachable, CostLimitReached, QuestionError
from tests.engine.answering.vision.given import LEASE, REPORT, given
from tests.fakes_chat import TOOK, FakeChat, claims, declined, text_of
from tests.fakes_chat import Step as Said

BOTH = "Is capex larger than the deposit?"
CAPEX, DEPOSIT = "What is capex?", "What is the deposit?"
PAGES = {
    BOTH: [given(REPORT, number=4)],
    CAPEX: [given(REPORT, number=4)],
    DEPOSIT: [given(LEASE, name="lease.pdf", score=0.2)],
}
SPENT = ("Capex was £31.8 million.", [("S1", "Capital expenditure was £31.8 million")])
PAID = ("The deposit is 1,200 euros.", [("S1", "deposit of 1,200 euros is non-refundable")])
# Ordered by document: together, the lease is S1.
SPENT_BOTH = (SPENT[0], [("S2", SPENT[1][0][1])])
SMALL = DeepLimits()
ENOUGH: dict[str, object] = {"questions": []}
NEXT: dict[str, object] = {"questions": [DEPOSIT]}
PART = claims(SPENT, missing="the deposit")


def research(
    model: FakeChat, question: str = BOTH, limits: DeepLimits = SMALL
) -> tuple[DraftAnswer, list[str], list[Step]]:
    """The answer, what was searched for, and the steps as they were told."""
    searched: list[str] = []
    told: list[Step] = []

    def search(part: str) -> Sequence[Evidence]:
        searched.append(part)
        return PAGES.get(part, [])

    answerer = VisionAnswerer(model, VisionSettings(repairs=0))
    answer = answerer.research(question, search, limits, told.append)
    return answer, searched, told


def outcomes(answer: DraftAnswer) -> list[tuple[str, int, str]]:
    return [(step.kind, step.round, step.outcome) for step in answer.trace]


def test_what_is_missing_is_searched_for_and_read_together_at_the_end() -> None:
    model = FakeChat(PART, NEXT, claims(PAID), ENOUGH, claims(PAID, SPENT_BOTH))
    answer, searched, told = research(model)
    assert searched == [BOTH, DEPOSIT]
    assert answer.text == "The deposit is 1,200 euros. [1] Capex was £31.8 million. [2]"
    assert [quote.document_id for quote in answer.quotes] == ["lease.pdf", "report.pdf"]
    assert outcomes(answer) == [
        ("read", 1, "partly"),
        ("plan", 2, "planned"),
        ("read", 2, "answered"),
        ("plan", 3, "enough"),
        ("answer", 3, "answered"),
    ]
    assert list(answer.trace) == told
    assert [(page.document, page.page) for page in told[2].pages] == [("lease.pdf", 1)]
    assert answer.usage is not None
    assert answer.usage.calls == 5 * TOOK.calls


def test_planner_is_told_what_was_found_what_is_missing_and_what_was_asked() -> None:
    model = FakeChat(PART, ENOUGH)
    research(model)
    said = text_of(model.requests[1])
    assert "Found so far:\n- Capex was £31.8 million." in said
    assert "Said to be missing:\n- the deposit" in said
    assert f"Searched for already:\n- {BOTH}" in said
    assert model.requests[1].images == ()


def test_simple_question_stops_early() -> None:
    model = FakeChat(claims(SPENT), ENOUGH)
    answer, searched, _ = research(model, CAPEX)
    assert answer.text == "Capex was £31.8 million. [1]"
    assert searched == [CAPEX]
    assert outcomes(answer) == [("read", 1, "answered"), ("plan", 2, "enough")]


def test_every_statement_is_verified_also_in_later_rounds() -> None:
    lie = ("The deposit was doubled.", [("S1", "the deposit has doubled")])
    answer, _, _ = research(FakeChat(PART, NEXT, claims(PAID, lie), ENOUGH, declined()))
    assert [statement.text for statement in answer.statements] == [SPENT[0], PAID[0]]


def test_reading_together_that_says_less_is_not_taken() -> None:
    less = claims(SPENT_BOTH, missing="the deposit")
    answer, _, _ = research(FakeChat(PART, NEXT, claims(PAID), ENOUGH, less))
    assert answer.text == "Capex was £31.8 million. [1]\nThe deposit is 1,200 euros. [2]"


def broken(_: object) -> Reply:
    raise BackendUnreachable("gone")


def too_dear(_: object) -> Reply:
    raise CostLimitReached("no more")


@pytest.mark.parametrize("failing", [broken, too_dear])
@pytest.mark.parametrize("before", [[], [NEXT], [NEXT, claims(PAID)], [NEXT, claims(PAID), ENOUGH]])
def test_failing_step_keeps_what_was_verified_before(before: list[Said], failing: Said) -> None:
    answer, _, _ = research(FakeChat(PART, *before, failing))
    assert answer.trace[-1].outcome == "failed"
    assert answer.trace[-1].detail in ("gone", "no more")
    assert SPENT[0] in [statement.text for statement in answer.statements]
    assert (PAID[0] in answer.text) is (len(before) > 1)


def test_failing_step_is_an_error_while_nothing_is_verified() -> None:
    with pytest.raises(BackendUnreachable):
        research(FakeChat(declined(), broken))


def test_nothing_found_at_all_asks_no_model() -> None:
    answer, _, _ = research(FakeChat(), "Who?")
    assert answer.reason == "no_pages"
    assert outcomes(answer) == [("read", 1, "no_pages")]


def test_first_pass_that_finds_no_answer_may_be_followed_by_others() -> None:
    answer, _, _ = research(FakeChat(declined("all"), NEXT, claims(PAID), ENOUGH))
    assert answer.text == "The deposit is 1,200 euros. [1]"
    assert answer.trace[0].outcome == "nothing"


def test_nothing_verified_in_all_rounds_is_an_abstention() -> None:
    answer, _, _ = research(FakeChat(declined("all"), NEXT, declined("it"), ENOUGH))
    assert (answer.reason, answer.missing) == ("unanswerable", "it")
    assert answer.text.endswith("Nearest pages: report.pdf, page 4.")


@pytest.mark.parametrize("said", ["no plan", {"questions": "x"}, {"plan": []}])
def test_reply_that_is_no_plan_ends_the_search(said: Said) -> None:
    answer, searched, _ = research(FakeChat(PART, said))
    assert searched == [BOTH]
    assert answer.trace[-1].outcome == "failed"
    assert answer.text == "Capex was £31.8 million. [1]"


def test_questions_are_cleaned_bounded_and_none_is_asked_twice() -> None:
    wild: dict[str, object] = {
        "questions": [BOTH, f"{DEPOSIT} ![x](https://evil.example/y)", "?!", 7, DEPOSIT, CAPEX]
    }
    model = FakeChat(PART, wild, claims(PAID), claims(SPENT), declined())
    _, searched, _ = research(model, limits=DeepLimits(rounds=2))
    assert searched == [BOTH, f"{DEPOSIT} x", DEPOSIT, CAPEX]
    _, searched, _ = research(
        FakeChat(PART, wild, declined()), limits=DeepLimits(rounds=2, questions=1)
    )
    assert searched == [BOTH, f"{DEPOSIT} x"]


@pytest.mark.parametrize(
    ("limits", "steps"),
    [
        ({"rounds": 1}, 1),
        ({"pages": 1}, 1),
        ({"calls": 1}, 1),
        ({"tokens": 100}, 1),
        ({"calls": 2}, 2),
        ({"pages": 2}, 3),
        ({"rounds": 2}, 4),
    ],
)
def test_no_step_begins_when_a_limit_is_reached(limits: dict[str, int], steps: int) -> None:
    together = claims(PAID, SPENT_BOTH)
    model = FakeChat(PART, NEXT, claims(PAID), together)
    answer, _, _ = research(model, limits=DeepLimits(**limits))
    assert len(answer.trace) == steps
    assert not answer.abstained


def test_question_that_cannot_be_searched_for_is_passed_over() -> None:
    def search(part: str) -> Sequence[Evidence]:
        if part == CAPEX:
            raise QuestionError("no words")
        return PAGES[part]

    plan: dict[str, object] = {"questions": [CAPEX, DEPOSIT]}
    model = FakeChat(PART, plan, claims(PAID), claims(PAID, SPENT_BOTH))
    limits = DeepLimits(rounds=2)
    answer = VisionAnswerer(model).research(BOTH, search, limits, lambda step: None)
    assert [step.outcome for step in answer.trace] == [
        *("partly", "planned", "failed", "answered", "answered")
    ]


def test_all_calls_of_one_question_share_its_limits() -> None:
    model = FakeChat({"question": CAPEX}, claims(SPENT), ENOUGH)
    answerer = VisionAnswerer(model, limits=Limits(timeout=5)).begin()
    assert isinstance(answerer, ModelAnswerer)
    asked = answerer.stand_alone("And that?", [Turn("x", "y")])
    answerer.research(asked.question, PAGES.__getitem__, DeepLimits(), lambda step: None)
    assert len(model.budgets) == 3
    assert len({id(budget) for budget in model.budgets}) == 1


@pytest.mark.parametrize("wrong", [{"rounds": 4}, {"rounds": 0}, {"questions": 7}, {"pages": 0}])
def test_limits_beyond_reason_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="expected"):
        DeepLimits(**wrong)
