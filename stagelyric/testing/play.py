"""The real program: `stagelyric play` in a process of its own on free ports, and a display that listens to it."""

import asyncio
import contextlib
import json
import os
import socket
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.request import urlopen

import aiohttp
import psutil
from pythonosc.osc_message_builder import OscMessageBuilder

from stagelyric.testing.ports import free_port
from stagelyric.testing.waiting import News
from stagelyric.types.json import JsonObject

STARTING = 120.0  # seconds in which a slow machine must load its model; a limit, not a measurement
OPENING = 10.0  # seconds in which the other parts are up once the page answers
LIMIT = 60.0  # seconds for anything that normally takes a moment

SONG = """
[[songs]]
title = "Harbour Lights"
tempo = 120
names = ["Polly Magnet", "Montréal"]
themes = ["rain", "harbour"]
[[songs.sections]]
name = "verse"
syllables = [6, 9]
rhyme = "AABB"
safety = ["Hold the light on the water", "Row me home"]
"""
"""A song of a setlist, as TOML."""


class PlayError(Exception):
    """The show did not start, or ended by itself; the message has its output."""


def packet(address: str, *arguments: str | float | bytes) -> bytes:
    """An OSC message as bytes for UDP."""
    builder = OscMessageBuilder(address)
    for argument in arguments:
        builder.add_arg(argument)
    data: bytes = builder.build().dgram
    return data


class Display:
    """A page's WebSocket, with all messages received.

    It is read continuously, like a page's, since the server drops a client that leaves its pings unanswered.
    """

    def __init__(self, link: aiohttp.ClientWebSocketResponse) -> None:
        self.link = link
        self.messages: list[JsonObject] = []
        self.cues: list[JsonObject] = []
        # The latest of each type, field by field: an update of the desk has only what changed.
        self.told: dict[str, JsonObject] = {}
        self._news = News()
        self.reading = asyncio.create_task(self._read(), name="display")

    @property
    def lines(self) -> list[str]:
        return [cue["text"] for cue in self.cues]

    @property
    def state(self) -> JsonObject:
        return self.told["state"]

    async def until(self, condition: Callable[[], object], seconds: float = LIMIT) -> None:
        """Waits until the condition holds; AssertionError after `seconds` or when the link is lost."""
        await self._news.until(lambda: condition() or self._lost(), seconds=seconds)
        assert condition(), "the link is lost"

    def _lost(self) -> bool:
        return self.reading.done()

    async def _read(self) -> None:
        try:
            with contextlib.suppress(aiohttp.ClientError):
                async for message in self.link:
                    assert message.type is aiohttp.WSMsgType.TEXT, message
                    self._take(json.loads(message.data))
        finally:  # the task is done
            asyncio.get_running_loop().call_soon(self._news.tell)

    def _take(self, message: JsonObject) -> None:
        self.messages.append(message)
        before = self.told.get("desk", {}) if message["type"] == "desk" else {}
        self.told[message["type"]] = before | message
        if message["type"] == "cue":
            self.cues.append(message)
        self._news.tell()


class Play:
    """A running `stagelyric play`: its ports, and its folder with log, journal and caches."""

    def __init__(self, process: asyncio.subprocess.Process, page: int, osc: int, folder: Path) -> None:
        self.process, self.page, self.osc, self.folder = process, page, osc, folder
        self.journal, self.cache = journal_of(folder), folder / "cache" / "stagelyric"
        self.killed = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.page}"

    @property
    def printed(self) -> str:
        """Everything printed so far, including standard error."""
        return (self.folder / "play.log").read_text(encoding="utf-8", errors="replace")

    def send(self, address: str, *arguments: str | float | bytes) -> None:
        """Sends it an OSC message."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stream:
            stream.sendto(packet(address, *arguments), ("127.0.0.1", self.osc))

    async def state(self) -> JsonObject:
        """The state from its page. Raises OSError if it does not answer."""

        def get() -> JsonObject:
            with urlopen(f"{self.url}/api/state", timeout=10) as answer:
                found: JsonObject = json.load(answer)
                return found

        return await asyncio.to_thread(get)

    async def ready(self, lines: int = 1) -> None:
        """Waits until the page answers, `lines` lines are ready and the OSC port is open."""
        async with asyncio.timeout(STARTING):
            while True:
                with contextlib.suppress(OSError):
                    if (await self.state())["ready"] >= lines:
                        break
                await self._wait()
        with contextlib.suppress(TimeoutError):  # a show whose OSC port is taken goes on without it
            async with asyncio.timeout(OPENING):
                while not self._hears_osc():
                    await self._wait()

    def _hears_osc(self) -> bool:
        """Whether its OSC port is open. The page answers a moment earlier, and what is sent before that is lost."""
        with contextlib.suppress(psutil.Error):
            links = psutil.Process(self.process.pid).net_connections("udp")
            return any(link.laddr and link.laddr.port == self.osc for link in links)
        return True

    async def until(self, condition: Callable[[], object], seconds: float = LIMIT) -> None:
        """Waits for a condition on what the show prints or writes. Raises PlayError if the show ends before."""
        async with asyncio.timeout(seconds):
            while not condition():
                await self._wait()

    async def _wait(self) -> None:
        if self.process.returncode is not None:
            raise PlayError(f"the show has ended: {self.printed.strip()}")
        await asyncio.sleep(0.05)

    def writers(self) -> list[psutil.Process]:
        """The process that writes lines: none during a restart, two while one is ending."""
        found = []
        with contextlib.suppress(psutil.NoSuchProcess):
            for child in psutil.Process(self.process.pid).children():
                with contextlib.suppress(psutil.Error):  # a zombie among them: it has just been killed
                    if "stagelyric.writing.process" in child.cmdline():
                        found.append(child)
        return found

    async def kill(self) -> None:
        """Kills the show, like a power cut."""
        self.killed = True
        self.process.kill()
        await self.process.wait()

    @asynccontextmanager
    async def display(self, page: str = "") -> AsyncIterator[Display]:
        """A connected display that has received its first state; `page`: the page that it claims to be ("operator",
        "audience")."""
        url = f"{self.url}/live" + (f"?page={page}" if page else "")
        async with aiohttp.ClientSession() as session, session.ws_connect(url) as link:
            display = Display(link)
            await display.until(lambda: bool(display.messages))
            assert display.messages[0]["type"] == "state"
            yield display
            display.reading.cancel()


def journal_of(folder: Path) -> Path:
    """The journal of a show whose files are below `folder`."""
    return folder / "journal.sqlite3"


@asynccontextmanager
async def playing(
    folder: Path,
    *arguments: str,
    ready: int = 1,
    ports: tuple[int, int] | None = None,
    environment: Mapping[str, str] | None = None,
    own: Sequence[str] = ("CACHE", "DATA"),
    through: Sequence[str] = (),
) -> AsyncIterator[Play]:
    """Runs `stagelyric play ARGUMENTS` with its files below `folder`; enters once its page answers and `ready` lines
    are ready.

    `ports`: the page's and OSC's, free ones by default; `own`: which of the user's folders are replaced; `through`: a
    program that takes the command as its arguments, and becomes it. On exit it is ended with SIGTERM; raises PlayError
    if it ended with an error. Raises PlayError, and TimeoutError, if it does not start.
    """
    page, osc = ports or (free_port(), free_port())
    command = [
        sys.executable, "-m", "stagelyric", "play", "--no-open",
        "--port", str(page), "--osc-port", str(osc), "--journal", str(journal_of(folder)), *arguments,
    ]  # fmt: skip  # the arguments last: they may name another journal
    places = {f"XDG_{name}_HOME": str(folder / name.lower()) for name in own}
    with (folder / "play.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *through,
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=os.environ | places | dict(environment or {}),
        )
    play = Play(process, page, osc, folder)
    try:
        await play.ready(ready)
        yield play
    finally:
        if process.returncode is None:
            process.terminate()
        async with asyncio.timeout(LIMIT):
            await process.wait()
    # on Windows terminate() kills the process, so its status says nothing
    ended_well = process.returncode == 0 or sys.platform == "win32"
    if not play.killed and not (ended_well and "Traceback" not in play.printed):
        raise PlayError(f"the show ended with status {process.returncode}: {play.printed.strip()}")
