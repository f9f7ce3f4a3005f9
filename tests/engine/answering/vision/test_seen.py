from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from recto.engine.answering.protocol import Evidence
from recto.engine.answering.vision.seen import seen_words, text_of
from recto.engine.errors import DamagedFile, NotFound, RectoWarning
from recto.engine.page import Word

from .given import given, sources_of

PAGE = given("The fee is due\non Friday – or\nlater")
WORDS = PAGE.content.text.words


def failing(error: Exception) -> Evidence:
    def seen() -> Sequence[Word]:
        raise error

    return replace(PAGE, seen=seen)


def test_words_keep_their_lines() -> None:
    assert text_of(seen_words(PAGE)) == "The fee is due\non Friday – or\nlater"
    assert text_of(seen_words(given(""))) == ""


def test_hidden_words_are_neither_told_nor_found() -> None:
    (source,) = sources_of(replace(PAGE, seen=lambda: WORDS[:4]))
    assert source.told == source.text == "The fee is due"
    assert source.words.find("on Friday") is None


def test_words_are_left_out_where_nobody_can_tell_whether_they_are_seen() -> None:
    with pytest.warns(RectoWarning, match=r"report.pdf, page 1 is read without its words.*broken"):
        (source,) = sources_of(failing(DamagedFile("broken")))
    assert source.told == ""
    assert source.picture is not None


def test_words_are_given_where_the_file_is_elsewhere() -> None:
    assert seen_words(failing(NotFound("elsewhere"))) == WORDS
