"""What was verified becomes an answer for people, or the statement that there is none."""

from __future__ import annotations

from collections.abc import Sequence

from recto.engine.answering.protocol import DraftAnswer, Evidence, Quote, Reason, Statement
from recto.engine.answering.vision.asking import Verified
from recto.engine.answering.vision.checking import Checked
from recto.engine.answering.vision.citing import marks
from recto.engine.answering.wording import nearest

UNSUPPORTED = "(not supported by the pages)"

_DECLINED: dict[Reason, str] = {
    "no_pages": "No page was found that could answer this question.",
    "weak": "The documents do not seem to answer this question.",
    "unanswerable": "The documents do not seem to answer this question.",
    "refused": "The model declined to answer this question.",
    "unreadable": "The model's reply had not the form of an answer, also when it was asked again.",
    "unverified": "No answer could be verified: nothing that the model said stands on the pages.",
}


def draft(verified: Verified, evidence: Sequence[Evidence], *, keep: bool) -> DraftAnswer:
    """An answer if anything is supported; `keep` shows beside it what is not."""
    if verified.reason is not None:
        return abstention(verified.reason, evidence, verified)
    told = [item for item in verified.checked if item.supported or keep]
    numbers = {quote: number for number, quote in enumerate(verified.quotes, 1)}
    return DraftAnswer(
        text=_text(told, numbers),
        quotes=verified.quotes,
        statements=tuple(item.statement for item in told),
        missing=verified.missing,
        incomplete=verified.incomplete,
        usage=verified.usage,
        tally=verified.tally,
    )


def abstention(
    reason: Reason, evidence: Sequence[Evidence], verified: Verified | None = None
) -> DraftAnswer:
    """That there is no answer, why, and which pages come nearest. Nothing unverified is in it."""
    return DraftAnswer(
        text=_DECLINED[reason] + nearest(evidence),
        quotes=(),
        reason=reason,
        missing=verified.missing if verified else "",
        usage=verified.usage if verified else None,
        tally=verified.tally if verified else None,
    )


def _text(told: Sequence[Checked], numbers: dict[Quote, int]) -> str:
    text = ""
    for item in told:
        gap = ("\n" if item.new_line else " ") if text else ""
        text += gap + _marked(item.statement, numbers)
    return text


def _marked(statement: Statement, numbers: dict[Quote, int]) -> str:
    return f"{statement.text} {marks(statement, numbers) or UNSUPPORTED}"
