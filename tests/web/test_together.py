"""Teleprompter, audience and desk on one screen."""

from typing import Any

import pytest

from stagelyric.testing.waiting import until
from stagelyric.types.actions import Do
from stagelyric.types.events import Command, Event, KeyPress

from .conftest import LINE, chromium, running
from .pages import holds

playwright = pytest.importorskip("playwright.async_api")

pytestmark = pytest.mark.needs("chromium")


async def test_a_press_of_the_space_bar_counts_and_all_three_show_the_line() -> None:
    async with running() as show, chromium(playwright) as browser:
        tab = await browser.new_page(viewport={"width": 1440, "height": 900})
        faults: list[str] = []
        tab.on("pageerror", lambda fault: faults.append(str(fault)))
        tab.on("console", lambda m: faults.append(m.text) if "Content Security" in m.text else None)
        await tab.goto(show.page.url + "/together")
        await until(
            lambda: {display.page for display in show.page.displays} >= {"teleprompter", "audience", "operator"}
        )
        await tab.keyboard.press("Space")
        await until(lambda: any(map(is_press, show.events)))
        show.cue(LINE)
        for frame in tab.frames[1:]:
            await shown(frame)
        assert faults == []


def is_press(event: Event) -> bool:
    """The teleprompter's key, or the desk's large button, which has the focus where nobody has clicked yet."""
    return (isinstance(event, KeyPress) and event.key == " ") or (
        isinstance(event, Command) and event.do == Do("next_line")
    )


async def shown(frame: Any) -> None:
    await holds(frame, "text => document.body.textContent.includes(text)", "Polly")
