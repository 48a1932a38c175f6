"""The audience's page in a real Chromium: the word box, the join card, and the ground behind the line."""

import asyncio
from typing import Any

import pytest

from .conftest import LINE, Show
from .pages import IN_CHROMIUM, LINES, OVERFLOW, contrast, holds, looking, show_of_the_file, shows

playwright = pytest.importorskip("playwright.async_api")

pytestmark = IN_CHROMIUM
show = show_of_the_file


async def test_the_room_offers_a_word_and_is_answered(browser: Any, show: Show) -> None:
    async with looking(browser, show.page.url + "/audience?words=1", (390, 844)) as tab:
        assert await tab.locator(".word-box").is_hidden()
        show.page.box.open(True)
        show.cue(LINE)
        await shows(tab, LINE)
        await tab.fill("#word", "two words")
        await tab.keyboard.press("Enter")
        await holds(tab, "document.querySelector('.word-box p').textContent.startsWith('One word')")
        await tab.fill("#word", "harbour")
        await tab.click(".word-box button")
        await holds(tab, "document.querySelector('.word-box p').textContent.startsWith('Thank you')")
        assert await tab.input_value("#word") == ""
        assert [word.word for word in show.page.box.words.waiting.values()] == ["harbour"]
        assert await tab.evaluate(OVERFLOW) == []
        show.page.box.open(False)
        await tab.wait_for_selector(".word-box", state="hidden")
        assert show.events == []
    async with looking(browser, show.page.url + "/audience") as tab:  # a projector
        show.page.box.open(True)
        show.cue("once more")
        await shows(tab, "once more")
        assert await tab.locator(".word-box").count() == 0


@pytest.mark.parametrize("theme", ["night", "amber", "sea", "day"])
async def test_the_rooms_ground_leaves_the_line_its_contrast(browser: Any, show: Show, theme: str) -> None:
    async with looking(browser, f"{show.page.url}/audience?theme={theme}") as tab:
        for song in ("Harbour Lights", "The Night Bus to Leith", "Second Song", "Polly", "One More"):
            show.cue(LINE, song=song)
            await holds(tab, "song => document.querySelector('.where').textContent.startsWith(song)", arg=song)
            ink, dim, mark, *glows = await tab.evaluate(
                "(() => { const e = document.createElement('i'); document.body.append(e);"
                "const hex = v => { e.style.color = `var(${v})`;"
                "return '#' + getComputedStyle(e).color.match(/[\\d.]+/g).slice(0, 3)"
                ".map(n => Math.round(n).toString(16).padStart(2, '0')).join('') };"
                "return ['--ink', '--dim', '--mark', '--glow', '--glow-far'].map(hex) })()"
            )
            for glow in glows:
                assert contrast(ink, glow) >= 7, (song, glow)
                assert contrast(dim, glow) >= 4.5, (song, glow)
                assert contrast(mark, glow) >= 3, (song, glow)  # titles and rules: large


async def test_between_two_songs_the_room_sees_the_title(browser: Any, show: Show) -> None:
    async with (
        looking(browser, show.page.url + "/audience") as room,
        looking(browser, show.page.url) as singer,
    ):
        show.cue(LINE)
        await shows(room, LINE)
        assert await room.inner_text(".where") == "Harbour Lights"
        await room.evaluate(
            "(() => { window.entered = []; const animate = Element.prototype.animate; Element.prototype.animate ="
            "function (frames, how) { entered.push([this.className, how.duration, how.delay]);"
            "return animate.call(this, frames, how) } })()"
        )
        show.tell(song="The Night Bus to Leith", section="verse")
        await shows(room, "The Night Bus to Leith")
        await shows(singer, "The Night Bus to Leith")
        assert await room.locator(".line.title").count() == 1
        await asyncio.sleep(0.4)  # the gate against flashes
        show.cue(LINE)
        await shows(room, LINE)
        entered = await room.evaluate("entered")
        rows = [row for row in entered if row[0] == "row"]
        assert rows == entered
        assert len({delay for _, _, delay in rows}) > 1  # one row after the other
        assert all(duration >= 400 for _, duration, _ in rows)


async def test_the_join_card_stands_while_the_word_box_is_open(browser: Any, show: Show) -> None:
    async def from_afar(route: Any) -> None:
        answer = await route.fetch()
        headers = {**answer.headers, "x-url": "http://192.168.1.20:7740/audience?words=1"}
        await route.fulfill(response=answer, headers=headers)

    async with looking(browser, show.page.url + "/audience?join=1", (1920, 1080)) as tab:
        show.page.box.open(True)
        await asyncio.sleep(0.3)
        assert not await tab.is_visible(".join-card")  # no phone can reach this machine
        show.page.box.open(False)
        await tab.route("**/join.svg*", from_afar)
        show.page.box.open(True)
        await tab.wait_for_selector(".join-card:visible")
        assert await tab.inner_text(".join-card small") == "192.168.1.20:7740/audience?words=1"
        await holds(tab, "document.querySelector('.join-card img').naturalWidth > 0")
        show.cue(LINES[2])
        await shows(tab, LINES[2])
        line, card = [await (await tab.query_selector(at)).bounding_box() for at in (".line", ".join-card")]
        assert line["y"] + line["height"] <= card["y"]
        show.page.box.open(False)
        await tab.wait_for_selector(".join-card", state="hidden")
