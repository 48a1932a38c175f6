"""The page that goes through frames: for its own machine alone, with a thumb or the keys, and for everybody's eyes."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from phrasebook import frames

from stagelyric.commands.frames_page import Sheet
from stagelyric.types.devices import PortInUseError
from stagelyric.web.thumb import Thumb

from .pages import OVERFLOW, SIZES, SMALL, holds

pytestmark = pytest.mark.asyncio(loop_scope="module")

TEXT = """\
@@ own; hand plain

# Harbour Lights, verse: Polly ties the boat by feel
# *person: Polly
@ scheme free; mood ?dark; themes ?sea
*person {ties|?moors|?scrubs} the {boat|?ferry|?dinghy} by {feel|?ear}
And waits

# Harbour Lights, chorus: Nobody knows
@ scheme free; mood dark; themes sea
Nobody {knows|?sees}
Who's gone
"""


@pytest_asyncio.fixture(loop_scope="module")
async def thumb(tmp_path: Path) -> AsyncIterator[Thumb]:
    (tmp_path / "ours.frames").write_text(TEXT)
    thumb = Thumb(Sheet(tmp_path / "ours.frames", frames.KNOWN))
    async with thumb.running():
        yield thumb


def written(thumb: Thumb) -> str:
    sheet = thumb.sheet
    assert isinstance(sheet, Sheet)
    return sheet.file.read_text()


async def test_it_answers_its_own_page_alone(thumb: Thumb) -> None:
    async with aiohttp.ClientSession() as client:
        async with client.get(thumb.url + "api/frames") as answer:
            assert [one["waiting"] for one in (await answer.json())["frames"]] == [5, 1]
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        body = {"n": 0, "row": 6, "at": TEXT.split("\n")[5].index("?moors"), "text": "moors", "keep": True}
        for headers in ({"Origin": "http://elsewhere.example"}, {"Host": "elsewhere.example"}):
            async with client.post(thumb.url + "api/decide", json=body, headers=headers) as answer:
                assert answer.status == 403
        assert written(thumb) == TEXT
        refused: tuple[Any, ...] = ({}, {**body, "row": "x"}, {**body, "text": "other"}, [], {**body, "row": 1})
        for wrong in refused:
            async with client.post(thumb.url + "api/decide", json=wrong) as answer:
                assert answer.status == 409
                assert (await answer.json())["error"]
        async with client.post(thumb.url + "api/decide", json=body) as answer:
            assert (await answer.json())["waiting"] == 5
        assert written(thumb) == TEXT.replace("?moors", "moors")


async def test_a_port_that_is_taken_is_one_sentence(thumb: Thumb) -> None:
    other = Thumb(thumb.sheet, int(thumb.url.rpartition(":")[2].rstrip("/")))
    with pytest.raises(PortInUseError, match="another program has that port"):
        async with other.running():
            pass


@pytest.mark.needs("chromium")
async def test_a_thumb_and_the_keys_decide(browser: Any, thumb: Thumb) -> None:
    tab = await browser.new_page(viewport={"width": 390, "height": 844})
    faults: list[str] = []
    tab.on("pageerror", lambda fault: faults.append(str(fault)))
    await tab.goto(thumb.url)

    async def asked(word: str, left: str) -> None:
        await holds(
            tab, "([word, left]) => document.querySelector('mark')?.textContent === word"
            " && document.querySelector('#progress').textContent.endsWith(left)", [word, left],
        )  # fmt: skip

    await asked("moors", "6 left")
    await tab.click("#keep")
    await asked("scrubs", "5 left")
    await tab.click("#strike")
    await asked("ferry", "4 left")
    await tab.keyboard.press("x")
    await asked("dinghy", "3 left")
    await tab.keyboard.press("u")
    await asked("ferry", "4 left")
    await tab.keyboard.press("r")
    await holds(tab, "document.querySelectorAll('#read p').length === 3")
    assert "the ferry by feel" in await tab.inner_text("#read")
    await tab.keyboard.press("Escape")
    await tab.keyboard.press("k")
    await asked("dinghy", "3 left")
    await tab.click("#chips button:last-child")
    await asked("ear", "3 left")
    await tab.keyboard.press("ArrowRight")
    await asked("dinghy", "2 left")
    await tab.keyboard.press("ArrowLeft")
    await asked("sees", "1 left")  # the next frame's
    assert await tab.inner_text("#lines li:last-child") == "Who’s gone"
    await tab.keyboard.press("k")
    await holds(tab, "document.querySelector('#progress').textContent.endsWith('all decided')")
    assert "{ties|moors} the {boat|ferry} by {feel|ear}" in written(thumb)
    assert "?" not in written(thumb).replace("?dark", "").replace("?sea", "")
    assert faults == []
    await tab.close()


@pytest.mark.needs("chromium", "package:axe-playwright-python")
async def test_it_fits_every_screen_and_hides_nothing_from_anybody(browser: Any, thumb: Thumb) -> None:
    import axe_playwright_python as axe

    script = Path(axe.__file__).with_name("axe.min.js").read_text("utf-8")
    tab = await browser.new_page(reduced_motion="reduce")
    for width, height in SIZES:
        await tab.set_viewport_size({"width": width, "height": height})
        await tab.goto(thumb.url)
        await holds(tab, "document.querySelector('#thumb[data-state=ready] mark')")
        assert await tab.evaluate(OVERFLOW) == [], (width, height)
        assert await tab.evaluate(SMALL) == [], (width, height)
    for key in ("", "r"):
        if key:
            await tab.keyboard.press(key)
            await holds(tab, "!document.querySelector('#read').hidden")
        await tab.evaluate(script)
        found = await tab.evaluate("axe.run(document, {resultTypes: ['violations']})")
        assert found["passes"]
        assert [fault["id"] for fault in found["violations"]] == []
    await tab.close()
