"""A page on a free port, what it emits, and a real browser to look at it with."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import aiohttp
import programs
import pytest
import pytest_asyncio

from stagelyric.types.events import Event
from stagelyric.types.lines import Cue, Line, State
from stagelyric.web import guard
from stagelyric.web.server import EMPTY, Page

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
START = replace(EMPTY, song="Harbour Lights", section="verse", ready=37, tempo=96.0, speech=True)
LINE = "Hold the light on the water, Polly Magnet"


@dataclass
class Show:
    """A show of no more than its page: what a stage would tell it, in a word."""

    page: Page
    events: list[Event] = field(default_factory=list)
    now: State = START

    def cue(self, text: str | None, **changes: object) -> int:
        """A line goes up (None clears the stage); returns its number."""
        number = self.now.number + 1
        self.now = replace(
            self.now,
            **{"number": number, "line": text or "", "cleared": text is None, **changes},  # type: ignore[arg-type]
        )
        if text is not None:
            self.now = replace(self.now, line_song=self.now.song)
        line = Line(text, "model", 0.5, tuple(text.split())) if text is not None else None
        self.page.show(Cue(line, self.now.song, self.now.section, "now", 0.0, number, 1763890000.123, 33.0))
        self.page.state(self.now)
        return number

    def tell(self, **changes: object) -> None:
        self.now = replace(self.now, **changes)  # type: ignore[arg-type]
        self.page.state(self.now)


@asynccontextmanager
async def running(port: int = 0, **options: object) -> AsyncIterator[Show]:
    show = Show(Page("127.0.0.1", port, **options))  # type: ignore[arg-type]
    show.page.state(show.now)
    async with show.page.running(show.events.append):
        yield show


@pytest.fixture
async def show() -> AsyncIterator[Show]:
    async with running() as show:
        yield show


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as session:
        yield session


@pytest.fixture
def from_afar(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every client counts as one beyond this machine."""
    monkeypatch.setattr(guard, "is_loopback", lambda address: False)


@asynccontextmanager
async def chromium(playwright: Any) -> AsyncIterator[Any]:
    """A browser, for tests that are marked as needing "chromium"."""
    async with playwright.async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=programs.chromium(), args=FLAGS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Any]:
    """One for all tests of a file."""
    async with chromium(pytest.importorskip("playwright.async_api")) as browser:
        yield browser
