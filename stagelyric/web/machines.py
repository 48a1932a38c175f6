"""Connections to the machines that the rig names: we listen to each over the WebSocket that displays use."""

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

FIRST = 0.3  # seconds that the start waits for the other machines' answers
AGAIN = 0.25  # seconds between two attempts to reach a machine
BEAT = 2.0  # seconds between two pings; after half of that without an answer the connection counts as lost
LONGEST = 16 << 20  # maximum bytes of a message; the state of a whole night takes less
SOURCE = "machines"

log = logging.getLogger(__name__)


class Machines(Part):
    """The part that keeps this machine in step with others. It reports those that come and go.

    `page`: the page through whose WebSocket the others listen to us; `whole`: returns this show's complete state;
    `seed`: returns its seed; `take(standing, seed)` takes over another machine's state. All four are used once the show
    runs.
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
        self._led: str | None = ""  # the leader's name as last reported; None: this machine; "": none yet

    def greeting(self) -> dict[str, object]:
        """The first message to another machine: this show's complete state."""
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
                # A machine that returns takes over the others' state before any display can connect to it.
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
        """Tells the other machines what a press has changed, in a later round of the loop, when its line is on its
        way."""
        now = time.monotonic()
        self.step.own(record, now)
        message = self.step.message(record, self._seed(), now, whole=False)
        asyncio.get_running_loop().call_soon(self._tell, message)
        self._compare()

    async def _follow(self, session: aiohttp.ClientSession, machine: Machine, tried: asyncio.Event) -> None:
        """Listens to a machine as long as the show lasts. `tried` is set when it has answered or can't be reached."""
        address = machine.name if "//" in machine.name else f"http://{machine.name}"
        while True:
            with contextlib.suppress(OSError, aiohttp.ClientError, TimeoutError, ValueError):
                # ssl=False: the certificate is self-signed by that machine, and the rig names its address.
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
                return  # a rig file shared by all machines names this one too
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
        """Finds out who leads and whether our state differs; checks again later if a press may be on its way."""
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
        """This show has the leader's state now: record it as ours, and tell the others."""
        now = time.monotonic()
        self.step.own(self._whole(), now)
        self._tell(self.step.message(self._whole(), self._seed(), now, whole=True))

    def _tell(self, message: dict[str, object]) -> None:
        self._page().tell_machines(message)

    def _say(self, text: str, level: Level = "warning", about: str = "") -> None:
        self._emit(Notice(time.monotonic(), SOURCE, text, level, about))
