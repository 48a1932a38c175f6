"""The shape of a structure model."""

from __future__ import annotations

from dataclasses import dataclass

from stagelyric.lm.kinds.config import Config


@dataclass(frozen=True, slots=True)
class StructureConfig(Config):
    """`vocabulary` counts the tokens. 0 ≤ dropout < 1 falls on what the GRU reads and gives."""

    hidden: int = 128
    dropout: float = 0.1
