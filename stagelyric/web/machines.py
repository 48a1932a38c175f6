"""The links to the machines that the rig names: each is listened to over the socket that displays use."""

import asyncio
import contextlib
import json
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import aiohttp

from stagelyric.show.step import Machine, Step
from stagelyric.types.events import Emit, Level, Notice
from stagelyric.types.parts import Part, ignore
from stagelyric.types.standing import Record, Standing
from stagelyric.web.server import MACHINE, Page

FIRST = 0.3  # seconds that a start waits for the others' word
AGAIN = 0.25  # seconds between two tries to reach a machine
BEAT = 2.0  # seconds between two signs of life: half of it without an answer, and the link is lost
LONGEST = 16 << 20  # bytes of a message: a whole night is less than one
SOURCE = "machines"

log = logging.getLogger(__name__)


class Machines(Part):
    """The machines that this one keeps in step with; it tells of those that come and go.

    `page`: whose socket they listen to; `whole`: where this show is, all of it; `seed`: its seed; `take(standing,
    seed)` goes on from there. All four are asked once the show runs.
    """

    name = "machines"

    def __init__(
        self,
        step: Step,
        page: Callable[[], Page],
        whole: Callable[[], Record],
        seed: Callable[[], int],
        take: Callable[[Standing, int | None], None],
    ) -> None:
        self.step = step
        self._page, self._whole, self._seed, self._take = page, whole, seed, take
        self._emit: Emit = ignore
        self._look: asyncio.TimerHandle | None = None
        self._led: str | None = ""  # the leader's name as last said; None: this machine

    def greeting(self) -> dict[str, object]:
        """What another machine is told first: where this show is."""
        return self.step.message(self._whole(), self._seed(), time.monotonic(), whole=True)

    @asynccontextmanager
    async def running(self, emit: Emit = ignore) -> AsyncIterator[None]:
        self._emit = emit
        self.step.own(self._whole(), time.monotonic())
        async with aiohttp.ClientSession() as session:
            tried = [asyncio.Event() for _ in self.step.machines]
            pairs = zip(self.step.machines, tried, strict=True)
            tasks = [asyncio.create_task(self._follow(session, machine, event)) for machine, event in pairs]
            try:
                # A machine that returns is where the others are before any display can ask it.
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(FIRST):
                        await asyncio.gather(*(event.wait() for event in tried))
                yield
            finally:
                if self._look is not None:
                    self._look.cancel()
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    def own(self, record: Record) -> None:
        """A press has changed something: the others are told, when its line is on its way."""
        now = time.monotonic()
        self.step.own(record, now)
        message = self.step.message(record, self._seed(), now, whole=False)
        asyncio.get_running_loop().call_soon(self._tell, message)
        self._compare()

    async def _follow(self, session: aiohttp.ClientSession, machine: Machine, tried: asyncio.Event) -> None:
        """Listens to a machine for as long as the show lasts; `tried`: it has answered, or can't be reached."""
        address = machine.name if "//" in machine.name else f"http://{machine.name}"
        while True:
            with contextlib.suppress(OSError, aiohttp.ClientError, TimeoutError, ValueError):
                # ssl=False: the certificate is that machine's own, and the rig names its address.
                async with session.ws_connect(
                    f"{address.rstrip('/')}/live?page={MACHINE}", heartbeat=BEAT, max_msg_size=LONGEST, ssl=False
                ) as link:
                    async for message in link:
                        if message.type is aiohttp.WSMsgType.TEXT:
                            self._hear(machine, message.data)
                            if machine.up:
                                tried.set()
            tried.set()
            if machine.id == self.step.id:
                return  # a rig that all machines share names this one too
            if machine.up:
                self.step.lost(machine)
                self._say(f"no link to {machine.name}", about=f"link {machine.name}")
                self._compare()
            await asyncio.sleep(AGAIN)

    @property
    def _alone(self) -> bool:
        return not any(machine.up for machine in self.step.machines)

    def _hear(self, machine: Machine, data: str) -> None:
        message: object = json.loads(data)
        if not isinstance(message, dict) or message.get("type") != "step":
            return
        new = not machine.up
        differed = machine.differed
        self.step.hear(machine, message, time.monotonic())
        if new:
            self._say(f"linked to {machine.name}", "info", about=f"link {machine.name}")
        if new and machine.title != self.step.title:
            self._say(f'{machine.name} plays another setlist ("{machine.title}"): the two are not in step')
        if machine.differed != differed and machine.differed is not None and not new:
            self._say(f"{machine.name} was out of step, and has taken this machine's place")
        self._compare()

    def _compare(self) -> None:
        """Who leads, and whether we are where it is; looked at again while a press may be on its way."""
        leader = self.step.leader
        name = leader.name if leader is not None else None
        if name != self._led and not self._alone:
            self._led = name
            self._say(f"{self._led} leads: this machine follows" if leader else "this machine leads", "info")
        if self._look is not None:
            self._look.cancel()
            self._look = None
        found = self.step.check(time.monotonic())
        if isinstance(found, float):
            self._look = asyncio.get_running_loop().call_later(found + 0.001, self._compare)
        elif found is not None and leader is not None:
            self.step.differed = time.time()
            self._take(found, leader.seed)
            self._taken()
            self._say(
                f"out of step with {leader.name}: went to its place ({found.song}, {found.section}, {found.number})"
            )

    def _taken(self) -> None:
        """This show stands where the leader does: that is where it is compared from, and what is told."""
        now = time.monotonic()
        self.step.own(self._whole(), now)
        self._tell(self.step.message(self._whole(), self._seed(), now, whole=True))

    def _tell(self, message: dict[str, object]) -> None:
        self._page().tell_machines(message)

    def _say(self, text: str, level: Level = "warning", about: str = "") -> None:
        self._emit(Notice(time.monotonic(), SOURCE, text, level, about))
