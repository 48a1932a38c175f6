"""The shape of a backward model."""

from __future__ import annotations

from dataclasses import dataclass

from stagelyric.lm.kinds.config import Config


@dataclass(frozen=True, slots=True)
class BackwardConfig(Config):
    """`vocabulary` counts the words of the lexicon, the signs and the lengths of lines (`runtime`); `width` is that of
    the stream that all `layers` read and add to, `hidden` the cells of a layer. 0 ≤ dropout < 1."""

    width: int = 160
    hidden: int = 320
    layers: int = 3
    dropout: float = 0.1
