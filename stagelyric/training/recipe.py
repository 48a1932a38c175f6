"""How to train, and what is told of it on the way."""

from __future__ import annotations

from dataclasses import dataclass


class TrainingError(Exception):
    """A training that cannot begin, or be taken up again, as asked; its text is one sentence for the user."""


class BrokenTrainingError(TrainingError):
    """A training that broke off while it ran; the last checkpoint stays."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to train. Either `minutes` (wall time, pauses not counted) or `epochs` over the main mixture is the budget.

    The learning rate warms up over `warmup` steps and stands, then falls in a line to `last_rate` of its peak over the
    last `cooldown` share of the budget (Hägele et al. 2024). `rate` is AdamW's; Muon (Jordan 2024) steps the matrices
    of a model's blocks at `muon_rate`. The last `finish_share` of the budget is spent on the finishing mixture. A share
    `coded[0]` of the songs is read with its codes and name slots before the finish, and `coded[1]` in it.
    `precision` is "fp32", "bf16" (autocast), or "auto": bf16 where the processor reckons in it.

    A step reads `streams` rows of `segment` characters, whatever number of processes share them, each in `accumulate`
    pieces. With `patience`, a training ends where so many checks on held-out text in a row have found nothing better,
    one every `check_steps` steps or eighth of an epoch, whichever is longer, and what was best is kept. `threads` 0
    leaves their number to torch, and so to OMP_NUM_THREADS. What is kept is a running average of the weights, of which
    each step leaves a share of at most `average`; as if `average_before` steps had been taken before the first, so that
    a model to begin with stays in it.
    """

    minutes: float | None = None
    epochs: float | None = 10.0
    seed: int = 0
    streams: int = 64
    segment: int = 96
    rate: float = 3e-3
    muon_rate: float = 0.02
    last_rate: float = 0.01
    cooldown: float = 0.6
    warmup: int = 100
    weight_decay: float = 0.01
    clip: float = 1.0
    reset: float = 0.04
    average: float = 0.999
    average_before: int = 0
    finish_share: float = 0.3
    coded: tuple[float, float] = (0.1, 0.4)
    precision: str = "auto"
    threads: int = 0
    accumulate: int = 1
    patience: int = 0
    check_steps: int = 20

    def __post_init__(self) -> None:
        if (self.minutes is None) == (self.epochs is None):
            raise TrainingError("a training needs a budget: either minutes or epochs")
        if not (self.minutes or self.epochs or 0) > 0:
            raise TrainingError("a training's budget must be more than 0")


@dataclass(frozen=True, slots=True)
class Report:
    """Where a training stands, in bits per character; `checked` is cold-256 on held-out text, where just measured."""

    step: int
    done: float  # 0 … 1
    seconds: float
    characters: int
    bits: float
    rate: float
    checked: float | None = None
