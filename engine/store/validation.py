"""What every store refuses before it writes or searches. Knows no store.

The bounds are the lowest common denominator of the stores: Edge, for one, would take a NaN.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import get_args

import numpy as np
import numpy.typing as npt

from recto.engine.errors import InputError
from recto.engine.page import PageContent
from recto.engine.store.condition import Attributes
from recto.engine.store.plan import DenseArm, PageFilter, SearchPlan, SparseArm
from recto.engine.store.protocol import MAX_FLOATS
from recto.engine.store.records import DocumentRecord, DocumentState, PageRecord
from recto.engine.vectors import FloatArray, SparseVector

_DOCUMENT_ID = re.compile(r"[0-9a-f]{64}")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TENANT = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._@-]{0,126}[A-Za-z0-9])?")
_MAX_HALF = 65504.0
"""Vectors are kept, and compared, as float16."""
_MAX_TERM = 2**32 - 1
GRID = 65535
"""Boxes are kept in this many steps of a page's width and height."""


def check_page(record: PageRecord, dim: int) -> None:
    """ValueError unless `record` can be kept in a library of vectors of this dimension."""
    check_document_id(record.document_id)
    content = record.content
    where = f"page {content.number} of document {record.document_id}"
    if content.number < 1:
        raise ValueError(f"{where}: pages are counted from 1.")
    _check_content(content, where)
    for name, multivector in (("patches", record.vectors.patches), ("rows", record.vectors.rows)):
        if multivector is not None:
            _check_vectors(multivector.vectors, dim, f"{where}: {name}")
            _check_boxes(multivector.boxes, f"{where}: {name}")
    _check_sparse(record.words, f"{where}: words")
    check_attributes(record.attributes, where)


def check_attributes(attributes: Attributes, where: str) -> None:
    """ValueError unless they are of the kinds that can be kept."""
    for field, value in attributes.items():
        texts = value if isinstance(value, tuple) else ()
        plain = isinstance(value, (str, int, float, bool, tuple))
        if not (field and plain and all(isinstance(text, str) for text in texts)):
            raise ValueError(
                f"{where}: attribute {field!r} is {value!r}; expected a name with a str, int,"
                " float, bool or tuple of str."
            )
        if isinstance(value, float) and not np.isfinite(value):
            raise ValueError(f"{where}: attribute {field!r} is {value!r}, must be finite.")


def check_tenant(tenant: str) -> None:
    """InputError unless it can name a tenant; "" is none."""
    if tenant and not _TENANT.fullmatch(tenant):
        raise InputError(
            f"{tenant!r} is no name of a tenant; expected 1 to 128 letters, digits and . _ - @"
            " of ASCII, with a letter or digit at both ends."
        )


def check_document(record: DocumentRecord) -> None:
    """ValueError unless `record` can be kept."""
    check_document_id(record.id)
    where = f"document {record.id}"
    if record.state not in get_args(DocumentState):
        raise ValueError(
            f"{where}: state is {record.state!r}, must be one of {get_args(DocumentState)}."
        )
    for key, value in record.metadata.items():
        if not isinstance(value, (str, int, float, bool)):
            raise ValueError(
                f"{where}: metadata {key!r} is {value!r}, must be a str, int, float or bool."
            )
        if isinstance(value, float) and not np.isfinite(value):
            raise ValueError(f"{where}: metadata {key!r} is {value!r}, must be finite.")
    _check_sparse(record.words, f"{where}: words")


def check_document_id(document_id: str) -> None:
    if not _DOCUMENT_ID.fullmatch(document_id):
        raise ValueError(
            f"{document_id!r} is no document id; expected a SHA-256 as 64 lower-case hex digits."
        )


def check_page_ids(ids: Iterable[str]) -> None:
    for given in ids:
        if not _UUID.fullmatch(given):
            raise ValueError(f"{given!r} is no page id; expected a UUID as page_id() gives it.")


def check_filter(filter: PageFilter) -> None:
    for document_id in (*(filter.documents or ()), *filter.not_documents):
        check_document_id(document_id)
    check_page_ids(filter.ids or ())


def check_plan(plan: SearchPlan, dim: int) -> None:
    """ValueError unless the plan can be searched in vectors of this dimension."""
    check_filter(plan.filter)
    for number, arm in enumerate(plan.arms):
        _check_arm(arm, dim, f"arm {number} of the plan")


def _check_arm(arm: DenseArm | SparseArm, dim: int, where: str) -> None:
    check_limit(arm.limit, where)
    check_page_ids(arm.ids or ())
    if isinstance(arm, SparseArm):
        check_sparse_query(arm.query, where)
        return
    _check_vectors(arm.query, dim, f"{where}: query")
    if not 0 < arm.recall <= 1:
        raise ValueError(f"{where}: recall is {arm.recall}, must be above 0 and at most 1.")
    if arm.precise is not None:
        check_limit(arm.precise, f"{where}: precise")
    for number, below in enumerate(arm.among):
        _check_arm(below, dim, f"{where}, among {number}")


def check_sparse_query(query: SparseVector, where: str) -> None:
    _check_sparse(query, f"{where}: query")


def check_limit(limit: int, where: str) -> None:
    if limit < 1:
        raise ValueError(f"{where}: limit is {limit}, must be at least 1.")


def _check_content(content: PageContent, where: str) -> None:
    if not (np.isfinite([content.width, content.height]).all()):
        raise ValueError(f"{where}: size is {content.width} x {content.height}, must be finite.")
    for index, word in enumerate(content.text.words):
        if not word.text or " " in word.text or "\n" in word.text:
            raise ValueError(
                f"{where}: word {index} is {word.text!r}, must not be empty or hold white space."
            )
        if not 0 <= word.line < 2**31:
            raise ValueError(f"{where}: word {index} is in line {word.line}, must count from 0.")
    texts = [word.text for word in content.text.words]
    for text in (*texts, *content.headings):
        if not _is_unicode(text):
            raise ValueError(
                f"{where}: {text!r} holds half of a surrogate pair, which no encoding of Unicode"
                " can keep; replace it."
            )
    _check_boxes(np.array([word.box for word in content.text.words], dtype=np.float64), where)


def _is_unicode(text: str) -> bool:
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)


def _check_boxes(boxes: npt.NDArray[np.floating], where: str) -> None:
    """Boxes must be fractions of the page, up to the rounding of the grid they are kept on."""
    steps = np.rint(boxes.reshape(-1, 4) * float(GRID))
    inside = (steps >= 0) & (steps <= GRID)
    good = inside.all(axis=1) & (steps[:, :2] <= steps[:, 2:]).all(axis=1)
    if not good.all():
        index = int(np.argmin(good))
        raise ValueError(
            f"{where}: box {index} is {boxes.reshape(-1, 4)[index].tolist()};"
            " expected 0 <= x0 <= x1 <= 1 and 0 <= y0 <= y1 <= 1."
        )


def _check_vectors(vectors: FloatArray, dim: int, where: str) -> None:
    if vectors.ndim != 2 or len(vectors) == 0 or vectors.shape[1] != dim:
        raise ValueError(
            f"{where}: vectors of shape {vectors.shape}; expected (n, {dim}) with n >= 1, as this"
            " library's encoder makes them."
        )
    if vectors.size > MAX_FLOATS:
        raise ValueError(
            f"{where}: {len(vectors)} x {dim} numbers; at most {MAX_FLOATS} fit one multivector."
        )
    good = np.abs(vectors) <= _MAX_HALF  # False for NaN, too
    if not good.all():
        row, column = (int(i) for i in np.argwhere(~good)[0])
        raise ValueError(
            f"{where}: vector {row} holds {vectors[row, column]} at {column}; expected finite"
            f" numbers of at most {_MAX_HALF:g} in size."
        )


def _check_sparse(words: SparseVector, where: str) -> None:
    indices: Sequence[int] = words.indices
    if len(indices) != len(words.values):
        raise ValueError(f"{where}: {len(indices)} indices, but {len(words.values)} values.")
    if len(set(indices)) != len(indices):
        raise ValueError(f"{where}: the same index more than once.")
    if indices and not 0 <= min(indices) <= max(indices) <= _MAX_TERM:
        raise ValueError(
            f"{where}: indices from {min(indices)} to {max(indices)}; expected 0 to {_MAX_TERM}."
        )
    values = np.array(words.values, dtype=np.float32)
    if not (np.isfinite(values) & (values > 0)).all():
        raise ValueError(f"{where}: weights must be finite and above 0, got {words.values}.")
