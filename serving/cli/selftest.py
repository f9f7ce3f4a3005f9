"""Does the main job work here? A small PDF is made, indexed into a library that is thrown away
afterwards, and searched."""

from __future__ import annotations

import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import recto

_PAGES = (
    "The lighthouse keeper counts the ships that pass at night.",
    "Penguins cross the ice to feed their young with fish.",
)
_QUESTION = "What do penguins feed their young?"
_ANSWERED_ON = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfTest:
    """Whether the main job works here, and if not, why."""

    passed: bool
    seconds: float
    error: str
    """Empty when it passed."""

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def run_self_test() -> SelfTest:
    """Index two pages and find the one that answers a question."""
    begun = time.monotonic()
    try:
        error = _index_and_search()
    except Exception as failure:  # whatever it is, it is the result of this test
        error = f"{type(failure).__name__}: {failure}"
    return SelfTest(passed=not error, seconds=round(time.monotonic() - begun, 2), error=error)


def _index_and_search() -> str:
    """What is wrong, or nothing."""
    with tempfile.TemporaryDirectory(prefix="recto-doctor-") as folder:
        document = Path(folder, "self-test.pdf")
        document.write_bytes(small_pdf(_PAGES))
        with recto.open(Path(folder, "library")) as library:
            report = library.add(document)
            for outcome in report.outcomes:
                if outcome.error is not None:
                    return str(outcome.error)
            hits = library.search(_QUESTION, limit=1)
    if not hits:
        return f"the search for {_QUESTION!r} found nothing"
    found = hits[0].page.number
    return "" if found == _ANSWERED_ON else f"page {found} was found instead of {_ANSWERED_ON}"


def small_pdf(pages: tuple[str, ...]) -> bytes:
    """A PDF with one line of text a page, in a font that every reader has."""
    first = 4
    kids = " ".join(f"{first + 2 * i} 0 R" for i in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for i, text in enumerate(pages):
        content = f"BT /F1 14 Tf 72 700 Td ({text}) Tj ET".encode()
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] "
            b"/Resources << /Font << /F1 3 0 R >> >> "
            + f"/Contents {first + 2 * i + 1} 0 R >>".encode()
        )
        objects.append(f"<< /Length {len(content)} >> stream\n".encode() + content + b"\nendstream")
    return _assembled(objects)


def _assembled(objects: list[bytes]) -> bytes:
    """Number the objects from 1 and add the table that says where each begins."""
    data, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(data))
        data += f"{number} 0 obj\n".encode() + body + b"\nendobj\n"
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    size = len(objects) + 1
    return (
        data
        + (
            f"xref\n0 {size}\n0000000000 65535 f \n{table}"
            f"trailer << /Size {size} /Root 1 0 R >>\nstartxref\n{len(data)}\n%%EOF\n"
        ).encode()
    )
