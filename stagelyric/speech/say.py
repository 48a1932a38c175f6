"""Speaks one text without a show, to hear whether the rig's voice comes out of the rig's channels."""

import asyncio
import tempfile
from dataclasses import dataclass
from pathlib import Path

from stagelyric.setlist.rig import SpeechRig
from stagelyric.speech.player import Player
from stagelyric.speech.renderer import URGENT, Renderer, RenderError
from stagelyric.types.events import Level

_OPENING = 12.0  # seconds for a device to open
_RENDERING = 60.0  # seconds for a voice to start and render the text


@dataclass(frozen=True, slots=True)
class Said:
    """The voice, the device, and the length in seconds; or the problem."""

    voice: str = ""
    device: str = ""
    channels: tuple[int, ...] = ()
    seconds: float = 0.0
    problem: str | None = None


def say(text: str, rig: SpeechRig) -> Said:
    """Speaks a text; blocks until that is done or has failed."""
    return asyncio.run(_say(text, rig))


async def _say(text: str, rig: SpeechRig) -> Said:
    told: list[str] = []
    decided, begun = asyncio.Event(), asyncio.Event()

    def tell(words: str, level: Level = "warning") -> None:
        if level == "warning":
            told.append(words.removeprefix("speech: ").removesuffix("; the show goes on without"))
            decided.set()

    renderer = Renderer(rig.voice, rig.rate, tell=tell)
    player = Player(rig, tell=tell, opened=decided.set, begun=lambda number, at: begun.set())
    with tempfile.TemporaryDirectory(prefix="stagelyric-say-") as folder:
        path = Path(folder, "line.flac")
        async with player.running(), renderer.running():
            try:
                async with asyncio.timeout(_OPENING):
                    await decided.wait()
                stream = player.stream
                if stream is None:
                    return Said(problem=told[0])
                async with asyncio.timeout(_RENDERING):
                    seconds = await renderer.render(text, path, stream.rate, URGENT)
                    if renderer.doubt:
                        return Said(problem=told[-1].removesuffix("; the usual voice speaks"))
                    player.play(path)
                    await begun.wait()
                await asyncio.sleep(seconds + 2 * stream.latency)
            except TimeoutError:
                return Said(problem="the audio device or the voice did not answer in time")
            except RenderError as error:
                return Said(problem=str(error))
    return Said(renderer.voice, stream.device, stream.channels, round(seconds, 2))
