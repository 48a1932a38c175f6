"""The operator's pads and tabs in a real Chromium: free pads, those that are made, a pedal that is learned."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from stagelyric.setlist.setlist import load
from stagelyric.show.learn import LearnSession
from stagelyric.show.pool import Pool
from stagelyric.show.show import Show as RealShow
from stagelyric.testing.waiting import until
from stagelyric.types.actions import Do
from stagelyric.types.events import ControlChange, PadPress

from .conftest import Show
from .pages import IN_CHROMIUM, OVERFLOW, holds, looking, orders, show_of_the_file

playwright = pytest.importorskip("playwright.async_api")

pytestmark = IN_CHROMIUM
show = show_of_the_file


async def test_free_pads_press_and_release(browser: Any, show: Show) -> None:
    async with looking(browser, show.page.url + "/operator?pads=Lights,Intro") as tab:
        await tab.get_by_role("button", name="Lights").click()
        await until(lambda: len(show.events) == 2, "the pad")
        assert [(e.pad, e.released) for e in show.events if isinstance(e, PadPress)] == [
            ("Lights", False),
            ("Lights", True),
        ]


async def test_pads_are_made_in_edit_mode_only_and_stay(browser: Any, show: Show) -> None:
    async with looking(browser, show.page.url + "/operator", (390, 844)) as tab:
        assert await tab.locator("#pad-form").is_hidden()
        await tab.click("#mode")
        assert await tab.inner_text("#mode") == "sure?"
        assert await tab.locator("#pad-form").is_hidden()
        await asyncio.sleep(0.3)
        await tab.click("#mode")
        await tab.fill("#pad-label", "Bonsoir")
        await tab.select_option("#pad-do", "say")
        await tab.fill("#pad-value", "Bonsoir, Montréal")
        await tab.get_by_role("button", name="add pad").click()
        await tab.fill("#pad-label", "Lights")
        await tab.select_option("#pad-do", "pad")
        await tab.get_by_role("button", name="add pad").click()
        assert await tab.evaluate(OVERFLOW) == []
        await tab.click("#mode")
        assert await tab.locator("#pad-form").is_hidden()
        await tab.get_by_role("button", name="Bonsoir").click()
        await tab.get_by_role("button", name="Lights").click()
        await until(lambda: len(show.events) == 3, "the pads")
        assert orders(show) == [Do("say", "Bonsoir, Montréal")]
        assert [(e.pad, e.released) for e in show.events if isinstance(e, PadPress)] == [("Lights", 0), ("Lights", 1)]
        await tab.reload()
        await tab.get_by_role("button", name="Bonsoir").click()
        await until(lambda: len(show.events) == 4, "the pad after the reload")
        await tab.click("#mode")
        await asyncio.sleep(0.3)
        await tab.click("#mode")
        await tab.get_by_role("button", name="Take the pad Bonsoir away").click()
        await tab.click("#mode")
        assert await tab.locator("#pads button").all_inner_texts() == ["Lights"]


async def test_a_pedal_is_learned_from_the_desk(browser: Any, show: Show, tmp_path: Path) -> None:
    file = tmp_path / "set.toml"
    file.write_text('title = "Friday"  # a comment\n[[songs]]\ntitle = "Harbour Lights"\n', encoding="utf-8")
    learning = show.page.learn_session = LearnSession(file, RealShow(load(file), Pool(), seed=1))
    async with looking(browser, show.page.url + "/operator") as tab:
        await tab.click("#mode")
        await asyncio.sleep(0.3)
        await tab.click("#mode")
        await tab.get_by_role("button", name="learn a pedal").click()
        await holds(tab, "document.querySelector('#learn p').textContent.startsWith('Press the pedal')")
        at = asyncio.get_running_loop().time()
        assert learning.hear(ControlChange(at, "midi FCB1010", "FCB1010", 1, 80, 127, 0))
        assert learning.hear(ControlChange(at + 0.2, "midi FCB1010", "FCB1010", 1, 80, 0, 127))
        await tab.wait_for_selector("#learn select:visible")
        await tab.select_option("#learn select", "goto")
        await tab.fill("#learn input", "chorus")
        await tab.select_option("#learn select", "clear")
        await tab.get_by_role("button", name="write it down").click()
        await holds(tab, "document.querySelector('#learn p').textContent.includes('set.toml')")
    written = file.read_text(encoding="utf-8")
    assert "# a comment" in written
    assert [trigger.do for trigger in load(file).triggers] == [Do("clear")]


async def test_tabs_are_walked_by_arrow_keys_and_press_nothing(browser: Any, show: Show) -> None:
    async with looking(browser, show.page.url + "/operator") as tab:
        await tab.focus("#tab-pads")
        await tab.keyboard.press("ArrowRight")
        await tab.wait_for_selector("#panel-set:visible")
        await tab.keyboard.press("End")
        await tab.wait_for_selector("#panel-rehearse:visible")
        await tab.keyboard.press("ArrowRight")
        await tab.wait_for_selector("#panel-pads:visible")
        assert await tab.evaluate("document.activeElement.id") == "tab-pads"
        assert show.events == []
