"""Holds what a model said against the pages it was given.

A quote that stands on another of the pages than the one named is cited from there. A page without
words cannot be searched: it is cited as a whole, and the statement is only as good as the model's
eyes. Numbers of a statement must stand on the pages it cites, unless one of these has no words.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from recto.engine.answering.protocol import Quote, Statement, Support
from recto.engine.answering.quoting import quote_of
from recto.engine.answering.vision.claims import Claim, Problem, Said
from recto.engine.answering.vision.numbers import lacking
from recto.engine.answering.vision.sanitizing import Cleaner
from recto.engine.answering.vision.sources import Source


@dataclass(frozen=True, slots=True)
class Checked:
    """A claim and what became of it."""

    statement: Statement
    problems: tuple[Problem, ...]
    """Why it is not supported; empty when it is."""
    new_line: bool = False
    quotes: int = 0
    """That the model gave."""
    invented: int = 0
    """Of these, that stand on none of the pages."""

    @property
    def supported(self) -> bool:
        return self.statement.support != "unsupported"


class Checker:
    """Checks claims against the pages of one question."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = {source.label: source for source in sources}
        self._labels = re.compile(rf"\b(?:{'|'.join(self._sources)})\b")
        self.clean = Cleaner.of(*(source.text for source in sources))

    def check(self, claim: Claim) -> Checked:
        """The statement with the quotes that hold; unsupported when none does."""
        text = " ".join(self.clean(claim.text).split())
        found: dict[Quote, Source] = {}
        problems: list[Problem] = []
        for said in claim.said:
            match self._look_up(said):
                case Problem() as problem:
                    problems.append(problem)
                case source, quote:
                    found[quote] = source
        invented = sum(problem.kind == "quote_not_found" for problem in problems)
        if found:  # a quote that holds is enough
            problems = self._check_numbers(text, list(found.values()))
        elif not problems:
            problems = [Problem("no_quote", f"{_named(text)} has no quote; give one.")]
        support: Support = "quoted" if any(quote.text for quote in found) else "page"
        statement = Statement(
            text=text,
            quotes=() if problems else tuple(found),
            support="unsupported" if problems else support,
        )
        return Checked(statement, tuple(problems), claim.new_line, len(claim.said), invented)

    def _look_up(self, said: Said) -> tuple[Source, Quote] | Problem:
        named = self._sources.get(said.source)
        others = [source for source in self._sources.values() if source is not named]
        for source in [named, *others] if named else others:
            if span := source.words.find(said.words):
                return source, quote_of(source.evidence, source.words.words[slice(*span)])
        if named is None:
            given = ", ".join(self._sources)
            told = f"There is no page {said.source[:20]!r}; the pages are {given}."
            return Problem("unknown_source", told)
        if not named.text:
            return named, _whole_page(named)
        if not said.words.strip():
            return Problem("no_quote", f"A quote from {named.label} is empty.")
        told = f"The quote {said.words[:200]!r} stands on none of the pages word for word."
        return Problem("quote_not_found", told)

    def _check_numbers(self, text: str, cited: Sequence[Source]) -> list[Problem]:
        if not all(source.text for source in cited):
            return []
        unnamed = self._labels.sub("", text)
        numbers = lacking(unnamed, "\n".join(source.context for source in cited))
        if not numbers:
            return []
        labels = ", ".join(dict.fromkeys(source.label for source in cited))
        told = f"{_named(text)} says {', '.join(numbers)}, which does not stand on {labels}."
        return [Problem("number_not_found", told)]


def _whole_page(source: Source) -> Quote:
    evidence = source.evidence
    return Quote(document_id=evidence.document_id, page=evidence.content.number, text="", boxes=())


def _named(text: str) -> str:
    return f"The statement {text[:120]!r}"
