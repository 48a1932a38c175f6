"""All that can be pressed is as large as a thumb wants it, on every page, at the width of a phone and of a tablet."""

from pathlib import Path
from typing import Any

import pytest
from baked.shows import baked

from stagelyric.baked import file as bakes
from stagelyric.commands.bake_page import Proof
from stagelyric.web.desk import Desk, Song
from stagelyric.web.proofing import proofing

from .conftest import Show
from .pages import IN_CHROMIUM, SMALL, holds, looking, show_of_the_file
from .test_rehearse import rehearsing
from .test_replay import again
from .test_setup import SET, setting_up

pytest.importorskip("playwright.async_api")

pytestmark = IN_CHROMIUM
show = show_of_the_file
SCREENS = pytest.mark.parametrize("size", [(390, 844), (1024, 768)], ids=["phone", "tablet"])


async def opened(browser: Any, url: str, size: tuple[int, int], ready: str) -> Any:
    tab = await browser.new_page(viewport={"width": size[0], "height": size[1]}, has_touch=True)
    await tab.goto(url)
    await holds(tab, ready)
    return tab


@SCREENS
@pytest.mark.parametrize("path", ["/", "/audience?words=1", "/together"])
async def test_a_display(browser: Any, show: Show, path: str, size: tuple[int, int]) -> None:
    show.page.box.open(True)
    tab = await opened(browser, show.page.url + path, size, "document.querySelector('#stage, #room, .together')")
    assert await tab.evaluate(SMALL) == []
    await tab.close()


@SCREENS
async def test_the_desk_with_each_of_its_panels(browser: Any, show: Show, size: tuple[int, int]) -> None:
    show.page.desk = Desk("Friday", (Song("Harbour Lights", ("verse", "chorus")), Song("Night Bus", ("verse",))))
    async with looking(browser, show.page.url + "/operator?pads=Lights", size) as tab:
        for panel in ("pads", "set", "log", "screens", "words", "rehearse"):
            if await tab.is_visible(f"#tab-{panel}"):
                await tab.click(f"#tab-{panel}")
            assert await tab.evaluate(SMALL) == [], panel
        await tab.click("#mode")
        assert await tab.evaluate(SMALL) == []


@SCREENS
async def test_the_rehearsal_page(browser: Any, tmp_path: Path, size: tuple[int, int]) -> None:
    async with rehearsing(tmp_path) as show:
        assert show.page.rehearsal is not None
        await show.page.rehearsal.save("Harbour Lights", ["One", "\u2026", "", "Two"], 0)
        async with looking(browser, show.page.url + "/rehearse", size) as tab:
            show.cue("Rain on the door")
            await holds(tab, "document.querySelectorAll('#draft-box textarea').length === 2")
            await tab.click("[data-wish=stanza]")
            await holds(tab, "document.querySelectorAll('#choice .options button').length > 1")
            assert await tab.evaluate(SMALL) == []
            await tab.click("text=edit")
            assert await tab.evaluate(SMALL) == []


@SCREENS
async def test_the_setup_page_with_all_that_it_hides(browser: Any, tmp_path: Path, size: tuple[int, int]) -> None:
    file = tmp_path / "set.toml"
    file.write_text(SET.replace("tempo = 96", "tempo = 5"), encoding="utf-8")
    async with setting_up(file) as show:
        tab = await opened(browser, f"{show.page.url}/setup", size, "!document.querySelector('#main').hidden")
        for place in ("#go-set", "#songs button"):
            await tab.click(place)
            await tab.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
            await holds(tab, "!!document.querySelector('details[open]')")
            assert await tab.evaluate(SMALL) == [], place
        await tab.close()


@SCREENS
async def test_a_replay(browser: Any, tmp_path: Path, size: tuple[int, int]) -> None:
    async with again(tmp_path) as shown:
        tab = await opened(browser, f"{shown.page.url}/replay", size, "!document.querySelector('.lost')")
        assert await tab.evaluate(SMALL) == []
        await tab.close()


@SCREENS
async def test_a_proof_that_is_edited(browser: Any, tmp_path: Path, size: tuple[int, int]) -> None:
    show = tmp_path / "show.bake"
    bakes.write(show, baked())
    async with proofing(Proof(show), 0) as address:
        tab = await opened(browser, address, size, "!!document.querySelector('li button')")
        assert await tab.evaluate(SMALL) == []
        # It is set in the type of the other pages, which it has in itself.
        assert await tab.evaluate("document.fonts.ready.then(() => [...document.fonts].map(f => f.status))") == [
            "loaded"
        ]
        assert (await tab.evaluate("getComputedStyle(document.body).fontFamily")).startswith('"Bricolage Text"')
        await tab.close()
