"""Runs a transformer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from stagelyric.lm.checkpoint import Meta
from stagelyric.lm.engine import Engine
from stagelyric.lm.kinds.transformer.cache import Cache, Floats
from stagelyric.lm.session import opened
from stagelyric.lm.state import Rows
from stagelyric.lm.vocabulary import Vocabulary

_INPUTS = ("ids", "recent", "position", "length")
_WINDOW = 320  # characters that a transformer reads at once in training


class AttentionEngine(Engine):
    """A loaded transformer: contexts are read in one call, and drafts continue from a shared prefix."""

    prime_limit = 224  # together with a stanza after it, about as long as the segments in training

    def __init__(self, name: str, digest: str, vocabulary: Vocabulary, session: onnxruntime.InferenceSession):
        super().__init__(name, digest, vocabulary)
        shapes = {given.name: given.shape for given in session.get_inputs()}
        self.size: int = shapes["keys_0"][1]
        self.grams: int = shapes["recent"][1]
        self.layers = sum(given.startswith("keys_") for given in shapes)
        names = ("prefix_keys", "prefix_values", "keys", "values")
        self._names = [[f"{name}_{layer}" for name in names] for layer in range(self.layers)]
        self._run = session.run

    def start(self, rows: int = 1) -> Cache:
        return Cache.start(self.layers, rows, self.size, self.grams)

    def step(self, ids: NDArray[np.int64], state: Rows) -> tuple[NDArray[np.float32], Cache]:
        assert isinstance(state, Cache)
        logits, keys, values, recent = self._read(ids[:, None], state)
        return logits[:, 0], state.entered(keys, values, recent)

    def logits(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        found: NDArray[np.float32] = self._read(ids, self.start(len(ids)))[0]
        return found

    def logits_of_one(self, ids: NDArray[np.int64]) -> Iterator[NDArray[np.float32]]:
        half = _WINDOW // 2
        for first in range(0, len(ids), half):
            begin = max(0, first - half)
            yield self.logits(ids[None, begin : first + half])[0, first - begin :]

    def extend(
        self, ids: NDArray[np.int64], counts: NDArray[np.int64], state: Rows
    ) -> tuple[NDArray[np.float32], Cache]:
        assert isinstance(state, Cache)
        # All rows read all T characters; those beyond a row's count are stored after its end, where they have no
        # effect.
        logits, keys, values, _ = self._read(ids, state)
        line = np.concatenate([state.recent, ids], axis=1)
        back = counts[:, None] + np.arange(self.grams)
        after = state.entered(keys, values, np.take_along_axis(line, back, axis=1)).cut(state.lengths + counts)
        return logits, after

    def read(self, ids: NDArray[np.int64], state: Rows) -> tuple[NDArray[np.float32], Cache]:
        assert isinstance(state, Cache)
        if ids.size == 0:
            raise ValueError("read wants at least one character")
        logits, keys, values, recent = self._read(ids[None], state)
        fresh = not int(state.positions[0])
        return logits[:, -1], (state.as_prefix if fresh else state.entered)(keys, values, recent)

    def _read(self, ids: NDArray[np.int64], state: Cache) -> tuple[Floats, Floats, Floats, NDArray[np.int64]]:
        given = {"ids": ids, "recent": state.recent, "position": state.positions, "length": state.lengths}
        own = state.own
        for layer, (prefix_keys, prefix_values, keys, values) in enumerate(self._names):
            given[prefix_keys], given[prefix_values] = state.prefix_keys[layer], state.prefix_values[layer]
            given[keys], given[values] = own.keys[layer], own.values[layer]
        logits, new_keys, new_values = self._run(None, given)
        recent = np.concatenate([state.recent, ids], axis=1)[:, ids.shape[1] :]
        return logits, new_keys, new_values, recent


def open_engine(folder: Path, meta: Meta, graph: str, exact: bool) -> AttentionEngine:
    """Loads the model in a folder. Raises ModelError."""
    session = opened(folder, graph, meta, _INPUTS, meta.vocabulary.symbols, outside=exact)
    return AttentionEngine(meta.name, meta.files[graph], meta.vocabulary, session)
