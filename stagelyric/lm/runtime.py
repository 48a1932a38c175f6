"""The model at showtime: ONNX Runtime on one thread, and no torch.

A batch's rows do not touch one another, and the same call gives the same numbers, bit for bit.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from stagelyric.lm.checkpoint import META, STEP_FP32, STEP_INT8, ModelError, read_file, read_meta
from stagelyric.lm.vocabulary import BOUNDARY, Vocabulary, fold

Precision = Literal["int8", "fp32"]

PRIME_LIMIT = 512
"""Characters of a context that are read, from its end back to a line's start: 512 take about 15 ms on one core."""

_PRIMED = 256  # contexts remembered; 4.5 kB each


@dataclass(frozen=True, slots=True)
class State:
    """What the LSTM remembers of each row: hidden and cell, both (1, B, H) float32. Never written to."""

    h: NDArray[np.float32]
    c: NDArray[np.float32]

    def __len__(self) -> int:
        return int(self.h.shape[1])

    def expand(self, n: int) -> State:
        """A state of one row copied to `n` rows, so that a context is read once for `n` drafts."""
        return State(np.repeat(self.h, n, axis=1), np.repeat(self.c, n, axis=1))

    def take(self, rows: NDArray[Any]) -> State:
        """The chosen rows, by index or by a bool mask (B,): finished drafts need no more steps."""
        return State(self.h[:, rows], self.c[:, rows])


class Engine:
    """A loaded model: `step(ids, state) -> (logits, state)`."""

    def __init__(self, name: str, digest: str, vocabulary: Vocabulary, session: onnxruntime.InferenceSession):
        self.name = name
        self.digest = digest
        """sha256 of the graph in use, weights and all: names the model and its precision for caches."""
        self.vocabulary = vocabulary
        self.hidden: int = session.get_inputs()[1].shape[2]
        self._run = session.run
        self._primed = lru_cache(maxsize=_PRIMED)(self._read_context)

    def start(self, rows: int = 1) -> State:
        """The state of `rows` rows that have read nothing."""
        zero = np.zeros((1, rows, self.hidden), dtype=np.float32)
        return State(zero, zero)

    def step(self, ids: NDArray[np.int64], state: State) -> tuple[NDArray[np.float32], State]:
        """ids (B,) int64, one character for each row of `state` → logits (B, V) of the next, and the state after it."""
        logits, h, c = self._run(None, {"ids": ids, "h": state.h, "c": state.c})
        return logits, State(h, c)

    def read(self, ids: NDArray[np.int64], state: State) -> tuple[NDArray[np.float32], State]:
        """One row reads ids (T,), T ≥ 1 → logits (1, V) after the last of them, and the state there."""
        if ids.size == 0:
            raise ValueError("read wants at least one character")
        for i in range(ids.size):
            logits, state = self.step(ids[i : i + 1], state)
        return logits, state

    def prime(self, text: str) -> tuple[NDArray[np.float32], State]:
        """Reads a song boundary and all of `text` → logits (1, V) of the character after it, and the state there.

        So a new line is begun by choosing from these logits; the chosen character is the first to `step` with. End
        `text` with `\\n` to begin a line, with `\\n\\n` a stanza; "" begins a song. Of a text longer than PRIME_LIMIT
        only the last lines are read. Remembered for the last 256 texts; what is returned is read-only.
        """
        return self._primed(_recent(fold(text)))

    def _read_context(self, text: str) -> tuple[NDArray[np.float32], State]:
        logits, state = self.read(self.vocabulary.encode(BOUNDARY + text), self.start())
        for array in (logits, state.h, state.c):
            array.flags.writeable = False
        return logits, state


def load(folder: Path, *, precision: Precision = "int8") -> Engine:
    """The model in `folder`. Raises ModelError, one plain sentence, for what is no whole model of ours."""
    meta = read_meta(folder)
    if meta.kind != "char-rnn":
        raise ModelError(f"{folder / META}: wanted a model of kind char-rnn, found {meta.kind!r}")
    name = STEP_INT8 if precision == "int8" else STEP_FP32
    data = read_file(folder, name, meta)
    try:
        session = onnxruntime.InferenceSession(data, _options(), providers=["CPUExecutionProvider"])
        shapes = [(i.name, i.shape[-1]) for i in session.get_inputs()], session.get_outputs()[0].shape[-1]
    except Exception as error:  # ONNX Runtime's own exceptions share no base class but this
        raise ModelError(f"{folder / name}: wanted the graph of a model, found something else") from error
    engine = Engine(meta.name, meta.files[name], meta.vocabulary, session)
    if shapes[1] != len(engine.vocabulary) or [n for n, _ in shapes[0]] != ["ids", "h", "c"]:
        raise ModelError(f"{folder / name}: wanted a graph for {len(engine.vocabulary)} characters, found another")
    return engine


def _options() -> onnxruntime.SessionOptions:
    """One thread that never spins: a second does not help a step this small, and the other cores are the show's."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    return options


def _recent(text: str) -> str:
    if len(text) <= PRIME_LIMIT:
        return text
    text = text[-PRIME_LIMIT:]
    head, newline, rest = text.partition("\n")
    return rest if rest else head + newline
