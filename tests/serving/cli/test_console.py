from __future__ import annotations

import io
import json
import os
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recto.serving.cli.console import complain, console, plain, plain_lines, write_json

OBEYED = {
    *map(chr, range(0x20)),
    *map(chr, range(0x7F, 0xA0)),
    *"\u061c\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff",
}
"""What moves a cursor, starts a sequence or reverses a line."""


def test_plain_keeps_letters_of_any_script() -> None:
    assert (
        plain("Größe 価格 سعر 👨\u200d👩\u200d👧 [bold]")
        == "Größe 価格 سعر 👨\u200d👩\u200d👧 [bold]"
    )


def test_plain_makes_one_line() -> None:
    assert plain("a\nb\r\n\tc\u2028d") == "a b c d"


def test_plain_disarms_escape_sequences() -> None:
    assert plain("\x1b[31mred\x1b]0;title\x07\x9b2J") == "[31mred]0;title2J"


def test_plain_replaces_bytes_that_are_not_utf8() -> None:
    assert plain(os.fsdecode(b"caf\xe9.pdf")) == "caf�.pdf"


@given(st.text(st.characters()))
def test_plain_leaves_nothing_that_a_terminal_obeys(text: str) -> None:
    made = plain(text)
    assert not OBEYED & set(made)
    made.encode("utf-8")


@given(st.text(st.characters()))
def test_plain_of_plain_changes_nothing(text: str) -> None:
    assert plain(plain(text)) == plain(text)


def test_plain_lines_keeps_line_breaks() -> None:
    assert plain_lines("one\x07\n two \x1b[1m") == "one\ntwo [1m"


def test_complain_indents_what_follows_a_line_break(capsys: pytest.CaptureFixture[str]) -> None:
    complain("report\nerror: forged")
    assert capsys.readouterr().err == "error: report\n  error: forged\n"


def test_console_takes_markup_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    console().print("[bold]report[/bold] :smile: [link=x]y[/link]")
    assert capsys.readouterr().out == "[bold]report[/bold] :smile: [link=x]y[/link]\n"


def test_console_folds_nothing_when_piped(capsys: pytest.CaptureFixture[str]) -> None:
    line = "word " * 100 + "end"
    console().print(line)
    assert capsys.readouterr().out == line + "\n"


@pytest.mark.parametrize(("no_color", "escapes"), [("", True), ("1", False)])
def test_console_colours_a_terminal_unless_told_not_to(
    monkeypatch: pytest.MonkeyPatch, no_color: str, escapes: bool
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("NO_COLOR", no_color)
    monkeypatch.setattr(sys, "stdout", Terminal())
    console().print("red", style="bold red")
    written = sys.stdout
    assert isinstance(written, Terminal)
    assert ("\x1b[" in written.getvalue()) is escapes


def test_json_is_utf8_with_letters_as_they_are(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    write_json({"answer": "Größe 価格"})
    assert capfdbinary.readouterr().out == '{"answer": "Größe 価格"}\n'.encode()


@given(text=st.text(st.characters()))
def test_json_reads_back_and_holds_nothing_that_a_terminal_obeys(text: str) -> None:
    out = io.TextIOWrapper(io.BytesIO())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdout", out)
        write_json({"text": text})
    written = out.buffer.getvalue()
    assert json.loads(written) == {"text": text}
    assert not (OBEYED - {"\ufeff"}) & set(written.decode().rstrip("\n"))
