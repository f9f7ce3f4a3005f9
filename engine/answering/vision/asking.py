"""Asks a model about given pages once, checks what it says, and asks again about what fails.

`ask_and_verify` is the whole of it: question and sources in, checked statements out. What asks
several times, or over other pages, calls it several times. Knows no retrieval.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field

from recto.engine.answering.protocol import Quote, Reason
from recto.engine.answering.tally import Tally
from recto.engine.answering.vision.checking import Checked, Checker
from recto.engine.answering.vision.claims import Claim, ModelReply, Problem
from recto.engine.answering.vision.following import Followed, follow
from recto.engine.answering.vision.parsing import Malformed, parse
from recto.engine.answering.vision.prompt import repair_request, streamed_request, whole_request
from recto.engine.answering.vision.settings import VisionSettings
from recto.engine.answering.vision.sources import Source
from recto.engine.endpoint.chat import ChatModel, Reply
from recto.engine.endpoint.limits import Budget, Usage
from recto.engine.endpoint.messages import Request
from recto.engine.errors import BackendUnreachable, EndpointError

_SHOWN_BACK = 8_000
"""Characters of a wrong reply that the model is shown."""

_LONGEST_MISSING = 500
CUT_OFF = "The model's reply was cut off at the limit of its length."
NOT_REPAIRED = "What could not be verified was not asked for again:"


@dataclass(frozen=True, slots=True)
class Verified:
    """What the model said and what became of it."""

    checked: tuple[Checked, ...] = ()
    quotes: tuple[Quote, ...] = ()
    """Of what is supported, none twice. Their order gives them their numbers: those that were
    streamed keep theirs."""
    reason: Reason | None = None
    """Why there is no answer; None when a statement is supported."""
    missing: str = ""
    incomplete: str = ""
    """Why there may be less than the model had to say; empty where nothing speaks for it."""
    usage: Usage = field(default_factory=Usage)
    tally: Tally = field(default_factory=Tally)


def ask_and_verify(
    model: ChatModel,
    question: str,
    sources: Sequence[Source],
    settings: VisionSettings,
    *,
    budget: Budget | None = None,
) -> Verified:
    """Raises EndpointError, BackendUnreachable."""
    asking = _Asking(model, question, sources, settings, budget)
    reply = asking.complete(asking.request)
    return asking.settle(reply)


def stream_and_verify(
    model: ChatModel,
    question: str,
    sources: Sequence[Source],
    settings: VisionSettings,
    *,
    budget: Budget | None = None,
) -> Generator[str, None, Verified]:
    """The same with the text as it comes, cleaned, with the numbers of its quotes.

    Raises BrokenStream when it breaks off, and what `ask_and_verify` raises.
    """
    asking = _Asking(model, question, sources, settings, budget)
    request = streamed_request(question, sources, tokens=settings.reply_tokens)
    with model.stream(request, budget=budget) as stream:
        followed = yield from follow((delta.text for delta in stream), asking.checker)
        reply = stream.reply
    asking.count(reply)
    return asking.settle_followed(reply, followed)


class _Asking:
    """One question to one model about some pages."""

    def __init__(
        self,
        model: ChatModel,
        question: str,
        sources: Sequence[Source],
        settings: VisionSettings,
        budget: Budget | None,
    ) -> None:
        self.request = whole_request(question, sources, tokens=settings.reply_tokens)
        self.checker = Checker(sources)
        self._model, self._budget = model, budget
        self._repairs = settings.repairs
        self._incomplete = ""
        self._usage = Usage()
        self._tally = Tally()

    def complete(self, request: Request) -> Reply:
        reply = self._model.complete(request, budget=self._budget)
        self.count(reply)
        return reply

    def count(self, reply: Reply) -> None:
        """A reply from the cache took nothing."""
        if not reply.cached:
            self._usage += reply.usage

    def settle(self, reply: Reply) -> Verified:
        """What holds of a reply in JSON, mended where it can be."""
        while True:
            if reply.refusal:
                return self._none("refused")
            try:
                return self._verify(_read(reply), reply)
            except Malformed as error:
                reply.discard()
                self._tally += Tally(malformed=1)
                if not self._repairs:
                    return self._none("unreadable")
                self._repairs -= 1
                reply = self._again(reply, [error.problem], all=True)

    def settle_followed(self, reply: Reply, followed: Followed) -> Verified:
        """What holds of a streamed reply."""
        if reply.refusal:
            return self._none("refused")
        missing = self._cleaned(followed.missing)
        if followed.declined:
            return self._none("unanswerable", missing)
        if not followed.checked:
            return self.settle(reply)  # it is no answer in JSON either, and is asked for one
        return self._mend(list(followed.checked), reply, missing, followed.quotes)

    def _verify(self, said: ModelReply, reply: Reply) -> Verified:
        missing = self._cleaned(said.missing)
        if not said.answerable:
            return self._none("unanswerable", missing)
        return self._mend(self._check(said.claims), reply, missing)

    def _mend(
        self, checked: list[Checked], reply: Reply, missing: str, numbered: Sequence[Quote] = ()
    ) -> Verified:
        """`numbered` are the quotes that have been shown with numbers."""
        failed = [item for item in checked if not item.supported]
        self._tally += Tally(
            statements=len(checked),
            unsupported=len(failed),
            quotes=sum(item.quotes for item in checked),
            invented=sum(item.invented for item in checked),
        )
        if reply.truncated:
            self._incomplete = CUT_OFF
        if failed:
            reply.discard()
        if failed and self._repairs:
            self._repairs -= 1
            problems = [problem for item in failed for problem in item.problems]
            try:
                checked = _replaced(checked, self._second_try(reply, problems))
            except (EndpointError, BackendUnreachable) as error:
                if len(failed) == len(checked):
                    raise
                # What has been proved needs no second call.
                self._incomplete = f"{NOT_REPAIRED} {error}"
        found = (quote for item in checked for quote in item.statement.quotes)
        quotes = tuple(dict.fromkeys((*numbered, *found)))
        reason: Reason | None = None if quotes else "unverified"
        lost = sum(not item.supported for item in checked)
        self._tally += Tally(repaired=max(len(failed) - lost, 0))
        return Verified(
            checked=tuple(checked),
            quotes=quotes,
            reason=reason,
            missing=missing,
            incomplete=self._incomplete,
            usage=self._usage,
            tally=self._tally,
        )

    def _second_try(self, reply: Reply, problems: Sequence[Problem]) -> list[Checked]:
        second = self._again(reply, problems, all=False)
        try:
            checked = self._check(_read(second).claims)
        except Malformed:
            self._tally += Tally(malformed=1)
            checked = []
        if not checked or not all(item.supported for item in checked):
            second.discard()
        return checked

    def _again(self, reply: Reply, problems: Sequence[Problem], *, all: bool) -> Reply:
        said = reply.text[:_SHOWN_BACK] or "(nothing)"
        return self.complete(repair_request(self.request, said, problems, all=all))

    def _check(self, claims: Sequence[Claim]) -> list[Checked]:
        checked = (self.checker.check(claim) for claim in claims)
        return [item for item in checked if item.statement.text]

    def _cleaned(self, missing: str) -> str:
        return self.checker.clean(missing[:_LONGEST_MISSING]).strip()

    def _none(self, reason: Reason, missing: str = "") -> Verified:
        return Verified(reason=reason, missing=missing, usage=self._usage, tally=self._tally)


def _read(reply: Reply) -> ModelReply:
    """Raises Malformed."""
    try:
        said = parse(reply.text)
    except Malformed:
        if reply.truncated:
            told = "It was cut off before its end; say less, with shorter quotes."
            raise Malformed(Problem("cut_off", told)) from None
        raise
    if said.answerable and not said.claims:
        told = '"answerable" is true, but there are no claims; give them, or say false.'
        raise Malformed(Problem("no_claims", told))
    return said


def _replaced(checked: Sequence[Checked], second: Sequence[Checked]) -> list[Checked]:
    """`checked` with the `second` statements in the places of those that failed.

    What failed and has no second version stays, unsupported.
    """
    known = {item.statement.text for item in checked if item.supported}
    waiting = [item for item in second if item.statement.text not in known]
    mended: list[Checked] = []
    for item in checked:
        mended.append(waiting.pop(0) if not item.supported and waiting else item)
    return mended + waiting
