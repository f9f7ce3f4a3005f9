# ruff: noqa: E501 - rows of tables and drawings stay on one line
"""The line drawings of the service manual, in millimetres on the page, with numbered callouts."""

from __future__ import annotations

import math
from collections.abc import Callable

from reportlab.lib.colors import HexColor, black, white
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable

_STEEL, _WATER, _RED = HexColor("#d9dee2"), HexColor("#3b7fb5"), HexColor("#b5502f")


class Pen:
    """A canvas in millimetres."""

    def __init__(self, canvas: Canvas) -> None:
        self.canvas = canvas

    def box(
        self, x: float, y: float, w: float, h: float, fill: object = None, r: float = 0
    ) -> None:
        self.canvas.setFillColor(fill or white)
        self.canvas.roundRect(x * mm, y * mm, w * mm, h * mm, r * mm, fill=int(fill is not None))

    def line(self, *points: float, colour: object = black, width: float = 0.8) -> None:
        """Through x0, y0, x1, y1, …"""
        self.canvas.setStrokeColor(colour)
        self.canvas.setLineWidth(width)
        for i in range(0, len(points) - 2, 2):
            self.canvas.line(*(value * mm for value in points[i : i + 4]))
        self.canvas.setStrokeColor(black)
        self.canvas.setLineWidth(0.8)

    def circle(self, x: float, y: float, r: float, fill: object = None) -> None:
        self.canvas.setFillColor(fill or white)
        self.canvas.circle(x * mm, y * mm, r * mm, fill=int(fill is not None))

    def text(
        self, x: float, y: float, text: str, size: float = 7.5, *, middle: bool = False
    ) -> None:
        self.canvas.setFillColor(black)
        self.canvas.setFont("Helvetica", size)
        draw = self.canvas.drawCentredString if middle else self.canvas.drawString
        draw(x * mm, y * mm, text)

    def callout(self, number: int | str, x: float, y: float, to_x: float, to_y: float) -> None:
        """A numbered balloon at (x, y) that points at (to_x, to_y)."""
        self.line(x, y, to_x, to_y, width=0.4)
        self.circle(to_x, to_y, 0.5, black)
        self.circle(x, y, 3, white)
        self.text(x, y - 1, str(number), 8, middle=True)

    def measure(self, x0: float, y0: float, x1: float, y1: float, text: str) -> None:
        """A dimension line; `text` stands beside its middle."""
        self.line(x0, y0, x1, y1, width=0.4)
        angle = math.atan2(y1 - y0, x1 - x0)
        for x, y, way in ((x0, y0, 0.0), (x1, y1, math.pi)):
            for side in (-0.4, 0.4):
                self.line(
                    x, y, x + 2 * math.cos(angle + way + side), y + 2 * math.sin(angle + way + side),
                    width=0.4,
                )  # fmt: skip
        if x0 == x1:
            self.canvas.saveState()
            self.canvas.translate((x0 - 1.2) * mm, (y0 + y1) / 2 * mm)
            self.canvas.rotate(90)
            self.text(0, 0, text, middle=True)
            self.canvas.restoreState()
        else:
            self.text((x0 + x1) / 2, y0 + 1.2, text, middle=True)


def _front(pen: Pen) -> None:
    pen.box(25, 15, 48, 42, _STEEL)
    pen.box(25, 57, 48, 38, HexColor("#eef1f3"))
    pen.box(27, 95, 44, 4, _STEEL, 2)
    pen.line(22, 70, 76, 70, width=2.4)
    pen.box(29, 48, 40, 7, HexColor("#2f3b45"))
    pen.circle(63, 51.5, 1.8, HexColor("#4caf50"))
    for x in (28, 66):
        pen.box(x, 9, 4, 6, HexColor("#777777"))
    pen.measure(25, 4, 73, 4, "598 (GW-50)   676 (GW-60)")
    pen.measure(16, 9, 16, 99, "1,472   /   1,498")
    pen.measure(82, 9, 82, 57, "850 working height")
    pen.box(112, 15, 44, 42, _STEEL)
    pen.box(112, 57, 44, 38, HexColor("#eef1f3"))
    pen.line(158, 7, 158, 104, width=1.6)
    for x in (114, 150):
        pen.box(x, 9, 4, 6, HexColor("#777777"))
    pen.measure(112, 4, 156, 4, "690   /   754")
    pen.callout("A", 170, 26, 156, 22)
    pen.callout("B", 170, 36, 156, 31)
    pen.callout("C", 170, 47, 156, 45)
    pen.callout("D", 170, 86, 158, 90)
    for i, text in enumerate(
        (
            "A  water inlet, 145 above floor",
            "B  drain, 290 above floor",
            "C  mains cable, 410 above floor",
            "D  wall",
        )
    ):
        pen.text(82, 108 - i * 3.6, text, 7)


def _plumbing(pen: Pen) -> None:
    pen.line(5, 50, 30, 50, 30, 50, 48, 50, colour=_WATER, width=2)
    pen.box(20, 46, 8, 8, HexColor("#f6d9a8"))
    pen.box(48, 44, 16, 12, _STEEL)
    pen.text(56, 49, "Y1", middle=True)
    pen.line(64, 50, 78, 50, colour=_WATER, width=2)
    pen.box(78, 36, 20, 28, HexColor("#e4eef6"))
    pen.text(88, 49, "air gap", middle=True)
    pen.line(98, 42, 110, 42, colour=_WATER, width=2)
    pen.circle(114, 42, 5, _STEEL)
    pen.text(114, 41, "M3", middle=True)
    pen.line(119, 42, 132, 42, colour=_WATER, width=2)
    pen.box(132, 26, 22, 34, HexColor("#f3dcd3"))
    pen.text(143, 42, "boiler", middle=True)
    pen.line(143, 60, 143, 72, 100, 72, colour=_RED, width=2)
    pen.box(40, 66, 60, 12, HexColor("#eef1f3"))
    pen.text(70, 71, "wash chamber, upper and lower rinse arms", middle=True)
    pen.box(40, 8, 60, 16, HexColor("#e4eef6"))
    pen.text(70, 15, "tank", middle=True)
    pen.line(40, 12, 20, 12, 20, 30, 8, 30, colour=HexColor("#7a6a50"), width=2)
    pen.circle(28, 12, 4, _STEEL)
    pen.text(28, 11, "M2", middle=True)
    pen.callout(1, 14, 62, 24, 54)
    pen.callout(2, 52, 62, 56, 56)
    pen.callout(3, 88, 30, 88, 36)
    pen.callout(4, 114, 54, 114, 47)
    pen.callout(5, 164, 48, 154, 48)
    pen.callout(6, 28, 24, 28, 16)


def _wiring(pen: Pen) -> None:
    for i, name in enumerate(("L1", "L2", "L3", "N", "PE")):
        y = 60 - i * 7
        pen.text(4, y - 1, name)
        pen.line(12, y, 34, y, colour=HexColor("#2e7d32") if name == "PE" else black)
        pen.circle(34, y, 1.2, white)
        pen.text(37, y + 1.2, f"X1.{i + 1}", 6)
    pen.box(50, 26, 16, 40)
    pen.text(58, 45, "K1", middle=True)
    for y, name in ((58, "R2 boiler"), (48, "R3 boiler"), (38, "R1 tank")):
        pen.line(66, y, 90, y)
        pen.box(90, y - 2.5, 18, 5, HexColor("#f3dcd3"))
        pen.text(111, y - 1, name)
    pen.line(66, 29, 90, 29)
    pen.box(90, 25, 18, 8, HexColor("#e4eef6"))
    pen.text(99, 28, "U1 ~/~", middle=True)
    pen.line(108, 29, 122, 29)
    pen.circle(127, 29, 5, _STEEL)
    pen.text(127, 28, "M1 3~", 6, middle=True)
    pen.text(76, 60, "B2 bridge", 6.5)
    pen.line(80, 58, 80, 48, width=1.6, colour=_RED)
    pen.line(34, 60, 50, 60)
    pen.line(34, 53, 50, 53)
    pen.line(34, 46, 50, 46)
    pen.box(90, 8, 40, 12)
    pen.text(110, 13, "A1 control board 24 V, G1", middle=True)
    pen.line(58, 26, 58, 14, 90, 14)


def _panel(pen: Pen) -> None:
    pen.box(5, 10, 155, 30, HexColor("#2f3b45"), 3)
    for x in (20, 44, 68):
        pen.circle(x, 25, 6, HexColor("#52616d"))
    pen.box(82, 17, 44, 16, HexColor("#bfe3d0"))
    pen.text(104, 26, "PROGRAMME 2", 8, middle=True)
    pen.text(104, 20, "61 °C    84 °C    0:47", 8, middle=True)
    pen.circle(145, 25, 9, HexColor("#4caf50"))
    pen.circle(145, 25, 6.5, HexColor("#52616d"))
    for i, (x, to) in enumerate(
        ((20, 20), (44, 44), (68, 68), (96, 96), (118, 118), (145, 145)), 1
    ):
        pen.callout(i, x, 50, to, 31)
    pen.text(
        5,
        4,
        "1 On/Off   2 Drain (hold 3 s)   3 Programme   4 Display: tank temperature, boiler temperature, time left   5 Messages   6 Start with light ring",
    )


def _arm(pen: Pen) -> None:
    pen.box(15, 28, 130, 9, _STEEL, 4)
    for i in range(9):
        x = 24 + i * 13.5
        if abs(x - 78) > 5:
            pen.box(x, 31, 5, 2, HexColor("#444444"))
    pen.circle(78, 32.5, 8, HexColor("#9fb0bd"))
    pen.circle(78, 32.5, 4, white)
    pen.box(10, 29, 6, 7, HexColor("#777777"))
    pen.box(144, 29, 6, 7, HexColor("#777777"))
    pen.callout(1, 78, 54, 78, 34)
    pen.callout(2, 40, 54, 40, 32)
    pen.callout(3, 156, 48, 147, 33)
    pen.callout(4, 104, 14, 100, 28)
    pen.measure(10, 8, 150, 8, "462 (GW-50)   486 (GW-60)")
    pen.text(8, 2, "1 bayonet cap   2 slot 3 x 9   3 end cap, left-hand thread   4 arm")


def _exploded(pen: Pen) -> None:
    pen.line(8, 30, 160, 30, width=0.3)
    pen.box(10, 18, 6, 24, _STEEL, 2)
    pen.circle(32, 30, 11, HexColor("#c9d2d9"))
    for i in range(6):
        angle = i * math.pi / 3
        pen.line(32, 30, 32 + 11 * math.cos(angle), 30 + 11 * math.sin(angle))
    pen.circle(52, 30, 4, HexColor("#444444"))
    pen.circle(52, 30, 2, white)
    pen.circle(68, 30, 12)
    pen.circle(68, 30, 11)
    pen.box(86, 16, 5, 28, _STEEL)
    pen.box(98, 18, 34, 24, HexColor("#9fb0bd"), 3)
    for i in range(8):
        pen.line(101 + i * 4, 18, 101 + i * 4, 42, width=0.4)
    pen.box(140, 22, 18, 16, HexColor("#e4eef6"))
    pen.box(104, 10, 5, 6, HexColor("#444444"))
    pen.box(122, 10, 5, 6, HexColor("#444444"))
    points = ((13, 42), (32, 41), (52, 34), (68, 42), (88, 44), (115, 42), (149, 38), (106, 13))
    for i, (x, y) in enumerate(points, start=1):
        if i == 8:
            pen.callout(i, 92, 7, x, y)
        else:
            pen.callout(i, x, 55, x, y)


_DRAWINGS: dict[str, tuple[Callable[[Pen], None], float, str]] = {
    "front": (_front, 110, "Fig. 1  Front and side view with connections; all dimensions in millimetres."),
    "plumbing": (_plumbing, 82, "Fig. 2  Water circuit: 1 strainer, 2 inlet valve, 3 air gap, 4 rinse pump, 5 boiler with safety valve, 6 drain pump."),
    "wiring": (_wiring, 68, "Fig. 3  Power circuit, simplified: contactor K1, elements R1 to R3, converter U1, wash pump M1, bridge B2."),
    "panel": (_panel, 58, "Fig. 4  Control panel and display during a wash."),
    "arm": (_arm, 60, "Fig. 5  Lower wash arm, seen from above; dimension in millimetres."),
    "exploded": (_exploded, 62, "Fig. 6  Wash pump, exploded view. Numbers refer to the list below."),
}  # fmt: skip


class Drawing(Flowable):
    """One of the drawings with its caption."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.paint, height, self.caption = _DRAWINGS[name]
        self.width, self.height = 168 * mm, (height + 9) * mm

    def wrap(self, *_: float) -> tuple[float, float]:
        return self.width, self.height

    def draw(self) -> None:
        self.canv.saveState()
        self.canv.translate(0, 7 * mm)
        self.paint(Pen(self.canv))
        self.canv.restoreState()
        self.canv.setFont("Helvetica-Oblique", 8.5)
        self.canv.drawString(0, 2 * mm, self.caption)
