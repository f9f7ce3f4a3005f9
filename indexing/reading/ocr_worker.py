"""The child process that recognises text in pictures, by RapidOCR with the models in its wheel.

Detection needs few pixels and much memory for each, recognition needs many: lines are found in a
reduced picture and read from the full one. Scans may be skewed or lie on a side.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from recto.engine.page import Box
from recto.engine.process import limit_memory, serve
from recto.engine.wire import Value
from recto.indexing.reading.characters import clean
from recto.indexing.reading.columns import in_reading_order
from recto.indexing.reading.lines import Piece, arrange
from recto.indexing.reading.raw import FAINT, Image

_THREADS = 2
_FOUND_IN = 1_200_000
"""Pixels of the picture in which lines are looked for: 960 across an upright page, on which 6
point type is found; twice as many take twice the time and 1 GB."""
_SURE = 0.5
"""Mean probability of its characters below which a line is noise."""

Quad = npt.NDArray[np.float32]
"""(4, 2): corners of a line in pixels, in the order left top, right top, right bottom, left bottom
of the line as it is read."""


class _Read(NamedTuple):
    """A recognised line."""

    text: str
    sure: float
    places: list[float]
    """Where along the line the middle of each character that is no space is, from 0 to 1."""
    top: float
    bottom: float
    """What of the line's height is not margin, from 0 to 1."""


class Recogniser:
    """Finds and reads lines."""

    def __init__(self) -> None:
        import cv2
        import rapidocr

        cv2.setNumThreads(_THREADS)
        self._cv2 = cv2
        models = Path(rapidocr.__file__).parent / "models"
        # One model for a picture works with two threads, the other with one for each of two
        # lines: lines are too small to be shared out.
        self._finder: Any = rapidocr.RapidOCR(params=_settings(models, threads=_THREADS))
        self._reader: Any = rapidocr.RapidOCR(params=_settings(models, threads=1))
        self._pool = ThreadPoolExecutor(_THREADS)

    def words(self, image: Image) -> Value:
        """[text, box, line] of each word, in reading order."""
        picture = image[:, :, ::-1]  # RapidOCR takes BGR
        quads = self._turned(picture, self._find(picture))
        angle = _skew(quads)
        height, width = image.shape[:2]
        reads = self._pool.map(lambda quad: self._read(picture, quad), quads)
        pieces = [
            _piece(quad, read, angle, width, height)
            for quad, read in zip(quads, reads, strict=True)
            if read and read.sure >= _SURE
        ]
        words, _ = arrange(in_reading_order([piece for piece in pieces if piece.words]))
        return [[word.text, list(word.box), word.line] for word in words]

    def lines(self, image: Image, boxes: Sequence[Box]) -> Value:
        """What stands in each of these places, a line in each; empty where nothing can be read.
        What people overlook is not read either."""
        return list(self._pool.map(lambda box: self._line(image, box), boxes))

    def _line(self, image: Image, box: Box) -> str:
        height, width = image.shape[:2]
        edges = np.array([box.x0 * width, box.y0 * height, box.x1 * width, box.y1 * height])
        margin = max(2.0, 0.1 * min(edges[2] - edges[0], edges[3] - edges[1]))
        left, top = np.floor((edges[:2] - margin).clip(0)).astype(int)
        right, bottom = np.ceil(edges[2:] + margin).astype(int)
        line = np.array(image[top:bottom, left:right, ::-1])
        if not line.size:
            return ""
        ground = np.median(line, axis=(0, 1))
        line[np.abs(line - ground).max(axis=2) < FAINT] = ground.astype(np.uint8)
        down, across = line.shape[:2]
        quad = np.array([[0, 0], [across, 0], [across, down], [0, down]], dtype=np.float32)
        ways = (1, 3) if down > 1.5 * across else (0,)
        reads = [self._read(line, np.roll(quad, -way, axis=0)) for way in ways]
        best = max(filter(None, reads), key=lambda read: read.sure, default=None)
        return best.text if best and best.sure >= _SURE else ""

    def _find(self, picture: Image) -> list[Quad]:
        height, width = picture.shape[:2]
        scale = min(1.0, (_FOUND_IN / (width * height)) ** 0.5)
        size = (max(32, round(width * scale)), max(32, round(height * scale)))
        small = self._cv2.resize(picture, size, interpolation=self._cv2.INTER_AREA)
        found = self._finder(small, use_det=True, use_rec=False).boxes
        ratio = np.array([width / size[0], height / size[1]], dtype=np.float32)
        return [] if found is None else [quad.astype(np.float32) * ratio for quad in found]

    def _turned(self, picture: Image, quads: list[Quad]) -> list[Quad]:
        """The lines as they are read: which of the ways up of the page is right shows in how
        surely its longest lines can be read."""
        if not quads:
            return quads
        tall = sum(_height(quad) > 1.5 * _width(quad) for quad in quads) > 0.6 * len(quads)
        ways = (1, 3) if tall else (0, 2)
        longest = sorted(quads, key=lambda quad: -max(_width(quad), _height(quad)))[:2]
        best, most = ways[0], -1.0
        for way in ways:
            sure = sum(self._sure(picture, np.roll(quad, -way, axis=0)) for quad in longest)
            if sure > most:
                best, most = way, sure
            if sure > 0.9 * len(longest):
                break
        return [np.roll(quad, -best, axis=0) for quad in quads]

    def _sure(self, picture: Image, quad: Quad) -> float:
        read = self._read(picture, quad)
        return read.sure if read else 0.0

    def _read(self, picture: Image, quad: Quad) -> _Read | None:
        size = (max(1, round(_width(quad))), max(1, round(_height(quad))))
        corners = np.array([[0, 0], [size[0], 0], size, [0, size[1]]], dtype=np.float32)
        matrix = self._cv2.getPerspectiveTransform(np.ascontiguousarray(quad), corners)
        line = self._cv2.warpPerspective(
            picture,
            matrix,
            size,
            flags=self._cv2.INTER_CUBIC,
            borderMode=self._cv2.BORDER_REPLICATE,
        )
        found = self._reader(line, use_det=False, use_rec=True, return_word_box=True)
        if not found.txts or not found.txts[0].strip():
            return None
        info = found.word_results[0]
        columns = [column for word in info.word_cols for column in word]
        places = [(column + 0.5) / info.line_txt_len for column in columns]
        return _Read(
            found.txts[0], float(found.scores[0]), places, *_inked(np.asarray(line, np.uint8))
        )


def _settings(models: Path, *, threads: int) -> dict[str, Any]:
    """Models named by path: one that is looked up may be downloaded."""
    return {
        "Global.log_level": "critical",
        "Global.use_cls": False,
        "Global.max_side_len": 8192,
        "Det.model_path": str(next(models.glob("*_det_*.onnx"))),
        "Det.limit_side_len": 32,  # we choose the size
        "Rec.model_path": str(next(models.glob("*_rec_*.onnx"))),
        "EngineConfig.onnxruntime.intra_op_num_threads": threads,
        "EngineConfig.onnxruntime.inter_op_num_threads": 1,
    }


def _piece(quad: Quad, read: _Read, angle: float, width: int, height: int) -> Piece:
    """The line's words with their boxes, and where it stands on the page turned upright."""
    quad = _across(quad, read.top, read.bottom)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    upright = quad @ turn.T
    page = np.array([width, height], dtype=np.float32)
    size = _height(quad)
    piece = Piece(
        baseline=float(upright[:, 1].mean()) + 0.4 * size,
        size=size,
        left=float(upright[:, 0].min()),
        right=float(upright[:, 0].max()),
        level=abs(_angle(quad) - angle) < 0.2,
    )
    for text, start, end in _spans(read):
        corners = _along(quad, start, end) / page
        x0, y0 = corners.min(axis=0).clip(0, 1).tolist()
        x1, y1 = corners.max(axis=0).clip(0, 1).tolist()
        if cleaned := clean(text):
            piece.words.append((cleaned, Box(x0, y0, x1, y1)))
    return piece


def _spans(read: _Read) -> list[tuple[str, float, float]]:
    """Each word with where it begins and ends along the line, from 0 to 1."""
    words = read.text.split()
    if sum(map(len, words)) != len(read.places):  # characters without a place: share the line out
        read = read._replace(places=list(np.linspace(0, 1, sum(map(len, words)))))
    steps = np.diff(read.places)
    half = float(np.median(steps)) / 2 if len(steps) else 0.5
    spans, at, free = [], 0, 0.0
    for word in words:
        first, last = read.places[at], read.places[at + len(word) - 1]
        at += len(word)
        following = (last + read.places[at]) / 2 if at < len(read.places) else 1.0
        end = min(last + half, following)
        spans.append((word, max(free, first - half), end))
        free = end
    return spans


def _inked(line: Image) -> tuple[float, float]:
    """From where to where, of its height, the picture of a line differs from its background."""
    grey = line.mean(axis=2)
    rows = (np.abs(grey - np.median(grey)) > 60).mean(axis=1) > 0.005
    inked = np.flatnonzero(rows)
    if not len(inked):
        return 0.0, 1.0
    return float(inked[0]) / len(rows), float(inked[-1] + 1) / len(rows)


def _along(quad: Quad, start: float, end: float) -> Quad:
    """The part of a line from `start` to `end`, of its length."""
    upper, lower = quad[1] - quad[0], quad[2] - quad[3]
    parts = [quad[0] + upper * start, quad[0] + upper * end]
    parts += [quad[3] + lower * end, quad[3] + lower * start]
    return np.stack(parts).astype(np.float32)


def _across(quad: Quad, top: float, bottom: float) -> Quad:
    """The part of a line from `top` to `bottom`, of its height."""
    return np.roll(_along(np.roll(quad, -1, axis=0), top, bottom), 1, axis=0)


def _width(quad: Quad) -> float:
    return float(np.linalg.norm(quad[1] - quad[0]) + np.linalg.norm(quad[2] - quad[3])) / 2


def _height(quad: Quad) -> float:
    return float(np.linalg.norm(quad[3] - quad[0]) + np.linalg.norm(quad[2] - quad[1])) / 2


def _angle(quad: Quad) -> float:
    """Direction of the line, clockwise from the right, in radians."""
    across, down = (quad[1] - quad[0]) + (quad[2] - quad[3])
    return float(np.arctan2(down, across))


def _skew(quads: Sequence[Quad]) -> float:
    """The median of the lines' directions, the longest of them only: short ones are not precise."""
    longest = sorted(quads, key=_width)[-max(1, len(quads) // 3) :]
    return float(np.median([_angle(quad) for quad in longest])) if quads else 0.0


def main(arguments: Sequence[str]) -> None:
    os.environ["OMP_NUM_THREADS"] = str(_THREADS)
    limit_memory(int(arguments[0]))
    recogniser: list[Recogniser] = []

    def begun() -> Recogniser:
        if not recogniser:
            recogniser.append(Recogniser())
        return recogniser[0]

    def words(image: Image) -> Value:
        return begun().words(image)

    def lines(image: Image, boxes: Value) -> Value:
        return begun().lines(image, [Box(*edges) for edges in boxes.tolist()])

    serve({"words": words, "lines": lines})


if __name__ == "__main__":
    main(sys.argv[1:])
