"""What of an answer by a vision model can be set. The defaults are meant to be left alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class VisionSettings:
    """How much a model is given, and what becomes of what it cannot prove."""

    images: bool = True
    """Whether pictures of pages are sent; else their words alone."""
    most_pages: int = 6
    """Pages that are chosen from those found; neighbours of them come on top."""
    drop: float = 0.35
    """Pages are given until one has so much less than the one before it, as a part of that one's
    score; 1: never. Chosen so that on the example questions no page that answers is left out."""
    least_score: float = 0.0
    """No model is asked when the best page has this score or less. Scores order the pages of one
    question and do not tell whether any answers it: the best pages for the example questions that
    nothing answers have scores as high as others. So by default only a question that finds nothing
    at all is not asked, and whether the pages answer is left to the model."""
    clips: int = 2
    """Clips of films of which frames are shown beside the pages, where the question finds some in
    the library; pages go first where there is little room."""
    neighbours: int = 2
    """Pages that may be added because the text of a chosen page runs on."""
    image_tokens: int = 12_000
    """For all pictures together."""
    text_tokens: int = 9_000
    """For the words of all pages together."""
    reply_tokens: int = 2_000
    repairs: int = 1
    """How often the model is told what was wrong with its reply."""
    unsupported: Literal["drop", "mark"] = "drop"
    """What becomes of statements that nothing supports, beside others that are supported."""

    def __post_init__(self) -> None:
        counts = (self.most_pages, self.image_tokens, self.text_tokens, self.reply_tokens)
        least = min(self.clips, self.neighbours, self.repairs)
        if min(counts) < 1 or least < 0 or not 0 <= self.drop <= 1:
            raise ValueError(
                f"{self}: expected pages and tokens of at least 1, clips, neighbours and "
                "repairs of at least 0, and drop between 0 and 1"
            )
