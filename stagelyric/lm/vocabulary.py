"""The characters that a model knows, and the conversion of any text to them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

BOUNDARY = "\x03"
"""Separates songs in the training text; a model that has just read it begins a new song."""

ALPHABET = BOUNDARY + "\n" + "".join(map(chr, range(32, 127)))
"""The alphabet of every character model here: the boundary, the line feed and printable ASCII (97 symbols)."""

# Characters that NFKD doesn't change although they have a plain spelling.
_PLAIN = str.maketrans(
    {
        "\u2018": "'", "\u2019": "'", "\u201a": "'", "\u201b": "'", "\u2032": "'", "\u00b4": "'", "\u02bc": "'",
        "\u201c": '"', "\u201d": '"', "\u201e": '"', "\u00ab": '"', "\u00bb": '"', "\u2033": '"',
        "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2212": "-",
        "\u00df": "ss", "\u00e6": "ae", "\u00c6": "AE", "\u0153": "oe", "\u0152": "OE", "\u00f8": "o", "\u00d8": "O",
        "\u0142": "l", "\u0141": "L", "\u0111": "d", "\u0110": "D", "\u00f0": "d", "\u00d0": "D",
        "\u00fe": "th", "\u00de": "Th", "\u0131": "i", "\t": " ", "\u2028": "\n", "\u2029": "\n\n",
    }
)  # fmt: skip
_LONG_DASH_AT_LINE_END = re.compile(r"[ \t]*[\u2014\u2015][ \t]*(?=\n|\Z)")
_LONG_DASH = re.compile(r"[ \t]*[\u2014\u2015][ \t]*")
_NOT_KEPT = re.compile(r"[^\x03\n\x20-\x7e]")


def fold(text: str) -> str:
    """The nearest spelling of `text` in ASCII; case is kept.

    Accents are removed (`Montréal` → `Montreal`), curly quotes and dashes become straight ones (a long dash becomes ` -
    `, as in the training text), `\\r\\n` becomes `\\n`. Characters without a plain spelling (other scripts, emoji,
    control characters) are dropped.
    """
    if text.isascii():
        plain = text
    else:
        plain = _LONG_DASH.sub(" - ", _LONG_DASH_AT_LINE_END.sub(" -", text))
        plain = unicodedata.normalize("NFKD", plain.translate(_PLAIN)).translate(_PLAIN)
    plain = plain.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return _NOT_KEPT.sub("", plain)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A sequence of distinct symbols; a character's id is its index."""

    symbols: str = ALPHABET
    _table: NDArray[np.int64] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(set(self.symbols)) != len(self.symbols) or not self.symbols.isascii():
            raise ValueError("a vocabulary is a row of distinct ASCII characters")
        if BOUNDARY not in self.symbols or "\n" not in self.symbols:
            raise ValueError("a vocabulary needs the song boundary and the line feed")
        table = np.full(128, -1, dtype=np.int64)
        table[[ord(symbol) for symbol in self.symbols]] = np.arange(len(self.symbols))
        object.__setattr__(self, "_table", table)

    def __len__(self) -> int:
        return len(self.symbols)

    @property
    def boundary(self) -> int:
        """The id of the song boundary."""
        return self.symbols.index(BOUNDARY)

    @property
    def newline(self) -> int:
        """The id of the line feed."""
        return self.symbols.index("\n")

    def encode(self, text: str) -> NDArray[np.int64]:
        """Ids, shape (T,), of the folded text; characters outside the vocabulary are dropped, so it may be shorter."""
        codes = np.frombuffer(fold(text).encode("ascii"), dtype=np.uint8)
        ids: NDArray[np.int64] = self._table[codes]
        return ids[ids >= 0]

    def spell(self, text: str) -> NDArray[np.int64]:
        """Ids, shape (T,), of ASCII text as it is, with control characters. Raises ValueError for others."""
        ids: NDArray[np.int64] = self._table[np.frombuffer(text.encode("ascii"), dtype=np.uint8)]
        if ids.size and ids.min() < 0:
            raise ValueError("a character that is not in the vocabulary")
        return ids

    def decode(self, ids: NDArray[np.integer] | list[int]) -> str:
        """The text of ids, each in 0 ≤ id < len(self). Raises IndexError for any other id."""
        return "".join(self.symbols[int(i)] for i in _checked(ids, len(self.symbols)))


def _checked(ids: NDArray[np.integer] | list[int], size: int) -> NDArray[np.int64]:
    array = np.asarray(ids, dtype=np.int64)
    if array.size and (array.min() < 0 or array.max() >= size):
        raise IndexError(f"character ids run from 0 to {size - 1}")
    return array
