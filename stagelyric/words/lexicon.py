"""The words that a model may spell, as a trie in arrays, which allows one vectorised look-up a step for many drafts.

A node stands for the first letters of a word, in lower case; capitals are handled separately. `reach` has for every
node the syllable counts of the words below it, so that a draft never enters a dead end.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from stagelyric.words import beats
from stagelyric.words.npz import ModelError, read_npz
from stagelyric.words.phonetics import Phones, elided, stresses, sung, syllables
from stagelyric.words.rhyme import assonance, slant, tail

Number = TypeVar("Number", bound=np.generic)

FILE = "lexicon.npz"
LETTERS = "abcdefghijklmnopqrstuvwxyz'-"
LOWER, UPPER = 1, 2
"""How a word is written inside a line, as bits: in lower case, capitalised, or (3) either."""

MOST_SYLLABLES = 8
_FORMAT = 1


class Row(NamedTuple):
    """A word in lower case and its counts; `thing`: the share of its uses after "the", "my" … (0 to 1)."""

    word: str
    forms: int
    seen: int
    stanzas: int
    last: int
    thing: float
    phones: Phones


@dataclass(frozen=True, slots=True)
class Trie:
    """A trie with nodes 0 … N-1; the root is 0, and parents come before their children."""

    parent: NDArray[np.int32]  # (N,)
    letter: NDArray[np.uint8]  # (N,) index in LETTERS of the letter that leads to the node
    depth: NDArray[np.uint8]  # (N,)
    word: NDArray[np.int32]  # (N,) the word that ends at the node, else -1
    next: NDArray[np.int32]  # (N, 28) the child for each letter; 0 for none

    @property
    def levels(self) -> list[slice]:
        """The nodes of each depth, from depth 1 down."""
        edges = np.searchsorted(self.depth, np.arange(1, int(self.depth.max(initial=0)) + 2))
        return [slice(int(a), int(b)) for a, b in pairwise(edges)]

    def up(self, values: NDArray[Number], join: np.ufunc) -> NDArray[Number]:
        """Combines values (N, …) from the leaves up, so that each node has the combined value of all words below it."""
        out = values.copy()
        for level in reversed(self.levels):
            # sorted, since nodes are in breadth-first order: children of one parent are adjacent
            parents = self.parent[level]
            starts = np.flatnonzero(np.diff(parents, prepend=-1))
            above = parents[starts]
            out[above] = join(out[above], join.reduceat(out[level], starts, axis=0))
        return out


@dataclass(frozen=True, eq=False)
class Lexicon:
    """Words numbered in alphabetical order; arrays are (W,), indexed by number."""

    words: tuple[str, ...]
    forms: NDArray[np.uint8]
    count: NDArray[np.int32]
    stanzas_with: NDArray[np.int32]
    last: NDArray[np.int32]
    thing: NDArray[np.float32]
    sounds: tuple[str, ...]
    syllables: NDArray[np.uint8]
    stanzas: int
    planted: Trie | None = None

    @cached_property
    def trie(self) -> Trie:
        """The trie of the words: as read from a file, else planted when first asked for, which takes some 50 ms."""
        return self.planted or plant(self.words)

    @cached_property
    def index(self) -> dict[str, int]:
        """For each word in lower case, its number."""
        return {word: i for i, word in enumerate(self.words)}

    @cached_property
    def rarity(self) -> NDArray[np.float32]:
        """(W,) normalised inverse document frequency, 0 … 1, over stanzas: min(1, ln((N+1)/(df+1)) / ln((N+1)/2)).

        After See et al. 2019 ("What makes a good conversation?"), scaled to 1 for a word seen in one stanza.
        """
        if self.stanzas < 2:  # in a text of one stanza all words are equally rare
            return np.ones(len(self.words), dtype=np.float32)
        n = np.float64(self.stanzas)
        idf = np.log((n + 1) / (self.stanzas_with + 1.0)) / np.log((n + 1) / 2)
        return np.asarray(np.minimum(1.0, idf), dtype=np.float32)

    def phones(self, number: int) -> Phones:
        """A word's pronunciation."""
        return tuple(self.sounds[number].split())

    def signs(self, words: Sequence[str]) -> str:
        """The signs of a line's syllables, as `beats` has them; a word that the lexicon lacks is `beats.EITHER`."""
        told = []
        for word in words:
            number = self.index.get(word)
            phones = () if number is None else self.phones(number)
            told.append(beats.signs(word, stresses(phones), elided(phones)) if phones else beats.EITHER)
        return "".join(told)

    def syllable_count(self, word: str) -> int | None:
        """A word's syllables, None if it is unknown: a counter for `syllabify`."""
        number = self.index.get(word.lower().replace("\u2019", "'"))
        return None if number is None else int(self.syllables[number])

    @cached_property
    def tails(self) -> tuple[Phones, ...]:
        """The rhyming part of each word."""
        return tuple(tail(tuple(sound.split())) for sound in self.sounds)

    @cached_property
    def by_tail(self) -> dict[Phones, list[int]]:
        """For each perfect rhyme, its words."""
        return _grouped(self.tails)

    @cached_property
    def by_slant(self) -> dict[Phones, list[int]]:
        """For each slant rhyme, its words."""
        return _grouped(slant(t) for t in self.tails)

    @cached_property
    def by_vowels(self) -> dict[Phones, list[int]]:
        """For each assonance, its words."""
        return _grouped(assonance(t) for t in self.tails)

    @cached_property
    def rhymes(self) -> NDArray[np.int32]:
        """(W,) the number of words with the same perfect rhyme, including the word itself."""
        return np.array([len(self.by_tail[t]) for t in self.tails], dtype=np.int32)

    def extended(self, rows: Iterable[Row]) -> Lexicon:
        """The lexicon with additional words, for one song; known words stay unchanged."""
        new = sorted({row.word: row for row in rows if row.word not in self.index}.values(), key=lambda row: row.word)
        if not new:
            return self
        added = make(new, self.stanzas)
        places = [bisect_left(self.words, word) for word in added.words]

        def among(own: NDArray[Number], more: NDArray[Number]) -> NDArray[Number]:
            return np.insert(own, places, more)

        return Lexicon(
            words=_among(self.words, places, added.words),
            forms=among(self.forms, added.forms),
            count=among(self.count, added.count),
            stanzas_with=among(self.stanzas_with, added.stanzas_with),
            last=among(self.last, added.last),
            thing=among(self.thing, added.thing),
            sounds=_among(self.sounds, places, added.sounds),
            syllables=among(self.syllables, added.syllables),
            stanzas=self.stanzas,
        )

    def sung(self) -> Lexicon:
        """The lexicon with syllables counted as singers elide them."""
        counts = [sung(word, self.phones(number)) for number, word in enumerate(self.words)]
        return replace(self, syllables=np.array(counts, dtype=np.uint8), planted=self.trie)

    def save(self, file: Path) -> None:
        """Writes lexicon.npz."""
        # nodes are sorted by parent, so the differences are small
        parents = np.diff(self.trie.parent.astype(np.int64), prepend=0).astype(np.uint16)
        np.savez_compressed(
            file,
            format=np.array(_FORMAT),
            words=_packed(self.words),
            forms=self.forms,
            count=self.count,
            stanzas_with=self.stanzas_with,
            last=self.last,
            thing=np.round(self.thing * 100).astype(np.uint8),
            sounds=_packed(self.sounds),
            stanzas=np.array(self.stanzas),
            parent_steps=parents,
            letter=self.trie.letter,
            word=np.where(self.trie.word < 0, 65535, self.trie.word).astype(np.uint16),
        )


def _among(own: Sequence[str], places: Sequence[int], more: Sequence[str]) -> tuple[str, ...]:
    """`own` with each of `more` put in before the item that is at its place; places in rising order."""
    parts: list[str] = []
    for start, end, item in zip((0, *places), (*places, len(own)), (*more, None), strict=True):
        parts += own[start:end]
        if item is not None:
            parts.append(item)
    return tuple(parts)


def make(rows: Iterable[Row], stanzas: int) -> Lexicon:
    """A lexicon of the rows, in any order; at most 65,534, each word once."""
    ordered = sorted(rows, key=lambda row: row.word)
    words = tuple(row.word for row in ordered)
    return Lexicon(
        words=words,
        forms=np.array([row.forms for row in ordered], dtype=np.uint8),
        count=np.array([row.seen for row in ordered], dtype=np.int32),
        stanzas_with=np.array([row.stanzas for row in ordered], dtype=np.int32),
        last=np.array([row.last for row in ordered], dtype=np.int32),
        thing=np.array([row.thing for row in ordered], dtype=np.float32),
        sounds=tuple(" ".join(row.phones) for row in ordered),
        syllables=np.array([syllables(row.phones) for row in ordered], dtype=np.uint8),
        stanzas=stanzas,
    )


def plant(words: Sequence[str]) -> Trie:
    """The trie of words made of LETTERS, in breadth-first order."""
    place = {letter: i for i, letter in enumerate(LETTERS)}
    parent, letter, depth, word = [0], [0], [0], [-1]
    level = [(0, 0, len(words))]  # nodes, each with the range of the (sorted) words below it
    ordered = sorted(range(len(words)), key=lambda i: [place[c] for c in words[i]])
    at = 0
    while level:
        below: list[tuple[int, int, int]] = []
        for node, start, end in level:
            i = start
            if i < end and len(words[ordered[i]]) == at:
                word[node] = ordered[i]
                i += 1
            while i < end:
                c = words[ordered[i]][at]
                j = i
                while j < end and words[ordered[j]][at] == c:
                    j += 1
                below.append((len(parent), i, j))
                parent.append(node)
                letter.append(place[c])
                depth.append(at + 1)
                word.append(-1)
                i = j
        level = below
        at += 1
    return _trie(
        np.array(parent, np.int32), np.array(letter, np.uint8), np.array(depth, np.uint8), np.array(word, np.int32)
    )


def _trie(
    parent: NDArray[np.int32], letter: NDArray[np.uint8], depth: NDArray[np.uint8], word: NDArray[np.int32]
) -> Trie:
    following = np.zeros((len(parent), len(LETTERS)), dtype=np.int32)
    following[parent[1:], letter[1:]] = np.arange(1, len(parent))
    return Trie(parent, letter, depth, word, following)


def load(file: Path) -> Lexicon:
    """Reads lexicon.npz. Raises ModelError if it is missing or damaged."""
    with read_npz(file, "the model's lexicon", "; stagelyric.training.build makes it from a corpus") as data:
        if int(data["format"]) != _FORMAT:
            raise ModelError(f"{file}: wanted a lexicon of format {_FORMAT}, found {int(data['format'])}")
        parent = np.cumsum(data["parent_steps"], dtype=np.int32)
        word = data["word"].astype(np.int32)
        depth = np.zeros(len(parent), dtype=np.uint8)
        # a node is one deeper than its parent; this converges after as many rounds as the longest word has letters
        for _ in range(40):
            deeper = (depth[parent] + 1).astype(np.uint8)
            deeper[0] = 0
            if np.array_equal(deeper, depth):
                break
            depth = deeper
        words, sounds = _unpacked(data["words"]), _unpacked(data["sounds"])
        return Lexicon(
            words=words,
            forms=data["forms"],
            count=data["count"],
            stanzas_with=data["stanzas_with"],
            last=data["last"],
            thing=data["thing"].astype(np.float32) / np.float32(100),
            sounds=sounds,
            syllables=np.array([sum(map(sound.count, "012")) for sound in sounds], dtype=np.uint8),
            stanzas=int(data["stanzas"]),
            planted=_trie(parent, data["letter"], depth, np.where(word == 65535, -1, word)),
        )


def _packed(texts: Sequence[str]) -> NDArray[np.uint8]:
    return np.frombuffer("\n".join(texts).encode("ascii"), dtype=np.uint8)


def in_lower_case(file: Path) -> frozenset[str]:
    """The words of a lexicon.npz that are written in lower case inside a line. Raises ModelError like `load`."""
    with read_npz(file, "the model's lexicon", "; stagelyric.training.build makes it from a corpus") as data:
        forms: list[int] = data["forms"].tolist()
        return frozenset(word for word, form in zip(_unpacked(data["words"]), forms, strict=True) if form & LOWER)


def _unpacked(data: NDArray[np.uint8]) -> tuple[str, ...]:
    return tuple(data.tobytes().decode("ascii").split("\n"))


def _grouped(keys: Iterable[Phones]) -> dict[Phones, list[int]]:
    groups: dict[Phones, list[int]] = {}
    for number, key in enumerate(keys):
        groups.setdefault(key, []).append(number)
    return groups
