"""Ableton Live by way of AbletonOSC: launching a scene or clip takes the show to the song and section of its name."""

import asyncio
import contextlib
import ipaddress
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager

from stagelyric.gear.live.contents import SCENES, STARTED, TRACKS, Began, Effect, LiveSet, Look, Query
from stagelyric.gear.live.names import leads, place
from stagelyric.gear.osc.output import encode
from stagelyric.gear.osc.packets import MalformedError, read
from stagelyric.types.actions import Do
from stagelyric.types.events import Command, Emit, Level, Notice, OscArgument
from stagelyric.types.parts import Part, ignore

# the ports at which AbletonOSC listens and to which it replies; both are fixed in its source
PORT, ANSWERS = 11000, 11001
EVERY = 1.0  # seconds between two checks that Live is there
PATIENCE = 4  # checks without an answer after which Live counts as gone
NAMES_EVERY = 30  # checks between two queries of the clips' names
SETTLING = 0.15  # seconds; AbletonOSC reports a scene and its clips within about 100 ms
BURST, PAUSE = 32, 0.05  # queries sent at once, and seconds between such bursts: Live answers on its main thread

_INSTALL = "start Live, and choose AbletonOSC as a control surface in its settings, Link, Tempo & MIDI"


class Live(Part):
    """A part that sends events. `songs`: the sections by song title; `here`: returns the title of the present song;
    `track`: only clips on tracks with this in their name count. `host` and `port`: where AbletonOSC listens; it replies
    to the port `answers`.

    If Live or AbletonOSC is missing, that is reported once and checked all the time; nothing waits for it.
    """

    name = "live"

    def __init__(
        self,
        songs: Mapping[str, Sequence[str]],
        here: Callable[[], str],
        host: str = "127.0.0.1",
        port: int = PORT,
        answers: int = ANSWERS,
        track: str | None = None,
    ) -> None:
        self._songs, self._here = songs, here
        self._host, self._port, self._answers = host, port, answers
        self._set = LiveSet(track)
        self._emit: Emit = lambda event: None
        self._socket: socket.socket | None = None
        self._address: str | None = None  # of Live's machine
        self._unanswered = 0
        self.is_there: bool | None = None  # whether Live is there; None: not known yet
        self._anew = True  # whether the next answer comes from a Live that must be asked for everything
        self._said: str | None = None
        self._timers: set[asyncio.TimerHandle] = set()
        self._asking: asyncio.Queue[Query] = asyncio.Queue()

    @asynccontextmanager
    async def running(self, emit: Emit = ignore) -> AsyncIterator[None]:
        self._emit = emit
        tasks = [asyncio.create_task(work()) for work in (self._follow, self._ask)]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            for timer in self._timers:
                timer.cancel()
            self._close()

    async def _follow(self) -> None:
        """Checks regularly whether Live is there. After its first answer, and the first one after a silence, asks for
        everything."""
        looks = 0
        while True:
            if self._socket is None:
                await self._open()
            if self._socket is not None:
                self._look(looks)
                looks += 1
            await asyncio.sleep(EVERY)

    def _look(self, looks: int) -> None:
        if self._unanswered == 1:
            self._anew = True  # another set may be opening, in which case AbletonOSC forgets its listeners
        if self._unanswered == PATIENCE and self.is_there is not False:
            was, self.is_there = self.is_there, False
            lost = "does not answer any more" if was else "is not heard"
            self._say(f"Live {lost} at {self._host} port {self._port}: {_INSTALL}; the show goes on")
        self._unanswered += 1
        queries = [Query(SCENES), Query(TRACKS)]
        if looks % NAMES_EVERY == NAMES_EVERY - 1:
            queries += self._set.names()
        self._put(queries)

    async def _open(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(self._host, self._port, family=socket.AF_INET, type=socket.SOCK_DGRAM)
        except (OSError, UnicodeError):
            self._say(f'Live: there is no machine "{self._host}" on the network yet; it is looked for')
            return
        self._address = str(found[0][4][0])
        bound = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        bound.setblocking(False)
        try:
            bound.bind(("127.0.0.1" if ipaddress.ip_address(self._address).is_loopback else "0.0.0.0", self._answers))
        except OSError:
            bound.close()
            self._say(
                f"Live: UDP port {self._answers}, where AbletonOSC sends to, is used by another program; close that "
                "one (AbletonOSC speaks to one program only); the show goes on, and tries again"
            )
            return
        self._socket = bound
        loop.add_reader(bound.fileno(), self._receive)

    def _close(self) -> None:
        if self._socket is not None:
            asyncio.get_running_loop().remove_reader(self._socket.fileno())
            self._socket.close()
            self._socket = None

    def _receive(self) -> None:
        if self._socket is None:
            return
        with contextlib.suppress(OSError):  # the program is gone, or Live's machine reports that nobody listens
            datagram, sender = self._socket.recvfrom(65_536)
            if sender[0] != self._address:
                return
            with contextlib.suppress(MalformedError):
                for _, message in read(datagram):
                    self._hear(message.address, message.arguments)

    def _hear(self, address: str, arguments: tuple[OscArgument, ...]) -> None:
        if address in (SCENES, TRACKS, STARTED):
            self._is_alive(address, arguments)
            return
        self._carry_out(self._set.hear(address, arguments))

    def _is_alive(self, address: str, arguments: tuple[OscArgument, ...]) -> None:
        self._unanswered = 0
        self._anew |= self._set.changed(address, arguments) or address == STARTED
        if address != TRACKS or not self._anew:
            return
        self._anew = False
        self._put(self._set.listen())
        if not self.is_there:
            self.is_there = True
            self._later(EVERY + PAUSE * self._asking.qsize() / BURST, self._say_what_there_is)

    def _carry_out(self, effects: Iterable[Effect]) -> None:
        for effect in effects:
            match effect:
                case Began():
                    self._go(effect.name)
                case Query():
                    self._put([effect])
                case Look():
                    self._later(SETTLING, self._look_at, effect.scene)

    def _look_at(self, scene: int) -> None:
        self._carry_out(self._set.began(scene))

    def _go(self, name: str) -> None:
        there = place(name, self._songs, self._here())
        if there is None:
            return
        now = time.monotonic()
        if there.song is not None:
            self._emit(Command(now, self.name, Do("song", there.song)))
        if there.section is not None:
            self._emit(Command(now, self.name, Do("goto", there.section)))

    def _later(self, seconds: float, what: Callable[..., None], *about: object) -> None:
        def run() -> None:
            self._timers.discard(timer)
            what(*about)

        timer = asyncio.get_running_loop().call_later(seconds, run)
        self._timers.add(timer)

    def _put(self, queries: Iterable[Query]) -> None:
        for query in queries:
            self._asking.put_nowait(query)

    async def _ask(self) -> None:
        sent = 0
        while True:
            query = await self._asking.get()
            if self._socket is not None and self._address is not None:
                with contextlib.suppress(OSError):
                    self._socket.sendto(encode(query.address, *query.arguments), (self._address, self._port))
            sent += 1
            if sent % BURST == 0:
                await asyncio.sleep(PAUSE)

    def _say_what_there_is(self) -> None:
        clips = [name for names in self._set.clips.values() for name in names if name is not None]
        names = [*(name for name in self._set.scenes.values() if name), *clips]
        known = sum(leads(name, self._songs) for name in names)
        text = f"Live is here: {len(self._set.scenes)} scenes and {len(clips)} clips; {known} of their names lead to a "
        self._say(text + "song or a section", "info" if known else "warning")

    def _say(self, text: str, level: Level = "warning") -> None:
        if text != self._said:
            self._said = text
            self._emit(Notice(time.monotonic(), self.name, text, level))
