"""The passages that may answer, with the terms that speak for each. Knows no question."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from recto.engine.answering.passages import Passage
from recto.engine.answering.protocol import Evidence
from recto.engine.page import union
from recto.engine.text import terms

MARGIN = 0.1
"""Share of a page's height, above and below, where running heads stand."""


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A passage with the terms that speak for it."""

    evidence: int
    """Place of its page among the evidence."""
    number: int
    """Its place on the page."""
    passage: Passage
    own: frozenset[str]
    """Terms of the passage."""
    near: frozenset[str]
    """Of the headings and column heads above it."""
    far: frozenset[str]
    """Of its page and of its document's name."""

    @property
    def close(self) -> frozenset[str]:
        """Of the passage and of what stands above it."""
        return self.own | self.near


def find_candidates(
    evidence: Sequence[Evidence], pages: Sequence[Sequence[Passage]]
) -> list[Candidate]:
    """Every passage but headings, running heads and bare numbers."""
    found = []
    furniture = _furniture(evidence, pages)
    for place, (page, passages) in enumerate(zip(evidence, pages, strict=True)):
        far = _terms(page.content.text.text, page.document_name, *page.content.headings)
        for number, passage in enumerate(passages):
            if not _quotable(passages, number) or _stamp(page, passage) in furniture:
                continue
            heads = (head for head, _ in passage.columns)
            near = _terms(*passage.context, *heads)
            own = _terms(passage.text)
            found.append(Candidate(place, number, passage, own, near, far))
    return found


def _furniture(
    evidence: Sequence[Evidence], pages: Sequence[Sequence[Passage]]
) -> set[tuple[str, str]]:
    """Running heads and feet: what stands in the margins of two pages of one document alike."""
    seen = Counter(
        stamp
        for page, passages in zip(evidence, pages, strict=True)
        for stamp in {_stamp(page, passage) for passage in passages if _in_margin(passage)}
    )
    return {stamp for stamp, count in seen.items() if count > 1}


def _stamp(page: Evidence, passage: Passage) -> tuple[str, str]:
    """What a running head has in common with those of other pages: all but the page number."""
    return page.document_id, re.sub(r"\d+", "0", passage.text)


def _in_margin(passage: Passage) -> bool:
    if passage.kind in ("sentence", "item"):
        return False
    box = union(passage.boxes)
    return box.y1 < MARGIN or box.y0 > 1 - MARGIN


def _quotable(passages: Sequence[Passage], number: int) -> bool:
    """Not a heading, unless it leads a list; not a number alone, unless under a heading."""
    passage = passages[number]
    if passage.kind == "heading":
        return leads_list(passages, number)
    if passage.kind == "row" and _heads_table(passages, number):
        return False
    spoken = any(char.isalpha() for char in passage.text)
    return spoken or (passage.kind != "row" and bool(passage.context))


def _heads_table(passages: Sequence[Passage], number: int) -> bool:
    """Whether the row is what the columns of the next row are headed by."""
    here = passages[number].text
    heads = {head for row in passages[number + 1 : number + 2] for head, _ in row.columns if head}
    return bool(heads) and all(head in here for head in heads)


def leads_list(passages: Sequence[Passage], number: int) -> bool:
    """Whether passage `number` ends with a colon before the items of a list."""
    after = passages[number + 1 : number + 2]
    return passages[number].text.endswith(":") and bool(after) and after[0].kind == "item"


def _terms(*texts: str) -> frozenset[str]:
    return frozenset(term for text in texts for term in terms(text))
