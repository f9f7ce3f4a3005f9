"""A letter as it comes from the post: two pages scanned askew, noisy, without a text layer."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pypdfium2
from PIL import Image, ImageDraw, ImageFilter, ImageFont
from reportlab.lib.colors import HexColor, black
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Spacer
from reportlab.platypus.paragraph import Paragraph

from .layout import Look, write
from .markup import story

LOOK = Look(
    family="Times-Roman", bold="Times-Bold", heading="Times-Bold", colour=black,
    size=11.6, leading=15.4,
)  # fmt: skip
NAME = "scan-0147-village-hall-survey.pdf"
_DOTS_PER_INCH = 150


class _Signature(Flowable):
    """A name written by hand, more or less."""

    def wrap(self, *_: float) -> tuple[float, float]:
        return 60 * mm, 20 * mm

    def draw(self) -> None:
        c = self.canv
        c.setStrokeColor(HexColor("#223377"))
        c.setLineWidth(1.5)
        for x, y, tall in ((2, 6, 12), (10, 6, 5), (16, 6, 6), (22, 6, 11), (29, 6, 4), (35, 6, 5)):
            c.bezier(
                x * mm, y * mm, (x + 1) * mm, (y + tall) * mm,
                (x + 4) * mm, (y - 5) * mm, (x + 8) * mm, (y + 2) * mm,
            )  # fmt: skip
        c.line(2 * mm, 3 * mm, 46 * mm, 5 * mm)


def _head(_: str) -> list[Flowable]:
    middle = LOOK.style("h1")
    middle.alignment = 1
    small = LOOK.style("caption")
    small.alignment = 1
    return [
        Paragraph("BLACKETT &amp; ORD", middle),
        Paragraph("Chartered Structural Engineers", small),
        Paragraph("3 Quayside Steps, Hexham NE46 3PB &nbsp; Tel. 01434 496 0225", small),
        Spacer(0, 9 * mm),
    ]


def _furniture(canvas: Canvas, page: int) -> None:
    canvas.setFont("Times-Roman", 9)
    if page > 1:
        canvas.drawString(28 * mm, 280 * mm, "Wharnley Parish Council, 11 March 2024")
        canvas.drawRightString(184 * mm, 280 * mm, f"Page {page}")


def typed(path: Path) -> None:
    """The letter as it left the printer, with its words."""
    write(
        path,
        story(
            "letter.txt", LOOK, directives={"head": _head, "signature": lambda _: [_Signature()]}
        ),
        title="",
        author="",
        furniture=_furniture,
        margins=(28, 26, 26, 20),
        outline=False,
    )


def _stamp(page: Image.Image) -> None:
    stamp = Image.new("L", (330, 120), 255)
    draw = ImageDraw.Draw(stamp)
    draw.rectangle((4, 4, 325, 115), outline=110, width=5)
    draw.text((165, 40), "RECEIVED", font=ImageFont.load_default(38), fill=110, anchor="mm")
    draw.text((165, 86), "14 MAR 2024", font=ImageFont.load_default(30), fill=110, anchor="mm")
    stamp = stamp.rotate(7, expand=True, fillcolor=255)
    page.paste(stamp, (800, 420), stamp.point(lambda value: 255 if value < 200 else 0))


def _scan(page: Image.Image, angle: float, seed: int) -> bytes:
    """Askew, unevenly lit, speckled, and compressed until it hurts."""
    page = page.rotate(angle, resample=Image.Resampling.BICUBIC, fillcolor=250)
    grey = np.asarray(page.filter(ImageFilter.GaussianBlur(0.7)), dtype=np.float32)
    noise = np.random.default_rng(seed)
    height, width = grey.shape
    light = 1 - 0.10 * np.linspace(0, 1, width)[None, :] - 0.05 * np.linspace(1, 0, height)[:, None]
    grey = grey * light + noise.normal(0, 5, grey.shape)
    specks = noise.random(grey.shape)
    grey[specks < 0.0004] = 60
    grey[:, -14:] *= np.linspace(1, 0.35, 14)[None, :]
    buffer = io.BytesIO()
    Image.fromarray(np.clip(grey, 0, 255).astype(np.uint8)).save(buffer, "jpeg", quality=38)
    return buffer.getvalue()


def build(folder: Path) -> None:
    clean = folder / "letter-typed.tmp"
    typed(clean)
    canvas = Canvas(str(folder / NAME), pagesize=A4)
    canvas.setTitle("SCAN0147")
    document = pypdfium2.PdfDocument(clean)
    for i, angle in enumerate((1.3, -0.8)):
        bitmap = document[i].render(scale=_DOTS_PER_INCH / 72, grayscale=True)
        page = bitmap.to_pil().convert("L")
        if i == 0:
            _stamp(page)
        scan = ImageReader(io.BytesIO(_scan(page, angle, seed=i)))
        canvas.drawImage(scan, 0, 0, *A4)
        canvas.showPage()
    document.close()
    canvas.save()
    clean.unlink()
