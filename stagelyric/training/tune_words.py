"""Fine-tunes the word model that drafts backwards on a band's songs, as part of fine-tuning a letter model.

A model that only scores drafts can't add anything that no draft contains. So when a band's songs are learned, the
drafting model learns from them too: new words are added to its vocabulary, and it is trained as long as held-out songs
are predicted better. This takes some dozens of steps, a minute or two on one core.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from stagelyric.lm.corpus import Song, Source
from stagelyric.lm.kinds.backward import runtime, texts
from stagelyric.lm.kinds.backward.config import BackwardConfig
from stagelyric.lm.kinds.table import TRAINED
from stagelyric.training.recipe import Recipe
from stagelyric.training.train import Trainer
from stagelyric.types.json import JsonObject
from stagelyric.words.lexicon import Lexicon
from stagelyric.words.names import find_names

RATE = 0.5
"""Factor on the usual learning rates."""

STEPS, CHECK, PATIENCE = 60, 3, 4
LONGEST = 240.0
"""Time limit in seconds, for slow or busy machines."""

_BLIND = 15  # steps if no song is held out
_ROWS, _SEGMENT = 24, 96
_LEAST = 64  # held-out words needed for a measurement


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
    """Writes the model in `file` to `out`, tuned on `songs`, with the additional words of `lexicon`.

    Returns the perplexity on `held` before and after; {} if too few words are held out.
    """
    before = runtime.load(file)
    words = (*before.words, *(word for word in lexicon.words if word not in before.index))
    index = {word: number for number, word in enumerate(words)}
    names = find_names(line for song in (*songs, *held) for line in song.split("\n"))
    measured = texts.Lines([_source(held)], index, names).part(seed, 0, 1.0) if held else np.zeros(0, np.int32)
    ids = measured if len(measured) >= _LEAST else None
    # Repeat the songs until they fill the rows of many steps, each time in another order and with other lengths given.
    once = texts.Lines([_source(songs)], index, names)
    lines = texts.Lines([_source(songs, max(1.0, 50 * _ROWS * _SEGMENT / len(once)))], index, names)
    grown = _grown(runtime.weights(file), len(before.words), len(words))
    config = _shape(grown)
    steps = steps if ids is not None else min(steps, _BLIND)
    usual: JsonObject = {**TRAINED["backward"].recipe(config), "streams": _ROWS, "segment": _SEGMENT}
    usual |= {"rate": usual["rate"] * rate, "muon_rate": usual["muon_rate"] * rate, "warmup": 1, "seed": seed}
    usual |= {"average_before": 200}
    usual |= {"epochs": steps * _ROWS * _SEGMENT / len(lines), "check_steps": CHECK}
    trainer = Trainer(config, Recipe(**usual, patience=0 if ids is None else PATIENCE), lines, None, ids)
    trainer.begin_with(grown)
    first = 0.0 if ids is None else trainer.check()
    with tempfile.TemporaryDirectory() as scratch:
        trainer.run(Path(scratch), lambda report: tell(report.done), longest=LONGEST)
    better = ids is None or trainer.best_bits < first
    best = {name: value.cpu().numpy() for name, value in trainer.kept.items()} if better else grown
    begun = np.concatenate([before.first, once.begun()[len(before.words) :]])
    correction = np.concatenate([before.correction, np.zeros(len(begun) - len(before.correction), np.float32)])
    runtime.save(out, words, {**best, "first": begun, "correction": correction})
    if ids is None:
        return {}
    least = min(first, trainer.best_bits)
    return {"words before": round(math.pow(2, first), 1), "words after": round(math.pow(2, least), 1)}


def _source(songs: Sequence[str], weight: float = 1.0) -> Source:
    return Source("songs", "", tuple(Song("", song) for song in songs), weight)


def _shape(weights: dict[str, NDArray[np.float32]]) -> BackwardConfig:
    """The config of the network with these weights."""
    size, width = weights["embedding"].shape
    layers = sum(name.endswith(".taps") for name in weights)
    return BackwardConfig(size, width, len(weights["blocks.0.gate.bias"]), layers)


def _grown(arrays: dict[str, NDArray[np.float32]], old: int, new: int) -> dict[str, NDArray[np.float32]]:
    """Weights with rows for more words; each starts with the mean of all rows and the bias of the rarest word."""
    embedding, bias = arrays["embedding"], arrays["bias"]
    more = np.repeat(embedding[:old].mean(axis=0, keepdims=True), new - old, axis=0)
    rarest = np.full(new - old, np.quantile(bias[:old], 0.1), dtype=np.float32)
    return {
        **arrays,
        "embedding": np.concatenate([embedding[:old], more, embedding[old:]]),
        "bias": np.concatenate([bias[:old], rarest, bias[old:]]),
    }
