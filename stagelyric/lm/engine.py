"""The interface of a model at run time: `step(ids, state) -> (logits, state)`, and functions built on it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from stagelyric.lm.state import Rows
from stagelyric.lm.vocabulary import BOUNDARY, Vocabulary, fold

_PRIMED = 64  # contexts cached


class Templates(Protocol):
    """A model of line structure, over tokens. A state (1, B, H) is never modified."""

    @property
    def symbols(self) -> Sequence[str]: ...

    @property
    def index(self) -> Mapping[str, int]:
        """Each token's number."""
        ...

    def step(
        self, ids: NDArray[np.int64], state: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """ids (B,), one token for each row of state (1, B, H) → logits (B, V) of the next, and the new state."""
        ...

    def read(self, row: Sequence[str], state: NDArray[np.float32]) -> NDArray[np.float32]:
        """The state (1, 1, H) after one row has read more tokens; unknown tokens are skipped."""
        ...

    def prime(self, row: tuple[str, ...]) -> NDArray[np.float32]:
        """The state (1, 1, H) after a song's first tokens."""
        ...


class Engine(ABC):
    """A loaded model: `step(ids, state) -> (logits, state)`."""

    templates: Templates | None = None
    """The structure model that belongs to it, if any."""

    prime_limit: int
    """Characters of a context that are read: its end, from the start of a line on."""

    def __init__(self, name: str, digest: str, vocabulary: Vocabulary):
        self.name = name
        self.digest = digest
        """sha256 of the graph in use, including weights: identifies the model and its precision for caches."""
        self.vocabulary = vocabulary
        self._primed = lru_cache(maxsize=_PRIMED)(self._read_context)

    @abstractmethod
    def start(self, rows: int = 1) -> Rows:
        """The state of `rows` rows before any input."""

    @abstractmethod
    def step(self, ids: NDArray[np.int64], state: Rows) -> tuple[NDArray[np.float32], Rows]:
        """ids (B,) int64, one character for each row of `state` → logits (B, V) of the next, and the state after it."""

    def logits(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """ids (B, T), rows starting from the empty state → logits (B, T, V) of each next character."""
        state, found = self.start(len(ids)), []
        for place in range(ids.shape[1]):
            logits, state = self.step(np.ascontiguousarray(ids[:, place]), state)
            found.append(logits)
        return np.stack(found, axis=1)

    def logits_of_one(self, ids: NDArray[np.int64]) -> Iterator[NDArray[np.float32]]:
        """Logits (n, V), in several batches, for a long row ids (T,), each with as much context as possible."""
        state = self.start()
        for place in range(len(ids)):
            logits, state = self.step(ids[place : place + 1], state)
            yield logits

    def extend(
        self, ids: NDArray[np.int64], counts: NDArray[np.int64], state: Rows
    ) -> tuple[NDArray[np.float32], Rows]:
        """Each row b reads the first counts[b] ≥ 1 of ids (B, T) → logits (B, T, V) after each, and the state at its
        end. Logits beyond a row's count are meaningless."""
        rows = np.arange(len(ids))
        found = np.zeros((*ids.shape, len(self.vocabulary)), np.float32)
        order, states = [], []
        for place in range(ids.shape[1]):
            logits, state = self.step(ids[rows, place], state)
            found[rows, place] = logits
            ends = counts[rows] == place + 1
            if ends.any():
                order.append(rows[ends])
                states.append(state.take(ends))
                rows, state = rows[~ends], state.take(~ends)
            if not len(rows):
                break
        return found, type(state).joined(states).take(np.argsort(np.concatenate(order)))

    def read(self, ids: NDArray[np.int64], state: Rows) -> tuple[NDArray[np.float32], Rows]:
        """One row reads ids (T,), T ≥ 1 → logits (1, V) after the last one, and the state there."""
        if ids.size == 0:
            raise ValueError("read wants at least one character")
        for i in range(ids.size):
            logits, state = self.step(ids[i : i + 1], state)
        return logits, state

    def prime(self, text: str) -> tuple[NDArray[np.float32], Rows]:
        """Reads a song boundary and `text` → logits (1, V) of the next character, and the state there.

        To begin a new line, choose a character from these logits and call `step` with it. End `text` with `\\n` to
        begin a line, with `\\n\\n` a stanza; "" begins a song. If `text` is longer than `prime_limit`, only its last
        lines are read. The last 64 texts are cached; the logits are read-only.
        """
        return self._primed(_recent(fold(text), self.prime_limit))

    def _read_context(self, text: str) -> tuple[NDArray[np.float32], Rows]:
        logits, state = self.read(self.vocabulary.encode(BOUNDARY + text), self.start())
        logits.flags.writeable = False
        return logits, state


def _recent(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    text = text[-limit:]
    head, newline, rest = text.partition("\n")
    return rest if rest else head + newline
