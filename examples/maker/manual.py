"""The installation and service manual of the hood machines GW-50 and GW-60, which do not exist."""

from __future__ import annotations

from pathlib import Path

from reportlab.lib.colors import HexColor, white
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Spacer
from reportlab.platypus.paragraph import Paragraph
from reportlab.platypus.tableofcontents import TableOfContents

from . import manual_tables
from .drawings import Drawing, Pen
from .layout import Look, write
from .markup import story

LOOK = Look(size=10.7, leading=15.4, colour=HexColor("#0b5a63"))


class _Picture(Flowable):
    """The machine on the title page."""

    def wrap(self, *_: float) -> tuple[float, float]:
        return 168 * mm, 95 * mm

    def draw(self) -> None:
        pen = Pen(self.canv)
        pen.box(52, 8, 60, 40, HexColor("#d9dee2"))
        pen.box(52, 48, 60, 36, HexColor("#eef1f3"))
        pen.box(54, 84, 56, 4, HexColor("#d9dee2"), 2)
        pen.line(48, 60, 116, 60, width=3)
        pen.box(56, 38, 52, 8, HexColor("#2f3b45"))
        pen.circle(101, 42, 2.2, HexColor("#4caf50"))
        for x in (56, 103):
            pen.box(x, 2, 5, 6, HexColor("#777777"))


def _title(_: str) -> list[Flowable]:
    contents = TableOfContents(dotsMinLevel=0)
    contents.levelStyles = [LOOK.style("small")]
    return [
        Spacer(0, 18 * mm),
        Paragraph("Installation, operation and service manual", LOOK.style("h1")),
        Paragraph("Hood dishwashers GW-50 and GW-60, also models with suffix S", LOOK.style("h2")),
        _Picture(),
        Paragraph(
            "Edition 1.2, June 2024. Document 930-001-EN. Translation of the original manual.",
            LOOK.style("body"),
        ),
        contents,
    ]


def _furniture(canvas: Canvas, page: int) -> None:
    canvas.setFillColor(LOOK.colour)
    canvas.rect(0, 285 * mm, 210 * mm, 12 * mm, stroke=0, fill=1)
    canvas.setFillColor(white)
    canvas.setFont("Helvetica-Bold", 13)
    canvas.drawString(21 * mm, 289 * mm, "FJELLVASK")
    canvas.setFont("Helvetica", 8)
    canvas.drawRightString(189 * mm, 289 * mm, "GW-50 / GW-60")
    canvas.setFillColor(HexColor("#555555"))
    canvas.drawString(21 * mm, 11 * mm, "930-001-EN  Edition 1.2")
    canvas.drawRightString(189 * mm, 11 * mm, f"Page {page}")


def build(folder: Path) -> None:
    directives = manual_tables.directives(LOOK) | {
        "drawing": lambda name: [Drawing(name)],
        "title": _title,
    }
    write(
        folder / "fjellvask-gw50-gw60-service-manual.pdf",
        story("manual.txt", LOOK, directives=directives),
        title="GW-50 and GW-60: installation, operation and service manual",
        author="Fjellvask AS",
        furniture=_furniture,
    )
