"""Answers a question in rounds: read, plan, look up, and at the end read together what was cited.

Every statement is verified as in a plain answer. The first round is a plain answer, and what fails
there fails as a whole. From then on nothing that was verified is lost: a failing step ends the
search, and the answer is what there is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from recto.engine.answering.deep.findings import Findings
from recto.engine.answering.deep.planning import plan
from recto.engine.answering.deep.steps import (
    DeepLimits,
    OnStep,
    Outcome,
    Step,
    StepKind,
    StepPage,
)
from recto.engine.answering.protocol import Evidence, Search
from recto.engine.answering.vision.asking import Verified
from recto.engine.answering.vision.reading import read
from recto.engine.answering.vision.selection import select
from recto.engine.answering.vision.settings import VisionSettings
from recto.engine.answering.vision.sources import Source, prepare
from recto.engine.endpoint.chat import ChatModel
from recto.engine.endpoint.limits import Budget
from recto.engine.errors import BackendUnreachable, EndpointError, QuestionError


@dataclass(frozen=True, slots=True)
class Researched:
    """What was found out, and how."""

    verified: Verified
    trace: tuple[Step, ...]


def research(
    model: ChatModel,
    question: str,
    search: Search,
    settings: VisionSettings,
    limits: DeepLimits,
    *,
    budget: Budget | None = None,
    on_step: OnStep = lambda step: None,
) -> Researched:
    """Raises EndpointError, BackendUnreachable while nothing is verified, and what `search` raises
    for the question itself."""
    running = _Research(model, search, settings, limits, budget, on_step)
    verified = running.run(question)
    return Researched(verified, tuple(running.trace))


class _Research:
    """One question."""

    def __init__(
        self,
        model: ChatModel,
        search: Search,
        settings: VisionSettings,
        limits: DeepLimits,
        budget: Budget | None,
        on_step: OnStep,
    ) -> None:
        self.trace: list[Step] = []
        self._model, self._search, self._settings = model, search, settings
        self._limits, self._budget, self._on_step = limits, budget, on_step
        self._findings = Findings()
        self._asked: list[str] = []
        self._doing: tuple[StepKind, int, str] = ("read", 1, "")

    def run(self, question: str) -> Verified:
        self._look_up(question, 1)
        try:
            if self._findings.pages_given:
                self._go_on(question)
            return self._read_together(question) or self._findings.together()
        except (EndpointError, BackendUnreachable) as error:
            if not self._findings.statements:
                raise
            self._tell("failed", detail=str(error))
        return self._findings.together()

    def _go_on(self, question: str) -> None:
        """Until it is enough, or nothing more is found, or the limits are reached."""
        for number in range(2, self._limits.rounds + 1):
            before = len(self._findings.statements)
            for part in self._plan(question, number):
                if self._is_used_up():
                    return
                self._look_up(part, number)
            if len(self._findings.statements) == before:
                return

    def _plan(self, question: str, number: int) -> tuple[str, ...]:
        if self._is_used_up():
            return ()
        self._doing = ("plan", number, question)
        planned = plan(
            self._model,
            question,
            found=self._findings.statements,
            missing=self._findings.missing,
            asked=self._asked,
            most=self._limits.questions,
            tokens=self._settings.reply_tokens,
            budget=self._budget,
        )
        self._findings.usage += planned.usage
        if not planned.readable:
            self._tell("failed", detail="The reply was no plan.")
        else:
            outcome: Outcome = "planned" if planned.questions else "enough"
            self._tell(outcome, detail="; ".join(planned.questions))
        return planned.questions

    def _look_up(self, question: str, number: int) -> None:
        self._doing = ("read", number, question)
        self._asked.append(question)
        try:
            found = self._search(question)
        except QuestionError as error:
            if number == 1:
                raise
            self._tell("failed", detail=str(error))
            return
        chosen = select(found, self._room())
        self._read(question, prepare(chosen, self._settings, self._model.profile))

    def _read_together(self, question: str) -> Verified | None:
        """One answer from the pages that were cited; None where that is no better than what was
        said one after the other."""
        pages = sorted(
            self._findings.cited, key=lambda page: (page.document_id, page.content.number)
        )
        room = self._room()
        fit = len(pages) <= room.most_pages + room.neighbours
        if not (self._findings.is_scattered and fit) or self._is_used_up():
            return None
        self._doing = ("answer", self._doing[1], question)
        verified = self._read(question, prepare(pages, self._settings, self._model.profile))
        whole = verified and verified.reason is None and not verified.missing
        if not (verified and whole):
            return None
        return replace(verified, usage=self._findings.usage, tally=self._findings.tally)

    def _read(self, question: str, sources: Sequence[Source]) -> Verified | None:
        if not sources:
            self._findings.take(Verified(reason="no_pages"), ())
            self._tell("no_pages")
            return None
        verified = read(self._model, question, sources, self._settings, budget=self._budget)
        if self._doing[0] == "answer":
            self._findings.usage += verified.usage
            self._findings.tally += verified.tally
            self._findings.pages_given += len(sources)
        else:
            self._findings.take(verified, sources)
        outcome: Outcome = "partly" if verified.missing else "answered"
        self._tell(
            "nothing" if verified.reason else outcome,
            pages=tuple(_page(source.evidence) for source in sources),
            statements=sum(item.supported for item in verified.checked),
            detail=verified.missing,
        )
        return verified

    def _tell(
        self,
        outcome: Outcome,
        *,
        pages: tuple[StepPage, ...] = (),
        statements: int = 0,
        detail: str = "",
    ) -> None:
        kind, number, question = self._doing
        step = Step(
            kind=kind,
            round=number,
            question=question,
            outcome=outcome,
            pages=pages,
            statements=statements,
            detail=detail,
        )
        self.trace.append(step)
        self._on_step(step)

    def _room(self) -> VisionSettings:
        """The settings, with no more pages than are left."""
        left = max(self._limits.pages - self._findings.pages_given, 1)
        most = min(self._settings.most_pages, left)
        beside = min(self._settings.neighbours, left - most)
        return replace(self._settings, most_pages=most, neighbours=beside)

    def _is_used_up(self) -> bool:
        used = self._findings.usage
        return (
            self._findings.pages_given >= self._limits.pages
            or used.calls >= self._limits.calls
            or used.input_tokens + used.output_tokens >= self._limits.tokens
        )


def _page(evidence: Evidence) -> StepPage:
    return StepPage(
        document_id=evidence.document_id,
        document=evidence.document_name,
        page=evidence.content.number,
    )
