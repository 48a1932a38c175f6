"""The model of words that drafts last word first, taught a band's words and turns: for the model that was fine-tuned.

A model that only reads drafts can pick, but it can't say what no draft has. So where a band's songs are learned from,
what drafts learns from them too: words that it never knew become words of its own, and the rest of them is learned as
long as songs held back are foretold better. Some dozens of steps, a minute or two on one core.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from stagelyric.lm.kinds.backward import model as words_model
from stagelyric.lm.kinds.backward import runtime
from stagelyric.lm.kinds.backward.model import Backward, Reading, Run, perplexity, read
from stagelyric.words.lexicon import Lexicon
from stagelyric.words.names import Names, find_names

RATE = 0.5
"""Of the usual learning rates."""

STEPS, CHECK, PATIENCE = 60, 3, 4
LONGEST = 240.0
"""Seconds that it may take, however slow or busy the machine is."""

_BLIND = 15  # steps where no song is held back
_ROWS, _SEGMENT = 24, 96
_LEAST = 64  # words held back that are worth measuring on


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A model's words in their order."""

    words: tuple[str, ...]

    @property
    def index(self) -> dict[str, int]:
        return {word: number for number, word in enumerate(self.words)}


def tune(
    file: Path,
    out: Path,
    lexicon: Lexicon,
    songs: Sequence[str],
    held: Sequence[str] = (),
    *,
    seed: int = 0,
    steps: int = STEPS,
    rate: float = RATE,
    tell: Callable[[float], None] = lambda done: None,
) -> dict[str, float]:
    """Writes the model in `file` to `out`, taught `songs` and the words that `lexicon` has beyond its own.

    Gives the perplexity on `held` before and after, nothing where too few words are held back.
    """
    before = runtime.load(file)
    vocabulary = Vocabulary((*before.words, *(word for word in lexicon.words if word not in before.index)))
    names = find_names(line for song in (*songs, *held) for line in song.split("\n"))
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    read_songs = _numbers(songs, vocabulary, names)
    kept = _numbers(held, vocabulary, names)
    measured = np.concatenate(Reading(kept, 1.0).part(rng)).astype(np.int64) if kept else np.zeros(0, np.int64)
    measured = measured if len(measured) >= _LEAST else measured[:0]
    size = len(vocabulary.words) + before.size - len(before.words)
    counts = np.bincount(np.concatenate([np.where(s < 0, -s - 1, s) for s in read_songs]), minlength=size)
    run = Run(Backward(size), counts, rows=_ROWS, rate=rate)
    run.begin_with(_grown(runtime.arrays(file), len(before.words), len(vocabulary.words)))
    best, bits = _learn(run, read_songs, measured, rng, steps if len(measured) else min(steps, _BLIND), tell)
    fresh = words_model.beginnings([Reading(read_songs, 1.0)], len(vocabulary.words))
    first = np.concatenate([before.first, fresh[len(before.words) :]])
    correction = np.concatenate([before.correction, np.zeros(len(first) - len(before.correction), np.float32)])
    runtime.save(out, vocabulary.words, {**best, "first": first, "correction": correction})
    return bits


def _numbers(songs: Sequence[str], vocabulary: Vocabulary, names: Names) -> tuple[NDArray[np.int32], ...]:
    return tuple(read(song, vocabulary, names) for song in songs)


def _grown(arrays: dict[str, NDArray[np.float32]], old: int, new: int) -> dict[str, NDArray[np.float32]]:
    """Weights with rows for more words: each begins as the mean of all, and as seldom as the rarest."""
    embedding, bias = arrays["embedding"], arrays["bias"]
    more = np.repeat(embedding[:old].mean(axis=0, keepdims=True), new - old, axis=0)
    rarest = np.full(new - old, np.quantile(bias[:old], 0.1), dtype=np.float32)
    return {
        **arrays,
        "embedding": np.concatenate([embedding[:old], more, embedding[old:]]),
        "bias": np.concatenate([bias[:old], rarest, bias[old:]]),
    }


def _learn(
    run: Run,
    songs: tuple[NDArray[np.int32], ...],
    measured: NDArray[np.int64],
    rng: np.random.Generator,
    steps: int,
    tell: Callable[[float], None],
) -> tuple[dict[str, NDArray[np.float32]], dict[str, float]]:
    """The best weights there were, and the perplexity before and then."""
    best = run.weights()
    first = least = perplexity(run.averaged(), measured) if len(measured) else 0.0
    stale, words, began = 0, sum(map(len, songs)), time.monotonic()
    # Songs follow one another in another order, with other lengths told, as often as fills some steps' rows.
    often = Reading(songs, max(1.0, 8 * _ROWS * (_SEGMENT + 1) / words))
    rows, place = words_model.rows_of([often], rng, _ROWS), 0
    for step in range(steps):
        done = max(step / steps, (time.monotonic() - began) / LONGEST)
        if done >= 1:
            break
        if place + _SEGMENT + 1 > rows.shape[1]:
            rows, place = words_model.rows_of([often], rng, _ROWS), 0
        run.learn(torch.from_numpy(rows[:, place : place + _SEGMENT + 1].copy()), done)
        place += _SEGMENT
        tell(done)
        if not len(measured):
            best = run.weights()
        elif step % CHECK == CHECK - 1:
            now = perplexity(run.averaged(), measured)
            if now < least:
                best, least, stale = run.weights(), now, 0
            else:
                stale += 1
            if stale >= PATIENCE:
                break
    return best, {"words before": round(first, 1), "words after": round(least, 1)} if len(measured) else {}
