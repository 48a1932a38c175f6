"""What every network answers, so that the training loop, the measures and the exporter know no kind apart."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from stagelyric.lm.corpus import Stream
from stagelyric.lm.kinds.config import Config


class Network(nn.Module):
    """`network(ids, state) -> (logits, state)`: ids (B, T) int64 → logits (B, T, V) of each next symbol.

    A state is of the kind's own type; one that is carried has `take`, `joined`, `detach`, `forget` and `tensors`
    (`char_rnn.model.State`). Without a state nothing has been read.
    """

    config: Config
    carries: bool
    """Whether the state is carried from segment to segment of a training; else each begins with nothing read."""

    @abstractmethod
    def start(self, rows: int = 1) -> Any:
        """The state of rows that have read nothing."""

    @abstractmethod
    def matrices(self) -> list[Tensor]:
        """What Muon steps; AdamW steps the rest."""

    def look_at(self, texts: Sequence[Stream]) -> None:
        """Takes from the texts what the training needs to know of them; called before anything is learned."""

    def loss(self, ids: Tensor, targets: Tensor, state: Any) -> tuple[Tensor, Any]:
        """ids and targets (B, T) → what a training lessens, in nats a target, and the state after the last.

        Called under autocast.
        """
        logits, state = self(ids, state)
        with torch.autocast(ids.device.type, enabled=False):
            return nn.functional.cross_entropy(logits.float().flatten(0, 1), targets.flatten()), state

    def counts(self, targets: Tensor) -> Tensor:
        """Which of the targets are measured, bool of their shape: all, where a kind does not say otherwise."""
        return torch.ones_like(targets, dtype=torch.bool)
