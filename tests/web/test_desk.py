"""The operator's page in a real Chromium: every order a thumb may give, and all that one glance must tell."""

import asyncio
import time
from dataclasses import replace
from typing import Any

import pytest

from stagelyric.testing.waiting import until
from stagelyric.types.actions import Do
from stagelyric.types.events import Command, KeyPress
from stagelyric.types.lines import Alert
from stagelyric.web import guard
from stagelyric.web.desk import Desk, Song

from .conftest import LINE, Show, running
from .pages import IN_CHROMIUM, LINES, OVERFLOW, SIZES, TITLE, holds, looking, orders, show_of_the_file, shows

playwright = pytest.importorskip("playwright.async_api")

pytestmark = IN_CHROMIUM
show = show_of_the_file


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_desk_fits_every_display(browser: Any, show: Show, size: tuple[int, int]) -> None:
    async with looking(browser, show.page.url + "/operator?pads=Lights,Intro", size) as tab:
        for text in LINES:
            show.cue(text, next=text, held=True)
            await holds(tab, "text => document.querySelector('#line').textContent === text", arg=text)
            assert await tab.evaluate(OVERFLOW) == []
        # For a thumb; a phone on its side, and one of 2016, have no room for that.
        least = 44 if min(size) >= 375 and size[1] > 480 else 32
        small = await tab.evaluate(
            "least => [...document.querySelectorAll('.desk button')].filter(b => b.offsetParent && (b.scrollWidth >"
            " b.clientWidth + 1 || Math.min(b.getBoundingClientRect().height, b.getBoundingClientRect().width) <"
            " least - 0.5)).map(b => b.textContent)",
            least,
        )
        assert small == []


BROKEN = "[...document.querySelectorAll('#line .cut')].map(row => row.textContent)"


@pytest.mark.parametrize("size", [(390, 844), (1024, 768), (1920, 1080)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_a_line_on_the_desk_breaks_where_its_phrases_do(browser: Any, show: Show, size: tuple[int, int]) -> None:
    async with looking(browser, show.page.url + "/operator", size) as tab:
        show.cue("Jump for the groom and his brother, jump for the bride")
        await holds(tab, f"{BROKEN}.length > 1")
        rows = await tab.evaluate(BROKEN)
        assert not [row for row in rows if row.endswith((" the", " and", " his", " for"))]
        assert any(row.endswith("brother,") for row in rows), rows
        # No part of a row is cut off, and the text that is read aloud is one line.
        assert await tab.evaluate(
            "(() => { const e = document.querySelector('#line'); return e.scrollWidth <= e.clientWidth })()"
        )
        assert await tab.text_content("#line") == "Jump for the groom and his brother, jump for the bride"


@pytest.mark.parametrize("size", [(390, 844), (1024, 768), (1920, 1080)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_a_set_of_long_names_fits_its_panel(browser: Any, show: Show, size: tuple[int, int]) -> None:
    sections = ("verse", "instrumental with spoken words over it", *(f"chorus {n}, louder" for n in range(10)))
    show.page.desk = Desk("Friday", (Song(TITLE, sections, "F# minor", 212.0), Song(TITLE.replace(" ", ""), ("a",))))
    async with looking(browser, show.page.url + "/operator", size) as tab:
        if await tab.is_visible("#tab-set"):
            await tab.click("#tab-set")
        await holds(tab, "document.querySelectorAll('.set li').length === 2")
        wide = await tab.evaluate(
            "(() => { const edge = document.querySelector('.set').parentElement.getBoundingClientRect().right;"
            "return [...document.querySelectorAll('.set button, .set small')]"
            ".filter(b => b.getBoundingClientRect().right > edge + 0.5).map(b => b.textContent) })()"
        )
        assert wide == []


async def test_a_line_keeps_whole_on_its_card_when_what_stands_above_it_grows(browser: Any, show: Show) -> None:
    async with looking(browser, show.page.url + "/operator", (390, 844)) as tab:
        show.cue("Oh", next="Nobody sails on the ferry, nobody waits in the rain")
        await holds(tab, "document.querySelectorAll('#next .cut').length > 1")
        await tab.evaluate("document.querySelector('#machines').textContent = 'this machine leads · another follows'")
        whole = (
            "(() => { const [line, card] = ['#next', '.coming-box'].map(e => document.querySelector(e)"
            ".getBoundingClientRect()); return line.bottom <= card.bottom + 0.5 })()"
        )
        await holds(tab, whole)


async def test_the_set_is_scrolled_to_the_song(browser: Any, show: Show) -> None:
    show.page.desk = Desk("Friday", tuple(Song(f"Song {number}", ("verse", "chorus")) for number in range(40)))
    async with looking(browser, show.page.url + "/operator", (390, 844)) as tab:
        await tab.click("#tab-set")
        await holds(tab, "document.querySelectorAll('.set li').length === 40")
        for song in ("Song 30", "Song 2"):
            show.cue("Oh", song=song)
            await holds(
                tab,
                "song => { const row = document.querySelector('.set .here');"
                " if (!row || !row.textContent.includes(song)) return false;"
                " const [r, p] = [row, row.closest('.panel')].map(e => e.getBoundingClientRect());"
                " return r.top >= p.top - 0.5 && r.bottom <= p.bottom + 0.5 }",
                arg=song,
            )


async def test_every_pad_gives_its_order(browser: Any, show: Show) -> None:
    async with looking(browser, show.page.url + "/operator", (390, 844), has_touch=True) as tab:
        await tab.wait_for_selector("#speech[aria-checked=true]")
        wanted = [
            "next_line", "again", "hold", "clear", "keep", "veto", "swap", "veto_next",
            "previous_section", "next_section", "previous_song", "next_song",
        ]  # fmt: skip
        for what in wanted:
            await tab.tap(f"[data-do={what}]")
            if what in ("previous_song", "next_song"):  # a thumb that wants something else changes no song
                await tab.wait_for_selector(f"[data-do={what}].armed")
                await asyncio.sleep(0.3)
                await tab.tap(f"[data-do={what}]")
        await tab.click("#speech")
        await tab.evaluate(
            "(() => { const w = document.querySelector('#wildness'); w.value = 70;"
            "w.dispatchEvent(new Event('input')); w.dispatchEvent(new Event('change')) })()"
        )
        await until(lambda: len(show.events) >= len(wanted) + 2, "the orders")
        done = [event.do for event in show.events if isinstance(event, Command)]
        assert done == [*(Do(what) for what in wanted), Do("speech_off"), Do("wildness", 0.7)]  # type: ignore[arg-type]


async def test_the_desk_works_by_keyboard(browser: Any, show: Show) -> None:
    async with looking(browser, show.page.url + "/operator") as tab:
        await holds(tab, "document.activeElement.id === 'next-line'")
        await tab.keyboard.press("Enter")
        await tab.keyboard.press("Space")
        await tab.keyboard.press("PageDown")
        await until(lambda: len(show.events) >= 4, "the orders")
        assert [event.do for event in show.events[:2] if isinstance(event, Command)] == [Do("next_line")] * 2
        assert [event.key for event in show.events[2:] if isinstance(event, KeyPress)] == ["PageDown"] * 2


async def test_the_desk_tells_how_the_show_is_doing(browser: Any, show: Show) -> None:
    async with (
        looking(browser, show.page.url + "/operator") as desk,
        looking(browser, show.page.url + "/?name=drums"),
    ):
        show.cue(LINE, next="Nobody sails", held=True, speech=False, ready=2)
        await shows(desk, LINE)
        await holds(desk, "document.querySelector('#next').textContent === 'Nobody sails'")
        await desk.wait_for_selector("#hold[aria-pressed=true]")
        await desk.wait_for_selector("#speech[aria-checked=false]")
        await desk.wait_for_selector(".pool.low")
        await desk.click("#tab-screens")
        await holds(
            desk, "/drumsteleprompterwell\\d+ ms\\d+ ms(now|\\d)/.test(document.querySelector('#screens').textContent)"
        )
        show.page.alert("The port FCB1010 is gone")
        await holds(desk, "document.querySelector('[role=alert]').textContent.includes('FCB1010')")
        assert await desk.locator("[role=alert]").first.get_attribute("class") == "unseen"
        show.tell(alerts=(Alert("warning", "The port FCB1010 is gone", 1763890000.0),))
        await desk.wait_for_selector("#wrong:visible")
        await desk.click("#wrong")
        await desk.wait_for_selector("#panel-log .wrong:visible")
        assert await desk.inner_text("#panel-log .wrong") == "The port FCB1010 is gone"
        assert "FCB1010" not in await desk.inner_text(".now")
        assert await desk.inner_text("#tempo") == "96 bpm"
        assert await desk.inner_text("#tab-screens i") == "1"
        assert await desk.inner_text("#link") == "live"


async def test_the_desk_is_named_for_a_screen_reader(browser: Any, show: Show) -> None:
    async with looking(browser, show.page.url + "/operator") as tab:
        for role, name in [
            ("button", "next line"), ("button", "Previous song"), ("button", "hold"), ("switch", "speech"),
            ("slider", "wildness"), ("group", "Judge the line"), ("main", "Operator"),
        ]:  # fmt: skip
            assert await tab.get_by_role(role, name=name).count() == 1, (role, name)


async def test_the_pin_is_asked_for_and_kept_for_the_next_time(browser: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "is_loopback", lambda address: False)
    async with running(pin="1967") as show, looking(browser, show.page.url + "/operator") as tab:
        await tab.wait_for_selector("dialog[open]")
        await tab.fill("#pin-field", "1234")
        await tab.keyboard.press("Enter")
        await holds(tab, "document.querySelector('#alert').textContent.includes('not the rig')")
        await tab.fill("#pin-field", "1967")
        await tab.click("text=unlock")
        await tab.wait_for_selector("dialog:not([open])", state="hidden")
        await tab.click("#next-line")
        await until(lambda: show.events, "the order")
        sent: list[str] = []
        tab.on("request", lambda request: sent.append(request.url + str(request.headers)))
        tab.on("websocket", lambda ws: ws.on("framesent", lambda frame: sent.append(str(frame))))
        await tab.reload()
        await tab.wait_for_selector("#desk:not(.watching):not(.lost)")
        await tab.click("#next-line")
        await until(lambda: len(show.events) == 2, "the order after the reload")
        kept = await tab.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}, location.href])")
        assert "token" in kept
        assert sent
        assert "1967" not in kept + "".join(sent)
        await tab.goto(show.page.url + "/operator?pin=1967&theme=sea")
        await holds(tab, "!location.search.includes('pin')")


async def test_a_pin_in_the_address_opens_a_teleprompters_keys(browser: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "is_loopback", lambda address: False)
    async with running(pin="1967") as show:
        async with looking(browser, show.page.url) as tab:
            await tab.keyboard.press("PageDown")
            await holds(tab, "document.querySelector('.notice').textContent.includes('PIN')")
        async with looking(browser, show.page.url + "/?pin=1967") as tab:
            await until(lambda: show.page._clients[-1].allowed, "the PIN")
            await tab.keyboard.press("PageDown")
            await until(lambda: show.events, "the key")
            assert "1967" not in tab.url  # an address bar is on show, and is remembered
            await holds(tab, "Object.keys(sessionStorage).some((key) => key.includes('token'))")
            assert "1967" not in await tab.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}])")
            await tab.reload()
            await until(lambda: show.page._clients and show.page._clients[-1].allowed, "the token, kept with the tab")


async def test_an_order_without_a_link_is_not_kept_for_later(browser: Any) -> None:
    async with running() as first:
        port = first.page.address[1]
        context = await browser.new_context()
        tab = await context.new_page()
        await tab.goto(first.page.url + "/operator")
        await tab.wait_for_selector("#desk:not(.lost)")
    await tab.wait_for_selector("#desk.lost")
    await tab.click("#next-line")
    await holds(tab, "document.querySelector('#alert').textContent.includes('no link')")
    async with running(port) as second:
        await tab.wait_for_selector("#desk:not(.lost)")
        await tab.click("[data-do=keep]")
        await until(lambda: second.events, "the order")
        assert [event.do for event in second.events if isinstance(event, Command)] == [Do("keep")]
    await context.close()


async def test_panic_stops_hard_with_a_second_press_only(browser: Any, show: Show) -> None:
    async with looking(browser, show.page.url + "/operator") as tab:
        # A thumb that bounces: both presses in one turn of the page, however slow the machine is.
        await tab.evaluate(
            "(() => { const panic = document.querySelector('#panic'); panic.click(); panic.click(); })()"
        )
        await until(lambda: show.events, "the order")
        await tab.wait_for_selector("#panic.armed")
        assert orders(show) == [Do("panic")]
        await asyncio.sleep(0.3)
        await tab.click("#panic")
        await until(lambda: len(show.events) == 4, "the hard stop")
        assert orders(show)[1:] == [Do("panic"), Do("speech_off"), Do("hold")]
        assert await tab.inner_text("#panic") == "panic"


async def test_the_set_is_a_list_that_goes_anywhere(browser: Any, show: Show) -> None:
    show.page.desk = desk()
    async with looking(browser, show.page.url + "/operator") as tab:
        await tab.click("#tab-set")
        await tab.wait_for_selector("#set [aria-current=true]")
        assert await tab.inner_text("#set [aria-current=true]") == "verse 37"
        await tab.get_by_role("button", name="chorus 12 ready").click()
        await tab.get_by_role("button", name="song 0 ready").click()  # another song's: it asks
        await tab.wait_for_selector("#set .armed")
        await asyncio.sleep(0.3)
        await tab.click("#set .armed")
        await until(lambda: len(show.events) == 3, "the orders")
        assert orders(show) == [Do("goto", 2), Do("song", 2), Do("goto", 1)]
        show.tell(song="Second Song", section="song", ready=4)
        await holds(tab, "document.querySelector('#set [aria-current=true]').textContent === 'song 4'")
        assert await tab.inner_text(".pool .count") == "4 ready"  # the number above and the number in the list
        assert await tab.inner_text("#place") == "song 2 of 2"


async def test_what_is_ready_is_a_bar_and_red_where_there_is_nothing(browser: Any, show: Show) -> None:
    show.page.desk = desk()
    colour = "at => getComputedStyle(document.querySelector(at)).backgroundColor"
    async with looking(browser, show.page.url + "/operator", (1920, 1080)) as tab:
        await tab.wait_for_selector("#set [aria-current=true]")
        # Set and log stand side by side.
        assert await tab.is_visible("#panel-set")
        assert await tab.is_visible("#panel-log")
        red = await tab.evaluate(
            "(() => { document.body.style.color = 'var(--bad)'; return getComputedStyle(document.body).color })()"
        )
        assert await tab.evaluate(colour, "#set .none .stock-bar") == red
        assert await tab.evaluate(colour, "#set [aria-current=true] .stock-bar") != red
        full, part = [
            await tab.evaluate("e => e.getBoundingClientRect().width / e.parentElement.offsetWidth", bar)
            for bar in (await tab.query_selector_all("#set .stock-bar"))[:2]
        ]
        assert full > 0.9
        assert 0.3 < part < 0.45


async def test_of_a_baked_show_the_lines_left_are_counted(browser: Any, show: Show) -> None:
    show.page.desk = replace(desk(), baked={"file": "friday.show", "of": [[48, 24], [16]]})
    async with looking(browser, show.page.url + "/operator", (1920, 1080)) as tab:
        await holds(tab, "document.querySelector('#set [aria-current=true]')?.textContent === 'verse 37 of 48'")
        assert await tab.get_by_role("button", name="chorus 12 of 24 left").count() == 1


async def test_between_two_songs_the_desk_says_whose_line_it_is(browser: Any, show: Show) -> None:
    async with looking(browser, show.page.url + "/operator") as tab:
        show.cue(LINE, song="Harbour Lights")
        await holds(tab, "document.querySelector('#up-label').textContent === 'up now'")
        show.tell(song="The Night Bus to Leith")
        await holds(tab, "document.querySelector('#up-label').textContent === 'last of Harbour Lights'")
        await tab.wait_for_selector("#line.quiet")
        show.cue(LINE)
        await holds(tab, "document.querySelector('#up-label').textContent === 'up now'")
        await tab.wait_for_selector("#line:not(.quiet)")


async def test_words_of_ones_own_are_shown_or_written_around(browser: Any, show: Show) -> None:
    async with looking(browser, show.page.url + "/operator") as tab:
        await tab.click("#say-word")  # nothing to be sent: the field is where to begin
        await holds(tab, "document.activeElement === document.querySelector('#say input')")
        await tab.fill("#say input", "Bonsoir, Montréal")
        await tab.keyboard.press("Enter")
        await tab.fill("#say input", "  kettle ")
        await tab.click("#say-word")
        await until(lambda: len(show.events) == 2, "the orders")
        assert orders(show) == [Do("say", "Bonsoir, Montréal"), Do("word", "kettle")]
        assert await tab.input_value("#say input") == ""
        assert await tab.evaluate("document.activeElement.tagName") != "INPUT"


async def test_the_clocks_and_the_beats_left(browser: Any, show: Show) -> None:
    show.page.desk = replace(desk(), song_at=lambda: time.time() - 42)
    async with looking(browser, show.page.url + "/operator") as tab:
        await holds(tab, "/^0:4\\d$/.test(document.querySelector('#song-time').textContent)")
        assert await tab.evaluate("/^\\d\\d:\\d\\d$/.test(document.querySelector('#clock').textContent)")
        show.page.beat(33.0, 96.0)
        show.page.due(36.0)
        await holds(tab, "document.querySelector('#left').textContent === 'in 3'")
        show.page.due(None)
        await holds(tab, "document.querySelector('#left').textContent === ''")


async def test_tonights_log_is_the_latest_first_and_each_once(browser: Any, show: Show) -> None:
    show.page.desk = desk()
    entries.clear()
    tell("cue", "Nobody sails", number=1)
    async with looking(browser, show.page.url + "/operator") as tab:
        await tab.click("#tab-log")
        tell("cue", LINE, number=2, origin="safety")
        tell("keep", LINE)
        await holds(tab, "document.querySelectorAll('#log li').length === 3")
        assert await tab.locator("#log .what").all_inner_texts() == ["kept", "#2", "#1"]
        tell("spoken", LINE, number=2)  # is no news
        tell("clear", "", number=3)
        await holds(tab, "document.querySelectorAll('#log li').length === 4")
        assert await tab.inner_text("#log .what") == "#3"
        assert await tab.inner_text("#log .origin") == "safety"


async def test_lights_tell_who_was_heard_and_the_stock_is_told_by_origin(browser: Any, show: Show) -> None:
    heard.clear()
    show.page.desk = desk()
    async with looking(browser, show.page.url + "/operator") as tab:
        await holds(tab, "document.querySelector('#stock').textContent === '37 model · 1 kept · 2 safety'")
        assert await tab.locator(".light.on").count() == 0
        await tab.evaluate(
            "(() => { window.lit = []; new MutationObserver(all => all.forEach(m => m.target.classList.contains('on')"
            " && lit.push(m.target.textContent))).observe(document.querySelector('#lights'), {subtree: true,"
            "attributes: true}) })()"
        )
        heard["midi"] = 1
        await holds(tab, "lit.includes('MIDI') && !lit.includes('OSC')")
        assert await tab.locator(".light").first.get_attribute("aria-label") == "MIDI: 1 heard"


async def test_a_baked_show_says_what_is_left_and_what_a_word_will_be(browser: Any, show: Show) -> None:
    told = {
        "file": "friday.bake",
        "seed": 6,
        "of": [[64, 64], [32]],
        "struck": 0,
        "changed": 0,
        "words": 9,
        "whole": True,
    }
    show.page.desk = replace(desk(), baked=told)
    async with looking(browser, show.page.url + "/operator") as tab:
        await tab.click("#tab-set")
        await shows_text(tab, "#baked", "Baked: friday.bake, 160 lines. 9 words have a line of their own")
        assert (await tab.inner_text("#pool .count")).endswith(" left")
        assert await tab.locator("#wildness").is_disabled()


async def shows_text(tab: Any, where: str, text: str) -> None:
    await holds(tab, "([where, text]) => document.querySelector(where).textContent.startsWith(text)", arg=[where, text])


async def test_the_wildness_follows_the_show(browser: Any, show: Show) -> None:
    async with looking(browser, show.page.url + "/operator") as tab:
        show.tell(wildness=0.85)
        await holds(tab, "document.querySelector('#wildness').value === '85'")
        assert await tab.inner_text("#wild-value") == "85"


async def test_the_rooms_words_are_let_through_or_not(browser: Any, show: Show) -> None:
    async with looking(browser, show.page.url + "/operator") as tab:
        await tab.click("#tab-words")
        await tab.click("#words-open")
        await tab.wait_for_selector("#words-open[aria-checked=true]")
        for word in ("harbour", "Leith", "harbour"):
            show.page.box.words.put(word)
        show.page.box.tell()
        await holds(tab, "document.querySelector('#tab-words i').textContent === '2'")
        assert await tab.inner_text("#words b") == "harbour \u00d72"
        await tab.get_by_role("button", name="let through harbour").click()
        await until(lambda: show.events, "the word")
        await tab.get_by_role("button", name="no: Leith").click()
        await holds(tab, "document.querySelector('#words').textContent === 'No word waits.'")
        assert orders(show) == [Do("word", "harbour")]


entries: list[dict[str, Any]] = []
heard: dict[str, int] = {}


def tell(kind: str, text: str, number: int | None = None, origin: str = "model") -> None:
    entries.append(
        {"seq": len(entries) + 1, "kind": kind, "wall": 1763890000.0, "text": text, "number": number, "origin": origin}
    )


def desk() -> Desk:
    return Desk(
        "Friday",
        (Song("Harbour Lights", ("verse", "chorus"), "Em", 96.0), Song("Second Song", ("song",))),
        lambda: {"model": 37, "kept": 1, "safety": 2},
        lambda: [[37, 12], [0]],
        lambda: heard,
        lambda after: [entry for entry in entries if entry["seq"] > after],
    )
