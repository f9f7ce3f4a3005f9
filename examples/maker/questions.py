"""`questions.jsonl` from `source/questions.toml`: words that stand on a page become its number."""

from __future__ import annotations

import json
import re
import tempfile
import tomllib
from pathlib import Path

import pypdfium2

from . import letter
from .markup import SOURCE

NAMES = {
    "annual": "merrowby-annual-report-2024.pdf",
    "manual": "fjellvask-gw50-gw60-service-manual.pdf",
    "contract": "holmfirth-aurelia-warehousing-agreement.pdf",
    "paper": "vine-microtensiometer-trial.pdf",
    "form": "penhallow-water-damage-claim.pdf",
    "letter": letter.NAME,
}

_PLACE = re.compile(r"(\w+)(?: (\d+))?: (.+)")


def build(folder: Path, target: Path) -> None:
    """Write the questions over the documents in `folder`."""
    texts = _texts(folder)
    entries = tomllib.loads((SOURCE / "questions.toml").read_text(encoding="utf-8"))["question"]
    with target.open("w", encoding="utf-8") as out:
        for entry in entries:
            record: dict[str, object] = {
                "question": entry["ask"],
                "answer": entry["answer"],
                "relevant": _relevant(entry["at"], texts),
            }
            if entry.get("visual"):
                record["visual"] = True
            out.write(json.dumps(record, ensure_ascii=False) + "\n")


def _relevant(places: list[str], texts: dict[str, list[str]]) -> list[dict[str, object]]:
    result: list[dict[str, object]] = []
    for place in places:
        match = _PLACE.fullmatch(place)
        assert match, place
        name, number, words = match.groups()
        found = [i for i, text in enumerate(texts[name], start=1) if _plain(words) in text]
        if number is not None and int(number) in found:
            found = [int(number)]
        if len(found) != 1:
            raise SystemExit(f"{place!r} stands on pages {found}, expected exactly one")
        relevant = {"document": NAMES[name], "page": found[0]}
        if relevant not in result:
            result.append(relevant)
    return result


def _texts(folder: Path) -> dict[str, list[str]]:
    """The text of every page; that of the scan is the text it was printed from."""
    result = {name: _pages(folder / file) for name, file in NAMES.items() if name != "letter"}
    with tempfile.TemporaryDirectory() as scratch:
        typed = Path(scratch) / "letter.pdf"
        letter.typed(typed)
        return result | {"letter": _pages(typed)}


def _pages(path: Path) -> list[str]:
    document = pypdfium2.PdfDocument(path)
    try:
        return [_plain(page.get_textpage().get_text_range()) for page in document]
    finally:
        document.close()


def _plain(text: str) -> str:
    """White space and hyphens at line ends do not count."""
    return " ".join(text.replace("\ufffe", "").replace("\u2212", "–").split())
