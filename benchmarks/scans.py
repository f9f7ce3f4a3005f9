"""Scans of documents that were made on a computer: `python -m recto.benchmarks.scans FROM TO`.

Every page is drawn at 150 dpi, turned by one degree, covered with noise and packed as a poor JPEG;
files keep their names, so that questions about the originals can be asked of the scans. The same
document gives the same bytes.
"""

from __future__ import annotations

import sys
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pypdfium2  # type: ignore[import-untyped]
from PIL import Image

Grey = npt.NDArray[np.uint8]
"""(height, width)"""
_DATE = time.gmtime(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanner:
    """How bad it is."""

    dpi: int = 150
    degrees: float = 1.0
    noise: float = 12.0
    """Standard deviation, of 255 shades of grey."""
    quality: int = 40
    """Of JPEG, at most 95."""

    def scan(self, source: Path, target: Path, *, most: int | None = None) -> int:
        """Write the scan of a PDF or of a picture as a PDF; how many pages it has, `most` of
        the first at the most."""
        pages = [
            self._page(page, seed=zlib.crc32(f"{source.name} {number}".encode()))
            for number, page in enumerate(_pages(source, self.dpi, most))
        ]
        pages[0].save(
            target,
            "PDF",
            save_all=True,
            append_images=pages[1:],
            resolution=self.dpi,
            quality=self.quality,
            creationDate=_DATE,
            modDate=_DATE,
            title="",
        )
        return len(pages)

    def _page(self, page: Image.Image, *, seed: int) -> Image.Image:
        turned = page.rotate(self.degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=255)
        shades: Grey = np.asarray(turned)
        noise = np.random.default_rng(seed).normal(0, self.noise, shades.shape)
        return Image.fromarray(np.clip(shades + noise, 0, 255).astype(np.uint8))


def _pages(source: Path, dpi: int, most: int | None) -> Iterator[Image.Image]:
    if source.suffix.lower() == ".pdf":
        with pypdfium2.PdfDocument(source) as document:
            for number in range(min(len(document), most or len(document))):
                yield document[number].render(scale=dpi / 72, grayscale=True).to_pil().convert("L")
    else:
        with Image.open(source) as picture:
            yield picture.convert("L")


def main() -> None:
    """Scan every file of a folder; a third argument is the most pages of each."""
    source, target = Path(sys.argv[1]), Path(sys.argv[2])
    most = int(sys.argv[3]) if len(sys.argv) > 3 else None
    target.mkdir(parents=True, exist_ok=True)
    for path in sorted(source.iterdir()):
        if path.is_file():
            pages = Scanner().scan(path, target / path.name, most=most)
            sys.stdout.write(f"{path.name}: {pages} pages\n")


if __name__ == "__main__":
    main()
