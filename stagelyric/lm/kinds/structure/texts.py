"""Converts songs for the structure model: rows of tokens, each line preceded by facts about it (see `tokens`)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from stagelyric.lm.corpus import CorpusError
from stagelyric.lm.kinds.structure import tokens
from stagelyric.lm.kinds.structure.tagging import TaggedLine

Song = Sequence[Sequence[tuple[TaggedLine, Sequence[str]]]]
"""Stanzas of lines, each with its row of tokens."""


def spelled(song: Song, index: Mapping[str, int], kept: float, rng: np.random.Generator) -> list[int]:
    """A song as ids: SONG, then each line with a random subset of its facts before it."""
    row = [tokens.SONG]
    for stanza in song:
        for line, words in stanza:
            asked = rng.random(3) < kept
            if asked[0]:
                row.append(tokens.syllables(line.syllables))
            if asked[1]:
                row.append(tokens.rhyme(line.rhyme))
            if asked[2]:
                row.append(tokens.NAMED if line.named else tokens.PLAIN)
            row += words
            row.append(tokens.LINE)
        row.append(tokens.STANZA)
    return [index[token] for token in row]


class Rows:
    """Weighted songs as a training stream: see `mixture.Stream`."""

    def __init__(self, songs: Sequence[Song], weights: Sequence[float], index: Mapping[str, int]):
        """`index`: each token's id. Raises CorpusError if there is nothing to train on."""
        self._songs, self._weights, self._index = songs, np.array(weights), index
        whole = [spelled(song, index, 1.0, np.random.default_rng(0)) for song in songs]
        self._sizes = np.array([len(song) for song in whole])
        digest = hashlib.sha256(self._weights.tobytes())
        for song in whole:
            digest.update(np.array(song, dtype=np.int32).tobytes())
        self.sha256 = digest.hexdigest()
        if not len(self) > 1:
            raise CorpusError("wanted songs to learn structure from, found none with a line that can be read")

    def __len__(self) -> int:
        return int(self._weights @ self._sizes) if len(self._sizes) else 0

    def part(self, seed: int, number: int, dressed: float = 0.0) -> NDArray[np.int32]:
        """An epoch's ids (T,); a share `dressed` of the facts about lines is given."""
        rng = np.random.default_rng([seed, number])
        counts = np.floor(self._weights + rng.random(len(self._weights))).astype(np.int64)
        order = rng.permutation(np.repeat(np.arange(len(counts)), counts))
        first = self._index[tokens.SONG]
        row = [i for song in order for i in spelled(self._songs[song], self._index, dressed, rng)]
        return np.array(row or [first, first], dtype=np.int32)
