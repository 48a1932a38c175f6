"""What the tests of the pages share: a tab, and ways to wait for what it shows."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import pytest_asyncio

from stagelyric.types.actions import Do
from stagelyric.types.events import Command

from .conftest import LINE, Show, running

IN_CHROMIUM = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.needs("chromium")]
"""The marks of a file whose tests share one browser, and so one event loop."""

SIZES = [(320, 568), (390, 844), (844, 390), (1024, 768), (1920, 1080), (3840, 2160)]
LINES = [
    "Oh",
    LINE,
    "I counted every neon sign from here to Montréal and none of them would ever say your name out loud",
    "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch",
    "港の灯りが雨に滲んで、君の名前を呼んでいる",
    "הלילה יורד על הנמל, ואני עדיין מחכה לך",
]
TITLE = "Everything I Ever Told You on the Night Ferry to Llanfairpwllgwyngyll and the Morning After"
OVERFLOW = """() => {
  const box = document.scrollingElement;
  const out = [];
  if (box.scrollWidth > innerWidth || box.scrollHeight > innerHeight) out.push("scrolls");
  const all = ".row, .line, .next, .previous, .where, button, .up, .coming, .cut, .mark";
  for (const e of document.querySelectorAll(all)) {
    if (e.closest(".scrolls, .editing #panel-pads")) continue;
    const r = e.getBoundingClientRect();
    if (!r.width || !e.textContent) continue;
    const within = r.left >= -0.5 && r.top >= -0.5 && r.right <= innerWidth + 0.5 && r.bottom <= innerHeight + 0.5;
    if (!within) out.push(e.className + " " + e.textContent);
  }
  return out;
}"""

# What a thumb may miss: all that can be pressed and is narrower or lower than 44 pixels, but links within a sentence.
SMALL = """() => {
  const all = "a[href], button, input:not([type=hidden]), select, textarea, summary, label:has(input)";
  const sizeOf = (e) => e.getBoundingClientRect();
  const whole = (e) => (e.matches("[type=checkbox], [type=radio]") && e.closest("label")) || e;
  return [...document.querySelectorAll(all)]
    .filter((e) => e.checkVisibility({ visibilityProperty: true }) && sizeOf(e).width)
    .filter((e) => !(e.tagName === "A" && getComputedStyle(e).display === "inline"))
    .filter((e) => Math.min(sizeOf(whole(e)).width, sizeOf(whole(e)).height) < 43.5)
    .map((e) => [e.tagName, e.id || e.className, e.textContent.trim(), sizeOf(e).width, sizeOf(e).height].join(" "));
}"""


@pytest_asyncio.fixture(loop_scope="module")
async def show_of_the_file() -> AsyncIterator[Show]:
    """A page for each test, on the loop of the file's browser; such a file says `show = show_of_the_file`."""
    async with running() as show:
        yield show


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


def contrast(one: str, two: str) -> float:
    """WCAG 2's contrast of two colours written #rrggbb."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    dark, light = sorted((luminance(one), luminance(two)))
    return (light + 0.05) / (dark + 0.05)


def orders(show: Show) -> list[Do]:
    return [event.do for event in show.events if isinstance(event, Command)]
