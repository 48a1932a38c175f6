"""The product as a band runs it: its own command in its own process, and a display that listens to it."""

import asyncio
import contextlib
import json
import os
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import aiohttp
from pythonosc.osc_message_builder import OscMessageBuilder

LIMIT = 60.0  # seconds for what takes a moment; a limit, not a measurement
MODEL = Path(__file__).parent.parent / "models" / "char-rnn"

SETLIST = """
title = "Test night"
seed = 1967
[[triggers]]
on = { note = 60 }
do = "next_line"
[[triggers]]
on = { key = "PageDown" }
do = "next_line"
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
[[songs.sections]]
name = "chorus"
syllables = [5, 8]
safety = ["Sing it to the harbour"]
[[songs]]
title = "Second Song"
"""


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    with socket.socket(socket.AF_INET, kind) as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def packet(address: str, *arguments: Any) -> bytes:
    builder = OscMessageBuilder(address)
    for argument in arguments:
        builder.add_arg(argument)
    data: bytes = builder.build().dgram
    return data


class Display:
    """A page's WebSocket: all that it was sent, and the cues among it.

    It is read all the time, as a page does: the server drops whoever leaves its pings unanswered for long.
    """

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.messages: list[dict[str, Any]] = []
        self._news = asyncio.Event()
        self.reading = asyncio.create_task(self._read(), name="display")

    @property
    def cues(self) -> list[dict[str, Any]]:
        return [message for message in self.messages if message["type"] == "cue"]

    @property
    def lines(self) -> list[str]:
        return [cue["text"] for cue in self.cues]

    @property
    def state(self) -> dict[str, Any]:
        return [message for message in self.messages if message["type"] == "state"][-1]

    async def until(self, condition: Callable[[], bool]) -> None:
        """Waits until the condition holds; fails after LIMIT seconds or when the link is lost."""
        async with asyncio.timeout(LIMIT):
            while not condition():
                assert not self.reading.done(), "the link is lost"
                self._news.clear()
                await self._news.wait()

    async def _read(self) -> None:
        try:
            with contextlib.suppress(aiohttp.ClientError):
                async for message in self.socket:
                    assert message.type is aiohttp.WSMsgType.TEXT, message
                    self.messages.append(json.loads(message.data))
                    self._news.set()
        finally:  # once the task is done
            asyncio.get_running_loop().call_soon(self._news.set)


class Play:
    """A running `stagelyric play`."""

    def __init__(self, process: asyncio.subprocess.Process, page: int, osc: int, folder: Path) -> None:
        self.process, self.page, self.osc, self.folder = process, page, osc, folder
        self.journal = folder / "journal.sqlite3"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.page}"

    @property
    def printed(self) -> str:
        return (self.folder / "play.log").read_text(encoding="utf-8", errors="replace")

    def send(self, address: str, *arguments: Any) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stream:
            stream.sendto(packet(address, *arguments), ("127.0.0.1", self.osc))

    async def state(self) -> dict[str, Any]:
        def get() -> dict[str, Any]:
            with urlopen(f"{self.url}/api/state", timeout=10) as answer:
                found: dict[str, Any] = json.load(answer)
                return found

        return await asyncio.to_thread(get)

    async def ready(self, lines: int = 1) -> None:
        """Until the page answers and so many lines are ready."""
        async with asyncio.timeout(LIMIT):
            while True:
                assert self.process.returncode is None, self.printed
                with contextlib.suppress(OSError):
                    if (await self.state())["ready"] >= lines:
                        return
                await asyncio.sleep(0.05)

    async def kill(self) -> None:
        """As a power cut does."""
        self.process.kill()
        await self.process.wait()

    @asynccontextmanager
    async def display(self) -> AsyncIterator[Display]:
        async with aiohttp.ClientSession() as session, session.ws_connect(f"{self.url}/live") as link:
            display = Display(link)
            await display.until(lambda: bool(display.messages))
            assert display.messages[0]["type"] == "state"
            yield display
            display.reading.cancel()


@asynccontextmanager
async def playing(
    folder: Path,
    *options: str,
    setlist: str = SETLIST,
    environment: dict[str, str] | None = None,
    ready: int = 1,
    speech: bool = False,
    ports: tuple[int, int] | None = None,
    model: Path = MODEL,
    show: Path | None = None,
) -> AsyncIterator[Play]:
    """`stagelyric play` on free ports (or on `ports`: the page's, OSC's), with its files below `folder`; ended with
    SIGTERM and looked at. `show`: a baked one, in place of setlist and model."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "set.toml").write_text(setlist, encoding="utf-8")
    page, osc = ports or (free_port(), free_port(socket.SOCK_DGRAM))
    what = [str(folder / "set.toml"), "--model", str(model)] if show is None else ["--show", str(show)]
    command = [
        sys.executable, "-m", "stagelyric", "play", *what, "--no-open",
        "--port", str(page), "--osc-port", str(osc), "--journal", str(folder / "journal.sqlite3"),
        *(() if speech else ("--no-speech",)),
        *(("--midi", "none") if "--midi" not in options and not environment else ()), *options,
    ]  # fmt: skip
    places = {"XDG_CACHE_HOME": str(folder / "cache"), "XDG_DATA_HOME": str(folder / "data")}
    with (folder / "play.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=os.environ | places | (environment or {}),
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
    if process.returncode != -9:  # a test's own kill
        assert process.returncode == 0, play.printed
        assert "Traceback" not in play.printed, play.printed
