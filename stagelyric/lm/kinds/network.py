"""The interface of every network, so that training, evaluation and export needn't distinguish kinds."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn

from stagelyric.lm.kinds.config import Config
from stagelyric.lm.mixture import Stream

# `Any`, since each kind has a type of its own for its state, which its own network alone reads.
State: TypeAlias = Any


class Network(nn.Module):
    """`network(ids, state) -> (logits, state)`: ids (B, T) int64 → logits (B, T, V) of each next symbol.

    States are of the kind's own type. One that is carried has `take`, `joined`, `detach`, `forget` and `tensors`
    (`char_rnn.model.State`). None is the state before any input.
    """

    config: Config
    carries: bool
    """Whether training carries the state from segment to segment; else each starts from the empty state."""

    @abstractmethod
    def start(self, rows: int = 1) -> State:
        """The state of `rows` rows before any input."""

    @abstractmethod
    def matrices(self) -> list[Tensor]:
        """The parameters that Muon optimises; AdamW optimises the rest."""

    def look_at(self, texts: Sequence[Stream]) -> None:
        """Collects statistics of the texts that training needs; called before the first step."""

    def loss(self, ids: Tensor, targets: Tensor, state: State) -> tuple[Tensor, State]:
        """ids and targets (B, T) → the loss to minimise, in nats a target, and the state after the last.

        Called under autocast.
        """
        logits, state = self(ids, state)
        with torch.autocast(ids.device.type, enabled=False):
            return nn.functional.cross_entropy(logits.float().flatten(0, 1), targets.flatten()), state

    def counts(self, targets: Tensor) -> Tensor:
        """Which targets are measured, bool of their shape; by default all."""
        return torch.ones_like(targets, dtype=torch.bool)
