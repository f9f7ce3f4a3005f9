"""Holds what a model said against the pages it was given.

A quote that stands on another of the pages than the one named is cited from there. What is only
drawn cannot be searched: where a model says so, and something is drawn there, the page is cited for
its picture, and the statement is only as good as the model's eyes. Words that are quoted and stand
nowhere are never taken for a picture. Numbers must stand in what is quoted, or in what the model
says that it read in a picture. Frames of a film are like a page without words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from recto.engine.answering.protocol import Quote, Statement, support_of
from recto.engine.answering.quoting import quote_of
from recto.engine.answering.vision.claims import Claim, Problem, Said
from recto.engine.answering.vision.context import PageContext
from recto.engine.answering.vision.denials import is_opposite
from recto.engine.answering.vision.proof import Proof, is_beside, is_thin, lacking
from recto.engine.answering.vision.sanitizing import Cleaner
from recto.engine.answering.vision.sources import Source
from recto.engine.page import Box


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


@dataclass(frozen=True, slots=True)
class _Found:
    """A quote, or a picture, that is there."""

    source: Source
    quote: Quote
    proof: Proof


class Checker:
    """Checks claims against the pages of one question."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._pages = {source.label: PageContext(source) for source in sources}
        self._labels = re.compile(rf"\b(?:{'|'.join(self._pages)})\b")
        self.clean = Cleaner.of(*(source.context for source in sources))

    def check(self, claim: Claim) -> Checked:
        """The statement with the quotes that hold; unsupported when none does."""
        text = " ".join(self.clean(claim.text).split())
        looked = [self._look_up(said, text) for said in claim.said]
        found = [item for item in looked if isinstance(item, _Found)]
        problems = [item for item in looked if isinstance(item, Problem)]
        invented = sum(problem.kind == "quote_not_found" for problem in problems)
        if found:  # a quote that holds is enough
            problems = list(self._doubts(text, found))
        elif not problems:
            problems = [Problem("no_quote", f"There is no quote for {_named(text)}; give one.")]
        quotes = () if problems else tuple(dict.fromkeys(item.quote for item in found))
        statement = Statement(text=text, quotes=quotes, support=support_of(quotes))
        given = sum(not said.figure for said in claim.said)
        return Checked(statement, tuple(problems), claim.new_line, given, invented)

    def _look_up(self, said: Said, text: str) -> _Found | Problem:
        named = self._pages.get(said.source)
        if quoted := self._quoted(said, named):
            return self._worth(quoted, text)
        if named is None:
            given = ", ".join(self._pages)
            told = f"There is no page {said.source[:20]!r}; the pages are {given}."
            return Problem("unknown_source", told)
        words = said.words.strip()
        if not named.source.text:
            return _picture(named, said.figure.strip() or words, ())
        if words:
            told = f"The quote {words[:200]!r} stands on none of the pages word for word."
            return Problem("quote_not_found", told)
        if not said.figure.strip():
            return Problem("no_quote", f"A quote from {said.source} is empty, and names no figure.")
        if not named.figures:
            told = f"{said.source} shows no figure that you were given; quote its words."
            return Problem("no_figure", told)
        return _picture(named, said.figure, named.meant(f"{said.figure} {text}"))

    def _quoted(self, said: Said, named: PageContext | None) -> _Found | None:
        others = [page for page in self._pages.values() if page is not named]
        for page in [named, *others] if named else others:
            source = page.source
            if span := source.words.find(said.words):
                quote = quote_of(source.evidence, source.words.words[slice(*span)])
                return _Found(source, quote, page.proof(*span))
        return None

    def _worth(self, found: _Found, text: str) -> _Found | Problem:
        """Whether a quote says enough, and nothing else."""
        words = found.quote.text[:200]
        if is_thin(text, found.proof):
            told = f"The quote {words!r} says too little by itself; quote the words around it, too."
            return Problem("thin_quote", told)
        if is_opposite(text, found.proof.quote):
            told = f"The quote {words!r} and {_named(text)} say the opposite of each other."
            return Problem("quote_opposite", told)
        return found

    def _doubts(self, text: str, found: Sequence[_Found]) -> Iterator[Problem]:
        unnamed = self._labels.sub("", text)
        proofs = [item.proof for item in found]
        labels = ", ".join(dict.fromkeys(item.source.label for item in found))
        unread = all(item.quote.basis == "picture" for item in found) and not any(
            proof.quote for proof in proofs
        )
        numbers = [] if unread else lacking(unnamed, proofs)
        if numbers:
            told = (
                f"Of {_named(text)}, {', '.join(numbers)} does not stand in what it quotes from"
                f" {labels}; quote the words with it, or write it as they do."
            )
            yield Problem("number_not_found", told)
        if all(item.quote.basis == "words" for item in found) and is_beside(unnamed, proofs):
            told = f"What is quoted from {labels} is of something else than {_named(text)}."
            yield Problem("quote_beside", told)


def _picture(page: PageContext, read: str, places: tuple[Box, ...]) -> _Found:
    evidence = page.source.evidence
    quote = Quote(
        document_id=evidence.document_id,
        page=evidence.content.number,
        text="",
        boxes=places,
        basis="picture",
        clip=evidence.clip,
    )
    return _Found(page.source, quote, page.read(read))


def _named(text: str) -> str:
    return f"the statement {text[:120]!r}"
