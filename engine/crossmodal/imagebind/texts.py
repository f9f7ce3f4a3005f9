"""Words as the text tower takes them: CLIP's byte pairs, 77 ids.

Imports ftfy, regex and tokenizers when first used. The vocabulary is that of OpenAI's CLIP, as
open_clip distributes it (MIT); `vocabulary/` holds it with its licence.
"""

from __future__ import annotations

import gzip
import html
from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files
from itertools import chain

import numpy as np
import numpy.typing as npt

from recto.engine.crossmodal.imagebind.config import CONTEXT, VOCABULARY

START, END = VOCABULARY - 2, VOCABULARY - 1
_PAD = 0
_MERGES = VOCABULARY - 2 * 256 - 2
"""Of the file's lines, after its first; the rest is unused."""
_PIECES = r"'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+"
"""Without CLIP's own names of its first and last token: in a user's text they are just letters,
and an end in the middle would hide what follows."""
_WORD_END = "</w>"

Ids = npt.NDArray[np.int64]


def text_input(texts: Sequence[str]) -> Ids:
    """(n, 77): start, byte pairs, end, zeros. What does not fit is cut, and an end put there."""
    ids = np.full((len(texts), CONTEXT), _PAD, np.int64)
    for row, text in zip(ids, texts, strict=True):
        found = [START, *_byte_pairs(text)[: CONTEXT - 2], END]
        row[: len(found)] = found
    return ids


def cleaned(text: str) -> str:
    """Broken encodings mended, entities resolved, white space single, lower case.

    >>> cleaned("Salt &amp;amp; ‘Pepper’")
    "salt & 'pepper'"
    """
    import ftfy

    mended = html.unescape(html.unescape(ftfy.fix_text(text)))
    return " ".join(mended.split()).lower()


def _byte_pairs(text: str) -> list[int]:
    pieces, merge = _splitter(), _merger()
    return list(chain.from_iterable(merge(piece) for piece in pieces(cleaned(text))))


@cache
def _splitter() -> Callable[[str], list[str]]:
    import regex

    found: Callable[[str], list[str]] = regex.compile(_PIECES, regex.IGNORECASE).findall
    return found


@cache
def _merger() -> Callable[[str], list[int]]:
    from tokenizers.models import BPE

    alphabet = _alphabet()
    pairs = _pairs()
    symbols = [*alphabet.values(), *(letter + _WORD_END for letter in alphabet.values())]
    symbols += ["".join(pair) for pair in pairs]
    numbers = {symbol: number for number, symbol in enumerate(symbols)}
    model = BPE(numbers, pairs, end_of_word_suffix=_WORD_END)

    def merge(piece: str) -> list[int]:
        letters = "".join(alphabet[byte] for byte in piece.encode())
        return [token.id for token in model.tokenize(letters)]

    return merge


def _pairs() -> list[tuple[str, str]]:
    path = files(__package__) / "vocabulary" / "bpe_simple_vocab_16e6.txt.gz"
    lines = gzip.decompress(path.read_bytes()).decode().split("\n")
    split = (line.split() for line in lines[1 : 1 + _MERGES])
    return [(first, second) for first, second in split]


def _alphabet() -> dict[int, str]:
    """A letter that can be printed for each byte: those that can themselves, in order, then
    letters above 255 for the others. The order is that of the ids."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    return {byte: chr(byte) for byte in printable} | {
        byte: chr(256 + number) for number, byte in enumerate(others)
    }
