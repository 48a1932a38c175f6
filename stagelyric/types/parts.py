"""What a part of the show is: something on stage that is heard, told, or both."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal

from stagelyric.types.events import Emit, Event, Level
from stagelyric.types.lines import Cue, Line, State


def ignore(event: Event) -> None:
    """An `emit` for a part that nobody listens to."""


class Part:
    """The one contract for what takes part in a show. Every method may be left out.

    A part that is heard calls `emit` while `running` is open, on the event loop's thread. `show`, `state`, `alert`,
    `beat` and `due` are called on that thread too and return at once: whatever takes time goes on in the part's own
    task or thread. One that is on the way of a press (`first`) is told before anything else is done, and gone through
    now and then to keep it warm.
    """

    name = "part"
    first = False

    @asynccontextmanager
    async def running(self, emit: Emit = ignore) -> AsyncIterator[None]:
        """Open for as long as the show is. Raises ListenError where it cannot be what was asked for."""
        yield

    async def prepare(self, line: Line) -> None:
        """Makes ready what the line will need (speech renders here). Awaited before the line is put on a shelf."""

    def show(self, cue: Cue) -> None:
        """A line goes up, or the stage is cleared."""

    def encode(self, cue: Cue) -> bytes:
        """What `show` would send or write. Changes nothing. Asked of those that are `first`."""
        return b""

    def state(self, state: State) -> None:
        """The state after a change; called after `show` where both are due."""

    def alert(self, text: str, level: Level = "warning") -> None:
        """A warning, or (level "info") good news: a port is back."""

    def beat(self, beat: float, tempo: float) -> None:
        """A whole beat has come, while the clock runs."""

    def judgement(self, verdict: Literal["keep", "veto"], text: str, song: str, section: str) -> None:
        """The band's word on a line that was up, or was to come."""

    def due(self, beat: float | None) -> None:
        """Something that was pressed waits for this beat of the clock; None: nothing waits any more."""
