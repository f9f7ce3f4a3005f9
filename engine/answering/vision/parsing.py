"""Reads a reply in JSON. Tolerant of what stands around it, strict about what is in it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from json import JSONDecoder
from typing import TypeVar

from recto.engine.answering.vision.claims import Claim, ModelReply, Problem, Said

T = TypeVar("T", bool, str, list[object])

LONGEST = 200_000
"""Characters of a reply that are looked at."""
_TRIES = 20
"""Braces at which an object is looked for."""
_LABEL = re.compile(r"\W*S\s?(\d{1,3})\W*", re.IGNORECASE)


class Malformed(Exception):
    """A reply that is no answer. Never leaves the package."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def parse(text: str) -> ModelReply:
    """The answer in a reply: in code fences, behind a preface, or alone. Raises Malformed."""
    found = find_object(text, "answerable", "claims")
    if found is None:
        raise Malformed(
            Problem("no_json", f"It holds no JSON object. It begins: {text[:80].strip()!r}")
        )
    missing = found.get("missing") or ""
    return ModelReply(
        answerable=_typed(found, "answerable", bool, "reply"),
        claims=tuple(_claim(claim) for claim in _typed(found, "claims", list, "reply")),
        missing=missing if isinstance(missing, str) else "",
    )


def find_object(text: str, *names: str) -> dict[str, object] | None:
    """The first JSON object in a reply that has one of these names; None where there is none."""
    objects = _objects(text[:LONGEST])
    return next((found for found in objects if found.keys() & set(names)), None)


def _objects(text: str) -> Iterator[dict[str, object]]:
    decoder, place = JSONDecoder(), -1
    for _ in range(_TRIES):
        place = text.find("{", place + 1)
        if place < 0:
            return
        try:
            value, _ = decoder.raw_decode(text, place)
        except (json.JSONDecodeError, RecursionError):
            continue
        if isinstance(value, dict):
            yield value


def _claim(value: object) -> Claim:
    if not isinstance(value, dict):
        raise _wrong("a claim", value, "an object with text and quotes")
    text = _typed(value, "text", str, "claim")
    return Claim(text, tuple(_said(quote) for quote in _typed(value, "quotes", list, "claim")))


def _said(value: object) -> Said:
    if not isinstance(value, dict):
        raise _wrong("a quote", value, "an object with source and quote")
    figure = value.get("figure")  # left out by models that no schema holds
    return Said(
        label_of(_typed(value, "source", str, "quote")),
        _typed(value, "quote", str, "quote"),
        figure if isinstance(figure, str) else "",
    )


def label_of(text: str) -> str:
    """`S1` of "S1", "[S1]" or "s 1"; other text as it is."""
    match = _LABEL.fullmatch(text)
    return f"S{int(match[1])}" if match else text


def _typed(value: dict[str, object], name: str, kind: type[T], where: str) -> T:
    found = value.get(name)
    if not isinstance(found, kind):
        expected = {bool: "true or false", list: "a list", str: "a text"}[kind]
        raise _wrong(f'"{name}" of a {where}', found, expected)
    return found


def _wrong(what: str, got: object, expected: str) -> Malformed:
    said = json.dumps(got)[:60]
    return Malformed(Problem("wrong_form", f"{what} is {said}; expected {expected}."))
