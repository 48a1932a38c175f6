"""The shape of a char-rnn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from stagelyric.lm.kinds.config import Config

Cell = Literal["lstm", "mingru"]

_USUAL = {"lstm": (64, 512, 1), "mingru": (192, 288, 4)}  # embedding, hidden, layers


@dataclass(frozen=True, slots=True)
class CharRnnConfig(Config):
    """The shape of the network; a size of 0 means the cell's default. 0 ≤ dropout < 1.

    `embedding`: the width of a character's embedding, and with minGRUs of the residual stream; `hidden`: cells in a
    layer. Dropout is applied to the embedding, between layers and before the head.
    """

    embedding: int = 0
    hidden: int = 0
    dropout: float = 0.05
    cell: Cell = "lstm"
    layers: int = 0

    def __post_init__(self) -> None:
        if self.cell not in _USUAL:
            raise ValueError(f"wanted a cell that is one of {', '.join(_USUAL)}, found {self.cell!r}")
        for name, usual in zip(("embedding", "hidden", "layers"), _USUAL[self.cell], strict=True):
            object.__setattr__(self, name, getattr(self, name) or usual)
