"""What a model remembers of each row at showtime."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, Self

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
