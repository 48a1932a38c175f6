"""The interface of a drafter: it is given a block, asked for drafts of some lines, and told which lines were chosen.

All that a drafter remembers of a block is in its `Drafting`, so that two blocks can be written at the same time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from stagelyric.lm.engine import Engine
from stagelyric.lm.state import Rows
from stagelyric.types.lines import Ask, Origin
from stagelyric.types.server import Server
from stagelyric.writing.hearing import Heard
from stagelyric.writing.planning import Plan
from stagelyric.writing.rules import Ending, Language, Rules
from stagelyric.writing.tasks import Must, Task

Between = Callable[[], None]
"""Called between any two steps of a model; it may write other lines meanwhile."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What drafters are built from: the letter model, the words that it may spell, the folder of their files (or None),
    and the language model server (or None)."""

    engine: Engine
    language: Language
    folder: Path | None = None
    server: Server | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """A block: what is the same for all its lines.

    `context`: the song so far, with slots for names if the letter model knows slots; `first`, `stanzas`: the index of
    the block's first stanza on the ask's shelf, and how many stanzas it has; `lately`: words of the lines before the
    block.
    """

    ask: Ask
    rules: Rules
    context: str
    first: int
    stanzas: int
    lately: frozenset[str]
    rng: np.random.Generator
    between: Between

    @property
    def temperature(self) -> float:
        return temperature(self.ask)


@dataclass(frozen=True, slots=True)
class Standing:
    """The letter model's state after some text, one row: logits (1, V) of the next letter, and the hidden state."""

    logits: NDArray[np.float32]
    state: Rows


@dataclass(frozen=True, slots=True)
class Wanted:
    """A line to draft: the one at `position` (from 0) of the block's stanza `stanza`, whose earlier lines are chosen.

    `plans`: those of the whole stanza; `ending`: the words it may end on; `tasks`: one for each draft wanted (their
    `ending` is an index into the list of lines that are drafted together); `before`: the words of the line before it.
    """

    stanza: int
    position: int
    plans: tuple[Plan, ...]
    ending: Ending
    tasks: Sequence[Task]
    before: Sequence[str]
    standing: Standing

    @property
    def plan(self) -> Plan:
        return self.plans[self.position]


@dataclass(frozen=True, slots=True)
class Drafted:
    """A draft. `text` is in the model's own letters, with a slot where `must` stands, if `must` has a slot.

    `setting`: ln p of what had to be said, where it is said, 0 for nothing; `phrasing`: mean ln p of a word by the word
    model that drafted it, 0 for none; `heard`: the letter model's score, if that model wrote the draft (it scores the
    others afterwards). `shown`: the line as it is to be shown, if that is more than filling the slot. `then`: lines
    that belong to this one, for the positions that follow; they are judged and chosen together.
    """

    text: str
    syllables: int
    must: Must | None = None
    setting: float = 0.0
    phrasing: float = 0.0
    heard: Heard | None = None
    shown: str | None = None
    then: tuple[Drafted, ...] = ()
    origin: Origin = "model"


class Drafting(Protocol):
    """The drafting of one block."""

    def draft(self, wanted: Sequence[Wanted], attempt: int) -> Sequence[Sequence[Drafted]]:
        """Drafts for each of the wanted lines, as many as were found. `attempt`: number of the try, from 0."""
        ...

    def follow(self, stanza: int, position: int, text: str) -> None:
        """Called for each chosen line, in order, whoever drafted it; `text` is the line as shown."""
        ...


class Drafter(Protocol):
    """A way of drafting. To add one, write a file in this folder and add a row to `table`."""

    @property
    def digest(self) -> str:
        """Identifies the data it writes from besides the model and its words, "" for none; new data, new lines."""
        ...

    def begin(self, job: Job) -> Drafting: ...


def temperature(ask: Ask) -> float:
    """The sampling temperature: 0.55 at wildness 0, 0.74 at 0.5, 1.1 at 1. Steeper at the top, since lines stop making
    sense sooner than they become dull."""
    return 0.55 + 0.55 * float(min(1.0, max(0.0, ask.wildness)) ** 1.5)
