"""Runs the structure model: ONNX Runtime on one thread, without torch."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from stagelyric.lm.checkpoint import META, STRUCTURE, Meta, ModelError
from stagelyric.lm.kinds.structure import tokens
from stagelyric.lm.kinds.transformer import runtime as transformer
from stagelyric.lm.kinds.transformer.runtime import AttentionEngine
from stagelyric.lm.session import opened

_PRIMED = 64  # contexts cached
Floats = NDArray[np.float32]


class TemplateModel:
    """`step(ids, state) -> (logits, state)`, over tokens. A state (1, B, H) is never modified."""

    def __init__(self, symbols: Sequence[str], session: onnxruntime.InferenceSession):
        self.symbols = tuple(symbols)
        self.index = {symbol: i for i, symbol in enumerate(self.symbols)}
        self.hidden: int = session.get_inputs()[1].shape[2]
        self._run = session.run
        self._primed = lru_cache(maxsize=_PRIMED)(self._read_song)

    def step(self, ids: NDArray[np.int64], state: Floats) -> tuple[Floats, Floats]:
        """ids (B,), one token for each row of state (1, B, H) → logits (B, V) of the next, and the new state."""
        return self._read(ids[None], state)

    def read(self, row: Sequence[str], state: Floats) -> Floats:
        """The state (1, 1, H) after one row has read more tokens; unknown tokens are skipped."""
        ids = np.array([[self.index[token]] for token in row if token in self.index], dtype=np.int64)
        return self._read(ids, state)[1] if ids.size else state

    def prime(self, row: tuple[str, ...]) -> Floats:
        """The state (1, 1, H) after a song's first tokens. The last 64 rows are cached."""
        return self._primed(row)

    def _read_song(self, row: tuple[str, ...]) -> Floats:
        state = self.read((tokens.SONG, *row), np.zeros((1, 1, self.hidden), dtype=np.float32))
        state.flags.writeable = False
        return state

    def _read(self, ids: NDArray[np.int64], state: Floats) -> tuple[Floats, Floats]:
        logits, after = self._run(None, {"ids": ids, "h": state})
        return logits, after


def open_engine(folder: Path, meta: Meta, graph: str, exact: bool) -> AttentionEngine:
    """Loads the vocabulary model in a folder, with the structure model as its `templates`. Raises ModelError."""
    engine = transformer.open_engine(folder, meta, graph, exact)
    symbols = meta.config.get("tokens")
    if not isinstance(symbols, list):
        raise ModelError(f"{folder / META}: wanted the tokens of the structure model, found none")
    engine.templates = TemplateModel(symbols, opened(folder, STRUCTURE, meta, ("ids", "h"), symbols, outside=True))
    engine.digest = hashlib.sha256(f"{engine.digest} {meta.files[STRUCTURE]}".encode()).hexdigest()
    return engine
