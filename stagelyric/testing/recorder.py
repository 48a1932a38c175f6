"""A part of a show that records what it was told."""

from collections.abc import Callable

from stagelyric.testing.waiting import News
from stagelyric.types.lines import Cue, Line, State
from stagelyric.types.parts import Part


class Recorder(Part):
    """`fault`: an exception to raise instead of taking a line."""

    name = "recorder"

    def __init__(self, fault: Exception | None = None) -> None:
        self.cues: list[Cue] = []
        self.states: list[State] = []
        self.alerts: list[str] = []
        self.beats: list[float] = []
        self.fault = fault
        self._news = News()

    async def until(self, condition: Callable[[], object]) -> None:
        """Waits until the condition holds for what was recorded; AssertionError after half a minute."""
        await self._news.until(condition)

    async def prepare(self, line: Line) -> None:
        if self.fault is not None:
            raise self.fault

    def show(self, cue: Cue) -> None:
        if self.fault is not None:
            raise self.fault
        self.cues.append(cue)
        self._news.tell()

    def state(self, state: State) -> None:
        self.states.append(state)
        self._news.tell()

    def alert(self, text: str, level: str = "warning") -> None:
        self.alerts.append(text)
        self._news.tell()

    def beat(self, beat: float, tempo: float) -> None:
        self.beats.append(beat)
        self._news.tell()

    @property
    def lines(self) -> list[str]:
        """The texts that were shown."""
        return [cue.line.text for cue in self.cues if cue.line is not None]
