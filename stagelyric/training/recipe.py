"""The settings of a training, and the progress reports."""

from __future__ import annotations

from dataclasses import dataclass


class TrainingError(Exception):
    """A training that can't begin or continue as asked. The message is one sentence for the user."""


class BrokenTrainingError(TrainingError):
    """A training that failed while running; its last checkpoint is kept."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """The settings of a training. The budget is either `minutes` (wall time without pauses) or `epochs` of the main
    mixture.

    The learning rate warms up over `warmup` steps, stays constant, then falls linearly to `last_rate` of its peak over
    the last `cooldown` share of the budget (Hägele et al. 2024). `rate` is AdamW's; Muon (Jordan 2024) optimises the
    matrices inside a model's blocks with `muon_rate`. The last `finish_share` of the budget is spent on the finishing
    mixture. A share `coded[0]` of the songs has codes and name slots before the finish, `coded[1]` in it. `precision`
    is "fp32", "bf16" (autocast), or "auto": bf16 if the processor supports it.

    A step reads `streams` rows of `segment` characters, divided among the processes, and each row in `accumulate`
    pieces. With `patience`, training ends after as many consecutive checks on held-out text without improvement (one
    every `check_steps` steps or eighth of an epoch, whichever is longer), and the best weights are kept. `threads` 0
    leaves the number to torch, and thus to OMP_NUM_THREADS. The weights kept are a running average, of which each step
    retains a share of at most `average`; it counts as if `average_before` steps had been taken before the first, so
    that a parent model keeps some weight.
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
    """The progress of a training, in bits per character; `checked` is cold-256 on held-out text, if just measured."""

    step: int
    done: float  # 0 … 1
    seconds: float
    characters: int
    bits: float
    rate: float
    checked: float | None = None
