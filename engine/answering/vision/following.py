"""Follows a streamed reply: text goes out at once, statements are checked when they are complete.

The marks of a statement come out as the numbers that its quotes will have in the settled answer.
Statements that fail get none; the settled answer tells what became of them.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from recto.engine.answering.protocol import Quote
from recto.engine.answering.vision.checking import Checked, Checker
from recto.engine.answering.vision.claims import Claim, Said
from recto.engine.answering.vision.marks import Mark, MarkReader, Piece, tail_of
from recto.engine.answering.vision.prompt import NO_ANSWER

_SPOKEN = re.compile(r"\w")
_DECLINED = re.compile(rf"\W*{NO_ANSWER}\s*(?:[:.,;–—-]\s*|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Followed:
    """A streamed reply at its end."""

    checked: tuple[Checked, ...]
    quotes: tuple[Quote, ...] = ()
    """In the order of their numbers."""
    declined: bool = False
    """Whether the model says that the pages do not answer."""
    missing: str = ""


def follow(deltas: Iterable[str], checker: Checker) -> Generator[str, None, Followed]:
    """Gives text for people as it comes; returns what was said."""
    coming, begun = iter(deltas), ""
    for delta in coming:
        begun += delta
        if not _may_decline(begun):
            break
    declined = _DECLINED.match(begun)
    if declined:
        return Followed((), declined=True, missing=begun[declined.end() :])
    reader, writer = MarkReader(), _Writer(checker)
    for delta in chain([begun], coming):
        for found in reader.feed(delta):
            yield from writer.take(found)
    for found in reader.end():
        yield from writer.take(found)
    yield from writer.finish()
    return Followed(tuple(writer.checked), tuple(writer.numbers))


def _may_decline(text: str) -> bool:
    head = text.lstrip().upper()
    return NO_ANSWER.startswith(head[: len(NO_ANSWER)])


class _Writer:
    """Makes statements of pieces and marks, and text for people of both."""

    def __init__(self, checker: Checker) -> None:
        self.checked: list[Checked] = []
        self.numbers: dict[Quote, int] = {}
        self._checker = checker
        self._text = ""
        self._said: list[Said] = []
        self._gap = ""
        """What stands behind the marks of a statement and may belong to the next one."""

    def take(self, found: Piece | Mark) -> Iterator[str]:
        if isinstance(found, Mark):
            self._said.append(found.said)
            return
        text = found.text
        if self._said:
            tail = "" if self._gap else tail_of(text)
            self._text += tail
            if tail:
                yield tail
            self._gap += text[len(tail) :]
            if not self._gap.strip():
                return
            text = self._gap
            yield from self.finish()
        self._text += text
        yield self._checker.clean(text)

    def finish(self) -> Iterator[str]:
        """Checks the statement that is complete, and gives its numbers."""
        begins_line = "\n" in self._text[: len(self._text) - len(self._text.lstrip())]
        claim = Claim(self._text.strip(), tuple(self._said), begins_line and bool(self.checked))
        self._text, self._gap, self._said = "", "", []
        if not claim.said and not _SPOKEN.search(claim.text):
            return
        checked = self._checker.check(claim)
        if not checked.statement.text:
            return
        self.checked.append(checked)
        marks = [
            f"[{self.numbers.setdefault(quote, len(self.numbers) + 1)}]"
            for quote in checked.statement.quotes
        ]
        if marks:
            yield " " + "".join(marks)
