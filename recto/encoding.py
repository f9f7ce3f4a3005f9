"""The vectors that a library's encoder makes of what is not in the library."""

from __future__ import annotations

from recto.asked_image import AskedImage, pixels_of_asked
from recto.engine.encoders.protocol import PageInput
from recto.engine.errors import EncoderError, QuestionError
from recto.engine.page import Box, PageContent, PageText, Word
from recto.engine.retrieval import check_question
from recto.engine.vectors import Multivector, QuestionVectors
from recto.holdings import Holdings

_A4 = (595.0, 842.0)
"""Points; a text without a page is laid out as if it stood on one."""
_WORDS_A_LINE = 12


def encode_question(holdings: Holdings, question: str) -> QuestionVectors:
    """See `Library.encode_question`."""
    return holdings.encoder.encode_question(check_question(question))


def encode_text(holdings: Holdings, text: str) -> Multivector:
    """See `Library.encode_text`."""
    if holdings.encoder.needs_image:
        raise EncoderError(
            f"{holdings.encoder.id.name} finds pages by their pictures and cannot compare texts; "
            "give pictures, or use a library of the built-in encoder."
        )
    content = _laid_out(text)
    return _made(holdings, PageInput(content=content, image=None), "a text without words")


def encode_picture(holdings: Holdings, picture: AskedImage) -> Multivector:
    """See `Library.encode_picture`."""
    if not holdings.encoder.needs_image:
        raise EncoderError(
            f"{holdings.encoder.id.name} finds pages by their words and cannot compare pictures; "
            "give texts, or use a library of an encoder that `recto encoders` lists for pictures."
        )
    pixels = pixels_of_asked(picture, holdings.reader)
    return _made(holdings, PageInput(content=_laid_out(""), image=pixels), "an empty picture")


def _made(holdings: Holdings, page: PageInput, nothing: str) -> Multivector:
    (vectors,) = holdings.encoder.encode_pages([page])
    if vectors.patches is None:
        raise QuestionError(f"{nothing} has no vectors.")
    return vectors.patches


def _laid_out(text: str) -> PageContent:
    words = text.split()
    lines = max(1, -(-len(words) // _WORDS_A_LINE))
    placed = []
    for index, word in enumerate(words):
        line, column = divmod(index, _WORDS_A_LINE)
        x, y = column / _WORDS_A_LINE, line / lines
        placed.append(Word(word, Box(x, y, x + 1 / _WORDS_A_LINE, y + 1 / lines), line))
    width, height = _A4
    return PageContent(
        number=1,
        width=width,
        height=height,
        text=PageText(words=tuple(placed), source="layer" if placed else "none"),
        headings=(),
    )
