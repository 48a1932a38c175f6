"""The parts of speech of each word, learned from tagged text: NOUN, VERB|Ger …; some words are tags of their own.

A *token* stands for a word in a template: a word in lower case ("the"), or a tag in capitals ("NOUN|s"). A word may
stand for a tag if at least a tenth of its uses in the text had it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from stagelyric.words.lexicon import Lexicon
from stagelyric.words.npz import ModelError, read_npz

FILE = "tags.npz"
MOST = 32
"""The largest number of tags, as each is one bit."""

SHARE = 0.1
"""The share of a word's uses that must have a tag, for the word to stand for the tag."""

THING = "NOUN"
"""The tag assumed for unknown words."""


@dataclass(frozen=True, eq=False)
class Tags:
    """`names`: at most 32 tags; `shares` (W, T): the percentage of a word's uses that had each tag.

    `own`: the words that are their own tokens.
    """

    names: tuple[str, ...]
    shares: NDArray[np.uint8]
    own: frozenset[str]

    @cached_property
    def bits(self) -> NDArray[np.uint32]:
        """(W,) the tags that each word may stand for, as bits."""
        powers = np.uint32(1) << np.arange(len(self.names), dtype=np.uint32)
        bits: NDArray[np.uint32] = ((self.shares >= 100 * SHARE) * powers).sum(axis=1, dtype=np.uint32)
        return bits

    @cached_property
    def main(self) -> NDArray[np.int64]:
        """(W,) each word's most frequent tag."""
        most: NDArray[np.int64] = self.shares.argmax(axis=1)
        return most

    @cached_property
    def index(self) -> dict[str, int]:
        """For each tag, its bit."""
        return {name: i for i, name in enumerate(self.names)}

    def standing_for(self, token: str, lexicon: Lexicon, among: NDArray[np.int64]) -> NDArray[np.int64]:
        """Those of the words `among` (n,) that may stand for a token."""
        bit = self.index.get(token)
        if bit is None:
            own: NDArray[np.int64] = among[among == lexicon.index.get(token, -1)]
            return own
        fit: NDArray[np.bool_] = (self.bits[among] >> np.uint32(bit)) & np.uint32(1) > 0
        chosen: NDArray[np.int64] = among[fit]
        return chosen

    def token(self, word: str, lexicon: Lexicon) -> str:
        """The most frequent token of a word (lower case)."""
        if word in self.own:
            return word
        number = lexicon.index.get(word)
        return THING if number is None else self.names[self.main[number]]

    def may_be(self, word: str, token: str, lexicon: Lexicon) -> bool:
        """Whether a word, known or not, may stand for a token."""
        number = lexicon.index.get(word)
        if number is None:
            return token == THING
        bit = self.index.get(token)
        return token == word or (bit is not None and bool(self.bits[number] >> np.uint32(bit) & np.uint32(1)))

    def extended(self, old: Lexicon, new: Lexicon) -> Tags:
        """The tags for a lexicon with additional words, which are assumed to be things (THING)."""
        thing = self.index.get(THING, 0)
        shares = np.zeros((len(new.words), len(self.names)), np.uint8)
        shares[:, thing] = 100
        shares[[new.index[word] for word in old.words]] = self.shares
        return Tags(self.names, shares, self.own)


def build(uses: Mapping[str, Counter[str]], names: Sequence[str], own: Sequence[str], lexicon: Lexicon) -> Tags:
    """Builds tags from how often each word (lower case) was used as each tag; unused words are taken for things."""
    index = {name: i for i, name in enumerate(names)}
    shares = np.zeros((len(lexicon.words), len(names)), np.uint8)
    for number, word in enumerate(lexicon.words):
        seen = {tag: count for tag, count in uses.get(word, {}).items() if tag in index} or {THING: 1}
        total = sum(seen.values())
        for tag, count in seen.items():
            shares[number, index[tag]] = round(100 * count / total)
    return Tags(tuple(names), shares, frozenset(own))


def save(file: Path, tags: Tags) -> None:
    """Writes tags.npz."""
    np.savez_compressed(
        file, names=np.array(tags.names), own=np.array(sorted(tags.own)), shares=np.ascontiguousarray(tags.shares.T)
    )


def load(file: Path, words: int) -> Tags:
    """Reads tags.npz. Raises ModelError if it is missing or belongs to another lexicon."""
    with read_npz(file, "what the model's words are used for") as data:
        names, own = tuple(map(str, data["names"])), frozenset(map(str, data["own"]))
        shares = np.ascontiguousarray(data["shares"].T)
        if shares.shape != (words, len(names)) or not 0 < len(names) <= MOST:
            raise ModelError(f"{file}: wanted the tags of {words} words, found them of {len(shares)}")
        return Tags(names, shares, own)
