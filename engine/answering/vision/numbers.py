"""The numbers of a text, so that those of a statement can be looked up on the pages it cites.

A number counts as itself and, before "thousand", "million" or "billion", as its value. On a page,
the parts of dates and small numbers in words count, too. Nothing is computed: a sum of two numbers
of a page does not stand on the page.
"""

from __future__ import annotations

import re

from recto.engine.text import fold, word_terms, words

_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_PARTS = re.compile(r"[.,:]")
_WORDS = (
    ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    ("", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"),
)
_IN_WORDS = {word: str(value) for words in _WORDS for value, word in enumerate(words) if word}
_LIST_MARK = re.compile(r"^\s*(?:\(?\d{1,2}[.)]|[-*•])\s+")


def lacking(statement: str, page: str) -> list[str]:
    """The numbers of a statement that do not stand on a page."""
    there = _numbers_of_page(page)
    text = _LIST_MARK.sub("", statement)
    values = _values(text)
    return [n for n in _numbers(text) if not ({n} | values.get(n, set())) & there]


def _numbers(text: str) -> list[str]:
    return [_bare(number) for number in _NUMBER.findall(fold(text))]


def _bare(number: str) -> str:
    """Without leading zeros: the 05 of a date is 5."""
    return number.lstrip("0") or "0" if number.isdigit() else number


def _values(text: str) -> dict[str, set[str]]:
    """What numbers with a scale are worth: 1.5 is 1500000 in "1.5 million"."""
    found: dict[str, set[str]] = {}
    for word in words(text):
        if word[0].isdigit():
            first, *others = word_terms(word) or (word,)
            found.setdefault(first, set()).update(term for term in others if term.isdigit())
    return found


def _numbers_of_page(text: str) -> set[str]:
    found = set(_numbers(text))
    dates = [number for number in found if len(_PARTS.findall(number)) > 1]
    found |= {_bare(part) for date in dates for part in _PARTS.split(date)}
    found |= {value for values in _values(text).values() for value in values}
    return found | {_IN_WORDS[word] for word in words(text) if word in _IN_WORDS}
