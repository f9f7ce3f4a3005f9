"""The answerer that a library is given: pages in, a checked answer out, whole or as it comes."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from copy import copy
from dataclasses import replace

from recto.engine.answering.conversation import stand_alone
from recto.engine.answering.deep.research import research
from recto.engine.answering.deep.steps import DeepLimits, OnStep
from recto.engine.answering.protocol import (
    AnswerEvents,
    DraftAnswer,
    Evidence,
    Reason,
    Search,
    Settled,
    TextDelta,
)
from recto.engine.answering.turns import Asked, Turn
from recto.engine.answering.vision.asking import Verified
from recto.engine.answering.vision.clips import clips_of, pages_of
from recto.engine.answering.vision.drafting import abstention, draft
from recto.engine.answering.vision.reading import read, stream_read
from recto.engine.answering.vision.selection import select
from recto.engine.answering.vision.settings import VisionSettings
from recto.engine.answering.vision.sources import Source, prepare
from recto.engine.closing import Closing
from recto.engine.endpoint.chat import ChatModel
from recto.engine.endpoint.limits import Budget, Limits


class VisionAnswerer(Closing):
    """Answers by what a model sees on the pages, as far as it can be verified there."""

    def __init__(
        self,
        model: ChatModel,
        settings: VisionSettings | None = None,
        *,
        limits: Limits | None = None,
    ) -> None:
        """Closes `model` when it is closed. `limits` are for all calls about one question."""
        self.model = model
        self.settings = settings or VisionSettings()
        self._limits = limits
        self._begun: Budget | None = None

    def begin(self) -> VisionAnswerer:
        """The same for one question of a user: all calls from now on share its limits."""
        begun = copy(self)
        begun._begun = self._budget()
        return begun

    def stand_alone(self, question: str, history: Sequence[Turn]) -> Asked:
        """What a question means that follows others. Raises EndpointError, BackendUnreachable."""
        tokens = self.settings.reply_tokens
        return stand_alone(self.model, question, history, tokens=tokens, budget=self._budget())

    def research(
        self, question: str, search: Search, limits: DeepLimits, on_step: OnStep
    ) -> DraftAnswer:
        """An answer by several searches. Raises the same while nothing is verified."""
        found: list[Evidence] = []

        def strong(part: str) -> Sequence[Evidence]:
            evidence = pages_of(search(part))
            if not found:
                found.extend(evidence)
            return () if self._is_weak(evidence) else evidence

        researched = research(
            self.model,
            question,
            strong,
            self.settings,
            limits,
            budget=self._budget(),
            on_step=on_step,
        )
        return replace(self._draft(researched.verified, found), trace=researched.trace)

    def answer(self, question: str, evidence: Sequence[Evidence]) -> DraftAnswer:
        """Raises EndpointError, BackendUnreachable."""
        sources = self.sources(evidence)
        reason = self._reason_not_to_ask(evidence, sources)
        if reason:
            return abstention(reason, evidence)
        verified = read(self.model, question, sources, self.settings, budget=self._budget())
        return self._draft(verified, evidence)

    def stream(self, question: str, evidence: Sequence[Evidence]) -> AnswerEvents:
        """Raises the same; BrokenStream when the reply breaks off."""
        sources = self.sources(evidence)
        reason = self._reason_not_to_ask(evidence, sources)
        if reason:
            yield Settled(abstention(reason, evidence))
            return
        budget = self._budget()
        following = stream_read(self.model, question, sources, self.settings, budget=budget)
        with closing(following):
            while True:
                try:
                    yield TextDelta(next(following))
                except StopIteration as end:
                    verified = end.value
                    break
        yield Settled(self._draft(verified, evidence))

    def sources(self, evidence: Sequence[Evidence]) -> tuple[Source, ...]:
        """The pages and the clips that the model is given, and how."""
        pages = pages_of(evidence)
        chosen = [] if self._is_weak(pages) else select(pages, self.settings)
        if self.settings.images and self.model.profile.images:  # there is nothing else of a clip
            chosen += clips_of(evidence)[: self.settings.clips]
        return prepare(chosen, self.settings, self.model.profile)

    def close(self) -> None:
        """Close the model's connections. May be called twice."""
        self.model.close()

    def _budget(self) -> Budget | None:
        return self._begun or (self._limits.start() if self._limits else None)

    def _draft(self, verified: Verified, evidence: Sequence[Evidence]) -> DraftAnswer:
        return draft(verified, evidence, keep=self.settings.unsupported == "mark")

    def _is_weak(self, evidence: Sequence[Evidence]) -> bool:
        return all(page.score <= self.settings.least_score for page in evidence)

    def _reason_not_to_ask(
        self, evidence: Sequence[Evidence], sources: Sequence[Source]
    ) -> Reason | None:
        if sources:
            return None
        pages = pages_of(evidence)
        return "weak" if pages and self._is_weak(pages) else "no_pages"
