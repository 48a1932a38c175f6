"""What the show decides, for the stage to carry out."""

from dataclasses import dataclass
from typing import Literal

from stagelyric.show.answers import Answering
from stagelyric.types.actions import Do
from stagelyric.types.lines import Ask, Cue, Quantize


@dataclass(frozen=True, slots=True)
class Wanted:
    """A line that must be written now. Its answer goes to `Show.answer`."""

    ask: Ask
    at: float
    epoch: int


@dataclass(frozen=True, slots=True)
class Deferred:
    """Something to be done when the clock comes to the beat. What it does goes to `Show.due`."""

    do: Do
    quantize: Quantize
    at: float
    epoch: int


@dataclass(frozen=True, slots=True)
class Unjudged:
    """Words from outside whose judging takes longer than a press may wait: `Show.unfit` is asked beside the loop, and
    what it finds goes to `Show.judged`."""

    do: Do
    quantize: Quantize
    at: float
    epoch: int


@dataclass(frozen=True, slots=True)
class Judgement:
    """The band's word on a line: it stays in the journal, and later shows know it."""

    verdict: Literal["keep", "veto"]
    text: str
    song: str
    section: str


@dataclass(frozen=True, slots=True)
class Remark:
    """A press that was disregarded, and why: never silently."""

    text: str


@dataclass(frozen=True, slots=True)
class Changed:
    """No cue, but the state is another: a section, the hold, the wildness."""


Effect = Cue | Wanted | Answering | Deferred | Unjudged | Judgement | Remark | Changed
