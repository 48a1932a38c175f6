"""The shape of a structure model."""

from __future__ import annotations

from dataclasses import dataclass

from stagelyric.lm.kinds.config import Config


@dataclass(frozen=True, slots=True)
class StructureConfig(Config):
    """`vocabulary`: the number of tokens. 0 ≤ dropout < 1 applies to the GRU's input and output."""

    hidden: int = 128
    dropout: float = 0.1
