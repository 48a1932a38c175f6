"""What every network answers, so that the training loop, the measures and the exporter know no kind apart."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from torch import Tensor, nn

from stagelyric.lm.kinds.config import Config


class Network(nn.Module):
    """`network(ids, state) -> (logits, state)`: ids (B, T) int64 → logits (B, T, V) of each next character.

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
