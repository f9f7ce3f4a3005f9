from __future__ import annotations

from dataclasses import replace

import numpy as np

from recto.engine.answering.vision.seen import seen_words, text_of
from recto.engine.page import Box, PageContent, PageText, Word
from tests.engine.answering.pages import page

from .given import Pixels, drawn, given

CONTENT = page("The fee is due\non Friday – or\nlater")


def erased(content: PageContent, *words: str) -> Pixels:
    """The picture of a page on which these words are white."""
    kept = tuple(word for word in content.text.words if word.text not in words)
    return drawn(replace(content, text=PageText(kept, "layer")))(600)


def with_word(text: str, box: Box) -> PageContent:
    words = (*CONTENT.text.words, Word(text, box, 9))
    return replace(CONTENT, text=PageText(words, "layer"))


def test_words_in_the_picture_are_seen_with_their_lines() -> None:
    words = seen_words(CONTENT, drawn(CONTENT)(600))
    assert text_of(words) == "The fee is due\non Friday – or\nlater"


def test_words_without_a_mark_in_the_picture_are_not() -> None:
    picture = erased(CONTENT, "fee", "later")
    assert text_of(seen_words(CONTENT, picture)) == "The is due\non Friday – or"


def test_noise_of_the_picture_is_no_mark() -> None:
    noise = np.random.default_rng(3).integers(240, 255, (960, 600, 3), dtype=np.uint8)
    assert seen_words(CONTENT, noise) == ()


def test_tiny_words_and_words_without_any_area_are_not_seen() -> None:
    for box in (Box(0.1, 0.9, 0.3, 0.901), Box(1, 0.5, 1, 0.6), Box(0.1, 0.9, 0.101, 0.901)):
        content = with_word("obey", box)
        assert "obey" not in text_of(seen_words(content, None))


def test_flat_dashes_and_narrow_letters_are_seen() -> None:
    for text, box in (("–", Box(0.1, 0.9, 0.11, 0.9005)), ("I", Box(0.1, 0.9, 0.102, 0.912))):
        assert text in text_of(seen_words(with_word(text, box), None))


def test_words_that_were_read_from_the_picture_are_seen() -> None:
    content = replace(CONTENT, text=PageText(CONTENT.text.words, "ocr"))
    assert seen_words(content, np.full((960, 600, 3), 255, np.uint8)) == content.text.words


def test_page_without_words_has_none() -> None:
    assert text_of(seen_words(given("").content, None)) == ""
