"""The few words about mixing that the show's own process needs, which holds no samples."""

from typing import Literal

Overlap = Literal["cut", "wait", "mix"]
Bus = Literal["house", "whisper"]


def factor(decibels: float) -> float:
    """A gain as a factor: 0 dB is 1, -6 dB about a half."""
    return float(10 ** (decibels / 20))
