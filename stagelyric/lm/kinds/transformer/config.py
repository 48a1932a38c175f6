"""The shape of a transformer."""

from __future__ import annotations

from dataclasses import dataclass

from stagelyric.lm.kinds.config import Config


@dataclass(frozen=True, slots=True)
class TransformerConfig(Config):
    """The shape of the network. All sizes ≥ 1 (`grams` ≥ 0); `width` / `heads` is even; 0 ≤ dropout < 1.

    `grams`: the number of embedding tables for hashed runs of 2, 3, … characters; each is `rows` by `gram_width`.
    """

    width: int = 256
    layers: int = 4
    heads: int = 4
    hidden: int = 768
    grams: int = 3
    rows: int = 3072
    gram_width: int = 64
    dropout: float = 0.0
