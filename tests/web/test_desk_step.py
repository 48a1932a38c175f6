"""The desk's line about machines in step, in a real Chromium: who leads, who is away, and when they differed."""

import time
from typing import Any

import pytest

from stagelyric.show.step import Step
from stagelyric.web.desk import Desk

from .conftest import chromium, running
from .pages import OVERFLOW, holds, looking

playwright = pytest.importorskip("playwright.async_api")

pytestmark = [pytest.mark.asyncio, pytest.mark.needs("chromium")]
SAYS = "text => document.querySelector('#machines').textContent === text"


def other(started: float, now: float) -> dict[str, Any]:
    """What the other machine, which has been up since `started`, says of itself."""
    machine = Step("b", "Fault night", started, ())
    return machine.message({}, 1967, now, whole=True)


async def test_the_desk_says_who_leads_and_when_the_machines_differed() -> None:
    now = time.monotonic()
    step = Step("a", "Fault night", now - 100, ["10.0.0.2:7740"])
    async with chromium(playwright) as browser, running(desk=Desk(step=step.told)) as show:
        async with looking(browser, show.page.url + "/operator", (390, 844)) as tab:
            await holds(tab, SAYS, arg="this machine leads · 10.0.0.2:7740 is away")
            (machine,) = step.machines

            step.hear(machine, other(now - 50, now), now)
            await holds(tab, SAYS, arg="this machine leads · 10.0.0.2:7740 follows")

            step.hear(machine, other(now - 200, now), now)  # it has been up longer
            await holds(tab, SAYS, arg="this machine follows · 10.0.0.2:7740 leads")

            step.differed = 1763890000.0
            at = await tab.evaluate("new Date(1763890000000).toLocaleTimeString()")
            text = f"this machine follows, out of step at {at} · 10.0.0.2:7740 leads"
            await holds(tab, SAYS, arg=text)
            assert await tab.evaluate(OVERFLOW) == []

            step.lost(machine)
            machine.differed = 1763890000.0
            text = f"this machine leads, out of step at {at} · 10.0.0.2:7740 is away, out of step at {at}"
            await holds(tab, SAYS, arg=text)
            assert await tab.locator("#machines").is_visible()
        async with running() as alone, looking(browser, alone.page.url + "/operator") as tab:
            await holds(tab, SAYS, arg="")
