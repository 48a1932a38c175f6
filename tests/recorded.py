"""A recorded night: a stage that is pressed at random, with all that may come in, and its journal."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

from stagelyric.gear.journal.journal import Journal
from stagelyric.setlist import setlist as setlists
from stagelyric.setlist.triggers import Trigger
from stagelyric.show.clock import Clock
from stagelyric.show.pool import Pool
from stagelyric.show.show import Show
from stagelyric.stage import trace
from stagelyric.stage.generator import Generator
from stagelyric.stage.stage import Stage
from stagelyric.testing.clock import ManualClock
from stagelyric.types.actions import Action, Do
from stagelyric.types.events import Command, ControlChange, Event, KeyPress
from stagelyric.types.lines import Ask, Line

SET = """
title = "Friday"
avoid = ["tonight"]
min_gap_ms = 1
[[triggers]]
on = { key = "a" }
do = "next_line"
[[triggers]]
on = { key = "q" }
do = "next_line"
quantize = "beat"
[[triggers]]
on = { control = 80 }
do = "next_line"
[[songs]]
title = "Harbour Lights"
tempo = 400
[[songs.sections]]
name = "verse"
safety = ["Safe one", "Safe two"]
[[songs.sections]]
name = "chorus"
rhyme = "AABB"
[[songs]]
title = "Café Noir"
tempo = 300
[[songs.sections]]
name = "verse"
"""


class Slow:
    """Writes lines by their ask and number, and takes its time: now and then a shelf is empty when it is pressed."""

    on_trouble: Any = None

    def __init__(self, seed: int, time: ManualClock) -> None:
        self._random, self._time = random.Random(seed), time

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        yield

    async def write(
        self, ask: Ask, start: int = 0, count: int = 1, earlier: Sequence[str] = (), *, urgent: bool = False
    ) -> list[Line]:
        await self._time.sleep(self._random.choice((0, 0.001, 0.01)))
        # A frame of one shelf stands on others too, and some lines come twice.
        return [
            Line(f"{ask.digest[:4]} {at - at % 7 % 2} {ask.word or ''}", "frame", frame=f"f{at % 9}", index=at)
            for at in range(start, start + count)
        ]


def actions(chance: random.Random, now: float) -> Event:
    """One of all that may come in, `now`."""

    def command(action: Action, value: Any = None) -> Command:
        return Command(now, "page", Do(action, value))

    return chance.choice(
        (
            *[KeyPress(now, "page", "a")] * 6, *[KeyPress(now, "page", "q")] * 2, KeyPress(now, "page", "z"),
            ControlChange(now, "midi p", "p", 1, 80, chance.choice((0, 127)), 0), command("keep"), command("veto"),
            command("swap"), command("next_section"), command("next_song"), command("previous_song"),
            command("goto", "chorus"), command("clear"), command("panic"), command("hold"), command("hold"),
            command("word", chance.choice(("rain", "tonight", "boat"))), command("say", "Hello there"),
            command("say", "vw xq " * 40), command("wildness", chance.choice((0.2, 0.9))),
            command("heard", "the rain is falling on the harbour"), command("again"), command("song", 99),
        )
    )  # fmt: skip


Learning = tuple[int, Trigger, str | None, str | None]
"""After how many presses, what, and where: song and section."""


async def a_night(file: Path, seed: int, presses: int = 250, learning: Learning | None = None) -> Journal:
    setlist = setlists.loads(SET, "set.toml")
    kept, vetoed = {("Harbour Lights", "verse"): ["Kept once"]}, {"Nothing of it"}
    show = Show(setlist, Pool(24), seed=seed, kept=kept, vetoed=vetoed)
    made = Journal(file, title="Friday", seed=seed, model="m", version="0")
    clock = ManualClock()
    stage = Stage(show, show.pool, Clock(), cast(Generator, Slow(seed, clock)), journal=made, time=clock)
    assert stage.trace is not None
    stage.trace.begin = lambda: trace.made_of(SET, {}, "", "", vetoed, None)
    chance = random.Random(seed)
    async with stage.running():
        for press in range(presses):
            if learning is not None and press == learning[0]:
                show.learn(*learning[1:])
                stage.learned(*learning[1:])
            stage.hear(actions(chance, clock.now()))
            await clock.advance(chance.choice((1e-5, 1e-5, 0.001, 0.004)))  # no two at one moment
        await clock.advance(0.2)
    return made


class Silent(Slow):
    """Writes nothing at all."""

    async def write(
        self, ask: Ask, start: int = 0, count: int = 1, earlier: Sequence[str] = (), *, urgent: bool = False
    ) -> list[Line]:
        await self._time.sleep(1.0)
        return []


BAKED = "Baked by another edition"


async def a_night_of_lent_lines(file: Path, presses: int, away: Do) -> list[str]:
    """A night whose writer is silent, and that goes `away` from where lines are ready, to another section or wildness:
    they come there too. Returns each press's line."""
    show = Show(setlists.loads(SET, "set.toml"), Pool(24), seed=1)
    show.pool.put(show.ask, 0, [Line(f"Line {number}", "frame") for number in range(presses)])
    show.ladder.meanwhile = {(show.song.title, "chorus"): [Line(BAKED, "frame")]}
    made = Journal(file, title="Friday", seed=1, model="m", version="0")
    clock = ManualClock()
    stage = Stage(show, show.pool, Clock(), cast(Generator, Silent(1, clock)), journal=made, time=clock)
    assert stage.trace is not None
    stage.trace.begin = lambda: trace.made_of(SET, {}, "", "", (), None)
    shown = []
    async with stage.running():
        stage.hear(Command(clock.now(), "page", away))
        for _ in range(presses):
            await clock.advance(0.03)
            stage.hear(KeyPress(clock.now(), "page", "a"))
            await clock.advance(0.03)
            shown.append("" if show.up is None else show.up.text)
        await clock.advance(0.2)
    return shown


SET_AT_ONCE = SET.replace("min_gap_ms = 1\n", "")  # a line may follow another at the same moment
LONG, UNFIT, SHORT = "vw xq " * 25, "vw xq " * 25 + "tonight", "Hello there"


async def a_night_of_texts(file: Path, moments: Sequence[Sequence[str]]) -> list[str]:
    """A night in which several texts come at one moment, as in an OSC bundle, and a press after them. Returns what was
    shown."""
    show = Show(setlists.loads(SET_AT_ONCE, "set.toml"), Pool(24), seed=1)
    made = Journal(file, title="Friday", seed=1, model="m", version="0")
    clock = ManualClock()
    stage = Stage(show, show.pool, Clock(), cast(Generator, Silent(1, clock)), journal=made, time=clock)
    assert stage.trace is not None
    stage.trace.begin = lambda: trace.made_of(SET_AT_ONCE, {}, "", "", (), None)
    wanted = 0
    async with stage.running():
        for texts in moments:
            at = clock.now()
            for text in texts:
                stage.hear(Command(at, "osc", Do("say", text)))
            stage.hear(KeyPress(at, "page", "a"))
            await clock.advance(0.05)
            wanted += sum(text != UNFIT for text in texts) + 1
            async with asyncio.timeout(10):
                while made.tally["cue"] < wanted:  # they are judged in a thread
                    await asyncio.sleep(0.001)
        await clock.advance(0.2)
    return [record["text"] for record in made.tonight() if record["kind"] == "cue"]
