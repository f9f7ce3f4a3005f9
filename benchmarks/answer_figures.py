"""What answers are worth, by several strategies side by side: figures, and how far chance goes.

Knows no library and no file.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from recto.benchmarks.replies import Answered, Reply
from recto.benchmarks.significance import interval
from recto.engine.answering.tally import Tally

Figures = dict[str, float | None]
"""By name, in the order of a table; None where there is nothing to count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What one strategy gives. Figures of answers are means over the answerable questions that were
    answered."""

    answerable: tuple[Answered, ...]
    """In the order of their file."""
    unanswerable: tuple[tuple[str, Reply], ...] = ()

    def as_json(self) -> Figures:
        """All figures."""
        means = {name: _mean(values) for name, values in self._by_question().items()}
        return {
            "questions": len(self.answerable),
            "refused": means.pop("refused"),
            "unanswerable": len(self.unanswerable),
            "unanswerable_refused": means.pop("unanswerable_refused"),
            "failed": sum(bool(reply.error) for reply in self._replies),
            **means,
            **self._citations(),
            **self._said(),
            **self._costs(),
        }

    def intervals(self) -> dict[str, tuple[float, float]]:
        """Of those figures that are means over questions: where they would lie in 95 of 100 such
        samples of questions."""
        spreads = {n: interval(values) for n, values in self._by_question().items() if values}
        return {name: (spread.low, spread.high) for name, spread in spreads.items()}

    @property
    def _replies(self) -> list[Reply]:
        return [*(one.reply for one in self.answerable), *(r for _, r in self.unanswerable)]

    def _by_question(self) -> dict[str, list[float]]:
        given = [one for one in self.answerable if one.reply.answered]
        numbers = _known(one.numbers for one in given)
        return {
            "refused": [float(one.reply.refused) for one in self.answerable],
            "unanswerable_refused": [float(reply.refused) for _, reply in self.unanswerable],
            "citation_precision": [one.precision for one in given],
            "citation_recall": [one.recall for one in given],
            "cited": [float(one.cited) for one in given],
            "cited_first": [float(one.cited_first) for one in given],
            "said": _known(one.said for one in given),
            "numbers": numbers,
            "all_numbers": [float(number == 1.0) for number in numbers],
        }

    def _citations(self) -> Figures:
        """Of all answers, wanted or not, after they were checked."""
        cited = [citation for reply in self._replies for citation in reply.citations]
        quotes = [citation for citation in cited if citation.words]
        return {
            "citations": len(cited),
            "quoted": _share(len(quotes), len(cited)),
            "quotes_valid": _share(sum(quote.valid for quote in quotes), len(quotes)),
        }

    def _said(self) -> Figures:
        """What a model said before it was checked: shares of its statements and quotes."""
        tallies = [reply.tally for reply in self._replies if reply.tally is not None]
        all = sum(tallies, Tally())
        return {
            "statements_said": all.statements if tallies else None,
            "statements_unsupported": _share(all.unsupported, all.statements),
            "statements_repaired": _share(all.repaired, all.statements),
            "statements_dropped": _share(all.dropped, all.statements),
            "quotes_said": all.quotes if tallies else None,
            "quotes_invented": _share(all.invented, all.quotes),
            "replies_malformed": all.malformed if tallies else None,
        }

    def _costs(self) -> Figures:
        """Medians over all questions; tokens and images over those that a model was asked."""
        usages = [reply.usage for reply in self._replies if reply.usage is not None]
        costs = [usage.cost for usage in usages if usage.cost is not None]
        return {
            "seconds_p50": _median(reply.seconds for reply in self._replies),
            "input_tokens_p50": _median(usage.input_tokens for usage in usages),
            "output_tokens_p50": _median(usage.output_tokens for usage in usages),
            "images_p50": _median(usage.images for usage in usages),
            "cost_p50": _median(costs),
            "cost": sum(costs) if costs else None,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What each strategy gives for the same questions to the same library."""

    pages: int
    """In the library."""
    answers: dict[str, Answers]
    """By strategy."""
    settings: Mapping[str, object] = field(default_factory=dict)
    """What else decides the answers: model, encoder, documents."""

    def as_json(self) -> dict[str, Any]:
        """The shape that `recto bench answers --json` prints."""
        return {
            "pages": self.pages,
            "strategies": {name: one.as_json() for name, one in self.answers.items()},
            "intervals": {name: one.intervals() for name, one in self.answers.items()},
            "settings": dict(self.settings),
        }


def _known(values: Iterable[float | None]) -> list[float]:
    return [value for value in values if value is not None]


def _mean(values: list[float]) -> float | None:
    return statistics.fmean(values) if values else None


def _share(some: int, of: int) -> float | None:
    return some / of if of else None


def _median(values: Iterable[float]) -> float | None:
    listed = list(values)
    return statistics.median(listed) if listed else None
