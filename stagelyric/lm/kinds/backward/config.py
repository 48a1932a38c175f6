"""The shape of a backward model."""

from __future__ import annotations

from dataclasses import dataclass

from stagelyric.lm.kinds.config import Config


@dataclass(frozen=True, slots=True)
class BackwardConfig(Config):
    """`vocabulary`: the number of lexicon words, signs and line lengths (`runtime`); `width`: of the residual stream;
    `hidden`: cells of each of the `layers`. 0 ≤ dropout < 1."""

    width: int = 160
    hidden: int = 320
    layers: int = 3
    dropout: float = 0.1
