"""What every fault is tried on: the real `play`, with shelves that are full, so that no test waits for a writer."""

import asyncio
import socket
import time
import tomllib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
from product import MODEL, playing

from stagelyric.setlist.setlist import Setlist
from stagelyric.show.pool import CHUNK, Pool
from stagelyric.show.show import Show
from stagelyric.stage.pool_files import PoolFiles
from stagelyric.testing.play import Display, Play
from stagelyric.testing.ports import free_port
from stagelyric.types import paths
from stagelyric.types.lines import Line

SEED = 1967
SET = """
title = "Fault night"
seed = 1967
[[songs]]
title = "Harbour Lights"
tempo = 120
[[songs.sections]]
name = "verse"
safety = ["Hold the light on the water", "Row me home"]
[[songs.sections]]
name = "chorus"
[[songs]]
title = "Second Song"
"""
UNSEEDED = SET.replace("seed = 1967\n", "")


def ports() -> tuple[int, int]:
    """For a show that is started more than once: the page's and OSC's."""
    return free_port(), free_port()


def stock(folder: Path, setlist: str = SET, *, seed: int = SEED, lines: int = 256, only: str = "") -> None:
    """Fills the shelves on the disk of a show below `folder`; `only`: of the sections with this name."""
    written = Setlist.model_validate(tomllib.loads(setlist))
    show = Show(written, Pool(), seed=seed)
    store = PoolFiles(folder / "cache" / "stagelyric" / "pool", paths.edition(MODEL))
    names = [(song.title, section.name) for song in written.songs for section in song.sections]
    for (title, section), ask in zip(names, show.every_ask(), strict=True):
        if only in ("", section):
            texts = [f"{title} has its {section} line {number}" for number in range(lines)]
            for start in range(0, lines, CHUNK):
                chunk = enumerate(texts[start : start + CHUNK], start)
                store.append(ask, start, [Line(text, "model", 0.5, tuple(text.split()), at) for at, text in chunk])


waited: list[float] = []  # seconds from each press of this test to its state


def hang_up(link: aiohttp.ClientWebSocketResponse) -> None:
    """As a page that is gone: a goodbye would come after all that was sent, and be waited for."""
    stream = link.get_extra_info("socket")
    stream.shutdown(socket.SHUT_RDWR)


async def press(play: Play, address: str = "/stagelyric/line", *arguments: str | float | bytes) -> dict[str, Any]:
    """Presses, and gives the state once it has changed."""
    before = await play.state()
    began = time.monotonic()
    play.send(address, *arguments)
    async with asyncio.timeout(20):
        while (state := await play.state()) == before:
            await asyncio.sleep(0.005)
    waited.append(time.monotonic() - began)
    return state


@asynccontextmanager
async def show(
    folder: Path, here: tuple[int, int] | None = None, *options: str, setlist: str = SET, **more: Any
) -> AsyncIterator[Play]:
    """`play` with full shelves, those that a first call below `folder` fills."""
    if not (folder / "cache").exists():
        stock(folder, setlist)
    async with playing(folder, *options, setlist=setlist, ports=here, **{"ready": 0, **more}) as play:
        yield play


async def waits(play: Play, display: Display, presses: int) -> list[float]:
    """Seconds from each press to its line on a display."""
    found = []
    for _ in range(presses):
        wanted, began = len(display.cues) + 1, time.perf_counter()
        play.send("/stagelyric/line")
        await display.until(partial(_reached, display, wanted))
        found.append(time.perf_counter() - began)
        await asyncio.sleep(0.005)
    return found


def _reached(display: Display, cues: int) -> bool:
    return len(display.cues) >= cues
