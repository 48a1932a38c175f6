"""Killed again and again while real pages look on: they see every line once, in its order, and nothing else."""

import json
import os
import random
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from faults.harness import ports, show, stock
from web.conftest import chromium

from stagelyric.types.lines import normal

playwright = pytest.importorskip("playwright.async_api")


SONGS = ("Harbour Lights", "Second Song")


class Seen:
    """What a page was told, by its socket: (number, line) in order, the song, and when it last heard anything."""

    def __init__(self) -> None:
        self.lines: list[tuple[int, str]] = []
        self.song = ""
        self.heard = 0.0
        self.foreign: list[str] = []  # songs that are not the one that is played

    def follow(self, tab: Any) -> None:
        tab.on("websocket", lambda link: link.on("framereceived", self._hear))

    def _hear(self, data: str | bytes) -> None:
        message = json.loads(data)
        self.heard = time.monotonic()
        if message["type"] not in ("state", "cue"):
            return
        self.song = message["song"]
        text = message["line"] if message["type"] == "state" else message["text"]
        if message["type"] == "cue" and not text.startswith(self.song):  # a line of the song before may stay up
            self.foreign.append(f"{self.song}: {text}")
        if text and (not self.lines or self.lines[-1] != (message["number"], text)):
            self.lines.append((message["number"], text))


async def watched(folder: Path, browser: Any, kills: int, presses: int) -> tuple[list[Seen], list[float]]:
    """A show of so many presses that is killed so often, at random, and goes to its other song now and then; two pages
    look on. Gives what they saw, and the seconds from each start to the first word that both pages had of it."""
    here, rng = ports(), random.Random(11)
    stock(folder, lines=2 * presses + 32)
    seen, back = [Seen(), Seen()], []
    pressed = 0
    context = await browser.new_context()
    for life in range(kills + 1):
        began, song = time.monotonic(), seen[0].song
        async with show(folder, here) as play:
            if life == 0:
                for one, path in zip(seen, ("/", "/audience"), strict=True):
                    tab = await context.new_page()
                    one.follow(tab)
                    await tab.goto(play.url + path)
            page = context.pages[0]
            while not all(one.heard > began for one in seen):
                await page.wait_for_timeout(10)
            if life > 0:
                back.append(max(one.heard for one in seen) - began)
                assert {one.song for one in seen} == {song}
            if life % 5 == 1:
                other = SONGS[seen[0].song == SONGS[0]]
                play.send("/stagelyric/song", other)
                while {one.song for one in seen} != {other}:
                    await page.wait_for_timeout(10)
            last = life == kills
            for _ in range(presses - pressed if last else presses // (kills + 1)):
                play.send("/stagelyric/line")
                pressed += 1
                await page.wait_for_timeout(rng.uniform(0, 8))
            if last:
                await page.wait_for_timeout(500)
            else:
                await play.kill()
    await context.close()
    return seen, back


@pytest.mark.needs("chromium")
async def test_pages_see_every_line_once_through_kills(
    tmp_path: Path, record_property: Callable[[str, object], None], request: pytest.FixtureRequest
) -> None:
    kills: int = request.config.getoption("--kills")
    presses = max(24, 10 * kills)
    async with chromium(playwright) as browser:
        seen, back = await watched(tmp_path, browser, kills, presses)
    check(seen)
    record_property("sent", f"{presses} presses, {kills} kills, two pages in Chromium")
    record_property("answered", f"{len(seen[0].lines)} lines, none twice, none of another song")
    times = f"{statistics.median(back):.1f} s (at most {max(back):.1f}, load {os.getloadavg()[0]:.0f})"
    record_property("longest wait", f"{times} from a start to the first word of it on both pages")


def check(seen: list[Seen]) -> None:
    for one in seen:
        assert one.foreign == []
        numbers = [number for number, _ in one.lines]
        assert numbers == sorted(set(numbers))
        texts = [normal(text) for _, text in one.lines]
        assert len(set(texts)) == len(texts)
