"""The plain text in which the examples are written, turned into reportlab's flowables.

Blocks are parted by blank lines:

    # ## ###     headings
    - item       bullets, one a line
    > text       a note in a frame
    4.2 text     a clause; (a) text  a clause within it
    @name rest   whatever the document's module registered under that name
    @break       a new page

Within text, **bold** and *italic*.

`{name}` stands for a value computed by the document's module.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from reportlab.platypus import Flowable, PageBreak
from reportlab.platypus.paragraph import Paragraph

from .layout import Look

Directive = Callable[[str], list[Flowable]]

SOURCE = Path(__file__).parent.parent / "source"

_CLAUSE = re.compile(r"(\d+\.\d+(?:\.\d+)?|\d+\.)\s+(.*)", re.DOTALL)
_SUBCLAUSE = re.compile(r"(\((?:[a-z]|[ivx]+)\))\s+(.*)", re.DOTALL)


def story(
    name: str,
    look: Look,
    *,
    values: Mapping[str, str] | None = None,
    directives: Mapping[str, Directive] | None = None,
) -> list[Flowable]:
    """The flowables of `source/NAME`."""
    text = (SOURCE / name).read_text(encoding="utf-8")
    text = re.sub(r"&(?!\w+;)", "&amp;", text)
    text = re.sub(r"\*\*(\S.*?)\*\*", r"<b>\1</b>", text)
    text = re.sub(r"(?<!\S)\*(\S[^*\n]*?)\*(?!\w)", r"<i>\1</i>", text)
    if values is not None:
        text = text.format_map(values)
    return [
        flowable
        for block in re.split(r"\n\s*\n", text.strip())
        for flowable in _block(block.strip(), look, directives or {})
    ]


def _block(block: str, look: Look, directives: Mapping[str, Directive]) -> Iterator[Flowable]:
    if block == "@break":
        yield PageBreak()
    elif block.startswith("@"):
        name, _, rest = block[1:].partition(" ")
        yield from directives[name](rest)
    elif heading := re.match(r"(#+) (.*)", block, re.DOTALL):
        yield Paragraph(heading[2], look.style(f"h{len(heading[1])}"))
    elif block.startswith("- "):
        for item in re.split(r"\n?^- ", block, flags=re.MULTILINE)[1:]:
            yield Paragraph(item, look.style("bullet"), bulletText="•")
    elif block.startswith("> "):
        yield Paragraph(block[2:], look.style("note"))
    elif clause := _CLAUSE.match(block):
        yield Paragraph(clause[2], look.style("clause"), bulletText=clause[1])
    elif subclause := _SUBCLAUSE.match(block):
        yield Paragraph(subclause[2], look.style("subclause"), bulletText=subclause[1])
    else:
        yield Paragraph(block, look.style("body"))
