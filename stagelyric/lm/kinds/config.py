"""The shape of a network: what every kind's config begins with."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Config:
    """`vocabulary`: how many symbols the network reads and says."""

    vocabulary: int = 97
