"""What numbers are told with: scales, currencies, percent, and small numbers in words. Folded."""

from __future__ import annotations

import re
from collections.abc import Iterable

from recto.engine.text import fold

_SCALES = {
    10**3: "k thousand thousands tausend tsd",
    10**6: "m mn mm mio million millions millionen millón millones milioni milhões miljoen",
    10**9: "bn billion billions mrd milliard milliards milliarde milliarden miliardi",
    10**12: "tn trillion trillions",
}
SCALE_OF = {fold(word): scale for scale, words in _SCALES.items() for word in words.split()}
MAY_BE_NONE = frozenset(("k", "m", "mm"))
"""Metres, or a letter of its own."""
_CURRENCIES = {
    "$": "usd us$ dollar dollars",
    "€": "eur euro euros",
    "£": "gbp pound pounds sterling",
    "¥": "jpy cny rmb yen yuan",
    "₹": "inr rupee rupees",
    "₩": "krw",
    "₽": "rouble roubles ruble rubles",
    "₺": "lira",
    "₴": "uah hryvnia",
    "chf": "sfr franc francs",
    "sek": "",
    "nok": "",
    "dkk": "",
    "pln": "zloty",
    "cad": "c$",
    "aud": "a$",
}
CURRENCY_OF = {word: sign for sign, words in _CURRENCIES.items() for word in (sign, *words.split())}
SIGNS = "[$€£¥₹₩₽₺₴]"
PERCENT = re.compile(
    r"[\s-]?(?:%|‰|per\s?cent\b|percent|pct\b|prozent|pour\s?cent\b|por\s?ciento\b|procent)"
)
SMALL = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen
    fifteen sixteen seventeen eighteen nineteen""".split()  # noqa: SIM905
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()  # noqa: SIM905
_NTH = "first second third fourth fifth sixth seventh eighth ninth tenth".split()  # noqa: SIM905
NUMBER_OF = (
    {word: value for value, word in enumerate(SMALL)}
    | {word: 20 + 10 * place for place, word in enumerate(TENS)}
    | {word: place + 1 for place, word in enumerate(_NTH)}
)
VAGUE = frozenset(("zero", "one", *_NTH))
"""May count nothing: "one of them", "at first"."""


def any_of(words: Iterable[str]) -> str:
    """As a pattern, the longest first."""
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
