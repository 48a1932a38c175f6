"""What the tests of the pages share: a browser, a tab, and ways to wait for what it shows."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import programs
import pytest

from .conftest import FLAGS, LINE

SIZES = [(320, 568), (390, 844), (844, 390), (1024, 768), (1920, 1080), (3840, 2160)]
LINES = [
    "Oh",
    LINE,
    "I counted every neon sign from here to Montréal and none of them would ever say your name out loud",
    "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch",
    "港の灯りが雨に滲んで、君の名前を呼んでいる",
    "הלילה יורד על הנמל, ואני עדיין מחכה לך",
]
OVERFLOW = """() => {
  const box = document.scrollingElement;
  const out = [];
  if (box.scrollWidth > innerWidth || box.scrollHeight > innerHeight) out.push("scrolls");
  for (const e of document.querySelectorAll(".row, .line, .next, .previous, .where, button, .up, .coming, .mark")) {
    if (e.closest(".scrolls, .editing #panel-pads")) continue;
    const r = e.getBoundingClientRect();
    if (!r.width || !e.textContent) continue;
    const within = r.left >= -0.5 && r.top >= -0.5 && r.right <= innerWidth + 0.5 && r.bottom <= innerHeight + 0.5;
    if (!within) out.push(e.className + " " + e.textContent);
  }
  return out;
}"""


@asynccontextmanager
async def chromium(playwright: Any) -> AsyncIterator[Any]:
    """A browser, for tests that are marked as needing "chromium"."""
    async with playwright.async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=programs.chromium(), args=FLAGS)
        yield browser
        await browser.close()


@asynccontextmanager
async def looking(browser: Any, url: str, size: tuple[int, int] = (1024, 768), **options: Any) -> AsyncIterator[Any]:
    """A tab that has its first state. Whatever the page complains about in its console is an error."""
    context = await browser.new_context(viewport={"width": size[0], "height": size[1]}, **options)
    context.set_default_timeout(15_000)
    tab = await context.new_page()
    complaints: list[str] = []
    tab.on("pageerror", lambda fault: complaints.append(str(fault)))
    tab.on("console", lambda m: complaints.append(m.text) if "Content Security" in m.text else None)
    await tab.goto(url)
    await holds(tab, "document.querySelector('#stage:not(.lost), #desk:not(.lost), #room:not(.lost)')")
    yield tab
    assert complaints == []
    await context.close()


async def holds(tab: Any, expression: str, arg: object = None) -> None:
    """Waits until an expression is true in the page. (Playwright's own waiting wants eval, which the page forbids.)"""
    for _ in range(750):
        if await tab.evaluate(expression, arg):
            return
        await asyncio.sleep(0.02)
    pytest.fail(f"waited in vain for {expression} {arg or ''}; the page says {await tab.inner_text('body')!r}")


async def shows(tab: Any, text: str) -> None:
    await holds(
        tab,
        "([text, at]) => document.querySelector(at).textContent.replace(/- |\\s/g, '').replace(/’/g, \"'\")"
        " === text.replace(/\\s/g, '')",
        arg=[text, ".line, #line"],
    )
