"""Word vectors: a small vector for each common word, so that similarity to a theme can be computed.

Counts of two words in one stanza → positive pointwise mutual information (Church and Hanks 1990) → a truncated
eigendecomposition (as in Levy and Goldberg 2014) → rows of length 1 in eight bits.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from stagelyric.words.lexicon import Lexicon
from stagelyric.words.lists import STOP
from stagelyric.words.npz import ModelError, read_npz

FILE = "near.npz"
_DIMENSIONS = 40
_WORDS = 4500
_LEAST = 15
_SMOOTHING = 0.75  # context counts are raised to this power, so that rare words don't become the nearest of all


def build(stanzas: Iterable[Sequence[str]], lexicon: Lexicon, least: int = _LEAST) -> NDArray[np.int8]:
    """Vectors (W, 40), times 127, by word number, from the words of each stanza; zero for rare words."""
    common = np.flatnonzero((lexicon.stanzas_with >= least) & np.array([w not in STOP for w in lexicon.words]))
    common = common[np.argsort(-lexicon.stanzas_with[common], kind="stable")][:_WORDS]
    vectors = np.zeros((len(lexicon.words), _DIMENSIONS), dtype=np.int8)
    if len(common) <= _DIMENSIONS:
        return vectors
    place = {lexicon.words[int(number)]: i for i, number in enumerate(common)}
    pairs = np.zeros((len(common), len(common)), dtype=np.float32)
    for stanza in stanzas:
        there = sorted({place[word] for word in stanza if word in place})
        if 2 <= len(there) <= 60:
            pairs[np.ix_(there, there)] += 1.0 / len(there)
    np.fill_diagonal(pairs, 0)
    total = pairs.sum(axis=1)
    context = total**_SMOOTHING
    with np.errstate(divide="ignore", invalid="ignore"):
        information = np.log(pairs * context.sum() / (total[:, None] * context[None, :]))
    information = np.maximum(np.nan_to_num(information, neginf=0.0, posinf=0.0), 0)
    basis = _eigenvectors((information + information.T) / 2)
    basis /= np.linalg.norm(basis, axis=1, keepdims=True) + 1e-9
    vectors[common] = np.round(basis * 127).astype(np.int8)
    return vectors


def _eigenvectors(symmetric: NDArray[np.float32]) -> NDArray[np.float32]:
    """The leading eigenvectors, each scaled by the square root of its eigenvalue, by subspace iteration."""
    rng = np.random.default_rng(0)
    q, _ = np.linalg.qr(rng.standard_normal((len(symmetric), _DIMENSIONS + 20)).astype(np.float32))
    for _ in range(12):
        q, _ = np.linalg.qr(symmetric @ q)
    values, inner = np.linalg.eigh(q.T @ symmetric @ q)
    best = np.argsort(-np.abs(values))[:_DIMENSIONS]
    scaled: NDArray[np.float32] = (q @ inner[:, best]) * np.sqrt(np.abs(values[best]))
    return scaled


def save(file: Path, vectors: NDArray[np.int8]) -> None:
    """Writes near.npz: only the non-zero rows."""
    rows = np.flatnonzero(vectors.any(axis=1))
    np.savez_compressed(file, rows=rows.astype(np.uint16), vectors=vectors[rows], words=np.array(len(vectors)))


def load(file: Path, words: int) -> NDArray[np.float32]:
    """Vectors (W, 40) of length 1 or 0. Raises ModelError if the file is missing or belongs to another lexicon."""
    with read_npz(file, "the vectors of the model's words") as data:
        if int(data["words"]) != words:
            raise ModelError(f"{file}: wanted vectors for {words} words, found them for {int(data['words'])}")
        vectors = np.zeros((words, data["vectors"].shape[1]), dtype=np.float32)
        vectors[data["rows"]] = data["vectors"].astype(np.float32) / 127
        return vectors


def closeness(vectors: NDArray[np.float32], numbers: Sequence[int]) -> NDArray[np.float32]:
    """(W,) the greatest cosine of each word with any of the words `numbers`, 0 … 1; 1 for these words themselves."""
    if not len(numbers):
        return np.zeros(len(vectors), dtype=np.float32)
    near: NDArray[np.float32] = np.maximum((vectors @ vectors[list(numbers)].T).max(axis=1), 0)
    near[list(numbers)] = 1.0
    return near
