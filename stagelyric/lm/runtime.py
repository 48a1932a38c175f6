"""The model at showtime: ONNX Runtime on one thread, and no torch.

A batch's rows do not touch one another, and the same call gives the same numbers, bit for bit.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from stagelyric.lm.checkpoint import (
    META,
    STEP_FP32,
    STEP_INT8,
    STRUCTURE,
    WEIGHTS,
    Meta,
    ModelError,
    check_craft,
    read_file,
    read_meta,
)
from stagelyric.lm.engine import Engine
from stagelyric.lm.kinds.structure.runtime import Templates
from stagelyric.lm.kinds.transformer.cache import Cache
from stagelyric.lm.state import Rows, State
from stagelyric.lm.vocabulary import Vocabulary

Precision = Literal["int8", "fp32"]

_WINDOW = 320  # characters that a transformer is trained to read at once


class RnnEngine(Engine):
    """A char-rnn."""

    prime_limit = 512  # about 15 ms on one core

    def __init__(self, name: str, digest: str, vocabulary: Vocabulary, session: onnxruntime.InferenceSession):
        super().__init__(name, digest, vocabulary)
        self.sizes: list[tuple[int, int]] = [(given.shape[0], given.shape[2]) for given in session.get_inputs()[1:]]
        """Of h and c: layers, and numbers in each."""
        self._run = session.run

    def start(self, rows: int = 1) -> State:
        h, c = (np.zeros((layers, rows, size), dtype=np.float32) for layers, size in self.sizes)
        return State(h, c)

    def step(self, ids: NDArray[np.int64], state: Rows) -> tuple[NDArray[np.float32], State]:
        assert isinstance(state, State)
        logits, h, c = self._run(None, {"ids": ids, "h": state.h, "c": state.c})
        return logits, State(h, c)


class AttentionEngine(Engine):
    """A transformer: contexts are read in one go, drafts go on from a shared prefix."""

    prime_limit = 224  # with a stanza after it, about as far as it was trained to look back

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
        # All rows read all T; what lies beyond a row's count is entered behind its end, where nobody looks.
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

    def _read(self, ids: NDArray[np.int64], state: Cache) -> tuple[Any, ...]:
        given = {"ids": ids, "recent": state.recent, "position": state.positions, "length": state.lengths}
        own = state.own
        for layer, (prefix_keys, prefix_values, keys, values) in enumerate(self._names):
            given[prefix_keys], given[prefix_values] = state.prefix_keys[layer], state.prefix_values[layer]
            given[keys], given[values] = own.keys[layer], own.values[layer]
        logits, new_keys, new_values = self._run(None, given)
        recent = np.concatenate([state.recent, ids], axis=1)[:, ids.shape[1] :]
        return logits, new_keys, new_values, recent


_ENGINES: dict[str, tuple[type[RnnEngine] | type[AttentionEngine], tuple[str, ...]]] = {
    "char-rnn": (RnnEngine, ("ids", "h", "c")),
    "transformer": (AttentionEngine, ("ids", "recent", "position", "length")),
    "structure": (AttentionEngine, ("ids", "recent", "position", "length")),
}


def load(folder: Path, *, precision: Precision = "int8") -> RnnEngine | AttentionEngine:
    """The model in `folder`. Raises ModelError, one plain sentence, for what is no whole model of ours."""
    meta = read_meta(folder)
    if meta.kind not in _ENGINES:
        raise ModelError(f"{folder / META}: wanted a model of kind {' or '.join(_ENGINES)}, found {meta.kind!r}")
    made, first = _ENGINES[meta.kind]
    name = STEP_INT8 if precision == "int8" else STEP_FP32
    session = _session(folder, name, meta)
    inputs = [given.name for given in session.get_inputs()]
    if session.get_outputs()[0].shape[-1] != len(meta.vocabulary) or tuple(inputs[: len(first)]) != first:
        raise ModelError(f"{folder / name}: wanted a graph for {len(meta.vocabulary)} characters, found another")
    check_craft(folder, meta)
    engine = made(meta.name, meta.files[name], meta.vocabulary, session)
    if meta.kind == "structure":
        engine.templates = _templates(folder, meta)
        engine.digest = hashlib.sha256(f"{engine.digest} {meta.files[STRUCTURE]}".encode()).hexdigest()
    return engine


def _templates(folder: Path, meta: Meta) -> Templates:
    tokens, session = meta.config.get("tokens"), _session(folder, STRUCTURE, meta)
    inputs = [given.name for given in session.get_inputs()]
    if not isinstance(tokens, list) or inputs != ["ids", "h"] or session.get_outputs()[0].shape[-1] != len(tokens):
        raise ModelError(f"{folder / STRUCTURE}: wanted a graph for the model's tokens, found another")
    return Templates(tokens, session)


def _session(folder: Path, name: str, meta: Meta) -> onnxruntime.InferenceSession:
    data, options = read_file(folder, name, meta), _options()
    if name == STRUCTURE or (name == STEP_FP32 and meta.kind != "char-rnn"):
        read_file(folder, WEIGHTS, meta)  # the graph takes its numbers from there
        options.add_session_config_entry("session.model_external_initializers_file_folder_path", str(folder))
    try:
        return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime's own exceptions share no base class but this
        raise ModelError(f"{folder / name}: wanted the graph of a model, found something else") from error


def _options() -> onnxruntime.SessionOptions:
    """One thread that never spins: a second does not help a step this small, and the other cores are the show's."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    return options
