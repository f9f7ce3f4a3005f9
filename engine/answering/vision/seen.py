"""Which words of a page a model is given: those that a person sees. The others address machines.

How that is told is the reader's business, who knows how the page is drawn.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence

from recto.engine.answering.protocol import Evidence
from recto.engine.errors import DocumentError, NotFound, RectoWarning
from recto.engine.page import Word


def seen_words(page: Evidence) -> tuple[Word, ...]:
    """The words that a person would see, in order.

    None, with a warning, where that cannot be told: hidden words are worse than none. But of a page
    whose file is on another machine, all: nobody here could tell, and `draw` warns of it.
    """
    if page.seen is None:
        return page.content.text.words
    try:
        return tuple(page.seen())
    except NotFound:
        return page.content.text.words
    except DocumentError as error:
        warnings.warn(
            f"{page.document_name}, page {page.content.number} is read without its words, of which"
            f" nobody can tell whether they are seen on the page: {error}",
            RectoWarning,
            stacklevel=2,
        )
        return ()


def text_of(words: Sequence[Word]) -> str:
    """A space between words, a line feed between lines."""
    pieces, line = [], words[0].line if words else 0
    for word in words:
        pieces.append("\n" if word.line != line else " ")
        pieces.append(word.text)
        line = word.line
    return "".join(pieces[1:])
