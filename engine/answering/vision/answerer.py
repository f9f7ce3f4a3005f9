"""The answerer that a library is given: pages in, a checked answer out, whole or as it comes."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing

from recto.engine.answering.protocol import (
    AnswerEvents,
    DraftAnswer,
    Evidence,
    Reason,
    Settled,
    TextDelta,
)
from recto.engine.answering.vision.asking import ask_and_verify, stream_and_verify
from recto.engine.answering.vision.drafting import abstention, draft
from recto.engine.answering.vision.selection import select
from recto.engine.answering.vision.settings import VisionSettings
from recto.engine.answering.vision.sources import Source, prepare
from recto.engine.closing import Closing
from recto.engine.endpoint.chat import ChatModel
from recto.engine.endpoint.limits import Limits


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

    def answer(self, question: str, evidence: Sequence[Evidence]) -> DraftAnswer:
        """Raises EndpointError, BackendUnreachable."""
        sources = self.sources(evidence)
        reason = self._reason_not_to_ask(evidence, sources)
        if reason:
            return abstention(reason, evidence)
        budget = self._limits.start() if self._limits else None
        verified = ask_and_verify(self.model, question, sources, self.settings, budget=budget)
        return draft(verified, evidence, keep=self.settings.unsupported == "mark")

    def stream(self, question: str, evidence: Sequence[Evidence]) -> AnswerEvents:
        """Raises the same; BrokenStream when the reply breaks off."""
        sources = self.sources(evidence)
        reason = self._reason_not_to_ask(evidence, sources)
        if reason:
            yield Settled(abstention(reason, evidence))
            return
        budget = self._limits.start() if self._limits else None
        following = stream_and_verify(self.model, question, sources, self.settings, budget=budget)
        with closing(following):
            while True:
                try:
                    yield TextDelta(next(following))
                except StopIteration as end:
                    verified = end.value
                    break
        yield Settled(draft(verified, evidence, keep=self.settings.unsupported == "mark"))

    def sources(self, evidence: Sequence[Evidence]) -> tuple[Source, ...]:
        """The pages that the model is given, and how."""
        if self._is_weak(evidence):
            return ()
        return prepare(select(evidence, self.settings), self.settings, self.model.profile)

    def close(self) -> None:
        """Close the model's connections. May be called twice."""
        self.model.close()

    def _is_weak(self, evidence: Sequence[Evidence]) -> bool:
        return all(page.score <= self.settings.least_score for page in evidence)

    def _reason_not_to_ask(
        self, evidence: Sequence[Evidence], sources: Sequence[Source]
    ) -> Reason | None:
        if sources:
            return None
        return "weak" if evidence and self._is_weak(evidence) else "no_pages"
