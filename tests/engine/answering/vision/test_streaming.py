from __future__ import annotations

import pytest

from recto.engine.answering.protocol import DraftAnswer, Settled, TextDelta
from recto.engine.answering.vision.answerer import VisionAnswerer
from recto.engine.answering.vision.following import follow
from recto.engine.answering.vision.links import LINK
from recto.engine.answering.vision.settings import VisionSettings
from recto.engine.endpoint.chat import Reply
from recto.engine.page import Box
from tests.fakes_chat import TOOK, FakeChat, Step, claims

from .given import LEASE, REPORT, charted, checker_of, given

PAGES = (given(REPORT, number=4), given(LEASE, name="lease.pdf", score=0.9))
CAPEX = 'Capex was £31.8 million [S2 "Capital expenditure was £31.8 million"].'
DEPOSIT = 'The deposit is not paid back. [S1 "deposit of 1,200 euros is non-refundable"]'


def streamed(*replies: Step, settings: VisionSettings | None = None) -> tuple[str, DraftAnswer]:
    """What was shown while it was written, and what it was settled to."""
    events = list(VisionAnswerer(FakeChat(*replies), settings).stream("capex?", PAGES))
    *deltas, last = events
    assert isinstance(last, Settled)
    return "".join(event.text for event in deltas if isinstance(event, TextDelta)), last.answer


def test_marks_become_the_numbers_of_the_settled_quotes() -> None:
    told, answer = streamed(f"{CAPEX} {DEPOSIT}")
    assert told == "Capex was £31.8 million. [1] The deposit is not paid back. [2]"
    assert answer.text == told
    assert [quote.document_id for quote in answer.quotes] == ["report.pdf", "lease.pdf"]
    assert answer.usage == TOOK


def test_text_comes_before_its_marks_are_known() -> None:
    first = next(VisionAnswerer(FakeChat(CAPEX)).stream("capex?", PAGES))
    assert isinstance(first, TextDelta)
    assert first.text.startswith("Capex")
    assert "[" not in first.text


def test_quote_that_is_given_twice_has_one_number() -> None:
    told, answer = streamed(f'{CAPEX} So it was. [S2 "Capital expenditure was £31.8 million"]')
    assert told == "Capex was £31.8 million. [1] So it was. [1]"
    assert len(answer.quotes) == 1


def test_invented_and_unknown_marks_are_removed_and_numbers_stay() -> None:
    bad = 'Sales doubled [S2 "sales have doubled"]. It is blue. [S9 "blue"] '
    told, answer = streamed(bad + CAPEX, claims())
    assert told == "Sales doubled. It is blue. Capex was £31.8 million. [1]"
    assert answer.text == "Capex was £31.8 million. [1]"


def test_what_failed_is_asked_for_once_more_and_numbered_behind_the_rest() -> None:
    better = claims(("There are pumps.", [("S2", "Pumps 1,577 1,373")]))
    told, answer = streamed(f'Sales doubled. [S2 "so"] {CAPEX}', better)
    assert told.endswith("Capex was £31.8 million. [1]")
    assert answer.text == "There are pumps. [2] Capex was £31.8 million. [1]"
    assert answer.usage == TOOK + TOOK


def test_all_requests_about_the_same_pages_begin_with_the_same_bytes() -> None:
    model = FakeChat(f'Sales doubled. [S2 "so"] {CAPEX}', claims(), claims(), claims())
    answerer = VisionAnswerer(model, VisionSettings(repairs=1))
    list(answerer.stream("sales?", PAGES))
    answerer.answer("capex?", PAGES)
    streamed, repair, whole = (
        [part for message in request.messages[:2] for part in message.parts][:-1]
        for request in model.requests[:3]
    )
    assert streamed == repair == whole
    assert len(whole) == 5  # rules, then text and picture of two pages


def test_sentence_without_a_mark_is_not_believed() -> None:
    told, answer = streamed("Capex was £31.8 million.", claims())
    assert told == "Capex was £31.8 million."
    assert answer.reason == "unverified"


@pytest.mark.parametrize(
    "said",
    [
        "NO ANSWER: the tax rate",
        " no answer – the tax rate",
        "**NO ANSWER**: the tax rate",
        "**NO ANSWER:** the tax rate",
        "_No answer_. the tax rate",
        "NO ANSWER. the tax rate",
    ],
)
def test_refusal_to_answer_is_shown_as_ours_and_not_as_the_models(said: str) -> None:
    told, answer = streamed(said)
    assert told == ""
    assert (answer.reason, answer.missing) == ("unanswerable", "the tax rate")


def test_answer_that_begins_like_a_refusal_is_none() -> None:
    told, answer = streamed('No answer is due on electricity. [S1 "tenant pays electricity"]')
    assert told == answer.text == "No answer is due on electricity. [1]"


def test_stream_that_nobody_reads_on_hangs_up() -> None:
    model = FakeChat(CAPEX)
    events = VisionAnswerer(model).stream("capex?", PAGES)
    next(events)
    events.close()
    assert model.hung_up == 1


def test_lines_of_the_answer_are_kept() -> None:
    told, answer = streamed(f"{CAPEX}\n- {DEPOSIT}")
    assert (
        answer.text == told == ("Capex was £31.8 million. [1]\n- The deposit is not paid back. [2]")
    )


def test_empty_reply_is_asked_for_in_another_form() -> None:
    right = claims(("Capex was £31.8 million.", [("S2", "expenditure was £31.8 million")]))
    _, answer = streamed("", right)
    assert answer.text == "Capex was £31.8 million. [1]"
    _, answer = streamed("", "still nothing")
    assert answer.reason == "unreadable"


def test_refusal_of_the_model_is_no_answer() -> None:
    _, answer = streamed(Reply(text="", finish_reason="stop", refusal="No."))
    assert answer.reason == "refused"


def test_weak_pages_are_settled_at_once() -> None:
    told, answer = streamed(settings=VisionSettings(least_score=1.0))
    assert (told, answer.reason) == ("", "weak")


@pytest.mark.parametrize(
    "end", ["\nMISSING: the tax rate.", " MISSING: the tax rate.", "\n\n**MISSING**: the tax rate."]
)
def test_what_is_missing_is_told_apart_from_the_answer_and_not_shown_as_part_of_it(
    end: str,
) -> None:
    said, answer = streamed(CAPEX[:-1] + end)
    assert said.strip() == answer.text == "Capex was £31.8 million [1]"
    assert answer.missing == "the tax rate."


def test_reply_that_tells_only_what_is_missing_is_no_answer() -> None:
    said, answer = streamed("MISSING: the tax rate")
    assert (said, answer.reason, answer.missing) == ("", "unanswerable", "the tax rate")


def test_word_missing_within_a_sentence_ends_nothing() -> None:
    said, answer = streamed(f"What is MISSING: {CAPEX}")
    assert said == answer.text == "What is MISSING: Capex was £31.8 million. [1]"


def test_streamed_reply_that_was_cut_off_is_said_to_be_incomplete() -> None:
    cut = Reply(text=f"{CAPEX} The deposit is", finish_reason="length", usage=TOOK)
    _, answer = streamed(cut, claims())
    assert answer.text == "Capex was £31.8 million. [1]"
    assert answer.incomplete == "The model's reply was cut off at the limit of its length."


def test_what_the_model_sees_in_a_figure_is_marked_while_it_is_written() -> None:
    page = charted(REPORT, Box(0.1, 0.5, 0.7, 0.8), number=4)
    said = "Capex was 77 in 2024. [S1 figure: line chart, 2024: 77]"
    *deltas, last = VisionAnswerer(FakeChat(said)).stream("capex?", [page])
    assert isinstance(last, Settled)
    shown = "".join(event.text for event in deltas if isinstance(event, TextDelta))
    assert shown == last.answer.text == "Capex was 77 in 2024. [1] (as the model sees it)"
    assert [statement.support for statement in last.answer.statements] == ["page"]


@pytest.mark.parametrize(
    "text",
    [
        '[S1 "tenant pays electricity"](//evil.top?q=secret)',
        '[S1 "tenant pays electricity"](evil)',
        'evil.[S1 "tenant pays electricity"]top',
        'evil[S1 "tenant pays electricity"].[S1 "tenant pays"]top',
        'evil.t[S9 "x"]op',
        "x" * 1795 + ".evil.top?q=secret",
        "x" * 1797 + "evil.top?q=secret",
    ],
)
@pytest.mark.parametrize("size", [1, 7, 5_000])
def test_mark_or_endless_word_makes_no_link_of_what_is_around_it(text: str, size: int) -> None:
    checker = checker_of(*PAGES)
    said = f"The tenant pays. {text}"
    deltas = [said[start : start + size] for start in range(0, len(said), size)]
    shown = "".join(follow(deltas, checker))
    assert "](" not in shown
    assert LINK.search(shown) is None
