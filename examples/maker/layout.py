"""How a document of the examples looks: styles, tables, page furniture, and the writing of the PDF.

Knows nothing of what a document says. Everything is invariant: no dates, no random ids.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from reportlab import rl_config
from reportlab.lib.colors import Color, HexColor, white
from reportlab.lib.enums import TA_JUSTIFY, TA_LEFT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate, Table, TableStyle
from reportlab.platypus.paragraph import Paragraph

rl_config.invariant = 1
rl_config.useA85 = 0

Furniture = Callable[[Canvas, int], None]
"""Draws header and footer of the page with this number."""
Cells = Sequence[Sequence[str]]


_NAVY = HexColor("#1d3f5e")


@dataclass(frozen=True, kw_only=True)
class Look:
    """The typography of one document."""

    family: str = "Helvetica"
    bold: str = "Helvetica-Bold"
    heading: str = "Helvetica-Bold"
    colour: Color = _NAVY
    size: float = 9.6
    leading: float = 13.4
    justify: bool = False

    def style(self, name: str) -> ParagraphStyle:
        """One of body, h1, h2, h3, bullet, note, caption, cell, small, clause, subclause."""
        size, leading = self.size, self.leading
        base = ParagraphStyle(
            "body",
            fontName=self.family,
            fontSize=size,
            leading=leading,
            spaceAfter=leading * 0.5,
            alignment=TA_JUSTIFY if self.justify else TA_LEFT,
        )
        big = {"fontName": self.heading, "textColor": self.colour, "alignment": TA_LEFT}
        changes: dict[str, dict[str, object]] = {
            "body": {},
            "h1": big
            | {"fontSize": size * 2, "leading": size * 2.4, "spaceAfter": size, "keepWithNext": 1},
            "h2": big
            | {
                "fontSize": size * 1.3,
                "leading": size * 1.7,
                "spaceBefore": size * 0.7,
                "spaceAfter": size * 0.4,
                "keepWithNext": 1,
            },
            "h3": big
            | {"fontSize": size * 1.05, "spaceBefore": 4, "spaceAfter": 2, "keepWithNext": 1},
            "bullet": {"leftIndent": 13, "bulletIndent": 3, "spaceAfter": leading * 0.22},
            "note": {
                "leftIndent": 10,
                "rightIndent": 10,
                "borderColor": self.colour,
                "borderWidth": 0.8,
                "borderPadding": 6,
                "backColor": HexColor("#f2f5f8"),
                "spaceBefore": 9,
                "spaceAfter": 14,
            },
            "caption": {"fontSize": size * 0.85, "leading": size * 1.1, "alignment": TA_LEFT},
            "cell": {"fontSize": size * 0.87, "leading": size * 1.1, "alignment": TA_LEFT},
            "small": {"fontSize": size * 0.82, "leading": size * 1.1},
            "clause": {"leftIndent": 30, "bulletFontName": self.family, "bulletFontSize": size},
            "subclause": {
                "leftIndent": 52,
                "bulletIndent": 32,
                "bulletFontName": self.family,
                "bulletFontSize": size,
                "spaceAfter": leading * 0.35,
            },
        }
        return ParagraphStyle(name, parent=base, **changes[name])


def figures(
    look: Look, header: Sequence[str], rows: Sequence[tuple[str, Sequence[str], str]]
) -> Table:
    """A financial table: label, numbers, and what kind of row it is.

    Kinds: "" plain, "sum" ruled above and bold, "head" a heading inside the table.
    """
    data = [[header[0], *header[1:]]]
    size = look.size * 0.9
    commands: list[tuple[object, ...]] = [
        ("FONT", (0, 0), (-1, -1), look.family, size, size * 1.25),
        ("FONT", (0, 0), (-1, 0), look.bold, size, size * 1.25),
        ("LINEBELOW", (0, 0), (-1, 0), 0.9, look.colour),
        ("ALIGN", (1, 0), (-1, -1), "RIGHT"),
        ("VALIGN", (0, 0), (-1, 0), "BOTTOM"),
        ("TOPPADDING", (0, 0), (-1, -1), 1.7),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 1.7),
        ("LEFTPADDING", (0, 0), (0, -1), 0),
    ]
    for i, (label, values, kind) in enumerate(rows, start=1):
        data.append([label, *values, *[""] * (len(header) - 1 - len(values))])
        if kind:
            commands.append(("FONT", (0, i), (-1, i), look.bold, size, size * 1.25))
        if kind == "sum":
            commands.append(("LINEABOVE", (1, i), (-1, i), 0.4, look.colour))
        if kind == "head":
            commands.append(("TEXTCOLOR", (0, i), (-1, i), look.colour))
    numbers = len(header) - 1
    width = 168 * mm
    column = min(25 * mm, 105 * mm / numbers)
    return Table(
        data,
        colWidths=[width - numbers * column, *[column] * numbers],
        style=TableStyle(commands),
        spaceBefore=5,
        spaceAfter=11,
    )


def grid(
    look: Look, rows: Cells, widths: Sequence[float], *, heads: int = 1, spaced: bool = True
) -> Table:
    """A ruled table of running text, the first `heads` rows on a dark ground."""
    cell, head = look.style("cell"), look.style("cell")
    head.textColor, head.fontName = white, look.bold
    data = [
        [Paragraph(text, head if i < heads else cell) for text in row] for i, row in enumerate(rows)
    ]
    commands: list[tuple[object, ...]] = [
        ("GRID", (0, 0), (-1, -1), 0.4, HexColor("#9aa7b3")),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("TOPPADDING", (0, 0), (-1, -1), 3),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
    ]
    if heads:
        commands.append(("BACKGROUND", (0, 0), (-1, heads - 1), look.colour))
    commands += [
        ("BACKGROUND", (0, i), (-1, i), HexColor("#f4f6f8")) for i in range(heads + 1, len(rows), 2)
    ]
    space = 8 if spaced else 0
    return Table(
        data,
        colWidths=[width * mm for width in widths],
        style=TableStyle(commands),
        repeatRows=heads,
        spaceBefore=space / 2,
        spaceAfter=space,
    )


class _Template(BaseDocTemplate):
    """Tells the table of contents and the outline where headings are."""

    outline = True
    _begun = False

    def beforeDocument(self) -> None:
        self._begun = False

    def afterFlowable(self, flowable: Flowable) -> None:
        if not isinstance(flowable, Paragraph) or flowable.style.name not in ("h1", "h2"):
            return
        level = int(flowable.style.name == "h2" and self._begun)
        text = flowable.getPlainText()
        if flowable.style.name == "h1":
            self._begun = True
            self.notify("TOCEntry", (0, text, self.page))
        if self.outline:
            key = f"{self.page}-{text}"
            self.canv.bookmarkPage(key)
            self.canv.addOutlineEntry(text, key, level, closed=level == 0)


def write(
    path: Path,
    story: list[Flowable],
    *,
    title: str,
    author: str,
    furniture: Furniture,
    margins: tuple[float, float, float, float] = (21, 24, 21, 22),
    columns: int = 1,
    banner: float = 0,
    outline: bool = True,
) -> None:
    """Write the story. `margins` are left, top, right, bottom in mm; the story
    begins with a frame over all columns, `banner` mm high, if that is not 0."""
    left, top, right, bottom = (value * mm for value in margins)
    gap = 6 * mm
    width = (A4[0] - left - right - gap * (columns - 1)) / columns

    def frames(height: float) -> list[Frame]:
        return [
            Frame(left + i * (width + gap), bottom, width, height, 0, 0, 0, 0)
            for i in range(columns)
        ]

    height = A4[1] - top - bottom
    head = Frame(left, A4[1] - top - banner * mm, A4[0] - left - right, banner * mm, 0, 0, 0, 0)

    def draw(canvas: Canvas, document: BaseDocTemplate) -> None:
        canvas.saveState()
        furniture(canvas, document.page)
        canvas.restoreState()

    later = PageTemplate("later", frames(height), onPage=draw)
    first = PageTemplate(
        "first",
        ([head] if banner else []) + frames(height - banner * mm),
        onPage=draw,
        autoNextPageTemplate="later",
    )
    document = _Template(
        str(path), pagesize=A4, title=title, author=author, creator="recto examples"
    )
    document.outline = outline
    document.addPageTemplates([first, later])
    document.multiBuild(story)
