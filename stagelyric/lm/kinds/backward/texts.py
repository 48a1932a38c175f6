"""Converts songs for a backward model: line by line, each from its last word to its first.

A song is STANZA, then for every line its length in syllables (left out at random), its words from last to first, and
LINE; another STANZA after each stanza. Names become PERSON and PLACE, preceded by OWN if they have "'s" (which thus
comes after the name when sung). Words that aren't in the lexicon become UNKNOWN.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from stagelyric.lm.codes import slotted
from stagelyric.lm.corpus import CorpusError, Source
from stagelyric.lm.kinds.backward.runtime import COMMA, LINE, LONGEST, SIGNS, STANZA, numbers_of, tokens
from stagelyric.lm.mixture import factor
from stagelyric.words.names import Names
from stagelyric.words.phonetics import line_syllables


def size_of(words: int) -> int:
    """The number of symbols for this many words."""
    return words + len(SIGNS) + LONGEST + 1


def read(song: str, index: Mapping[str, int], names: Names) -> NDArray[np.int32]:
    """A song's ids, with `index` for the words; lengths are returned as -1 - id, so that they can be left out later."""
    size = len(index)
    numbers = [size + STANZA]
    for line in song.split("\n"):
        if not line.strip():
            if numbers[-1] != size + STANZA:
                numbers.append(size + STANZA)
            continue
        found = [number for token in tokens(slotted(line, names)) for number in numbers_of(token, index)]
        while found and found[-1] == size + COMMA:
            found.pop()
        if found:
            length = min(LONGEST, max(1, line_syllables(line)))
            numbers += [-1 - (size + len(SIGNS) + length), *reversed(found), size + LINE]
    return np.array(numbers, dtype=np.int32)


class Lines:
    """Weighted songs as a training stream: see `mixture.Stream`."""

    def __init__(
        self,
        sources: Sequence[Source],
        index: Mapping[str, int],
        names: Names,
        emphasis: Sequence[tuple[str, float]] = (),
    ):
        """Raises CorpusError if no song has a weight above 0."""
        self.songs = [read(song.text, index, names) for source in sources for song in source.songs]
        self._weights = np.array(
            [source.weight * factor(song.title, emphasis) for source in sources for song in source.songs]
        )
        self._words = len(index)
        digest = hashlib.sha256(self._weights.tobytes())
        for song in self.songs:
            digest.update(song.tobytes())
        self.sha256 = digest.hexdigest()
        if not len(self) > 1:
            raise CorpusError("the weights given leave nothing to train on")

    def __len__(self) -> int:
        return int(sum(weight * len(song) for weight, song in zip(self._weights, self.songs, strict=True)))

    def part(self, seed: int, number: int, dressed: float = 0.0) -> NDArray[np.int32]:
        """An epoch's ids (T,); a share `dressed` of the lines keep the code for their length."""
        rng = np.random.default_rng([seed, number])
        counts = np.floor(self._weights + rng.random(len(self._weights))).astype(np.int64)
        order = rng.permutation(np.repeat(np.arange(len(counts)), counts))
        first = np.array([self._words + STANZA], dtype=np.int32)
        return np.concatenate([first, *(self._dressed(self.songs[i], rng, dressed) for i in order)])

    def begun(self) -> NDArray[np.float32]:
        """(W,) the share of each word's uses at a line's start, with one use elsewhere added to avoid extremes."""
        uses, begun = np.ones(self._words), np.zeros(self._words)
        for song in self.songs:
            word = (song >= 0) & (song < self._words)
            uses += np.bincount(song[word], minlength=self._words)
            before_line = word[:-1] & (song[1:] == self._words + LINE)
            begun += np.bincount(song[:-1][before_line], minlength=self._words)
        return np.asarray(begun / uses, dtype=np.float32)

    @staticmethod
    def _dressed(song: NDArray[np.int32], rng: np.random.Generator, share: float) -> NDArray[np.int32]:
        code = song < 0
        kept = ~code | (rng.random(len(song)) < share)
        return np.where(code, -song - 1, song)[kept].astype(np.int32)
