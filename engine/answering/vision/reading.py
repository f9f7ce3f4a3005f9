"""Pages that were found are chosen, prepared and asked about; fewer of them, if they are too many.

What an endpoint does not tell beforehand is how much it reads at once. One that says so afterwards
is asked once more, with the better half of the pages.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence

from recto.engine.answering.protocol import Evidence
from recto.engine.answering.vision.asking import Verified, ask_and_verify, stream_and_verify
from recto.engine.answering.vision.settings import VisionSettings
from recto.engine.answering.vision.sources import Source, prepare
from recto.engine.endpoint.chat import ChatModel
from recto.engine.endpoint.limits import Budget
from recto.engine.errors import ContextTooLong


def read(
    model: ChatModel,
    question: str,
    sources: Sequence[Source],
    settings: VisionSettings,
    *,
    budget: Budget | None = None,
) -> Verified:
    """Raises EndpointError, BackendUnreachable; ContextTooLong when half of it is too much, too."""
    try:
        return ask_and_verify(model, question, sources, settings, budget=budget)
    except ContextTooLong:
        if len(sources) < 2:
            raise
    fewer = better_half(sources, settings, model)
    return ask_and_verify(model, question, fewer, settings, budget=budget)


def stream_read(
    model: ChatModel,
    question: str,
    sources: Sequence[Source],
    settings: VisionSettings,
    *,
    budget: Budget | None = None,
) -> Generator[str, None, Verified]:
    """The same with the text as it comes; what has been shown is not begun again."""
    shown = False
    following = stream_and_verify(model, question, sources, settings, budget=budget)
    try:
        while True:
            piece = next(following)
            shown = True
            yield piece
    except StopIteration as end:
        verified: Verified = end.value
        return verified
    except ContextTooLong:
        if shown or len(sources) < 2:
            raise
    finally:
        following.close()
    fewer = better_half(sources, settings, model)
    return (yield from stream_and_verify(model, question, fewer, settings, budget=budget))


def better_half(
    sources: Sequence[Source], settings: VisionSettings, model: ChatModel
) -> tuple[Source, ...]:
    """Those of the best scores, in their order, labelled anew."""
    ranked = sorted(sources, key=lambda source: -source.evidence.score)
    kept = {source.label for source in ranked[: len(sources) // 2]}
    pages: list[Evidence] = [source.evidence for source in sources if source.label in kept]
    return prepare(pages, settings, model.profile)
