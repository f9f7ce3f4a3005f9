# ruff: noqa: E501 - rows of tables stay on one line
"""A warehousing agreement between two invented companies."""

from __future__ import annotations

from pathlib import Path

from reportlab.lib.colors import HexColor, black
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Spacer, Table
from reportlab.platypus.paragraph import Paragraph

from .layout import Look, grid, write
from .markup import Directive, story

LOOK = Look(
    family="Times-Roman", bold="Times-Bold", heading="Times-Bold", colour=black,
    size=11.5, leading=15.8, justify=True,
)  # fmt: skip
_TABLE = Look(
    family="Times-Roman", bold="Times-Bold", colour=HexColor("#444444"), size=11, leading=14.6
)

_CHAMBERS = [
    ["Chamber", "Specified Range", "Positions", "Use"],
    ["1 and 2", "–23 °C to –20 °C", "9,600", "Frozen fish and crustaceans"],
    ["3, 4 and 5", "–22 °C to –18 °C", "14,200", "Frozen vegetables"],
    ["6", "–26 °C to –23 °C", "4,100", "Ice cream"],
    ["7", "0 °C to +3 °C", "3,900", "Chilled fish products"],
    ["8", "+2 °C to +5 °C", "5,400", "Chilled prepared meals"],
    ["9", "–8 °C to +2 °C, variable", "1,200", "Tempering"],
]
_PROFILE = [
    [
        "Product group",
        "Pallets, mean",
        "Pallets, peak",
        "Rotations a year",
        "Best-before life on arrival",
    ],
    ["Fish fillets", "2,450", "3,300", "6.1", "14 to 20 months"],
    ["Prawns and other crustaceans", "780", "1,150", "4.8", "18 months"],
    ["Prepared vegetables", "2,900", "3,600", "7.4", "20 to 24 months"],
    ["Ice cream", "640", "1,900", "9.3", "16 months"],
]
_CHARGES = [
    ["Item", "Unit", "Charge"],
    ["Storage, frozen", "Pallet and week", "£2.94"],
    ["Storage, chilled", "Pallet and week", "£3.38"],
    ["Storage, ice cream (Chamber 6)", "Pallet and week", "£3.61"],
    ["Receipt and dispatch of full Pallets", "Pallet", "£6.75"],
    ["Picking by carton", "carton", "£0.31"],
    ["Unloading of loose containers, 20 foot / 40 foot", "container", "£295 / £465"],
    ["Blast freezing", "Pallet", "£38.00"],
    ["Tempering to –5 °C", "Pallet", "£21.50"],
    ["Labelling", "carton", "£0.14"],
    ["Attendance at inspection by port health", "hour", "£46.00"],
    [
        "Work outside contract hours (Saturday from 2 p.m., Sunday, public holidays)",
        "surcharge",
        "55 per cent",
    ],
    ["Help with exit under clause 14.4: manager / operative", "hour", "£68.00 / £29.50"],
]
_LEVELS = [
    ["No.", "Service level", "Target", "Credit if missed"],
    ["S1", "Dispatch accuracy", "99.70 per cent", "3 per cent; 6 per cent below 99.30"],
    ["S2", "Dispatch on time", "98.5 per cent", "2 per cent; 5 per cent below 97.0"],
    ["S3", "Goods booked in within four hours", "97 per cent", "1 per cent"],
    ["S4", "Stock accuracy by cycle count, locations", "99.5 per cent", "2 per cent"],
    ["S5", "Vehicle turn-round below 75 minutes", "92 per cent", "1 per cent"],
    ["S6", "Excursions in the month", "none", "2 per cent each"],
    ["S7", "Answers to queries within two hours", "95 per cent", "none; reported only"],
]
_CONTACTS = [
    ["Party", "For", "Name", "Email"],
    [
        "Warehouse Keeper",
        "Contract",
        "Gillian Thwaite, Commercial Director",
        "legal@holmfirthcold.example",
    ],
    [
        "Warehouse Keeper",
        "Operations, 24 hours",
        "Shift manager, 01469 496 0160",
        "shift@holmfirthcold.example",
    ],
    ["Customer", "Contract", "Pieter van Ommeren, General Counsel", "counsel@aureliafoods.example"],
    [
        "Customer",
        "Quality, 24 hours",
        "Duty manager, +31 10 555 0171",
        "quality@aureliafoods.example",
    ],
]


def _title(_: str) -> list[Flowable]:
    middle = LOOK.style("h1")
    middle.alignment = 1
    small = LOOK.style("body")
    small.alignment = 1
    return [
        Spacer(0, 8 * mm),
        Paragraph("TEMPERATURE-CONTROLLED WAREHOUSING AGREEMENT", middle),
        Paragraph("Contract reference HCS/AUR/2023/07", small),
        Spacer(0, 6 * mm),
    ]


def _worked(_: str) -> list[Flowable]:
    frozen, chilled, price = 5400, 620, 163.3
    each = round(0.36 * price / 142, 3)
    lines = [
        ("Frozen storage, 5,400 Pallets at £2.94", frozen * 2.94),
        ("Chilled storage, 620 Pallets at £3.38", chilled * 3.38),
        (f"Energy, frozen, at P = 163.30: £{each:.3f} a Pallet", frozen * each),
        ("Energy, chilled, half of that", chilled * each / 2),
        ("Receipt and dispatch, 810 Pallets at £6.75", 810 * 6.75),
        ("Picking, 24,300 cartons at £0.31", 24300 * 0.31),
    ]
    rows = [["One week", "£"], *([label, f"{amount:,.2f}"] for label, amount in lines)]
    rows.append(
        ["<b>Total before value added tax</b>", f"<b>{sum(round(v, 2) for _, v in lines):,.2f}</b>"]
    )
    return [grid(_TABLE, rows, (120, 40))]


def _signatures(_: str) -> list[Flowable]:
    def block(name: str, who: str) -> str:
        return f"Signed for<br/><b>{name}</b><br/><br/><br/>____________________________<br/>{who}, director"

    style = LOOK.style("cell")
    left = Paragraph(block("HOLMFIRTH COLD STORES LIMITED", "R. J. Holroyd"), style)
    right = Paragraph(block("AURELIA FOODS B.V.", "M. C. de Waard"), style)
    return [Spacer(0, 10 * mm), Table([[left, right]], colWidths=[82 * mm, 82 * mm])]


def _furniture(canvas: Canvas, page: int) -> None:
    canvas.setFont("Times-Italic", 9)
    canvas.drawString(25 * mm, 284 * mm, "Holmfirth Cold Stores / Aurelia Foods")
    canvas.drawRightString(185 * mm, 284 * mm, "HCS/AUR/2023/07")
    canvas.drawCentredString(105 * mm, 11 * mm, f"{page}")
    canvas.drawRightString(185 * mm, 11 * mm, "Initials ____ / ____")


def build(folder: Path) -> None:
    tables: dict[str, Directive] = {
        name: (lambda _, rows=rows, widths=widths: [grid(_TABLE, rows, widths)])
        for name, rows, widths in (
            ("chambers", _CHAMBERS, (28, 46, 26, 60)),
            ("profile", _PROFILE, (48, 24, 24, 28, 36)),
            ("charges", _CHARGES, (96, 32, 32)),
            ("levels", _LEVELS, (14, 66, 32, 48)),
            ("contacts", _CONTACTS, (32, 34, 50, 48)),
        )
    }
    directives = tables | {"title": _title, "worked": _worked, "signatures": _signatures}
    write(
        folder / "holmfirth-aurelia-warehousing-agreement.pdf",
        story("contract.txt", LOOK, directives=directives),
        title="Temperature-controlled warehousing agreement",
        author="Holmfirth Cold Stores Limited",
        furniture=_furniture,
        margins=(25, 22, 25, 20),
        outline=False,
    )
