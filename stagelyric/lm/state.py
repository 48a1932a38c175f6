"""The interface of a model's state at run time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray


class Rows(Protocol):
    """The state of a model for each row. It must not be modified."""

    def __len__(self) -> int: ...

    def expand(self, n: int) -> Self:
        """Copies a state of one row to `n` rows, so that a context is read once for `n` drafts."""
        ...

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> Self:
        """The chosen rows, by index or by a bool mask (B,), to drop finished drafts."""
        ...

    @classmethod
    def joined(cls, states: Sequence[Self]) -> Self:
        """The rows of several states, one after another."""
        ...
