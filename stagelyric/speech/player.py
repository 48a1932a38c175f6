"""The show's end of the audio device's process: sends orders through a pipe and waits for nothing."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from stagelyric.setlist.rig import SpeechRig
from stagelyric.types.child import Child, End, JsonLines
from stagelyric.types.devices import THERE_IS
from stagelyric.types.events import Level
from stagelyric.types.json import JsonObject
from stagelyric.types.mixing import Bus, factor
from stagelyric.types.process import command

_SILENT_SECONDS = 12.0  # seconds without a message after which a driver counts as hung
_MAKES_WAY = 4  # exit status of a process whose device stood in for another, which is back
_UNDERRUNS_EVERY = 30.0  # seconds between two reports of the number of underruns

Tell = Callable[[str, Level], None]


@dataclass(frozen=True, slots=True)
class Stream:
    """The open stream: device, sample rate in Hz, and the channels (from 1) of the house and the whisper."""

    device: str
    rate: int
    latency: float
    channels: tuple[int, ...]
    whisper: tuple[int, ...]


class Player:
    """`tell` gets what people should know; `opened` is called when a device is open, `failed` with the path of a sound
    that could not be read, `begun` with a line's number and the time at which its first samples were in the buffer
    (seconds of `time.monotonic()`)."""

    def __init__(
        self,
        rig: SpeechRig,
        *,
        tell: Tell,
        opened: Callable[[], None] = lambda: None,
        failed: Callable[[Path], None] = lambda path: None,
        begun: Callable[[int, float], None] = lambda number, at: None,
    ) -> None:
        self.stream: Stream | None = None
        self.problem = ""
        self.underruns = 0  # in all runs of the process
        self.left_out = 0
        self._tell, self._opened, self._failed, self._begun = tell, opened, failed, begun
        self._numbers = itertools.count(1)
        self._lost_device = ""
        self._counted = (0, 0)
        self._said_underruns = 0
        self._quiet_until = float("-inf")
        settings = json.dumps(
            {
                "device": rig.device, "fallback": rig.fallback, "channel": rig.channel, "latency": rig.latency or "low",
                "overlap": rig.overlap, "gain": factor(rig.gain), "duck": factor(rig.duck),
                "whisper": rig.whisper.channel, "whisper_gain": factor(rig.whisper.gain),
            }
        )  # fmt: skip
        self._child = Child(
            lambda: command("stagelyric.speech.player_process", settings), JsonLines(), hear=self._hear,
            lost=self._lost, silence=_SILENT_SECONDS,
        )  # fmt: skip

    @property
    def pid(self) -> int | None:
        return self._child.pid

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async with self._child.running("audio"):
            yield

    def load(self, path: Path) -> None:
        """Has a sound loaded into memory, so that it is there when it is played."""
        self._child.send({"load": [str(path)]})

    def play(self, path: Path, bus: Bus = "house") -> int:
        """Plays a sound; returns a number for `stop` and `begun`. If no device is open, nothing is played, nor
        later."""
        number = next(self._numbers)
        self._child.send({"play": str(path), "number": number, "bus": bus})
        return number

    def stop(self, number: int) -> None:
        self._child.send({"stop": number})

    def silence(self) -> None:
        self._child.send({"silence": True})

    def _hear(self, message: JsonObject) -> None:
        match message:
            case {"begun": number, "at": at}:
                self._begun(number, at)
            case {"alive": _, "underruns": underruns, "left_out": left_out}:
                self._count(underruns, left_out)
            case {"open": device}:
                self._take(device, message)
            case {"failed": path}:
                self._failed(Path(path))
            case {"problem": problem}:
                self._say_problem(f"{problem[:1].lower()}{problem[1:]}")
            case {"missing": what}:
                self._child.give_up()
                from stagelyric.speech import listing

                self._say_problem(listing.install(what))

    def _take(self, device: str, message: JsonObject) -> None:
        self._child.well()
        self.stream = Stream(
            device, message["rate"], message["latency"], tuple(message["channels"]), tuple(message["whisper"])
        )
        self.problem = ""
        self._counted = (0, 0)
        if message["instead"]:
            self._tell(f'speech: {message["instead"]}; "{device}" plays meanwhile', "warning")
        elif self._lost_device:
            self._tell(f'speech: audio output "{device}" is back', "info")
        else:
            self._tell(f'speech: audio output "{device}" is open', "info")
        self._lost_device = ""
        self._opened()

    def _say_problem(self, problem: str) -> None:
        """Reports a problem once, however devices come and go, and not right after a report that the device was
        lost."""
        said, self.problem = self.problem, problem
        if problem.partition(THERE_IS)[0] != said.partition(THERE_IS)[0] and not self._lost_device:
            self._tell(f"speech: {problem}; the show goes on without", "warning")

    def _lost(self, end: End) -> None:
        stream, self.stream = self.stream, None
        if stream is None:
            if not self.problem:  # the process ended without a message: some part of PortAudio crashed it
                self._say_problem(f"the audio driver {end.how} as it started")
        elif end.status != _MAKES_WAY:
            self._lost_device = stream.device
            self._tell(
                f'speech: audio output "{stream.device}" is gone; it is taken up again when it is back', "warning"
            )

    def _count(self, underruns: int, left_out: int) -> None:
        before, left_before = self._counted
        self._counted = (underruns, left_out)
        self.left_out += left_out - left_before
        self.underruns += underruns - before
        now = asyncio.get_running_loop().time()
        if self.underruns > self._said_underruns and now >= self._quiet_until:
            self._said_underruns, self._quiet_until = self.underruns, now + _UNDERRUNS_EVERY
            many = "1 buffer" if self.underruns == 1 else f"{self.underruns} buffers"
            self._tell(
                f"speech: {many} came too late for the audio device; "
                'a longer one is steadier: latency = "high" in the rig\'s [speech]',
                "warning",
            )
