"""Draws the letters of a PDF page alone: black on white, whatever their colour and what lies over
them, and in several pictures where words lie upon words. Knows nothing of what they say.

It changes the page that it is given, which shows nothing else afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from ctypes import addressof, c_uint
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pypdfium2 as pdfium  # type: ignore[import-untyped]
import pypdfium2.raw as c  # type: ignore[import-untyped]

from recto.engine.errors import LimitExceeded
from recto.engine.page import Box
from recto.indexing.reading.layer import Token, size_of
from recto.indexing.reading.raw import Image

_MOST_OBJECTS = 200_000
_MOST_UPON = 5
"""Words upon each other at one place; of more nobody can read any."""
_COVERED = 0.2
"""Share of a word's box on which others lie that makes it lie upon them: neighbours touch."""
_Handle = Any
"""A pointer of PDFium's to an object of a page."""
_UNDRAWN = (c.FPDF_TEXTRENDERMODE_INVISIBLE, c.FPDF_TEXTRENDERMODE_CLIP)

Letters = npt.NDArray[np.float32]
"""(height, width): how much of each pixel is ink, from 0 to 1."""


Ink = tuple[int, int, int]
"""Red, green, blue."""


class Lettered(NamedTuple):
    """A word, and the picture of its letters."""

    token: Token
    size: float
    """Points of its type, as far as can be told."""
    letters: Letters | None
    """The whole page's, without words that lie upon this one; None where there are too many."""
    drawn: bool
    """Whether the page itself draws it at all."""
    ink: Ink | None
    """The colour in which the page draws it, where that is one."""
    run: int
    """Words of one number are drawn in one go."""


class Held(NamedTuple):
    """Where a word is held."""

    objects: tuple[int, ...]
    """Addresses of the objects of the page that hold its characters."""
    size: float
    """Points of its type, as far as can be told."""


def held(textpage: pdfium.PdfTextPage, token: Token) -> Held:
    handles = (
        c.FPDFText_GetTextObject(textpage.raw, index)
        for index in range(token.start, token.start + token.length)
    )
    objects = tuple(dict.fromkeys(_address(handle) for handle in handles if handle))
    return Held(objects, size_of(textpage, token.start))


def letter(
    page: pdfium.PdfPage,
    tokens: Sequence[tuple[Token, Held]],
    draw: Callable[[], Image],
) -> list[Lettered]:
    """Each word with its letters; `draw` gives the page's picture, always of the same size.

    Raises LimitExceeded where the page has too many objects.
    """
    texts = _alone(page)
    runs = _runs(tokens)
    sheets = _sheets([[tokens[place][0] for place in run] for run in runs])
    pictures = [
        _drawn(
            texts,
            {address for run, at in zip(runs, sheets, strict=True) if at == sheet
             for place in run for address in tokens[place][1].objects},
            draw,
        )
        for sheet in range(max(sheets, default=-1) + 1)
    ]  # fmt: skip
    found: dict[int, Lettered] = {}
    for number, (run, sheet) in enumerate(zip(runs, sheets, strict=True)):
        letters = pictures[sheet] if sheet >= 0 else None
        for place in run:
            token, holder = tokens[place]
            own = [texts[address] for address in holder.objects if address in texts]
            drawn = bool(own) and all(text.drawn for text in own)
            inks = {text.ink for text in own}
            ink = inks.pop() if len(inks) == 1 else None
            found[place] = Lettered(token, holder.size, letters, drawn, ink, number)
    return [found[place] for place in range(len(tokens))]


class _Text(NamedTuple):
    handle: _Handle
    drawn: bool
    ink: Ink | None


def _alone(page: pdfium.PdfPage) -> dict[int, _Text]:
    """The text objects, black and all there; everything else is off."""
    texts: dict[int, _Text] = {}
    for count, handle in enumerate(_objects(page), 1):
        if count > _MOST_OBJECTS:
            raise LimitExceeded(f"the page draws more than {_MOST_OBJECTS} things.")
        kind = c.FPDFPageObj_GetType(handle)
        if kind == c.FPDF_PAGEOBJ_TEXT:
            texts[_address(handle)] = _blackened(handle)
        elif kind != c.FPDF_PAGEOBJ_FORM:
            c.FPDFPageObj_SetIsActive(handle, False)
    return texts


def _blackened(handle: _Handle) -> _Text:
    """A text object, and what it was."""
    mode = c.FPDFTextObj_GetTextRenderMode(handle)
    red, green, blue, solid = (c_uint() for _ in range(4))
    told = c.FPDFPageObj_GetFillColor(handle, red, green, blue, solid)
    plain = told and solid.value == 255 and mode == c.FPDF_TEXTRENDERMODE_FILL
    if mode in _UNDRAWN:
        c.FPDFTextObj_SetTextRenderMode(handle, c.FPDF_TEXTRENDERMODE_FILL)
    c.FPDFPageObj_SetFillColor(handle, 0, 0, 0, 255)
    c.FPDFPageObj_SetStrokeColor(handle, 0, 0, 0, 255)
    c.FPDFPageObj_SetBlendMode(handle, b"Normal")
    ink = (red.value, green.value, blue.value) if plain else None
    return _Text(handle, mode not in _UNDRAWN, ink)


def _objects(page: pdfium.PdfPage) -> Iterator[_Handle]:
    """Those inside of forms, too."""
    waiting = [
        c.FPDFPage_GetObject(page.raw, index) for index in range(c.FPDFPage_CountObjects(page.raw))
    ]
    while waiting:
        handle = waiting.pop()
        yield handle
        if c.FPDFPageObj_GetType(handle) == c.FPDF_PAGEOBJ_FORM:
            inside = range(c.FPDFFormObj_CountObjects(handle))
            waiting += [c.FPDFFormObj_GetObject(handle, index) for index in inside]


def _runs(tokens: Sequence[tuple[Token, Held]]) -> list[list[int]]:
    """Places of words that hang together by an object: those cannot be drawn apart."""
    run_of: dict[int, list[int]] = {}
    runs: dict[int, list[int]] = {}
    for place, (_, holder) in enumerate(tokens):
        joined = [run_of[address] for address in holder.objects if address in run_of]
        run = joined[0] if joined else []
        for other in joined[1:]:
            if other is not run:
                run += other
                runs.pop(id(other), None)
        run.append(place)
        runs[id(run)] = run
        for member in {id(one): one for one in joined}.values():
            if member is not run:
                run_of.update((address, run) for at in member for address in tokens[at][1].objects)
        run_of.update((address, run) for address in holder.objects)
    return list(runs.values())


def _sheets(runs: Sequence[Sequence[Token]]) -> list[int]:
    """On which sheet each run is drawn, so that on none words lie upon words; -1: on none."""
    grids: list[_Grid] = []
    chosen = []
    for run in runs:
        sheet = next((at for at, grid in enumerate(grids) if grid.is_free(run)), len(grids))
        if sheet == _MOST_UPON:
            chosen.append(-1)
            continue
        if sheet == len(grids):
            grids.append(_Grid())
        grids[sheet].take(run)
        chosen.append(sheet)
    return chosen


class _Grid:
    """Where on a sheet words lie."""

    SIDE = 1_000

    def __init__(self) -> None:
        self._taken = np.zeros((self.SIDE, self.SIDE), dtype=np.bool_)

    def is_free(self, run: Sequence[Token]) -> bool:
        return all(self._taken[self._area(word.box)].mean() <= _COVERED for word in run)

    def take(self, run: Sequence[Token]) -> None:
        for word in run:
            self._taken[self._area(word.box)] = True

    def _area(self, box: Box) -> tuple[slice, slice]:
        left, top = int(box.x0 * self.SIDE), int(box.y0 * self.SIDE)
        right = max(round(box.x1 * self.SIDE), left + 1)
        bottom = max(round(box.y1 * self.SIDE), top + 1)
        return slice(top, bottom), slice(left, right)


def _drawn(texts: dict[int, _Text], wanted: set[int], draw: Callable[[], Image]) -> Letters:
    for address, text in texts.items():
        c.FPDFPageObj_SetIsActive(text.handle, address in wanted)
    white: Letters = draw().min(axis=2).astype(np.float32)
    return np.asarray(1 - white / 255, dtype=np.float32)


def _address(handle: _Handle) -> int:
    return addressof(handle.contents)
