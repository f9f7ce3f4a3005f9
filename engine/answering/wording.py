"""How quoted passages are told to a person, and how it is said that nothing was found."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from recto.engine.answering.layout import BULLETS
from recto.engine.answering.passages import Passage
from recto.engine.answering.protocol import Evidence
from recto.engine.answering.question import Question
from recto.engine.answering.quoting import clean
from recto.engine.text import terms

NEAREST = 3
"""Pages that are named when nothing was found."""


def tell(passages: Sequence[Passage], question: Question) -> str:
    """Passages that follow each other on a page: prose in a run, items and rows a line each."""
    told = ""
    for passage in passages:
        if passage.kind == "row":
            piece, gap = _row(passage, question), "\n"
        elif passage.kind == "item":
            piece, gap = _item(passage, alone=len(passages) == 1), "\n"
        else:
            piece, gap = _prose(passage), " " if passage.kind == "sentence" else "\n"
        told += (gap if told else "") + piece
    return clean_lines(told)


def clean_lines(text: str) -> str:
    return "\n".join(clean(line) for line in text.split("\n"))


def _prose(passage: Passage) -> str:
    """A word that a hyphen divides at the end of a line is put together, hyphen and all."""
    words = passage.words
    text = words[0].text
    for before, word in pairwise(words):
        divided = (
            before.line != word.line and len(before.text) > 1 and before.text.endswith(("-", "‐"))
        )
        text += word.text if divided and word.text[0].islower() else " " + word.text
    return text


def _item(passage: Passage, *, alone: bool) -> str:
    text, bullets = re.subn(rf"^[{re.escape(BULLETS)}–—-]\s*", "", _prose(passage))
    return f"- {text}" if bullets and not alone else text


def _row(passage: Passage, question: Question) -> str:
    """Its label, then each cell behind its column heading; only the cells that are asked for."""
    if not any(head for head, _ in passage.columns):
        return passage.text
    found = [set(terms(head)) for head, _ in passage.columns]
    asked = [sum(key.found_in(head) for key in question.keys) for head in found]
    # Of a number or a code, what it is stands in the next column.
    short = passage.label != "" and sum(map(str.isalpha, passage.label)) < 3
    told = [
        f"{head}: {text}" if head else text
        for place, (head, text) in enumerate(passage.columns)
        if asked[place] == max(asked) or (short and place == 0)
    ]
    return " – ".join(filter(None, (passage.label, "; ".join(told))))


def decline(evidence: Sequence[Evidence], absent: Sequence[str]) -> str:
    """That the documents do not answer, why as far as known, and which pages come nearest."""
    told = "The documents do not seem to answer this question."
    if absent:
        named = ", ".join(f"“{clean(text)}”" for text in absent[:NEAREST])
        told += f" Nothing was found about {named}."
    return told + nearest(evidence)


def nearest(evidence: Sequence[Evidence]) -> str:
    """Where to look instead, as a sentence that follows another; empty if nowhere."""
    pages = [f"{clean(page.document_name)}, {page.where}" for page in evidence if page.clip is None]
    return f" Nearest pages: {'; '.join(pages[:NEAREST])}." if pages else ""
