"""Runs a `backward` model, without torch.

Its ids are the lexicon's words, SIGNS, and the lengths of lines, 0 … LONGEST syllables.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from stagelyric.lm.codes import PERSON, PLACE
from stagelyric.lm.kinds.char_rnn.runtime import State
from stagelyric.words.npz import Arrays, ModelError, read_npz

FILE = "backward.npz"
SIGNS = ("\n", "\n\n", "?", ",", "'s", PERSON, PLACE)
"""The ids after the lexicon's words, in this order; then come the lengths, 0 … LONGEST syllables."""
LINE, STANZA, UNKNOWN, COMMA, OWN = range(5)
LONGEST = 16

_TOKEN = re.compile(rf"[A-Za-z]+(?:['-][A-Za-z]+)*|[{PERSON}{PLACE}](?:'s)?|[,;:](?= )| - ")
_FORMAT = 1
_EPSILON = 1e-6  # of RMSNorm, as in training


@dataclass(frozen=True, slots=True)
class _Layer:
    taps: NDArray[np.float32]  # (3, C)
    into: NDArray[np.float32]  # (C, 2H) gate and candidate
    bias: NDArray[np.float32]  # (H,) of the gate
    out: NDArray[np.float32]  # (H, C)
    up: NDArray[np.float32]  # (C, 2C)
    down: NDArray[np.float32]  # (2C, C)


class BackwardWords:
    """A loaded model. `words` (lower case) have the ids from 0; `step` returns logits (B, V) of each next word."""

    def __init__(self, words: Sequence[str], arrays: Mapping[str, NDArray[np.float32]], digest: str = ""):
        self.words, self.digest = tuple(words), digest
        self.index = {word: number for number, word in enumerate(self.words)}
        self.first = arrays["first"]
        """(W,) the share of a word's uses that begin a line."""
        self.correction = arrays.get("correction", np.zeros(len(self.words), dtype=np.float32))
        """(W,) nats added to each word, negative for words that finished lines have more often than lines by people."""
        self._head = np.ascontiguousarray(arrays["embedding"].T)
        self._bias, self._gain = arrays["bias"], arrays["gain"]
        self._layers: list[_Layer] = []
        while f"blocks.{len(self._layers)}.taps" in arrays:
            at = f"blocks.{len(self._layers)}."
            into = np.hstack([arrays[at + "gate.weight"].T, arrays[at + "candidate.weight"].T])
            turned = [np.ascontiguousarray(arrays[at + f"{name}.weight"].T) for name in ("out", "up", "down")]
            self._layers.append(
                _Layer(arrays[at + "taps"], np.ascontiguousarray(into), arrays[at + "gate.bias"], *turned)
            )

    @property
    def size(self) -> int:
        """V: the number of words, signs and lengths."""
        return len(self._bias)

    def sign(self, number: int) -> int:
        """The id of LINE, STANZA …"""
        return len(self.words) + number

    def slot(self, character: str) -> int:
        """The id of PERSON or PLACE."""
        return len(self.words) + SIGNS.index(character)

    def length(self, syllables: NDArray[np.int64]) -> NDArray[np.int64]:
        """The ids that set a line's length."""
        return len(self.words) + len(SIGNS) + np.clip(syllables, 1, LONGEST)

    def start(self) -> State:
        """The state of one row before any input."""
        layers, wide = len(self._layers), len(self._head)
        hidden = len(self._layers[0].bias)
        return State(np.zeros((layers, 1, hidden), np.float32), np.zeros((layers, 1, 2 * wide), np.float32))

    def read(self, state: State, ids: Sequence[int]) -> State:
        """The state after the single row of `state` has read ids (T,), in one call."""
        return self._read(state, np.asarray(ids, dtype=np.int64)[:, None])[1] if len(ids) else state

    def step(self, state: State, ids: NDArray[np.int64]) -> tuple[NDArray[np.float32], State]:
        """Each row reads one of ids (B,) → logits (B, V) of the next word, and the state."""
        hidden, state = self._read(state, ids[None])
        return hidden @ self._head + self._bias, state

    def _read(self, state: State, ids: NDArray[np.int64]) -> tuple[NDArray[np.float32], State]:
        """ids (T, B) → the input of the head after the last one (B, C), and the state."""
        steps, rows = ids.shape
        x = _norm(np.ascontiguousarray(self._head[:, ids.ravel()].T))  # (T·B, C)
        wide = x.shape[1]
        h, c = np.empty_like(state.h), np.empty_like(state.c)
        for number, layer in enumerate(self._layers):
            before = state.c[number].reshape(rows, 2, wide).transpose(1, 0, 2)
            line = np.concatenate([before, _norm(x).reshape(steps, rows, wide)])  # (2 + T, B, C)
            c[number] = np.hstack([line[-2], line[-1]])
            seen = line[:-2] * layer.taps[0] + line[1:-1] * layer.taps[1] + line[2:] * layer.taps[2]
            gate, new = np.hsplit(seen.reshape(-1, wide) @ layer.into, 2)
            z = 1 / (1 + np.exp(-(gate + layer.bias)))
            keep, add = (part.reshape(steps, rows, -1) for part in (1 - z, z * new))
            hidden = state.h[number]
            held = np.empty_like(keep)
            for t in range(steps):
                held[t] = hidden = keep[t] * hidden + add[t]
            h[number] = hidden
            x = x + held.reshape(steps * rows, -1) @ layer.out
            x = x + np.square(np.maximum(_norm(x) @ layer.up, 0)) @ layer.down
        return _norm(x[-rows:]) * self._gain, State(h, c)

    def numbers(self, line: str) -> list[int]:
        """The ids of a line with slots for names, as the model reads it: last word to first word, then LINE."""
        found = [number for token in _TOKEN.findall(line) for number in self._of(token)]
        while found and found[-1] == self.sign(COMMA):
            found.pop()
        return [*reversed(found), self.sign(LINE)]

    def _of(self, token: str) -> list[int]:
        return numbers_of(token, self.index)


def numbers_of(token: str, index: Mapping[str, int]) -> list[int]:
    """The ids of one token of a line, from left to right."""
    size = len(index)
    if token[0] in (PERSON, PLACE):
        slot = size + SIGNS.index(token[0])
        return [slot] if len(token) == 1 else [slot, size + OWN]
    if not token[0].isalpha():
        return [size + COMMA]
    number = index.get(token.lower())
    if number is None and "-" in token:
        return [n for piece in token.split("-") for n in numbers_of(piece, index)]
    return [size + UNKNOWN if number is None else number]


def tokens(line: str) -> list[str]:
    """A line's words, slots and commas."""
    return _TOKEN.findall(line)


def _norm(x: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(x / np.sqrt(np.square(x).mean(axis=-1, keepdims=True) + _EPSILON), dtype=np.float32)


def save(file: Path | IO[bytes], words: Sequence[str], weights: Mapping[str, NDArray[np.float32]]) -> None:
    """Writes the words and the weights; matrices in 8 bits with a scale for each row."""
    kept: dict[str, NDArray[np.generic]] = {
        "format": np.array(_FORMAT),
        "words": np.frombuffer("\n".join(words).encode("ascii"), dtype=np.uint8),
    }
    for name, array in weights.items():
        if array.ndim == 2 and min(array.shape) > 8:
            scale = np.abs(array).max(axis=1, keepdims=True) / 127 + 1e-12
            kept[name], kept[name + ".scale"] = np.round(array / scale).astype(np.int8), scale.astype(np.float32)
        else:
            kept[name] = array.astype(np.float32)
    np.savez_compressed(file, digest=np.array(_digest(kept)), **kept)  # type: ignore[arg-type]


def weights(file: Path) -> dict[str, NDArray[np.float32]]:
    """A model's dequantised weights, by their names in the network. Raises ModelError."""
    return {name: array for name, array in _read(file)[1].items() if name not in ("first", "correction")}


def corrected(file: Path, correction: NDArray[np.float32], out: Path) -> None:
    """Writes a copy of the model in `file` to `out`, with `correction` (W,) added to its own. Raises ModelError."""
    before = load(file).correction
    with read_npz(file, "a backward model") as data:
        # `Any`: numpy's stubs would else take an array for its option `allow_pickle`.
        kept: dict[str, Any] = {name: data[name] for name in data if name != "digest"}
    kept["correction"] = np.round(before + correction, 2).astype(np.float16)
    np.savez_compressed(out, digest=np.array(_digest(kept)), **kept)


def _digest(arrays: Arrays) -> str:
    """sha256 of the arrays' names and bytes, in the order of their names."""
    whole = hashlib.sha256()
    for name in sorted(arrays):
        whole.update(name.encode() + np.ascontiguousarray(arrays[name]).tobytes())
    return whole.hexdigest()


def load(file: Path) -> BackwardWords:
    """Loads a file written by `save`. Raises ModelError if it is missing or damaged."""
    return BackwardWords(*_read(file))


def _read(file: Path) -> tuple[list[str], dict[str, NDArray[np.float32]], str]:
    """The words, arrays by name, and digest in a file written by `save`."""
    with read_npz(file, "a backward model") as data:
        if int(data["format"]) != _FORMAT:
            raise ModelError(f"{file}: wanted a backward model of format {_FORMAT}, found {int(data['format'])}")
        kept = {name: data[name] for name in data if name != "digest"}
        digest = str(data["digest"])
        if _digest(kept) != digest:
            raise ModelError(f"{file}: wanted a backward model as it was saved, found one that was changed since")
        words = kept["words"].tobytes().decode("ascii").split("\n")
        arrays = {
            name: np.asarray(array * kept.get(name + ".scale", np.float32(1)), dtype=np.float32)
            for name, array in kept.items()
            if name not in ("format", "words") and not name.endswith(".scale")
        }
        return words, arrays, digest
