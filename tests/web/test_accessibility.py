"""axe-core on every page, in every theme, with every panel open."""

from pathlib import Path
from typing import Any

import pytest

from stagelyric.types.lines import Alert
from stagelyric.web.desk import Desk, Song

from .conftest import LINE, Show
from .pages import IN_CHROMIUM, holds, looking, show_of_the_file, shows
from .test_rehearse import rehearsing

playwright = pytest.importorskip("playwright.async_api")
axe = pytest.importorskip("axe_playwright_python")

pytestmark = IN_CHROMIUM
show = show_of_the_file

AXE = Path(axe.__file__).with_name("axe.min.js").read_text("utf-8")


RULES = "{'label-content-name-mismatch': {enabled: true}}"  # still an experiment there, and asked for elsewhere


async def faults(tab: Any) -> list[str]:
    await tab.evaluate(AXE)
    found = await tab.evaluate(f"axe.run(document, {{resultTypes: ['violations'], rules: {RULES}}})")
    assert found["passes"]  # it has looked
    return [
        f"{fault['id']} ({fault['impact']}): {node['html'][:200]} {node.get('failureSummary', '')}"
        for fault in found["violations"]
        for node in fault["nodes"]
    ]


@pytest.mark.parametrize("theme", ["night", "amber", "sea", "day"])
@pytest.mark.parametrize("path", ["/", "/audience?words=1"])
async def test_a_display(browser: Any, show: Show, path: str, theme: str) -> None:
    show.page.box.words.open = True
    async with looking(
        browser, f"{show.page.url}{path}{'&' if '?' in path else '?'}theme={theme}", reduced_motion="reduce"
    ) as tab:
        assert await faults(tab) == []
        show.cue("Nobody sails")
        show.cue(LINE, next="She sold the harbour", held=True)
        show.page.beat(3.0, 96.0)
        show.page.due(8.0)
        show.page.alert("The port FCB1010 is gone")
        await shows(tab, LINE)
        await holds(tab, "document.querySelector('.next').textContent")
        assert await faults(tab) == []


@pytest.mark.parametrize("theme", ["night", "amber", "sea", "day"])
async def test_the_desk(browser: Any, show: Show, theme: str) -> None:
    for word in ("harbour", "Leith"):
        show.page.box.words.put(word)
    songs = (Song("Harbour Lights", ("verse", "chorus"), "Em", 96.0), Song("Second Song", ("song",)))
    show.page.desk = Desk("Friday", songs, ready=lambda: [[37, 2], [0]], bare=lambda: [(1, 0)])
    async with looking(browser, f"{show.page.url}/operator?pads=Lights&theme={theme}", (390, 844)) as tab:
        show.cue(LINE, next="She sold the harbour", held=True)
        show.page.alert("The port FCB1010 is gone")
        show.tell(alerts=(Alert("warning", "The port FCB1010 is gone", 1763890000.0),))
        await tab.wait_for_selector("#wrong:visible")
        for panel in ("pads", "set", "log", "screens", "words", "rehearse"):
            await tab.click(f"#tab-{panel}")
            await tab.wait_for_selector(f"#panel-{panel}:visible")
            assert await faults(tab) == [], panel


async def test_three_pages_side_by_side(browser: Any, show: Show) -> None:
    show.cue(LINE)
    tab = await browser.new_page(viewport={"width": 1440, "height": 900})
    await tab.goto(show.page.url + "/together?theme=sea")
    for frame in tab.frames[1:]:
        await holds(frame, "text => document.body.innerText.replace(/\\s+/g, ' ').includes(text)", arg=LINE)
    assert await faults(tab) == []
    await tab.close()


async def test_the_rehearsal_page(browser: Any, tmp_path: Path) -> None:
    async with rehearsing(tmp_path) as show:
        rehearsal = show.page.rehearsal
        assert rehearsal is not None
        await rehearsal.save("Harbour Lights", ["One", "\u2026", "", "Two"], 0)
        for theme in ("night", "day"):
            async with looking(browser, f"{show.page.url}/rehearse?theme={theme}") as tab:
                show.cue(LINE)
                await holds(tab, "document.querySelectorAll('#draft-box li').length === 4 && !!window.up.textContent")
                await tab.click("#about .judge button:nth-child(2)")
                await tab.click("[data-wish=rhyme]")
                await tab.wait_for_selector("#choice li")
                assert await faults(tab) == []


async def test_the_desk_in_edit_mode_and_the_pin(browser: Any, show: Show) -> None:
    async with looking(browser, show.page.url + "/operator") as tab:
        await tab.click("#mode")
        await tab.wait_for_timeout(300)
        await tab.click("#mode")
        await tab.wait_for_selector("#pad-form:visible")
        assert await faults(tab) == []
        await tab.evaluate("document.querySelector('#pin').showModal()")
        assert await faults(tab) == []
