"""Songs mixed into training streams: weighted, in random order, some of them dressed in codes and slots."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from stagelyric.lm.corpus import CorpusError, Song, Source
from stagelyric.lm.vocabulary import BOUNDARY, Vocabulary, fold

_PART = 32 * 2**20  # characters of an epoch that are in memory at once


def stream(songs: Iterable[Song], vocabulary: Vocabulary) -> NDArray[np.uint8]:
    """The songs' ids joined, shape (T,), with a boundary before the first and after each."""
    text = BOUNDARY + "".join(song.text + BOUNDARY for song in songs)
    return vocabulary.encode(text).astype(np.uint8)


class Stream(Protocol):
    """Training texts as sequences of ids, one id for each symbol of the model's vocabulary."""

    sha256: str
    """Identifies the texts and their weights: a stopped training continues only with the same ones."""

    def __len__(self) -> int:
        """Average number of symbols in an epoch."""
        ...

    def part(self, seed: int, number: int, dressed: float = 0.0) -> NDArray[np.integer]:
        """The ids (T,) of part `number`, always the same for a seed and number. `dressed`: the share of songs (or of
        facts about lines) that get codes."""
        ...


Dress = Callable[[str, np.random.Generator], str]
"""Returns an alternative version of a song's text for training: with codes before its lines and slots for names."""


class Mixture:
    """Weighted songs; `part` shuffles them into one stream."""

    def __init__(
        self,
        sources: Sequence[Source],
        vocabulary: Vocabulary,
        *,
        emphasis: Sequence[tuple[str, float]] = (),
        dress: Dress | None = None,
    ):
        """`emphasis`: for each (text, factor), the weight of songs whose title contains the text (in any case) is
        multiplied.

        Raises CorpusError if no song has a weight above 0.
        """
        self._vocabulary, self._dress = vocabulary, dress
        self._sources = [source.songs for source in sources]
        self._ends = np.cumsum([len(songs) for songs in self._sources])
        weights, sizes, digest = [], [], hashlib.sha256()
        self._boundary = np.array([vocabulary.boundary], dtype=np.uint8)
        for source in sources:
            for song in source.songs:
                weights.append(source.weight * factor(song.title, emphasis))
                sizes.append(len(song.text) + 1)
                digest.update(song.text.encode())
        self._weights, self._sizes = np.array(weights), np.array(sizes)
        digest.update(self._weights.tobytes())
        self.sha256 = digest.hexdigest()
        """Identifies the songs and their weights: a stopped training continues only with the same mixture."""
        if not len(self) > 1:
            raise CorpusError("the weights given leave nothing to train on")

    def __len__(self) -> int:
        """Average number of characters in an epoch."""
        return int(self._weights @ self._sizes)

    def part(self, seed: int, number: int, dressed: float = 0.0) -> NDArray[np.uint8]:
        """The ids (T,) of part `number`, always the same for a seed and number. A fractional weight is a probability.

        An epoch is one part; for a large corpus it is several of at most _PART characters, to limit memory. A share
        `dressed` of the songs is passed through `Dress`, if the mixture has one.
        """
        parts = -(-len(self) // _PART)
        epoch, piece = divmod(number, parts)
        rng = np.random.default_rng([seed, epoch])
        whole = np.floor(self._weights)
        counts = (whole + (rng.random(len(self._weights)) < self._weights - whole)).astype(np.int64)
        order = rng.permutation(np.repeat(np.arange(len(self._weights)), counts))
        order = order[len(order) * piece // parts : len(order) * (piece + 1) // parts]
        rng = np.random.default_rng([seed, epoch, piece])
        coats = rng.random(len(order)) < (dressed if self._dress is not None else 0.0)
        songs = (self._dressed(i, rng) if coat else self._ids(i) for i, coat in zip(order, coats, strict=True))
        return np.concatenate([self._boundary, *songs])

    def _song(self, number: int) -> Song:
        source = int(np.searchsorted(self._ends, number, side="right"))
        return self._sources[source][number - int(self._ends[source]) + len(self._sources[source])]

    def _ids(self, number: int) -> NDArray[np.uint8]:
        return self._vocabulary.encode(self._song(number).text + BOUNDARY).astype(np.uint8)

    def _dressed(self, number: int, rng: np.random.Generator) -> NDArray[np.uint8]:
        assert self._dress is not None
        return self._vocabulary.spell(self._dress(fold(self._song(number).text), rng) + BOUNDARY).astype(np.uint8)


def factor(title: str, emphasis: Sequence[tuple[str, float]]) -> float:
    """The factor for a song's weight: the product of the factors of all texts in its title, in any case."""
    found = 1.0
    for text, times in emphasis:
        if text.lower() in title.lower():
            found *= times
    return found
