"""What is written to stdout and stderr, and how text of documents is made safe for a terminal.

Names, quotes and titles come from documents that anybody may have made: nothing of them may move
the cursor, change colours, reverse the direction of a line or be read as markup. Results go to
stdout, everything else to stderr. Rich is imported by what needs it: `recto --help` does not.
"""

from __future__ import annotations

import json
import os
import re
import sys
import unicodedata
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.text import Text

_PIPED_WIDTH = 1_000_000
"""Columns where no terminal sets a limit: nothing is folded or cut."""
_JOINERS = "\u200c\u200d"
"""Format characters that Persian words and emoji are spelled with."""
_ESCAPED_IN_JSON = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def plain(text: str) -> str:
    """`text` on one line, with spaces for line breaks and without what a terminal obeys."""
    return " ".join("".join(_safe(character) for character in text).split())


def plain_lines(text: str) -> str:
    """`text` with its line breaks, each line made `plain`."""
    return "\n".join(plain(line) for line in text.split("\n")).strip("\n")


def _safe(character: str) -> str:
    match unicodedata.category(character):
        case "Cs":  # a byte of a file name that is not UTF-8
            return "\ufffd"
        case "Cc" | "Zl" | "Zp":
            return " " if character.isspace() else ""
        case "Cf":
            return character if character in _JOINERS else ""
    return character


def console(*, stderr: bool = False) -> Console:
    """A console for one of the streams; it takes text as it is, and colours on terminals only."""
    from rich.console import Console

    class Plain(Console):
        def on_broken_pipe(self) -> None:
            raise

    stream = sys.stderr if stderr else sys.stdout
    return Plain(
        file=stream,
        markup=False,
        emoji=False,
        highlight=False,
        color_system=None if os.environ.get("NO_COLOR") else "auto",
        width=None if stream.isatty() else _PIPED_WIDTH,
    )


def write(*lines: RenderableType) -> None:
    """Write results for people to stdout. Give text of documents through `plain` only."""
    out = console()
    for line in lines:
        out.print(line)


def write_piece(text: str) -> None:
    """Write a piece of a text that is still coming to stdout, as it is but for what a terminal
    obeys; its line feeds are kept."""
    lines = ("".join(_safe(character) for character in line) for line in text.split("\n"))
    sys.stdout.write("\n".join(lines))
    sys.stdout.flush()


def write_paths(*paths: str | os.PathLike[str]) -> None:
    """Write paths to stdout, indented. A terminal folds them itself, so that they can be copied."""
    out = console()
    for path in paths:
        out.print(f"  {plain(os.fspath(path))}", soft_wrap=True)


def hanging(label: Text, text: Text) -> Text:
    """`text` folded for stdout beside a `label` that stands alone on the left."""
    from rich.text import Text

    out = console()
    lines = text.wrap(out, max(out.width - len(label), 20))
    return label + Text("\n" + " " * len(label)).join(lines)


def note(message: str) -> None:
    """Write to stderr what is worth knowing and is no result."""
    console(stderr=True).print(plain_lines(message))


def complain(message: str, *, word: str = "error") -> None:
    """Write `word: message` to stderr. Further lines are indented: they cannot pose as ours. They
    keep their spaces, for the last may point at a place in the one before."""
    from rich.text import Text

    first, *others = message.strip("\n").split("\n")
    spaced = ("".join(_safe(character) for character in line).rstrip() for line in others)
    text = "\n  ".join([plain(first), *spaced])
    console(stderr=True).print(Text.assemble((f"{word}:", "bold red"), " ", text))


def write_json(value: dict[str, Any]) -> None:
    """Write one JSON document in UTF-8, whatever the locale; in several lines on a terminal.

    Letters stand as they are. What a terminal obeys is escaped, and so are the bytes of a file name
    that are not UTF-8, as the lone surrogates that Python's `os.fsencode` understands.
    """
    indent = 2 if sys.stdout.isatty() else None
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent)
    text = _ESCAPED_IN_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    write_bytes(text.encode("utf-8", "backslashreplace") + b"\n")


def write_bytes(data: bytes) -> None:
    """Write bytes to stdout."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()
