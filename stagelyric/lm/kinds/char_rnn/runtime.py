"""Runs a char-rnn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from stagelyric.lm.checkpoint import Meta
from stagelyric.lm.engine import Engine
from stagelyric.lm.session import opened
from stagelyric.lm.state import Rows
from stagelyric.lm.vocabulary import Vocabulary

_INPUTS = ("ids", "h", "c")


@dataclass(frozen=True, slots=True)
class State:
    """The state of a recurrent model of L layers for each row: h (L, B, H) and c (L, B, ·), float32."""

    h: NDArray[np.float32]
    c: NDArray[np.float32]

    def __len__(self) -> int:
        return int(self.h.shape[1])

    def expand(self, n: int) -> State:
        """Copies a state of one row to `n` rows, so that a context is read once for `n` drafts."""
        return State(np.repeat(self.h, n, axis=1), np.repeat(self.c, n, axis=1))

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> State:
        """The chosen rows, by index or by a bool mask (B,), to drop finished drafts."""
        return State(self.h[:, rows], self.c[:, rows])

    @classmethod
    def joined(cls, states: Sequence[State]) -> State:
        """The rows of several states, one after another."""
        return cls(np.concatenate([s.h for s in states], axis=1), np.concatenate([s.c for s in states], axis=1))


class RnnEngine(Engine):
    """A loaded char-rnn."""

    prime_limit = 512  # about 15 ms on one core

    def __init__(self, name: str, digest: str, vocabulary: Vocabulary, session: onnxruntime.InferenceSession):
        super().__init__(name, digest, vocabulary)
        self.sizes: list[tuple[int, int]] = [(given.shape[0], given.shape[2]) for given in session.get_inputs()[1:]]
        """Layers and width of h and of c."""
        self._run = session.run

    def start(self, rows: int = 1) -> State:
        h, c = (np.zeros((layers, rows, size), dtype=np.float32) for layers, size in self.sizes)
        return State(h, c)

    def step(self, ids: NDArray[np.int64], state: Rows) -> tuple[NDArray[np.float32], State]:
        assert isinstance(state, State)
        logits, h, c = self._run(None, {"ids": ids, "h": state.h, "c": state.c})
        return logits, State(h, c)


def open_engine(folder: Path, meta: Meta, graph: str, exact: bool) -> RnnEngine:
    """Loads the model in a folder. Raises ModelError."""
    session = opened(folder, graph, meta, _INPUTS, meta.vocabulary.symbols)
    return RnnEngine(meta.name, meta.files[graph], meta.vocabulary, session)
