# ruff: noqa: E501 - the entries of a form stay on one line
"""A claim form of an invented insurer, filled in and flattened, as people send it."""

from __future__ import annotations

from pathlib import Path

from reportlab.lib.colors import HexColor, white
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

_INK, _LINE, _BRAND = HexColor("#1a2f8a"), HexColor("#8b8b8b"), HexColor("#5b2a6b")

_ITEMS = [
    ("Oak laminate floor, ground floor, 31 m2", "2019", 1860.00, "Hartley Flooring quote 4471"),
    ("Kitchen base units, six, swollen", "2016", 2945.00, "Quote Brindle Joinery"),
    ("Fridge-freezer Kelvara KF-340", "2021", 529.00, "Receipt"),
    ("Upright piano, soundboard split", "1998", 2300.00, "Valuation enclosed"),
    ("Carpet, stairs and hall", "2020", 715.50, "Quote"),
    ("Wall plaster and repainting, 3 rooms", "2022", 1480.00, "Quote Obi & Sons"),
    ("Books and records, about 240", "various", 610.00, "Photographs"),
    ("Hire of two dryers, 12 days", "–", 348.00, "Invoice HD-20931"),
]
EXCESS = 350.00


class _Form:
    """Draws fields downwards from the top of the page."""

    def __init__(self, canvas: Canvas) -> None:
        self.canvas = canvas
        self.page = 0
        self.y = 0.0

    def begin(self) -> None:
        self.page += 1
        c = self.canvas
        c.setFillColor(_BRAND)
        c.rect(0, 278 * mm, 210 * mm, 19 * mm, stroke=0, fill=1)
        c.setFillColor(white)
        c.setFont("Helvetica-Bold", 16)
        c.drawString(15 * mm, 284 * mm, "Penhallow Mutual")
        c.setFont("Helvetica", 10)
        c.drawRightString(195 * mm, 285 * mm, "Household claim form: escape of water")
        c.setFillColor(HexColor("#444444"))
        c.setFont("Helvetica", 7.5)
        c.drawString(
            15 * mm,
            9 * mm,
            "HC-14 (rev. 09/2022)   Return to: Claims, Penhallow Mutual, Lemon Quay House, Truro TR1 2LW",
        )
        c.drawRightString(195 * mm, 9 * mm, f"Page {self.page} of 3")
        self.y = 268

    def heading(self, text: str) -> None:
        c = self.canvas
        self.y -= 2.5
        c.setFillColor(HexColor("#ece4ef"))
        c.rect(15 * mm, (self.y - 2) * mm, 180 * mm, 7 * mm, stroke=0, fill=1)
        c.setFillColor(_BRAND)
        c.setFont("Helvetica-Bold", 10.5)
        c.drawString(17 * mm, self.y * mm, text)
        self.y -= 10

    def fields(self, *entries: tuple[str, str, float]) -> None:
        """One row of label, value and width in mm."""
        c, x = self.canvas, 15.0
        self.y -= 1.5
        for label, value, width in entries:
            c.setFillColor(HexColor("#333333"))
            c.setFont("Helvetica", 7.5)
            c.drawString((x + 1) * mm, (self.y + 4.2) * mm, label)
            c.setStrokeColor(_LINE)
            c.rect(x * mm, (self.y - 4) * mm, (width - 2) * mm, 7.2 * mm, fill=0)
            self._ink((x + 2), self.y - 1.7, value)
            x += width
        self.y -= 12

    def boxes(self, question: str, *choices: tuple[str, bool]) -> None:
        c = self.canvas
        c.setFillColor(HexColor("#333333"))
        c.setFont("Helvetica", 8.5)
        c.drawString(16 * mm, self.y * mm, question)
        x = 112.0
        for label, ticked in choices:
            c.setStrokeColor(_LINE)
            c.rect(x * mm, (self.y - 0.8) * mm, 4 * mm, 4 * mm, fill=0)
            if ticked:
                c.setStrokeColor(_INK)
                c.setLineWidth(1.6)
                c.line((x + 0.5) * mm, (self.y - 0.2) * mm, (x + 3.6) * mm, (self.y + 3) * mm)
                c.line((x + 0.5) * mm, (self.y + 3) * mm, (x + 3.6) * mm, (self.y - 0.2) * mm)
                c.setLineWidth(0.8)
            c.setFillColor(HexColor("#333333"))
            c.setFont("Helvetica", 8.5)
            c.drawString((x + 5.5) * mm, self.y * mm, label)
            x += 9 + 2.0 * len(label)
        self.y -= 8

    def text(self, label: str, *lines: str) -> None:
        """A large field with several lines of handwriting-like entry."""
        c = self.canvas
        self.y -= 1.5
        c.setFillColor(HexColor("#333333"))
        c.setFont("Helvetica", 7.5)
        c.drawString(16 * mm, (self.y + 4.2) * mm, label)
        height = 6 * len(lines) + 3
        c.setStrokeColor(_LINE)
        c.rect(15 * mm, (self.y + 3 - height) * mm, 178 * mm, height * mm, fill=0)
        for i, line in enumerate(lines):
            self._ink(17, self.y - 2 - i * 6, line)
        self.y -= height + 8

    def _ink(self, x: float, y: float, text: str) -> None:
        self.canvas.setFillColor(_INK)
        self.canvas.setFont("Courier-Bold", 9.5)
        self.canvas.drawString(x * mm, y * mm, text)

    def items(self) -> None:
        c = self.canvas
        columns = (15.0, 21.0, 102.0, 122.0, 146.0)
        heads = ("", "Item or repair", "Bought", "Amount £", "Proof")
        c.setFont("Helvetica-Bold", 8)
        c.setFillColor(HexColor("#333333"))
        for x, head in zip(columns, heads, strict=True):
            c.drawString((x + 1) * mm, self.y * mm, head)
        self.y -= 7
        for i, (name, year, amount, proof) in enumerate(_ITEMS, start=1):
            c.setStrokeColor(_LINE)
            c.rect(15 * mm, (self.y - 2) * mm, 180 * mm, 7 * mm, fill=0)
            for x in columns[1:]:
                c.line(x * mm, (self.y - 2) * mm, x * mm, (self.y + 5) * mm)
            c.setFillColor(_INK)
            c.setFont("Courier-Bold", 8.6)
            c.drawString(16.5 * mm, self.y * mm, str(i))
            c.drawString(22.5 * mm, self.y * mm, name)
            c.drawString(103 * mm, self.y * mm, year)
            c.drawRightString(144 * mm, self.y * mm, f"{amount:,.2f}")
            c.setFont("Courier-Bold", 7.4)
            c.drawString(147 * mm, self.y * mm, proof)
            self.y -= 7
        total = sum(amount for _, _, amount, _ in _ITEMS)
        for label, amount in (
            ("Total claimed", total),
            ("Less policy excess", -EXCESS),
            ("Net claim", total - EXCESS),
        ):
            self.y -= 0.5
            c.setFillColor(HexColor("#333333"))
            c.setFont("Helvetica-Bold", 9)
            c.drawRightString(119 * mm, self.y * mm, label)
            c.setFillColor(_INK)
            c.setFont("Courier-Bold", 9.5)
            c.drawRightString(144 * mm, self.y * mm, f"{amount:,.2f}")
            self.y -= 6
        self.y -= 4

    def signature(self) -> None:
        c = self.canvas
        c.setStrokeColor(_INK)
        c.setLineWidth(1.2)
        y = self.y - 4
        path = c.beginPath()
        path.moveTo(22 * mm, y * mm)
        for i in range(7):
            x = 22 + i * 6
            path.curveTo(
                (x + 1) * mm,
                (y + 9 - i) * mm,
                (x + 3) * mm,
                (y - 5) * mm,
                (x + 6) * mm,
                (y + (i % 3)) * mm,
            )
        c.drawPath(path)
        c.setLineWidth(0.8)
        self._ink(120, y, "06 / 02 / 2024")
        c.setFillColor(HexColor("#333333"))
        c.setFont("Helvetica", 7.5)
        c.drawString(16 * mm, (y - 8) * mm, "Signature of policyholder")
        c.drawString(120 * mm, (y - 8) * mm, "Date")


def _first(form: _Form) -> None:
    form.begin()
    form.heading("1  Policyholder")
    form.fields(
        ("Policy number", "PMH-0447-21883-6", 70),
        ("Claim number (office use)", "W24/003916", 60),
        ("Title", "Mrs", 50),
    )
    form.fields(("Surname", "Okonkwo-Pryce", 90), ("First names", "Adaeze Ruth", 90))
    form.fields(
        ("Address of the insured property", "7 Chandlers Row, Lostwithiel", 120),
        ("Postcode", "PL22 0DX", 60),
    )
    form.fields(
        ("Telephone, daytime", "01208 496 0332", 60),
        ("Mobile", "07700 900617", 50),
        ("Email", "a.okonkwopryce@post.example", 70),
    )
    form.fields(
        ("Occupation", "Piano teacher", 60),
        ("Date of birth", "19/08/1971", 50),
        ("Cover", "Buildings and contents, gold", 70),
    )
    form.heading("2  The property")
    form.boxes("Type", ("Terraced", True), ("Semi-detached", False), ("Detached", False))
    form.boxes("Is the property", ("Owned", True), ("Rented", False), ("Let to others", False))
    form.boxes("Was it occupied on the day?", ("Yes", False), ("No", True))
    form.fields(
        ("If not, unoccupied since", "24/01/2024", 60),
        ("Year of construction", "about 1885", 60),
        ("Mortgage lender", "none", 60),
    )
    form.heading("3  The event")
    form.fields(
        ("Date discovered", "28/01/2024", 45),
        ("Time", "17.40", 30),
        ("Discovered by", "Neighbour, Mr T. Verran, no. 9", 105),
    )
    form.boxes(
        "Source of the water",
        ("Pipe", True),
        ("Appliance", False),
        ("Tank", False),
        ("Roof", False),
    )
    form.boxes("Has the leak been repaired?", ("Yes", True), ("No", False))
    form.text(
        "Describe in your own words what happened",
        "We were in Bristol for my sister's wedding. On Sunday afternoon the neighbour saw",
        "water coming under the front door and rang me. He turned off the stopcock at 5.50.",
        "A compression joint on the cold feed above the kitchen ceiling had come apart,",
        "plumber thinks after the frost on Friday night. Ceiling came down on the worktop.",
    )


def _second(form: _Form) -> None:
    form.begin()
    form.heading("4  Loss or damage")
    form.items()
    form.boxes("Are you registered for VAT?", ("Yes", False), ("No", True))
    form.boxes("Does anybody else own any of the items?", ("Yes", True), ("No", False))
    form.fields(
        ("If yes, give details", "Piano belongs half to my brother, Dr C. Okonkwo, Leeds", 180)
    )
    form.heading("5  Emergency work")
    form.fields(
        ("Plumber", "Trevail Heating, Bodmin", 70),
        ("Invoice number", "TH-1182", 45),
        ("Paid £", "186.00", 35),
        ("On", "29/01/2024", 30),
    )
    form.boxes("Do you need somewhere else to live?", ("Yes", True), ("No", False))
    form.fields(
        ("If yes, from", "12/02/2024", 45),
        ("For how many weeks", "5", 45),
        ("Pets or special needs", "One dog; step-free bathroom for mother", 90),
    )
    form.text(
        "Has anything been thrown away? If so, what, and are there photographs?",
        "Ceiling plasterboard and insulation, bagged and taken to the tip on 30 January.",
        "41 photographs on the memory stick enclosed. Fridge still in the yard for inspection.",
    )


def _third(form: _Form) -> None:
    form.begin()
    form.heading("6  Other insurance and earlier claims")
    form.boxes("Is the loss insured elsewhere?", ("Yes", False), ("No", True))
    form.boxes(
        "Claims on any household policy in the last five years?", ("Yes", True), ("No", False)
    )
    form.fields(
        ("Year", "2020", 25),
        ("Insurer", "Carrick & Tamar", 60),
        ("Kind of loss", "Storm, ridge tiles", 60),
        ("Paid £", "1,240.00", 35),
    )
    form.boxes("Has an insurer ever refused you cover?", ("Yes", False), ("No", True))
    form.heading("7  Payment")
    form.fields(
        ("Account holder", "Mrs A R Okonkwo-Pryce", 80),
        ("Sort code", "00-00-00", 40),
        ("Account number", "****4417", 60),
    )
    form.boxes("Preferred settlement", ("Repair by our network", False), ("Cash", True))
    form.boxes("May we send messages by text?", ("Yes", True), ("No", False))
    form.heading("8  Documents enclosed")
    for label, ticked in (
        ("Estimates for repair", True),
        ("Receipts and invoices", True),
        ("Photographs", True),
        ("Plumber's report", False),
        ("Valuation of piano", True),
    ):
        form.boxes(label, ("enclosed", ticked), ("to follow", not ticked))
    form.heading("9  Declaration")
    c = form.canvas
    c.setFont("Helvetica", 8.5)
    c.setFillColor(HexColor("#333333"))
    for line in (
        "I declare that the statements on this form are true and complete to the best of my knowledge. I understand that the",
        "society may pass information to other insurers, loss adjusters and fraud prevention agencies, and that a claim which",
        "is dishonest in any respect may be refused as a whole. I will keep damaged items until an adjuster has seen them.",
    ):
        c.drawString(16 * mm, form.y * mm, line)
        form.y -= 4.5
    form.y -= 9
    form.signature()
    form.y -= 17
    form.heading("For office use")
    form.fields(
        ("Received", "09/02/2024", 40),
        ("Handler", "J. Tregidga", 50),
        ("Adjuster appointed", "Pascoe Lund, ref. 24-0581", 90),
    )
    form.fields(
        ("Reserve £", "11,500", 40),
        ("Interim payment £", "2,000 on 14/02/2024", 70),
        ("Visit booked", "16/02/2024, 10.30", 70),
    )


def build(folder: Path) -> None:
    canvas = Canvas(str(folder / "penhallow-water-damage-claim.pdf"), pagesize=A4)
    canvas.setTitle("Household claim form: escape of water")
    canvas.setAuthor("Penhallow Mutual")
    form = _Form(canvas)
    for page in (_first, _second, _third):
        page(form)
        canvas.showPage()
    canvas.save()
