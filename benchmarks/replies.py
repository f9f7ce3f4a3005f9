"""What was answered to one question, and how far that is right; everything is counted, by naive
means of this module's own, and nothing is judged by a model.

Of what a model said before it was checked, the answerer's own counts are told: a `Tally`. Knows no
library: `answers` asks one. An answer is right about a number if it holds the same one,
however it is written: 1,200.50 is 1200.5, "two" is 2, and 1.5 million is 1500000.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from recto.benchmarks.questions import Place, Question
from recto.engine.answering.protocol import Reason
from recto.engine.answering.tally import Tally
from recto.engine.endpoint.limits import Usage
from recto.engine.text import terms

_NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?|\b[a-z]+\b")
_IN_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_SCALE = re.compile(r"\s*(thousand|million|billion|k|m|bn)\b")
_TIMES = {"k": 3, "thousand": 3, "m": 6, "million": 6, "bn": 9, "billion": 9}


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """A citation."""

    place: Place
    words: str
    """Empty where the page is cited as a whole."""
    valid: bool
    """Whether the words stand on the page, as one looks for them in a text."""

    @classmethod
    def of(cls, place: Place, words: str, page: str) -> Quoted:
        """`page` is all text of the page."""
        return cls(place=place, words=words, valid=_plain(words) in _plain(page))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What was answered to a question."""

    text: str
    """What was said, without the numbers of citations; empty when refused."""
    citations: tuple[Quoted, ...] = ()
    """None when refused."""
    reason: Reason | None = None
    """Why it was refused."""
    error: str = ""
    """Why there is no answer at all, where the model failed."""
    seconds: float = 0.0
    usage: Usage | None = None
    """None where no model was asked."""
    tally: Tally | None = None
    """The same; how much of what it said at first held."""

    @property
    def refused(self) -> bool:
        return not self.citations and not self.error

    @property
    def answered(self) -> bool:
        return bool(self.citations)

    @property
    def cited(self) -> tuple[Place, ...]:
        """The cited pages, in order, none twice."""
        return tuple(dict.fromkeys(citation.place for citation in self.citations))

    @property
    def told(self) -> str:
        """All that was said and quoted."""
        return "\n".join((self.text, *(citation.words for citation in self.citations)))

    def as_json(self) -> dict[str, object]:
        """What a file of answers says of it."""
        return {
            "answer": self.text,
            "refused": self.refused,
            "reason": self.reason,
            "error": self.error,
            "citations": [
                {**c.place._asdict(), "quote": c.words, "valid": c.valid} for c in self.citations
            ],
            "seconds": round(self.seconds, 4),
            "input_tokens": self.usage and self.usage.input_tokens,
            "output_tokens": self.usage and self.usage.output_tokens,
            "images": self.usage and self.usage.images,
            "cost": self.usage and self.usage.cost,
            "tally": self.tally and asdict(self.tally),
        }

    @classmethod
    def of_json(cls, told: Mapping[str, Any]) -> Reply:
        """What `as_json` told. Raises KeyError, TypeError for anything else."""
        read, written, images = (told[name] for name in ("input_tokens", "output_tokens", "images"))
        return cls(
            text=told["answer"],
            citations=tuple(
                Quoted(place=Place(c["document"], c["page"]), words=c["quote"], valid=c["valid"])
                for c in told["citations"]
            ),
            reason=told["reason"],
            error=told["error"],
            seconds=told["seconds"],
            usage=None if read is None else Usage(read, written, images, told["cost"]),
            tally=Tally(**told["tally"]) if told["tally"] else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A question that the documents answer, and what was answered. The figures are for answers; of
    one that was refused they mean nothing."""

    question: Question
    reply: Reply

    @property
    def precision(self) -> float:
        """Share of the cited pages that answer."""
        return len(self._right) / len(self.reply.cited)

    @property
    def recall(self) -> float:
        """Share of the pages that answer that are cited. Where each of several pages answers alone,
        one is enough and this is low."""
        return len(self._right) / len(self.question.relevant)

    @property
    def cited(self) -> bool:
        """Whether a page that answers is cited."""
        return bool(self._right)

    @property
    def cited_first(self) -> bool:
        return self.reply.cited[0] in self.question.relevant

    @property
    def said(self) -> float | None:
        """Share of the reference answer's terms, without those of the question, that are told;
        None where there are none."""
        wanted = set(terms(self.question.answer)) - set(terms(self.question.text))
        return len(wanted & set(terms(self.reply.told))) / len(wanted) if wanted else None

    @property
    def numbers(self) -> float | None:
        """The same of its numbers."""
        asked = {form for forms in numbers_of(self.question.text) for form in forms}
        wanted = [forms for forms in numbers_of(self.question.answer) if not forms & asked]
        there = {form for forms in numbers_of(self.reply.told) for form in forms}
        return sum(bool(forms & there) for forms in wanted) / len(wanted) if wanted else None

    @property
    def _right(self) -> frozenset[Place]:
        return self.question.relevant.intersection(self.reply.cited)


def numbers_of(text: str) -> list[frozenset[Decimal]]:
    """Each number of a text: what it is, and with the scale that follows what it is worth."""
    plain = _plain(text)
    found = []
    for match in _NUMBER.finditer(plain):
        value = _value(match[0])
        if value is not None:
            scale = _SCALE.match(plain, match.end())
            worth = value.scaleb(_TIMES[scale[1]]) if scale else value
            found.append(frozenset((value, worth)))
    return found


def _value(written: str) -> Decimal | None:
    if written[0].isdigit():
        return Decimal(written.replace(",", ""))
    return Decimal(_IN_WORDS.index(written)) if written in _IN_WORDS else None


def _plain(text: str) -> str:
    """In one form of Unicode, without case, one space for any white space."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
