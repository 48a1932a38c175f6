"""What a way of drafting is: it is told of a block, asked for drafts of some of its lines, and told what was chosen.

Everything a drafter remembers of a block is in its `Drafting`, so that two blocks may be written at the same time.
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
"""Called between every two steps of a model; it may itself write lines."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What drafters are made of: the model of letters, the words it may spell, the folder of their files, if any, and
    the server that may be asked, if any."""

    engine: Engine
    language: Language
    folder: Path | None = None
    server: Server | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """A block: what is the same for all of its lines.

    `context`: the song so far, its names as slots where the model of letters knows slots; `first`, `stanzas`: which
    stanzas of the ask's shelf it has, `first` and the next ones; `lately`: words of the lines before the block.
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
    """Where the model of letters stands in one row: its logits (1, V) for the next letter, and its state."""

    logits: NDArray[np.float32]
    state: Rows


@dataclass(frozen=True, slots=True)
class Wanted:
    """A line that is open: place `place` of the `stanza`th stanza of the block, whose lines before it are chosen.

    `plans`: of the whole stanza; `ending`: the words that it may end on; `tasks`: one for each draft that is wanted,
    their `ending` an index among all that are wanted together; `before`: the words of the line before it.
    """

    stanza: int
    place: int
    plans: tuple[Plan, ...]
    ending: Ending
    tasks: Sequence[Task]
    before: Sequence[str]
    standing: Standing

    @property
    def plan(self) -> Plan:
        return self.plans[self.place]


@dataclass(frozen=True, slots=True)
class Drafted:
    """A draft. `text` is of the model's own letters, with a slot where `must` stands, if `must` has a slot.

    `setting`: ln p of what had to be said, where it was said, 0 for nothing; `phrasing`: mean ln p of a word by the
    model that chose it, 0 for none; `heard`: what the model of letters makes of it, where that one wrote it (others
    are read to it). `shown`: the line as it is to be shown, where that is more than its slot filled in. `then`: the
    lines that belong to it, for the places that follow; they are judged, and chosen or not, with it.
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
    """One block being drafted."""

    def draft(self, wanted: Sequence[Wanted], attempt: int) -> Sequence[Sequence[Drafted]]:
        """Drafts for each of the lines that are wanted, as many as were found. `attempt`: the first is 0."""
        ...

    def follow(self, stanza: int, place: int, text: str) -> None:
        """The line that was chosen for a place, as it is shown, whoever drafted it. Told line by line."""
        ...


class Drafter(Protocol):
    """A way of drafting. To add one: a file here, and a row in `table`."""

    @property
    def digest(self) -> str:
        """Names what it writes from, beside the model and its words; "" for nothing. Other digests, other lines."""
        ...

    def begin(self, job: Job) -> Drafting: ...


def temperature(ask: Ask) -> float:
    """From .55, sober, to 1.1, wild; .74 halfway, since lines come apart sooner than they grow dull."""
    return 0.55 + 0.55 * float(min(1.0, max(0.0, ask.wildness)) ** 1.5)
