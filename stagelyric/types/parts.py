"""The interface of a part of the show: something on stage that sends events, is told of changes, or both."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal

from stagelyric.types.events import Emit, Event, Level
from stagelyric.types.lines import Cue, Line, State


def ignore(event: Event) -> None:
    """An `emit` that drops the event, for a part that nobody listens to."""


class Part:
    """The one interface for what takes part in a show. Every method is optional.

    A part that sends events calls `emit` while `running` is open, on the event loop's thread. `show`, `state`, `alert`,
    `beat` and `due` are called on that thread too and must return at once: anything slow belongs in the part's own task
    or thread. A part on the path of a press (`first`) is told before anything else is done, and its code is run now and
    then to keep it in the processor's caches.
    """

    name = "part"
    first = False

    @asynccontextmanager
    async def running(self, emit: Emit = ignore) -> AsyncIterator[None]:
        """Open for as long as the show runs. Raises ListenError if the part can't be started as configured."""
        yield

    async def prepare(self, line: Line) -> None:
        """Prepares what the line will need (speech is rendered here). Awaited before the line is put on a shelf."""

    def show(self, cue: Cue) -> None:
        """A line goes up, or the stage is cleared."""

    def encode(self, cue: Cue) -> bytes:
        """The bytes that `show` would send or write; changes nothing. Only called on parts that are `first`."""
        return b""

    def state(self, state: State) -> None:
        """The state after a change; called after `show` if both are due."""

    def alert(self, text: str, level: Level = "warning") -> None:
        """A warning, or (level "info") good news such as a port that is back."""

    def beat(self, beat: float, tempo: float) -> None:
        """A whole beat was reached; called while the clock runs."""

    def judgement(self, verdict: Literal["keep", "veto"], text: str, song: str, section: str) -> None:
        """The band's verdict on a line that was up or was to come next."""

    def due(self, beat: float | None) -> None:
        """An action waits for this beat of the clock; None: nothing waits any more."""
