# ruff: noqa: E501 - rows of tables and drawings stay on one line
"""The annual report of Merrowby Group plc, an invented maker of industrial filters."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from reportlab.lib.colors import HexColor, white
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, PageBreak, Spacer, Table, TableStyle
from reportlab.platypus.paragraph import Paragraph
from reportlab.platypus.tableofcontents import TableOfContents

from . import accounts as a
from . import annual_notes as notes
from . import annual_tables as tables
from . import charts
from .annual_values import BALANCES, money, return_on_capital, values
from .layout import Look, write
from .markup import Directive, story

LOOK = Look(size=10.2, leading=14.6)

_END_MARKETS = {
    "Pharmaceutical": 31.0, "Food and drink": 22.0, "Chemicals": 18.0, "Water": 13.0,
    "Battery materials": 9.0, "Other": 7.0,
}  # fmt: skip
_MONTHS = ["Oct", "Nov", "Dec", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep"]
_BRIDGE = [("Volume", 24.1), ("Price", 14.6), ("Sealine", 14.2), ("Currency", -12.2)]


class _Portrait(Flowable):
    """A band with a drawn head and a name."""

    def __init__(self, name: str, role: str) -> None:
        super().__init__()
        self.name, self.role = name, role
        self.width, self.height = 168 * mm, 27 * mm

    def wrap(self, *_: float) -> tuple[float, float]:
        return self.width, self.height + 10

    def draw(self) -> None:
        c = self.canv
        c.translate(0, 10)
        c.setFillColor(HexColor("#e3e9ee"))
        c.rect(0, 0, self.width, self.height, stroke=0, fill=1)
        c.setFillColor(HexColor("#c2ced8"))
        c.rect(0, 0, 26 * mm, self.height, stroke=0, fill=1)
        c.setFillColor(HexColor("#6d8296"))
        c.ellipse(3 * mm, -9 * mm, 23 * mm, 9.5 * mm, stroke=0, fill=1)
        c.setFillColor(HexColor("#c2ced8"))
        c.setFillColor(HexColor("#8598a8"))
        c.circle(13 * mm, 15.5 * mm, 6.2 * mm, stroke=0, fill=1)
        c.setFillColor(white)
        c.rect(0, -10 * mm, 26 * mm, 10 * mm, stroke=0, fill=1)
        c.setFillColor(LOOK.colour)
        c.setFont(LOOK.bold, 12)
        c.drawString(32 * mm, 15 * mm, self.name)
        c.setFont(LOOK.family, 10)
        c.drawString(32 * mm, 9 * mm, self.role)


class _Cover(Flowable):
    """The first page, drawn over the margins."""

    def wrap(self, *_: float) -> tuple[float, float]:
        return 10, 10

    def draw(self) -> None:
        c: Canvas = self.canv
        x, y = c.absolutePosition(0, 0)
        c.translate(-x, -y)
        c.setFillColor(LOOK.colour)
        c.rect(0, 0, *A4, stroke=0, fill=1)
        for i in range(46):  # woven wire, the company's first product
            c.setStrokeColor(HexColor("#3a8c8c" if i % 2 else "#2b5878"))
            c.setLineWidth(2.2)
            c.bezier(
                0, i * 5 * mm, 70 * mm, i * 7 * mm, 130 * mm, i * 2.2 * mm, 210 * mm, i * 4.6 * mm
            )
            c.bezier(
                i * 5 * mm, 0, i * 4 * mm, 60 * mm, i * 6 * mm, 90 * mm, i * 4.6 * mm, 150 * mm
            )
        c.setFillColor(white)
        c.setFont("Helvetica-Bold", 34)
        c.drawString(22 * mm, 252 * mm, "Merrowby Group plc")
        c.setFont("Helvetica", 19)
        c.drawString(22 * mm, 240 * mm, "Annual Report and Accounts 2024")
        c.setFont("Helvetica", 11)
        c.drawString(22 * mm, 231 * mm, "for the year ended 30 September 2024")


def _contents(_: str) -> list[Flowable]:
    contents = TableOfContents(dotsMinLevel=0)
    contents.levelStyles = [LOOK.style("small")]
    return [*_subheading("Contents"), contents, Spacer(0, 8)]


def _subheading(text: str) -> list[Flowable]:
    return [Paragraph(text, LOOK.style("h2"))]


def _segment(number: str) -> list[Flowable]:
    i = int(number)
    now, before = a.REVENUE[2024][i], a.REVENUE[2023][i]
    profit = a.SEGMENT_PROFIT[2024][i]
    cells = [
        ["Revenue", "Growth", "Adjusted operating profit", "Margin"],
        [f"£{money(now)}m", f"{(now / before - 1) * 100:+.1f}%", f"£{money(profit)}m", f"{profit / now * 100:.1f}%"],
    ]  # fmt: skip
    band = TableStyle(
        [
            ("BACKGROUND", (0, 0), (-1, -1), LOOK.colour),
            ("TEXTCOLOR", (0, 0), (-1, -1), white),
            ("FONT", (0, 0), (-1, 0), LOOK.family, 8.5),
            ("FONT", (0, 1), (-1, 1), LOOK.bold, 16, 20),
            ("BOTTOMPADDING", (0, 1), (-1, 1), 8),
        ]
    )
    return [Table(cells, colWidths=[42 * mm] * 4, style=band, spaceAfter=10)]


def _charts() -> dict[str, Flowable]:
    roce = [12.9, 15.1, *(return_on_capital(y) for y in a.YEARS)]
    monthly = {
        "FY23": [37.1, 36.4, 31.8, 38.2, 36.0, 41.5, 35.9, 38.8, 40.6, 36.7, 34.1, 45.1],
        "FY24": [41.2, 44.9, 36.3, 43.8, 46.1, 52.4, 44.0, 47.7, 51.9, 45.6, 39.9, 54.9],
    }
    quarters = [f"Q{i}\n{y}" for y in ("FY22", "FY23", "FY24") for i in range(1, 5)]
    connected = [2.6, 3.4, 4.2, 5.13, 5.8, 6.6, 7.3, 8.24, 9.1, 10.0, 10.9, 11.86]
    energy = {
        "Renewable power": [6.1, 14.8, 31.2], "Grid power": [38.4, 29.9, 18.7],
        "Natural gas": [44.6, 41.0, 30.5], "Other": [3.3, 2.9, 2.4],
    }  # fmt: skip
    injuries = {"Monterrey": 4.0, "Suzhou": 2.0, "Skipton": 2.0, "Ostrava": 1.0, "Charlotte": 1.0, "Field service": 1.0}  # fmt: skip
    for year, months in zip((2023, 2024), monthly.values(), strict=True):
        assert round(sum(months) * 10) == a.ORDER_INTAKE[year]
    draw = charts.chart
    growth = {"Sterile filtration": 7.5, "Battery powders": 19.0, "Welding fume": 4.5, "Drinking water": 5.5, "Brewing": 0.5, "Machine tools": 1.0}  # fmt: skip
    return {
        "orders": draw(charts.lines(_MONTHS, monthly, unit="£ million"), LOOK, "Order intake by month, October to September. FY24 exceeded the prior year in every month.", size=(6.6, 2.2)),
        "markets": draw(charts.across(growth, unit="per cent a year"), LOOK, "Expected growth of the applications that we serve, 2024 to 2029. Source: management estimates."),
        "book": draw(charts.ring(_END_MARKETS), LOOK, "Process Filtration: revenue by end market in FY24.", size=(4.2, 2.6), width=104),
        "connected": draw(charts.bars(quarters, {"": connected}, unit="thousand", values="{:.1f}"), LOOK, "Machines connected to Merrowby Watch at the end of each quarter, in thousands.", size=(6.6, 2.2)),
        "roce": draw(charts.lines(["FY20", "FY21", "FY22", "FY23", "FY24"], {"": roce}, unit="per cent", values="{:.1f}"), LOOK, "Return on capital employed over five years.", size=(6.6, 2.1)),
        "bridge": draw(charts.bridge(_BRIDGE, ("FY23", 468.9)), LOOK, "Revenue bridge from FY23 to FY24: volume, price, the Sealine acquisition and currency.", size=(6.6, 2.3)),
        "energy": draw(charts.stacked(["Base 2020", "FY22", "FY24"], energy, unit="GWh"), LOOK, "Energy consumed, by source, in gigawatt hours.", size=(6.6, 2.0)),
        "injuries": draw(charts.across(injuries, unit="number"), LOOK, "Lost-time injuries in FY24 by site.", size=(6.6, 2.0)),
    }  # fmt: skip


def _directives() -> dict[str, Directive]:
    drawn = _charts()
    plain: dict[str, Callable[[Look], list[Flowable]]] = {
        name: getattr(module, name)
        for module, names in (
            (tables, "income comprehensive balance cashflow equity dividends segments regions highlights kpis targets cashbridge rates apm emissions record"),
            (notes, "costs finance taxnote intangibles borrowings pensions provisions board pay"),
        )
        for name in names.split()
    } | {"property": notes.property_}  # fmt: skip
    result: dict[str, Directive] = {
        name: (lambda _, make=make: make(LOOK)) for name, make in plain.items()
    }
    return result | {
        "chart": lambda name: [drawn[name]],
        "cover": lambda _: [_Cover()],
        "contents": _contents,
        "portrait": lambda text: [_Portrait(*text.split(", "))],
        "segment": _segment,
        "risks": lambda half: notes.risks(LOOK, int(half)),
    }


def _furniture(canvas: Canvas, page: int) -> None:
    if page == 1:
        return
    canvas.setFont("Helvetica", 8)
    canvas.setFillColor(HexColor("#5f6f7d"))
    strategic = "Strategic report" if page < 19 else "Governance"
    section = strategic if page < 21 else "Financial statements"
    canvas.drawString(21 * mm, 284 * mm, section)
    canvas.drawRightString(189 * mm, 284 * mm, "Merrowby Group plc")
    canvas.line(21 * mm, 282 * mm, 189 * mm, 282 * mm)
    canvas.drawString(21 * mm, 12 * mm, "Annual Report and Accounts 2024")
    canvas.drawRightString(189 * mm, 12 * mm, str(page))


def build(folder: Path) -> None:
    assert abs(468.9 + sum(step for _, step in _BRIDGE) - a.revenue(2024) / 10) < 0.05
    assert BALANCES[2024].loans == 400 + 250 + 250 + 200
    directives, numbers = _directives(), values()
    pages: list[Flowable] = []
    for name in ("annual_report_front.txt", "annual_report_back.txt"):
        if pages:
            pages.append(PageBreak())
        pages += story(name, LOOK, values=numbers, directives=directives)
    write(
        folder / "merrowby-annual-report-2024.pdf",
        pages,
        title="Merrowby Group plc: Annual Report and Accounts 2024",
        author="Merrowby Group plc",
        furniture=_furniture,
    )
