from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from recto.engine.page import Word
from recto.indexing.sights import Sights
from tests.engine.answering.pages import page

CONTENT = page("pay pay by\nFriday")
PAY, AGAIN, BY, FRIDAY = CONTENT.text.words


class Looking:
    """Tells these words, and counts how often."""

    def __init__(self, *words: Word) -> None:
        self.times = 0
        self._words = words

    def __call__(self) -> Sequence[Word]:
        self.times += 1
        return self._words


def test_what_was_told_is_told_again_without_looking(tmp_path: Path) -> None:
    looking = Looking(AGAIN, FRIDAY)
    for _ in range(2):
        assert Sights(tmp_path).words("doc", CONTENT, looking) == (AGAIN, FRIDAY)
    assert looking.times == 1


def test_page_without_hidden_words_and_page_of_hidden_words(tmp_path: Path) -> None:
    for number, words in ((1, CONTENT.text.words), (2, ())):
        content = page("pay pay by\nFriday", number=number)
        for looking in (Looking(*words), Looking()):
            assert Sights(tmp_path).words("doc", content, looking) == words


def test_other_words_under_the_same_number_are_looked_at(tmp_path: Path) -> None:
    Sights(tmp_path).words("doc", CONTENT, Looking(PAY))
    other = page("pay pay by\nMonday")
    assert Sights(tmp_path).words("doc", other, Looking(*other.text.words)) == other.text.words


def test_damaged_file_is_looked_past(tmp_path: Path) -> None:
    Sights(tmp_path).words("doc", CONTENT, Looking(PAY, BY))
    (path,) = tmp_path.glob("doc/*")
    path.write_bytes(path.read_bytes()[:-9])
    assert Sights(tmp_path).words("doc", CONTENT, Looking(BY)) == (BY,)
