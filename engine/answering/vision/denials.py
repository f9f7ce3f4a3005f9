"""Whether words deny what a statement says, or say what it denies, as far as words alone tell.

Only what is denied at once is understood: "not refundable", "isn't covered", "non-refundable". What
holds under a condition may hold otherwise under another, so that a condition settles nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from recto.engine.text import STOP_WORDS, fold, stem, terms, words

_NEGATIONS = frozenset(
    "not no never nor neither none cannot without nothing nobody".split()  # noqa: SIM905
)
_DENIAL = re.compile(
    r"n['’]t\b|\bnon|\bun(?!i|der|til|less)\w{3}|\b(?:in(?:eligible|valid|applicable|sufficient)"
    r"|im(?:possible|permissible)|ir(?:revocable|recoverable)|dis(?:allow|qualif)|exclu|exempt"
    r"|except|refus|den[iy]|prohibit|forbid|forbad|lack|fail|waive|void|lost|lose|forfeit)"
)
_NOTHING = re.compile(
    r"(?<![\d.])0(?:\.0+)?(?![\d.]*\d)|\b(?:zero|nil|free|no longer|hardly)\b|[-‐–—](?!\S)"
)
"""What says in figures that there is none."""
_QUALIFIED = frozenset(
    """unless until except but only if when where while other than however although though before
    after later whether""".split()  # noqa: SIM905
)
"""With one of these, what is denied of one case may hold of another."""
_BETWEEN = frozenset(["be", "been", "being", "a", "an", "the", "yet", "to", "any"])
_DENYING = frozenset(["not", "never", "cannot", "non"])
_CONTRACTED = re.compile(r"\w+n['’]t")
_CLAUSE_END = re.compile(
    r"[,;:.!?()](?=\s|$)|\b(?:but|that|which|while|whereas|although|though|because|since|so)\b"
)
_CLAUSE_END_OF_QUOTE = re.compile(rf"{_CLAUSE_END.pattern}|\b(?:and|or)\b")


def is_opposite(statement: str, quote: str) -> bool:
    """Whether one denies what the other says: "not refundable", or "non-refundable", and
    "refundable"."""
    if _denies(statement):
        return _is_said(statement, quote)
    told = words(quote)
    if not _QUALIFIED.isdisjoint(told):
        return False
    denied = {stem for stem in _denied(told).values() if len(stem) > 3}
    return bool(denied) and not denied.isdisjoint(stem(word) for word in words(statement))


def _is_said(statement: str, quote: str) -> bool:
    """Whether a quote says, in one clause, all that one clause of a statement denies.

    A statement may say more than it denies, and deny something of which this quote is not.
    """
    if _denies(quote) or _NOTHING.search(quote) or not _QUALIFIED.isdisjoint(words(quote)):
        return False
    said = [set(terms(clause)) for clause in _CLAUSE_END_OF_QUOTE.split(fold(quote))]
    spoken = [stem(word) for word in words(statement)]
    return any(
        spoken.count(denied) < 2 and any(wanted <= clause for clause in said)
        for denied, wanted in _denials(statement)
    )


def _denials(statement: str) -> Iterator[tuple[str, set[str]]]:
    """What each clause of a statement denies, and the terms of what it would say without that."""
    before: list[str] = []
    for clause in _CLAUSE_END.split(fold(statement)):
        told = words(clause)
        if _QUALIFIED.isdisjoint(told) and "need" not in told:
            for place, denied in _denied(told).items():
                alone = not any(terms(word) for word in _plain(told[:place]))
                wanted = terms(" ".join(_plain([*before, *told] if alone else told)))
                if len(wanted) > 1:
                    yield denied, set(wanted)
        before += told


def _plain(told: Sequence[str]) -> list[str]:
    """Without what denies."""
    kept = [w for w in told if w not in _NEGATIONS and w != "non" and not _CONTRACTED.fullmatch(w)]
    return [_bare(word) or word for word in kept]


def _bare(word: str) -> str:
    """ "refundable" of "non-refundable"; "" of a word without that."""
    return word.removeprefix("non").removeprefix("-") if word.startswith("non") else ""


def _denies(text: str) -> bool:
    return not _NEGATIONS.isdisjoint(words(text)) or _DENIAL.search(fold(text)) is not None


def _denied(told: Sequence[str]) -> dict[int, str]:
    """The stems of what these words deny at once, by the place of the word that does: "not
    refundable", "non-refundable"."""
    denied = {}
    for place, word in enumerate(told):
        if word in _DENYING or _CONTRACTED.fullmatch(word):
            following = (other for other in told[place + 1 :] if other not in _BETWEEN)
            denied[place] = stem(next(following, ""))
        elif bare := _bare(word):
            denied[place] = stem(bare)
    return {at: stem for at, stem in denied.items() if len(stem) > 2 and stem not in STOP_WORDS}
