"""Converts text to a model's tokens ("pieces"): byte-level BPE, as in GPT-2, and SentencePiece.

A model may keep only some of its pieces. A piece that isn't kept is spelled by the two from which it was merged, and
these by theirs, down to single bytes, which are always kept.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Protocol

from stagelyric.editor.faults import EditorError

_BLANK = "▁"  # SentencePiece's sign for a space
_CONTRACTIONS = "'s|'t|'re|'ve|'m|'ll|'d"
_WORDS: Mapping[str, str] = {
    # How a text is split before merging, by the name in the file. L: letters, N: numbers.
    "gpt-2": rf"{_CONTRACTIONS}| ?L+| ?N+| ?(?:(?!L|N)\S)+|\s+(?!\S)|\s+",
    "smollm": rf"N|{_CONTRACTIONS}| ?L+| ?(?:(?!L|N)\S)+|\s+(?!\S)|\s+",
    "llama-bpe": rf"(?i:{_CONTRACTIONS})|(?:(?!L|N)[^\r\n])?L+|N{{1,3}}| ?(?:(?!L|N)\S)+[\r\n]*|\s*[\r\n]+"
    r"|\s+(?!\S)|\s+",
}
_WORDS = {**_WORDS, "default": _WORDS["gpt-2"], "llama3": _WORDS["llama-bpe"], "llama-v3": _WORDS["llama-bpe"]}


class Pieces(Protocol):
    """The tokeniser of a model."""

    def encode(self, text: str) -> list[int]:
        """The numbers of a text's pieces in the full model, without start or end pieces."""
        ...

    def parts(self, piece: int) -> tuple[int, ...]:
        """The two pieces from which a piece was merged; () for a basic one."""
        ...

    def text(self, piece: int) -> str:
        """What a piece spells; "" if that is not whole characters, or nothing that is shown."""
        ...


class BytePairs:
    """Byte-level BPE: bytes become 256 printable characters, and pairs are merged in the order of learning."""

    def __init__(self, tokens: Sequence[str], merges: Sequence[str], cut: str):
        if cut not in _WORDS:
            raise EditorError(f"the file cuts its texts as {cut}; known are {', '.join(_WORDS)}")
        self._words = re.compile(_spelled_out(_WORDS[cut]))
        self._ids = {token: number for number, token in enumerate(tokens)}
        self._merges = _Merges(merges, self._ids)
        self._tokens = tokens
        missing = [byte for byte in range(ord(" "), ord("~") + 1) if _BYTES[byte] not in self._ids]
        if missing:
            raise EditorError(f"the file's {len(tokens)} pieces can't spell the character {chr(missing[0])!r}")
        self._word = lru_cache(maxsize=1 << 15)(self._merged)

    def encode(self, text: str) -> list[int]:
        return [number for word in self._words.findall(text) for number in self._word(word)]

    def parts(self, piece: int) -> tuple[int, ...]:
        token = self._tokens[piece]
        cuts = [(token[:at], token[at:]) for at in range(1, len(token))]
        ranks = [(self._merges.rank(a, b), a, b) for a, b in cuts if a in self._ids and b in self._ids]
        ways = [(rank, self._ids[a], self._ids[b]) for rank, a, b in ranks if rank < len(self._merges)]
        return min(ways)[1:] if ways else ()  # if there are several, the merge that was learned first is the one used

    def text(self, piece: int) -> str:
        try:
            return bytes(_NUMBERS[sign] for sign in self._tokens[piece]).decode()
        except (KeyError, UnicodeDecodeError):
            return ""

    def _merged(self, word: str) -> tuple[int, ...]:
        symbols = [_BYTES[byte] for byte in word.encode()]
        while len(symbols) > 1:
            ranks = [self._merges.rank(a, b) for a, b in pairwise(symbols)]
            best = min(ranks)
            if best == len(self._merges):
                break
            place = ranks.index(best)
            symbols[place : place + 2] = [symbols[place] + symbols[place + 1]]
        return tuple(number for symbol in symbols for number in self._spelled(symbol))

    def _spelled(self, symbol: str) -> list[int]:
        if symbol in self._ids:
            return [self._ids[symbol]]
        return [self._ids[byte] for byte in symbol if byte in self._ids]  # some models lack a few control characters


class _Merges:
    """The pairs of symbols that are merged, in the order of learning; in an eighth of the memory of a dictionary."""

    def __init__(self, merges: Sequence[str], ids: Mapping[str, int]):
        """`merges`: two symbols and a blank between them, of equal ones the first counts; `ids`: the numbers of those
        that are pieces."""
        self._numbers, free = ids, max(ids.values(), default=-1) + 1
        pairs = [(a, b) for a, _, b in (merge.partition(" ") for merge in merges)]
        others = sorted({symbol for pair in pairs for symbol in pair if symbol not in ids})
        if others:
            self._numbers = {**ids, **{symbol: free + number for number, symbol in enumerate(others)}}
        self._size = free + len(others)
        ranked = sorted((self._numbers[a] * self._size + self._numbers[b], rank) for rank, (a, b) in enumerate(pairs))
        self._keys, self._ranks = array("q", [key for key, _ in ranked]), array("i", [rank for _, rank in ranked])

    def __len__(self) -> int:
        return len(self._keys)

    def rank(self, a: str, b: str) -> int:
        """The rank of merging `a` and `b`, from 0; the number of merges if they aren't merged."""
        first, second = self._numbers.get(a), self._numbers.get(b)
        if first is None or second is None:
            return len(self._keys)
        key = first * self._size + second
        at = bisect_left(self._keys, key)
        return self._ranks[at] if at < len(self._keys) and self._keys[at] == key else len(self._keys)


class Unigrams:
    """SentencePiece: pieces are merged by score; characters without a piece are spelled by bytes."""

    def __init__(self, tokens: Sequence[str], scores: Sequence[float]):
        self._ids = {token: number for number, token in enumerate(tokens)}
        self._tokens, self._scores = tokens, scores
        missing = [byte for byte in range(256) if f"<0x{byte:02X}>" not in self._ids]
        if missing:
            raise EditorError(f"the file's {len(tokens)} pieces lack the byte {missing[0]:#04x}")

    def encode(self, text: str) -> list[int]:
        symbols = list(text.replace(" ", _BLANK))
        while len(symbols) > 1:
            found = [
                (-self._scores[self._ids[a + b]], place)
                for place, (a, b) in enumerate(pairwise(symbols))
                if a + b in self._ids
            ]
            if not found:
                break
            _, place = min(found)
            symbols[place : place + 2] = [symbols[place] + symbols[place + 1]]
        return [number for symbol in symbols for number in self._spelled(symbol)]

    def _spelled(self, symbol: str) -> list[int]:
        if symbol in self._ids:
            return [self._ids[symbol]]
        return [self._ids[f"<0x{byte:02X}>"] for byte in symbol.encode()]

    def parts(self, piece: int) -> tuple[int, ...]:
        token = self._tokens[piece]
        ways = [
            (max(self._scores[self._ids[a]], self._scores[self._ids[b]]), self._ids[a], self._ids[b])
            for a, b in ((token[:cut], token[cut:]) for cut in range(1, len(token)))
            if a in self._ids and b in self._ids
        ]
        if ways:
            return max(ways)[1:]
        return tuple(self._ids[f"<0x{byte:02X}>"] for byte in token.encode()) if len(token) == 1 else ()

    def text(self, piece: int) -> str:
        token = self._tokens[piece]
        if re.fullmatch(r"<0x[0-9A-F]{2}>", token):
            byte = int(token[3:5], 16)
            return chr(byte) if byte < 128 else ""
        return token.replace(_BLANK, " ")


class Kept:
    """The kept pieces of a model, renumbered, and texts encoded in them."""

    def __init__(self, whole: Pieces, kept: Sequence[int]):
        self._whole = whole
        self._kept = kept
        self._new = {piece: number for number, piece in enumerate(kept)}
        self._spelled = lru_cache(maxsize=1 << 16)(self._smaller)

    def __len__(self) -> int:
        return len(self._new)

    def encode(self, text: str) -> list[int]:
        """A text as kept pieces, by their new numbers."""
        return [number for piece in self._whole.encode(text) for number in self._spelled(piece)]

    def text(self, number: int) -> str:
        """What a kept piece spells (see `Pieces`)."""
        return self._whole.text(self._kept[number])

    def _smaller(self, piece: int) -> tuple[int, ...]:
        if piece in self._new:
            return (self._new[piece],)
        parts = self._whole.parts(piece)
        if not parts:
            raise EditorError(f"piece {piece} is neither kept nor spelled by smaller ones")
        return tuple(number for part in parts for number in self._smaller(part))


def _printable() -> list[str]:
    """GPT-2's character for each byte: the byte itself if printable, else one from 256 on."""
    seen = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    hidden = {byte: chr(256 + n) for n, byte in enumerate(byte for byte in range(256) if byte not in seen)}
    return [hidden.get(byte, chr(byte)) for byte in range(256)]


def _spelled_out(pattern: str) -> str:
    """A pattern in which L (letters) and N (numbers of any kind) are replaced by what Python's `re` supports."""
    numerals = "".join(c for c in map(chr, range(0x20000)) if unicodedata.category(c) in ("Nl", "No"))
    letter, number = rf"(?:(?![{numerals}])[^\W\d_])", rf"[\d{numerals}]"
    return re.sub("[LN]", lambda sign: letter if sign[0] == "L" else number, pattern)


_BYTES = _printable()
_NUMBERS = {sign: byte for byte, sign in enumerate(_BYTES)}
