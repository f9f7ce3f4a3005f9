"""Cleans what a text layer or OCR gives, and tells text from garbage. Knows no format."""

from __future__ import annotations

import re
import unicodedata

# Ligatures, Arabic and Hebrew presentation forms, radicals standing for ideographs, full-width
# ASCII: forms of letters. Not all of NFKC: it would make "x2" of "x²" and "1⁄2" of "½".
_FORMS = re.compile("[\u2f00-\u2fd5\ufb00-\ufdff\ufe70-\ufefc\uff01-\uff5e]")

# Controls, invisible marks of direction and joining (not the joiners that Indic and Persian need),
# surrogates without their partner, private use (pictures of bullets), noncharacters.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f"
    "\ufe00-\ufe0f\ufeff\ud800-\udfff\ue000-\uf8ff\ufff0-\uffff\U000f0000-\U0010ffff]"
)
_PRIVATE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ue000-\uf8ff\ufffd\U000f0000-\U0010ffff]")
_RULES = re.compile(r"([._\-–—=*·•…])(?:\s*\1)+")  # leaders and lines drawn with characters


def clean(word: str) -> str:
    """The word as a person would type it; empty if nothing of it can be seen."""
    if word.isascii() and word.isprintable():
        return word
    if word.endswith("\u00ad"):  # shown at the end of a line
        word = word[:-1] + "-"
    word = _FORMS.sub(lambda match: unicodedata.normalize("NFKC", match[0]), word)
    return unicodedata.normalize("NFC", _UNSEEN.sub("", word))


def is_garbage(text: str) -> bool:
    """Whether this is what a font without a table of its characters leaves, rather than text.

    `text` is as the layer gives it, before cleaning. A few bullets or a line of symbols are text.
    """
    seen = _RULES.sub(" ", text)
    seen = "".join(seen.split())
    if not seen:
        return False
    if len(_PRIVATE.findall(seen)) > 0.3 * len(seen):
        return True
    letters = sum(unicodedata.category(character)[0] in "LNM" for character in seen)
    return len(seen) > 20 and letters < 0.4 * len(seen)
