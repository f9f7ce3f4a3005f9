"""Which fields a library's filters may name, and what each may be compared with. Knows no store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from difflib import get_close_matches
from typing import Literal, TypeAlias

from recto.engine.errors import FilterError
from recto.engine.filters.parser import Placed, parse
from recto.engine.filters.printing import field_text, printed
from recto.engine.filters.tokens import misplaced
from recto.engine.store.attributes import META, indexed
from recto.engine.store.condition import (
    PAGE_NUMBER,
    Attributes,
    Between,
    Condition,
    Equals,
    HasWords,
    Leaf,
    OneOf,
    Operand,
    leaves,
)

Kind: TypeAlias = Literal["text", "number", "time", "flag"]
Fields: TypeAlias = Mapping[str, frozenset[Kind]]
"""What the values of each field can be compared with."""

_NOUNS: dict[Kind, str] = {
    "text": "texts",
    "number": "numbers",
    "time": "dates",
    "flag": "true and false",
}
_OWN: dict[str, frozenset[Kind]] = {
    **dict.fromkeys(("name", "title", "kind", "path", "tags"), frozenset[Kind]({"text"})),
    **dict.fromkeys(("pages", "size"), frozenset[Kind]({"number"})),
    "added": frozenset[Kind]({"time"}),
}
_NUMBER = frozenset[Kind]({"number"})
_LISTED = 30


def fields_of(documents: Iterable[Attributes], *, with_pages: bool) -> Fields:
    """Those of every document, and the metadata that some of these have; `with_pages`: and the
    page number."""
    found: dict[str, frozenset[Kind]] = dict(_OWN) | ({PAGE_NUMBER: _NUMBER} if with_pages else {})
    for attributes in documents:
        said = {field: value for field, value in attributes.items() if field.startswith(META)}
        for sort, values in indexed(said).items():
            if sort != "words":
                for field in values:
                    found[field] = found.get(field, frozenset()) | {sort}
    return found


def understood(where: str | Condition, fields: Fields) -> Condition:
    """A filter as a condition. Raises FilterError for a field that is not there, or that is
    compared with what it never is."""
    if isinstance(where, str):
        parsed = parse(where)
        for placed in parsed.placed:
            _check_placed(where, placed, fields)
        return parsed.condition
    for leaf in leaves(where):
        wrong = _unknown(leaf, fields) or _mismatch(leaf, fields)
        if wrong:
            raise FilterError(f"{wrong}\n  {printed(leaf)}", position=0)
    return where


def _check_placed(source: str, placed: Placed, fields: Fields) -> None:
    if wrong := _unknown(placed.leaf, fields):
        raise misplaced(source, placed.field.start, placed.field.end, wrong)
    if wrong := _mismatch(placed.leaf, fields):
        raise misplaced(source, placed.value.start, placed.value.end, wrong)


def _unknown(leaf: Leaf, fields: Fields) -> str:
    if leaf.field in fields:
        return ""
    if leaf.field == PAGE_NUMBER:
        return "Documents have no page number; filter a search by it, or documents by pages."
    near = get_close_matches(leaf.field, fields, n=1)
    meant = f" Did you mean {field_text(near[0])}?" if near else ""
    names = [field_text(field) for field in fields]
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return (
        f"There is no field {field_text(leaf.field)}.{meant} Known are"
        f" {', '.join(names[:_LISTED])}{more}."
    )


def _mismatch(leaf: Leaf, fields: Fields) -> str:
    kinds = fields[leaf.field]
    for value in _operands(leaf):
        if _kind_of(value) not in kinds:
            held = " or ".join(_NOUNS[kind] for kind in sorted(kinds))
            return f"{field_text(leaf.field)} is compared with {held}; got {value!r}."
    return ""


def _operands(leaf: Leaf) -> tuple[Operand, ...]:
    match leaf:
        case Equals():
            return (leaf.value,)
        case OneOf():
            return leaf.values
        case Between():
            return leaf.bounds
        case HasWords():
            return (leaf.text,)


def _kind_of(value: Operand) -> Kind:
    if isinstance(value, bool):
        return "flag"
    if isinstance(value, (int, float)):
        return "number"
    return "time" if isinstance(value, date) else "text"
