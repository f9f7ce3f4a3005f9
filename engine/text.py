"""The terms of a text: what two words must share to count as the same. Knows no weights.

A term is a word in one form: Unicode compatibility and case folded, accents of Latin letters
dropped, English endings cut, thousands separators removed. A word may give several terms: a
compound its parts and the whole ("pre-authorization"), a name with digits its number ("FY2018"
also gives 2018), a scaled number its value ("1.5 million" also gives 1500000), a number with its
unit both ("2.5mm" gives 2.5 and mm). Scripts that put no
spaces between words give pairs of characters.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

STOP_WORDS = frozenset(
    """a about above after again against all also am an and any are as at be because been before
    being below between both but by can could did do does doing don done down during each either
    else ever few for from further had has have having he her here hers herself him himself his how
    however i if in into is it its itself just may me might mine more most must my myself no nor not
    of off on once only onto or other our ours ourselves out over own per same shall she should so
    some such than that the their theirs them themselves then there these they this those through
    to too under until up upon us very via was we were what whatever when where whether which while
    who whom whose why will with within without would yes yet you your yours yourself
    doesnt dont isnt wont cant couldnt didnt wasnt arent please tell give show find much many
    """.split()  # noqa: SIM905 - as a list of literals nobody could read it
)
"""English words that say what kind of question it is, or nothing at all."""

_JOINERS = "-‐‑‒–—_/'’&.@+"
_JOINER = re.compile(f"[{re.escape(_JOINERS)}]")
_POSSESSIVE = re.compile("['’]s$")
# Python's \w leaves out the vowel signs of these scripts, which would cut their words to pieces.
_LETTER = r"(?:[^\W_]|[\u0900-\u0963\u0966-\u0dff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff])"
_CHUNK = re.compile(
    rf"\d+\.\d+[a-z]+(?!{_LETTER})"  # with its unit or scale
    rf"|\d+(?:\.\d+)?%?(?:\s?(?:thousand|million|billion|trillion|mn|bn)\b)?(?!{_LETTER})"
    rf"|{_LETTER}+(?:[{re.escape(_JOINERS)}]{_LETTER}+)*"
)
_NUMBER = re.compile(r"(\d+(?:\.\d+)?)(%?)\s?([a-z]*)")
_SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12} | {
    "k": 10**3,
    "m": 10**6,
    "mn": 10**6,
    "bn": 10**9,
}
_PERCENT = ("percent", "cent")
"""However it is written: "per cent" are two words, of which one says nothing."""
_SEPARATOR = re.compile(r"(?<=\d)[,'’](?=\d{3}(?!\d))")
_ACCENTS = re.compile(r"(?<=[a-z])[\u0300-\u036f]+")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff\u0591-\u05c7\u064b-\u0652]")
_UNSPACED = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3\uf900-\ufaff]+"
)
_RUN = re.compile(r"\d+|[^\W\d]+")
_MAX_COMPOUND = 4
"""Parts; what has more is an address or a path, whose whole nobody asks for."""


def terms(text: str) -> list[str]:
    """The terms of `text` in their order, without stop words."""
    return [term for word in words(text) for term in word_terms(word)]


def words(text: str) -> list[str]:
    """The words of `text`, folded but whole; numbers with their percent sign or scale."""
    return _CHUNK.findall(fold(text))


def fold(text: str) -> str:
    """One spelling for what differs only in case, accents, ligatures or thousands separators."""
    folded = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).casefold()
    if not folded.isascii():
        bare = _ACCENTS.sub("", unicodedata.normalize("NFD", folded))
        folded = unicodedata.normalize("NFC", bare)
    return _SEPARATOR.sub("", folded)


@lru_cache(maxsize=1 << 16)
def word_terms(word: str) -> tuple[str, ...]:
    """The terms of one of `words`; none for a stop word."""
    if word in STOP_WORDS:
        return ()
    if word == _PERCENT[0]:
        return _PERCENT
    number = _NUMBER.fullmatch(word)
    if number:
        return _number_terms(word, *number.groups())
    if _UNSPACED.search(word):
        return tuple(_pairs(word))
    parts = [part for part in _JOINER.split(_POSSESSIVE.sub("", word)) if part]
    found = [term for part in parts if part not in STOP_WORDS for term in _part_terms(part)]
    if 1 < len(parts) <= _MAX_COMPOUND:
        found.append(stem("".join(parts)))
    return tuple(dict.fromkeys(found))


def _number_terms(word: str, digits: str, percent: str, scale: str) -> tuple[str, ...]:
    """1.5%: 1.5, percent, cent. 1.5 million: 1.5, 1500000. 10k: 10, 10000, 10k. 5kW: 5, kw, 5kw."""
    found = [digits]
    if percent:
        found += _PERCENT
    if scale in _SCALES:
        found.append(f"{float(digits) * _SCALES[scale]:.0f}")
    elif len(scale) > 1:
        found.append(stem(scale))
    if scale and " " not in word:
        found.append(word)
    return tuple(found)


def _part_terms(part: str) -> list[str]:
    """A part of a compound: itself, and its numbers when it mixes letters and digits."""
    runs = _RUN.findall(part)
    if len(runs) < 2:
        return [stem(part)]
    found = [part, *(run for run in runs if len(run) > 1)]
    if runs[0] in ("fy", "cy") and len(runs[1]) == 2:
        found.append("20" + runs[1])
    return found


def _pairs(word: str) -> list[str]:
    """Overlapping pairs of characters, of each stretch of a script without spaces."""
    found = []
    for stretch in _UNSPACED.findall(word):
        found += [stretch[i : i + 2] for i in range(max(len(stretch) - 1, 1))]
    rest = _UNSPACED.sub(" ", word).split()
    return found + [stem(part) for part in rest]


def stem(word: str) -> str:
    """A word without the endings that English inflects with; others are left as they are.

    Equal results matter, not words: manage, manages, managed and managing all give "manag".
    """
    if len(word) < 4 or not (word.isascii() and word.isalpha()):
        return word
    word = _singular(word)
    for ending in ("ing", "ed"):
        base = word.removesuffix(ending)
        if base != word and len(base) >= 3 and re.search("[aeiouy]", base):
            doubled = base[-1] == base[-2] and base[-1] not in "lsz"
            word = base[:-1] if doubled else base
            break
    if len(word) > 4 and word.endswith("e"):
        word = word[:-1]
    if len(word) > 3 and word.endswith("y") and word[-2] not in "aeiou":
        word = word[:-1] + "i"
    return word


def _singular(word: str) -> str:
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes", "zes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word
