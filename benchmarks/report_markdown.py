"""A report as Markdown, with its plots as files beside it. Knows nothing of what it shows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from recto.benchmarks.report_parts import Code, Figure, Listing, Part, Section, Table, Terms, Text


class Document:
    """The text, and the plots that it shows."""

    def __init__(self, title: str, lead: str, sections: Iterable[Section], *, folder: str) -> None:
        """`folder` is where the plots will lie, as the text names it."""
        self._folder = folder
        self.plots: dict[str, str] = {}
        """SVG by the name of its file in the folder."""
        blocks = [f"# {title}", lead, *(b for one in sections for b in self._section(one))]
        self.text = "\n\n".join(block for block in blocks if block) + "\n"

    def _section(self, section: Section) -> Iterator[str]:
        yield f"## {section.title}"
        yield section.about
        for part in section.parts:
            yield self._part(part)

    def _part(self, part: Part) -> str:
        match part:
            case Text():
                return part.text
            case Table():
                return table(part.head, part.rows)
            case Figure():
                name = f"figure-{len(self.plots) + 1}.svg"
                self.plots[name] = part.svg
                return f"![{_plain(part.caption)}]({self._folder}/{name})"
            case Terms():
                return "\n".join(f"- {name}: {value}" for name, value in part.pairs)
            case Code():
                return "\n".join(f"    {line}" for line in part.text.splitlines())
            case Listing():
                return "\n".join([f"{part.title}:", "", *(f"- {line}" for line in part.lines)])


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Without an end of line after the last row."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(_cell, cells)) + " |" for cells in lines)


def _cell(text: str) -> str:
    return text.replace("|", r"\|").replace("\n", " ")


def _plain(text: str) -> str:
    return text.replace("[", "(").replace("]", ")")
