"""What stands around a quote on its page, of which a statement may take numbers.

A row of a table is one thing, and so are a list item and a line by itself; of running text only the
quoted words count. Knows no statements.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

from recto.engine.answering.passages import Passage, cut_passages
from recto.engine.answering.vision.drawing import draw
from recto.engine.answering.vision.figures import figures, meant
from recto.engine.answering.vision.proof import Proof
from recto.engine.answering.vision.sources import Source
from recto.engine.page import Box, PageText


class PageContext:
    """One page, cut into passages when it is first quoted."""

    def __init__(self, source: Source) -> None:
        self.source = source

    def proof(self, start: int, stop: int) -> Proof:
        """Of the words `start` to `stop` of those that can be seen."""
        words = self.source.words.words
        lines = {word.line for word in words[start:stop]}
        around = [item for item in self._passages if item.start < stop and start < item.stop]
        whole = [item for item in around if item.kind != "sentence"]
        quote = " ".join(word.text for word in words[start:stop])
        heads = [head for item in around for head, _ in item.columns]
        above = [text for item in around for text in item.context]
        return Proof(
            quote=quote,
            counted="\n".join((quote, *(item.text for item in whole))),
            line=" ".join(word.text for word in words if word.line in lines),
            labels="\n".join((*heads, *above, *self.source.headings)),
            page=self.source.context,
        )

    def read(self, told: str) -> Proof:
        """Of what a model says that it read in the picture of the page."""
        labels = "\n".join(self.source.headings)
        return Proof(quote=told, counted=told, line=told, labels=labels, page=self.source.context)

    @cached_property
    def figures(self) -> tuple[Box, ...]:
        """Where on the page something is drawn that is no word; none of a page whose picture the
        model was not given."""
        if self.source.picture is None:
            return ()
        picture = draw(self.source.evidence)
        return () if picture is None else figures(picture, self.source.words.words)

    def meant(self, told: str) -> tuple[Box, ...]:
        """That of the figures which `told` speaks of; none where nothing tells."""
        return meant(self.figures, self.source.words.words, told)

    @cached_property
    def _passages(self) -> list[Passage]:
        content = self.source.evidence.content
        shown = PageText(tuple(self.source.words.words), content.text.source)
        return cut_passages(replace(content, text=shown))
