"""What is cleaned from words, and what is garbage."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recto.indexing.reading.characters import clean, is_garbage


@pytest.mark.parametrize(
    ("word", "cleaned"),
    [
        ("plain", "plain"),
        ("ef\ufb01cient", "efficient"),
        ("o\ufb03ce", "office"),
        ("co\u00adoperate", "cooperate"),
        ("exam\u00ad", "exam-"),
        ("\uf0b7", ""),
        ("a\x00b\x07", "ab"),
        ("\ufeffword\u200b", "word"),
        ("cafe\u0301", "café"),
        ("x²", "x²"),
        ("½", "½"),
        ("ＡＢＣ１", "ABC1"),
        ("\ud800", ""),
        ("می\u200cخواهم", "می\u200cخواهم"),
    ],
)
def test_clean(word: str, cleaned: str) -> None:
    assert clean(word) == cleaned


@given(st.text(alphabet=st.characters()))
def test_cleaned_words_can_be_stored(word: str) -> None:
    cleaned = clean(word)
    cleaned.encode()
    assert clean(cleaned) == cleaned


@pytest.mark.parametrize(
    "text",
    [
        "",
        "The pump is serviced every 400 hours.",
        "\uf0b7 First point, \uf0b7 second point",
        "Introduction ............................................ 4",
        "1,200 (800) 30% 14.5 2022 2023 4,301 (7)",
        "季度收入增长了百分之十二",
        "x = (a + b) / 2",
        "1 Safety" + " ." * 60 + " 2\n1.1 Signs" + " ." * 60 + " 3",
    ],
)
def test_text_is_no_garbage(text: str) -> None:
    assert not is_garbage(text)


@pytest.mark.parametrize(
    "text",
    [
        "\ue001\ue002\ue003 \ue004\ue005",
        "\ufffd\ufffd\ufffd a \ufffd\ufffd",
        "\x01\x02\x03\x04\x05 \x06\x01",
        "!\"#$%&' ()*+,-./ :;<=>?@ [\\]^_`{|}~ %&'()*",
    ],
)
def test_garbage_is_told(text: str) -> None:
    assert is_garbage(text)
