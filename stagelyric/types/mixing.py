"""The few mixing functions that the show's own process needs; it holds no samples itself."""

from typing import Literal

Overlap = Literal["cut", "wait", "mix"]
Bus = Literal["house", "whisper"]


def factor(decibels: float) -> float:
    """A gain in decibels as a factor: 0 dB is 1, -6 dB about a half."""
    return float(10 ** (decibels / 20))
