"""The pages on browsers of 2020: syntax and calls they lack, and a sentence in large letters on older ones still."""

import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from stagelyric.testing.waiting import until
from stagelyric.types.events import Command, KeyPress

from .conftest import Show, running
from .pages import holds, looking

playwright = pytest.importorskip("playwright.async_api")

STATIC = Path(__file__).parents[2] / "stagelyric" / "web" / "static"
NEWER = """
delete Array.prototype.at; delete String.prototype.at; delete Object.hasOwn; delete Array.prototype.findLast;
delete Array.prototype.findLastIndex; delete Array.prototype.toSorted; delete Array.prototype.toReversed;
delete Array.prototype.with; delete window.structuredClone; delete Navigator.prototype.wakeLock;
delete String.prototype.replaceAll; delete Element.prototype.replaceChildren; delete AbortSignal.timeout;
delete AbortSignal.any; delete Promise.any; delete Promise.withResolvers; delete Object.groupBy; delete Map.groupBy;
delete crypto.randomUUID; delete window.requestIdleCallback; delete Intl.Segmenter; delete window.WeakRef;
delete Array.fromAsync; delete Element.prototype.checkVisibility; delete Document.prototype.startViewTransition;
"""


@pytest_asyncio.fixture(loop_scope="module")
async def show() -> AsyncIterator[Show]:
    async with running() as show:
        yield show


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.needs("chromium")
@pytest.mark.parametrize("page", ["", "operator", "audience"])
async def test_a_page_runs_without_the_calls_of_later_years(browser: Any, show: Show, page: str) -> None:
    async with looking(browser, f"{show.page.url}/{page}", (800, 600)) as tab:
        faults: list[str] = []
        tab.on("pageerror", lambda error: faults.append(str(error)))
        await tab.add_init_script(NEWER)
        await tab.reload()
        for text in ("The kettle sings by the harbour", "日本の歌をうたう", "Nobody knew the barber"):
            show.cue(text, next=text)
            await holds(
                tab, "text => document.body.innerText.replace(/\\s+/g, '').includes(text)", arg=text.replace(" ", "")
            )
        assert faults == []
        assert await tab.query_selector("#too-old") is None


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.needs("chromium")
async def test_a_browser_that_cannot_run_a_page_says_so(browser: Any, show: Show) -> None:
    context = await browser.new_context()
    tab = await context.new_page()
    await tab.route("**/static/core.js", lambda route: route.fulfill(body="let a = ;", content_type="text/javascript"))
    await tab.goto(show.page.url)
    await tab.wait_for_selector("#too-old")
    assert "too old" in await tab.inner_text("#too-old")
    await context.close()


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.needs("chromium")
@pytest.mark.parametrize("key", ["Space", "Enter"])
async def test_after_a_click_a_pedals_keys_are_the_pedals_again(browser: Any, show: Show, key: str) -> None:
    async with looking(browser, show.page.url + "/operator", (1200, 800)) as tab:
        await tab.wait_for_selector("#speech[aria-checked=true]")
        for name in ("hold", "again", "next_section"):
            button = f"[data-do={name}]"
            if await tab.query_selector(button) is None:
                continue
            show.events.clear()
            await tab.click(button)
            await until(lambda: any(isinstance(event, Command) for event in show.events))
            show.events.clear()
            await tab.keyboard.press(key)
            await until(lambda: any(isinstance(event, KeyPress) for event in show.events))
            assert not [event for event in show.events if isinstance(event, Command)]


@pytest.mark.needs("acorn")
def test_the_pages_are_written_in_the_syntax_of_2020() -> None:
    old, worker = STATIC / "old.js", STATIC / "worker.js"
    modules = sorted(set(STATIC.glob("*.js")) - {old, worker})
    assert len(modules) > 20
    for kind, files in ((["--ecma5"], [old]), (["--ecma2020"], [worker]), (["--ecma2020", "--module"], modules)):
        result = subprocess.run(["acorn", *kind, "--silent", *map(str, files)], capture_output=True, text=True)
        assert result.returncode == 0, result.stderr
