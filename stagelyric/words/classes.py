"""A model of line structure: how likely each class of words follows others, whatever the words are.

Words that occur in similar contexts form a class (the most common words have one each). Classes are found from the
neighbouring words, without a tagger. A trigram model over classes (Witten and Bell 1991) scores how well a line is
built and, while drafting, which classes may come next. Multiplying a model of structure with one of vocabulary is the
idea of Castro and Attarian 2018 (arXiv 1811.04651); the classes and the trigram model are our own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from stagelyric.words.lexicon import UPPER, Lexicon
from stagelyric.words.npz import ModelError, read_npz

FILE = "structure.npz"
CLASSES = 112
_OWN = 48  # this many of the most common words have a class each
_EDGE, _UNKNOWN = 0, 1  # the line's beginning and end; a word that is not in the lexicon
_FIRST = 2
_NEIGHBOURS = 400
_DIMENSIONS = 60
_ENDINGS = ("ing", "ed", "ly", "s", "'s", "er", "est", "ness", "tion", "ful", "less", "y", "en", "n't", "'ll", "ous")
_STEPS = 1.5  # counts are stored rounded to powers of this, except the lowest, which are exact


class WordClasses:
    """`classes` (W,): each word's class; `counts` (C, C, C): how often three classes occurred in a row."""

    def __init__(self, classes: NDArray[np.uint8], counts: NDArray[np.float32], name: int = _UNKNOWN):
        """`name`: the class that most names belong to."""
        self.classes = classes
        self.name = name
        self._counts = counts

    @cached_property
    def alone(self) -> NDArray[np.float32]:
        """(C,) how frequent each class is."""
        total = self._counts.sum(axis=(0, 1)) + 0.5
        return np.asarray(total / total.sum(), dtype=np.float32)

    @cached_property
    def following(self) -> NDArray[np.float32]:
        """(C, C, C) the probability of the third class after the first two; sums to 1 over the third."""
        pairs = self._counts.sum(axis=0)  # (C, C): second, third
        after_one = _smoothed(pairs, self.alone[None, :])
        return _smoothed(self._counts, after_one[None, :, :]).astype(np.float32)

    @cached_property
    def pull(self) -> NDArray[np.float32]:
        """(C, C, C) the probability of the third class after the first two, divided by its overall probability."""
        return np.asarray(self.following / self.alone, dtype=np.float32)

    def of(self, number: int | None) -> int:
        """A word's class; that of names for a word not in the lexicon, as all unknown words of drafts are names."""
        return self.name if number is None else int(self.classes[number])

    def grammar(self, classes: Sequence[int]) -> float:
        """The mean ln p of each class of a line, and of its end, given the two before it."""
        row = [_EDGE, _EDGE, *classes, _EDGE]
        a, b, c = row[:-2], row[1:-1], row[2:]
        return float(np.log(self.following[a, b, c]).mean())

    def close(self, classes: Sequence[int]) -> float:
        """The mean ln p of a line's last class and of the end after it."""
        a, b, c = [_EDGE, _EDGE, *classes][-3:]
        return float(np.log(self.following[a, b, c]) + np.log(self.following[b, c, _EDGE])) / 2


def build(lines: Iterable[Sequence[str]], lexicon: Lexicon) -> WordClasses:
    """Builds classes and their counts from lines of lower-case words."""
    rows = [[lexicon.index.get(word, -1) for word in line] for line in lines]
    classes = _classes(rows, lexicon)
    counts = np.zeros((CLASSES,) * 3, dtype=np.float32)
    flat: list[int] = []
    for row in rows:
        kinds = [_EDGE, _EDGE, *(int(classes[n]) if n >= 0 else _UNKNOWN for n in row), _EDGE]
        threes = zip(kinds, kinds[1:], kinds[2:], strict=False)
        flat += [(a * CLASSES + b) * CLASSES + c for a, b, c in threes if c != _UNKNOWN]
    counts = np.bincount(np.array(flat, dtype=np.int64), minlength=CLASSES**3).reshape(counts.shape).astype(np.float32)
    named = np.bincount(classes[lexicon.forms == UPPER], minlength=CLASSES)
    return WordClasses(classes, counts, int(named.argmax()) if named.any() else _UNKNOWN)


def extended(known: WordClasses, old: Lexicon, new: Lexicon) -> WordClasses:
    """The structure for a lexicon with additional words, which get the class of nouns for things."""
    things = np.bincount(known.classes[(old.thing >= 0.3) & (old.syllables == 2)], minlength=1)
    classes = np.full(len(new.words), things.argmax(), dtype=np.uint8)
    classes[[new.index[word] for word in old.words]] = known.classes
    more = WordClasses(classes, known._counts, known.name)
    more.__dict__ |= {table: getattr(known, table) for table in ("alone", "following", "pull")}
    return more


def _classes(rows: list[list[int]], lexicon: Lexicon) -> NDArray[np.uint8]:
    words = len(lexicon.words)
    common = np.argsort(-lexicon.count, kind="stable")
    place = np.full(words + 1, _NEIGHBOURS, dtype=np.int64)  # all less common words are counted as one neighbour
    place[common[:_NEIGHBOURS]] = np.arange(min(_NEIGHBOURS, words))
    width = _NEIGHBOURS + 2
    context = np.zeros((words, 2 * width), dtype=np.float32)
    for row in rows:
        ends = [width - 1, *(int(place[n]) for n in row), width - 1]
        for i, number in enumerate(row):
            if number >= 0:
                context[number, ends[i]] += 1
                context[number, width + ends[i + 2]] += 1
    features = np.sqrt(context / np.maximum(context.sum(axis=1, keepdims=True), 1))
    spelled = np.array([[word.endswith(e) for e in _ENDINGS] for word in lexicon.words], dtype=np.float32)
    capital = (lexicon.forms == UPPER).astype(np.float32)[:, None]
    features = np.hstack([_reduced(features, lexicon.count), 0.35 * spelled, 0.6 * capital]).astype(np.float32)
    features /= np.linalg.norm(features, axis=1, keepdims=True) + 1e-9
    classes = np.zeros(words, dtype=np.int64)
    rest = common[_OWN:]
    classes[rest] = _FIRST + _OWN + _clustered(features[rest], lexicon.count[rest], CLASSES - _FIRST - _OWN)
    classes[common[:_OWN]] = _FIRST + np.arange(min(_OWN, words))
    numbers: NDArray[np.uint8] = classes.astype(np.uint8)
    return numbers


def _reduced(features: NDArray[np.float32], counts: NDArray[np.int32]) -> NDArray[np.float32]:
    """The features projected to their principal directions, weighted by word frequency."""
    weighed = features * np.sqrt(np.minimum(counts, 500))[:, None]
    values, vectors = np.linalg.eigh((weighed.T @ weighed).astype(np.float64))
    return np.asarray(features @ vectors[:, np.argsort(-values)[:_DIMENSIONS]], dtype=np.float32)


def _clustered(features: NDArray[np.float32], counts: NDArray[np.int32], groups: int) -> NDArray[np.int64]:
    """Spherical k-means, weighted by the square root of each word's count, initialised with the most common words."""
    weight = np.sqrt(counts.astype(np.float32))[:, None]
    if len(features) <= groups:
        return np.arange(len(features))
    centres = features[np.linspace(0, min(len(features), 20 * groups) - 1, groups).astype(int)].copy()
    nearest = np.zeros(len(features), dtype=np.int64)
    for _ in range(40):
        nearest = (features @ centres.T).argmax(axis=1)
        sums = np.zeros_like(centres)
        np.add.at(sums, nearest, features * weight)
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        centres = np.where(lengths > 0, sums / np.maximum(lengths, 1e-9), centres)
    return nearest


def _smoothed(counts: NDArray[np.float32], lower: NDArray[np.float32]) -> NDArray[np.float32]:
    """Witten-Bell smoothing: the more different classes follow a context, the more weight the shorter context gets."""
    kinds = (counts > 0).sum(axis=-1, keepdims=True).astype(np.float32)
    total = counts.sum(axis=-1, keepdims=True)
    with np.errstate(invalid="ignore"):
        mixed = (counts + kinds * lower) / (total + kinds)
    return np.where(total > 0, mixed, np.broadcast_to(lower, counts.shape)).astype(np.float32)


def save(file: Path, known: WordClasses) -> None:
    """Writes structure.npz; counts above four are rounded to powers of 1.5."""
    counts = known._counts
    rounded = np.where(counts <= 4, counts, 4 + np.round(np.log(np.maximum(counts, 4) / 4) / np.log(_STEPS)))
    np.savez_compressed(file, classes=known.classes, counts=rounded.astype(np.uint8), name=np.array(known.name))


def load(file: Path, words: int) -> WordClasses:
    """Reads structure.npz. Raises ModelError if it is missing or belongs to another lexicon."""
    with read_npz(file, "the model's word classes") as data:
        classes, levels = data["classes"], data["counts"]
        if len(classes) != words:
            raise ModelError(f"{file}: wanted classes of {words} words, found them of {len(classes)}")
        sizes = np.array([i if i <= 4 else 4 * _STEPS ** min(i - 4, 40) for i in range(256)], dtype=np.float64)
        return WordClasses(classes, sizes.astype(np.float32)[levels], int(data["name"]))
