"""The base of every kind's config."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Config:
    """`vocabulary`: the number of symbols that the network reads and predicts."""

    vocabulary: int = 97
