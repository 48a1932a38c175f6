"""What a model remembers of each row at showtime."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray


class Rows(Protocol):
    """What a model remembers of each row. Never written to by those who hold it."""

    def __len__(self) -> int: ...

    def expand(self, n: int) -> Self:
        """A state of one row copied to `n` rows, so that a context is read once for `n` drafts."""
        ...

    def take(self, rows: NDArray[Any]) -> Self:
        """The chosen rows, by index or by a bool mask (B,): finished drafts need no more steps."""
        ...

    @classmethod
    def joined(cls, states: Sequence[Self]) -> Self:
        """The rows of several states, one after another."""
        ...


@dataclass(frozen=True, slots=True)
class State:
    """What a recurrent model of L layers remembers of each row: h (L, B, H) and c (L, B, ·), float32."""

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

    @classmethod
    def joined(cls, states: Sequence[State]) -> State:
        """The rows of several states, one after another."""
        return cls(np.concatenate([s.h for s in states], axis=1), np.concatenate([s.c for s in states], axis=1))
