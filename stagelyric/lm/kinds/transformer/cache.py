"""The key-value cache of a transformer at run time, laid out so that a step copies nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_ROOM = 32  # places added whenever a row's own part is full

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


class _Own:
    """The rows' own keys (L, B, D, C) and values (L, B, C, D), and the number of filled places in each row."""

    __slots__ = ("filled", "keys", "values")

    def __init__(self, keys: Floats, values: Floats, filled: Ints):
        self.keys, self.values, self.filled = keys, values, filled

    @property
    def room(self) -> int:
        return int(self.keys.shape[3])

    @classmethod
    def empty(cls, layers: int, rows: int, size: int) -> _Own:
        keys = np.zeros((layers, rows, size, _ROOM), np.float32)
        values = np.zeros((layers, rows, _ROOM, size), np.float32)
        return cls(keys, values, np.zeros(rows, np.int64))

    def copied(self, lengths: Ints, room: int) -> _Own:
        """A separate buffer with `room` places, of which the first `lengths` are copied."""
        more = max(0, room - self.room)
        keys = np.pad(self.keys, ((0, 0), (0, 0), (0, 0), (0, more)))
        values = np.pad(self.values, ((0, 0), (0, 0), (0, more), (0, 0)))
        return _Own(keys, values, lengths.copy())


@dataclass(frozen=True, slots=True)
class Cache:
    """A state. It can be continued more than once: the second continuation gets a copy of the buffer.

    The prefix, keys (L, D, P) and values (L, P, D), is shared by all rows; `recent` (B, G) has the last ids.
    """

    prefix_keys: Floats
    prefix_values: Floats
    own: _Own
    lengths: Ints  # (B,)
    recent: Ints

    def __len__(self) -> int:
        return len(self.lengths)

    @classmethod
    def start(cls, layers: int, rows: int, size: int, grams: int) -> Cache:
        """The state of `rows` rows before any input."""
        prefix = np.zeros((layers, size, 0), np.float32), np.zeros((layers, 0, size), np.float32)
        zero = np.zeros(rows, np.int64)
        return cls(*prefix, _Own.empty(layers, rows, size), zero, np.zeros((rows, grams), np.int64))

    @property
    def positions(self) -> Ints:
        """(B,) the position of each row's next character."""
        return np.asarray(self.lengths + self.prefix_keys.shape[2])

    def as_prefix(self, keys: Floats, values: Floats, recent: Ints) -> Cache:
        """Makes the keys and values (L, 1, T, D) of the one row's first characters the prefix."""
        layers, _, _, size = keys.shape
        lying = np.ascontiguousarray(keys[:, 0].transpose(0, 2, 1))
        zero = np.zeros(1, np.int64)
        return Cache(lying, np.ascontiguousarray(values[:, 0]), _Own.empty(layers, 1, size), zero, recent)

    def entered(self, keys: Floats, values: Floats, recent: Ints) -> Cache:
        """The state after T more characters with keys and values (L, B, T, D)."""
        count = keys.shape[2]
        lengths, own = self.lengths, self.own
        longest = int(lengths.max()) + count
        if longest > own.room or not np.array_equal(own.filled, lengths):
            own = own.copied(lengths, longest + _ROOM if longest > own.room else own.room)
        rows = np.arange(len(lengths))[:, None]
        places = lengths[:, None] + np.arange(count)  # (B, T)
        own.keys.transpose(1, 3, 0, 2)[rows, places] = keys.transpose(1, 2, 0, 3)
        own.values.transpose(1, 2, 0, 3)[rows, places] = values.transpose(1, 2, 0, 3)
        own.filled[:] = after = lengths + count
        return Cache(self.prefix_keys, self.prefix_values, own, after, recent)

    def cut(self, lengths: Ints) -> Cache:
        """The state with fewer characters in the rows' own parts; the places after them will be overwritten."""
        self.own.filled[:] = lengths
        return Cache(self.prefix_keys, self.prefix_values, self.own, lengths, self.recent)

    def expand(self, n: int) -> Cache:
        """Copies a state of one row to `n` rows, so that a context is read once for `n` drafts."""
        return self.take(np.zeros(n, np.int64))

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> Cache:
        """The chosen rows, by index or by a bool mask (B,), to drop finished drafts."""
        own = _Own(self.own.keys[:, rows], self.own.values[:, rows], self.lengths[rows].copy())
        return Cache(self.prefix_keys, self.prefix_values, own, self.lengths[rows], self.recent[rows])

    @classmethod
    def joined(cls, states: Sequence[Cache]) -> Cache:
        """The rows of several states with the same prefix."""
        first = states[0]
        if any(state.prefix_keys is not first.prefix_keys for state in states):
            raise ValueError("states are joined only where they go on from the same context")
        room = max(state.own.room for state in states)
        parts = [state.own.copied(state.lengths, room) for state in states]
        lengths = np.concatenate([state.lengths for state in states])
        keys = np.concatenate([part.keys for part in parts], axis=1)
        values = np.concatenate([part.values for part in parts], axis=1)
        recent = np.concatenate([state.recent for state in states])
        return cls(first.prefix_keys, first.prefix_values, _Own(keys, values, lengths.copy()), lengths, recent)
