"""What the show decides, for the stage to carry out."""

from dataclasses import dataclass
from typing import Literal

from stagelyric.show.answers import Answering
from stagelyric.types.actions import Do
from stagelyric.types.lines import Ask, Cue, Quantize


@dataclass(frozen=True, slots=True)
class Wanted:
    """A line with a certain word must be written now. The line goes to `Show.answer`."""

    ask: Ask
    at: float
    epoch: int


@dataclass(frozen=True, slots=True)
class Deferred:
    """An action to be done when the clock reaches the beat. It is then passed to `Show.due`."""

    do: Do
    quantize: Quantize
    at: float
    epoch: int


@dataclass(frozen=True, slots=True)
class Unjudged:
    """A text from outside that takes too long to judge while a press waits: call `Show.unfit` off the event loop, and
    pass its result to `Show.judged`."""

    do: Do
    quantize: Quantize
    at: float
    epoch: int


@dataclass(frozen=True, slots=True)
class Judgement:
    """The band's verdict on a line (keep or veto). It is written to the journal, and later shows read it."""

    verdict: Literal["keep", "veto"]
    text: str
    song: str
    section: str


@dataclass(frozen=True, slots=True)
class Remark:
    """The reason why a press was disregarded; shown to people, so that no press is ignored silently."""

    text: str


@dataclass(frozen=True, slots=True)
class Changed:
    """The state changed without a cue: another section, hold on or off, another wildness."""


Effect = Cue | Wanted | Answering | Deferred | Unjudged | Judgement | Remark | Changed
