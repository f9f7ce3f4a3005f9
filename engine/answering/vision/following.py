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
from recto.engine.answering.vision.citing import marks
from recto.engine.answering.vision.claims import Claim, Said
from recto.engine.answering.vision.marks import Mark, MarkReader, Piece, tail_of
from recto.engine.answering.vision.prompt import MISSING, NO_ANSWER

_SPOKEN = re.compile(r"\w")
_MARKUP = re.compile(r"^[\W_]+")
_DECLINED = re.compile(rf"[\W_]*{NO_ANSWER}[\s*_]*(?:[:.,;–—-]\W*|$)", re.IGNORECASE)
_UNDECIDED = re.compile(rf"{NO_ANSWER}[\s*_]*", re.IGNORECASE)
_LINE_BEGINS = r"(?:^|(?<=[\n\]]))[^\w\n]*"
"""Also behind a mark: some models forget the line feed."""
_MISSING = re.compile(rf"{_LINE_BEGINS}{MISSING}[\s*_]*:[\s*_]*")
_BEGINNINGS = "|".join(MISSING[:end] for end in range(len(MISSING), -1, -1))
_MAY_BE_MISSING = re.compile(rf"{_LINE_BEGINS}(?:{_BEGINNINGS})[\s*_]*$")


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
        return Followed((), declined=True, missing="".join((begun[declined.end() :], *coming)))
    reader, writer, lack = MarkReader(), _Writer(checker), _Lack()
    for delta in lack.without(chain([begun], coming)):
        for found in reader.feed(delta):
            yield from writer.take(found)
    for found in reader.end():
        yield from writer.take(found)
    yield from writer.finish()
    missing = lack.text.strip()
    nothing = bool(missing) and not writer.checked
    return Followed(tuple(writer.checked), tuple(writer.numbers), nothing, missing)


def _may_decline(text: str) -> bool:
    """Whether more of it must be known."""
    head = _MARKUP.sub("", text).upper()
    return NO_ANSWER.startswith(head) or _UNDECIDED.fullmatch(head) is not None


class _Lack:
    """What a reply says at its end that the pages lack."""

    def __init__(self) -> None:
        self.text = ""

    def without(self, deltas: Iterable[str]) -> Iterator[str]:
        """The reply before it. What may be its beginning waits for what comes."""
        text, told, coming = "", 0, iter(deltas)
        for delta in coming:
            text += delta
            if found := _MISSING.search(text, told):
                yield text[told : found.start()]
                self.text = text[found.end() :] + "".join(coming)
                return
            may_be = _MAY_BE_MISSING.search(text, told)
            upto = may_be.start() if may_be else len(text)
            yield text[told:upto]
            told = upto
        yield text[told:]


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
            if not text[:1].isspace():
                text = f" {text}"  # nobody may make one word, or a link, of both sides of a mark
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
        for quote in checked.statement.quotes:
            self.numbers.setdefault(quote, len(self.numbers) + 1)
        if told := marks(checked.statement, self.numbers):
            yield f" {told}"
