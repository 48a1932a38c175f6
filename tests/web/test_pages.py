"""The pages in a real Chromium: what a musician sees, at every size, whatever happens to the link."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import Any

import pytest
import pytest_asyncio

from stagelyric.events import Command, Do, KeyPress, PadPress
from stagelyric.web import server

from .conftest import CHROMIUM, FLAGS, LINE, Show, running, until

playwright = pytest.importorskip("playwright.async_api")

pytestmark = pytest.mark.asyncio(loop_scope="module")

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
    const r = e.getBoundingClientRect();
    if (!r.width || !e.textContent) continue;
    const within = r.left >= -0.5 && r.top >= -0.5 && r.right <= innerWidth + 0.5 && r.bottom <= innerHeight + 0.5;
    if (!within) out.push(e.className + " " + e.textContent);
  }
  return out;
}"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Any]:
    async with playwright.async_playwright() as driver:
        try:
            browser = await driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        except playwright.Error as fault:
            pytest.skip(f"no Chromium starts here: {fault}")
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="module")
async def show() -> AsyncIterator[Show]:
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
    await holds(tab, "document.querySelector('#stage:not(.lost), #desk:not(.lost)')")
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
        "([text, at]) => document.querySelector(at).textContent.replace(/- |\\s/g, '') === text.replace(/\\s/g, '')",
        arg=[text, ".line, #line"],
    )


# -- the teleprompter


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("path", ["/", "/audience", "/?next=0&size=60"])
async def test_every_line_fits_every_display(browser: Any, show: Show, path: str, size: tuple[int, int]) -> None:
    async with looking(browser, show.page.url + path, size) as tab:
        for text in LINES:
            show.cue(text, next="She sold the harbour to the sea and never once looked back at all of us")
            await shows(tab, text)
            assert await tab.evaluate(OVERFLOW) == []
            room = await tab.evaluate(
                "(() => { const b = document.querySelector('.box'), l = document.querySelector('.line');"
                "return [b.clientWidth - l.offsetWidth, b.clientHeight - l.offsetHeight] })()"
            )
            assert min(room) >= 0, (text, room)


@pytest.mark.parametrize("size", [(1920, 1080), (1280, 720), (3840, 2160)])
async def test_forty_characters_are_read_from_four_metres(browser: Any, show: Show, size: tuple[int, int]) -> None:
    async with looking(browser, show.page.url, size) as tab:
        for text in (LINE, "Everybody's sleeping on the harbour wall", "WWWWWWW MMMMMMMM WWWWWWW MMMMMMMM WWWWWW"):
            show.cue(text)
            await shows(tab, text)
            letters = await tab.evaluate("parseFloat(getComputedStyle(document.querySelector('.line')).fontSize)")
            assert letters >= 0.07 * size[1]


async def test_words_do_not_move_when_anything_else_changes(browser: Any, show: Show) -> None:
    async with looking(browser, show.page.url) as tab:
        show.cue(LINE, next="short")
        await shows(tab, LINE)
        where = "JSON.stringify([...document.querySelectorAll('.row')].map(r => r.getBoundingClientRect()))"
        before = await tab.evaluate(where)
        show.tell(held=True, next="A very long line that is yet to come and that says a lot of things at once")
        show.page.alert("The port FCB1010 is gone")
        await tab.wait_for_selector(".badge:visible")
        await holds(tab, "document.querySelector('.notice').textContent.includes('FCB1010')")
        assert await tab.evaluate(where) == before


async def test_the_line_before_and_the_line_to_come_are_dimmed(browser: Any, show: Show) -> None:
    async with looking(browser, show.page.url) as tab:
        show.cue("Nobody sails")
        show.cue(LINE, next="She sold the harbour")
        await shows(tab, LINE)
        await holds(tab, "document.querySelector('.next').textContent === 'She sold the harbour'")
        assert await tab.inner_text(".previous") == "Nobody sails"
        assert await tab.inner_text(".where") == "Harbour Lights · verse"
    async with looking(browser, show.page.url + "/?next=0") as tab:
        await shows(tab, LINE)
        assert await tab.inner_text(".next") == ""


async def test_before_the_first_line_the_song_is_named(browser: Any, show: Show) -> None:
    async with looking(browser, show.page.url) as tab:
        await shows(tab, "Harbour Lights")
        assert await tab.locator(".line.title").count() == 1


async def test_a_cleared_stage_is_calm_and_alive(browser: Any, show: Show) -> None:
    async with looking(browser, show.page.url) as tab:
        show.cue(LINE, next="soon")
        await shows(tab, LINE)
        show.cue(None)
        await tab.wait_for_selector("#stage.empty")
        assert (await tab.inner_text("#stage")).strip() == ""
        mark = await tab.evaluate("getComputedStyle(document.querySelector('.mark'), '::after').width")
        assert float(mark.removesuffix("px")) > 1
        show.cue("and on")
        await shows(tab, "and on")


async def test_a_display_tells_what_it_has_painted(browser: Any, show: Show) -> None:
    async with looking(browser, show.page.url + "/?name=drums"):
        number = show.cue(LINE)
        await until(lambda: show.page.displays[0].painted == number, "the display's painting")
        (display,) = show.page.displays
        assert (display.page, display.name) == ("teleprompter", "drums")
        assert display.ms is not None
        assert display.round_trip_ms is not None


async def test_pedal_keys_are_sent_once_and_scroll_nothing(browser: Any, show: Show) -> None:
    async with looking(browser, show.page.url) as tab:
        for key in [
            "PageDown",
            "PageUp",
            "ArrowLeft",
            "ArrowRight",
            "ArrowUp",
            "ArrowDown",
            "Space",
            "Enter",
            "b",
            ".",
        ]:
            await tab.keyboard.down(key)
            await tab.keyboard.down(key)  # what a held key does: a repeat
            await tab.keyboard.up(key)
        await tab.keyboard.press("Control+b")
        await tab.keyboard.press("F6")
        await tab.keyboard.press("z")
        await until(lambda: KeyPress(0, "", "z", True) in [_plain(event) for event in show.events], "the last key")
        downs = [event.key for event in show.events if isinstance(event, KeyPress) and not event.released]
        assert downs == [
            "PageDown", "PageUp", "ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", " ", "Enter", "b", ".", "z",
        ]  # fmt: skip
        ups = [event.key for event in show.events if isinstance(event, KeyPress) and event.released]
        assert sorted(set(ups)) == sorted(set(downs))
        assert await tab.evaluate("scrollY") == 0


def _plain(event: object) -> object:
    return KeyPress(0, "", event.key, event.released) if isinstance(event, KeyPress) else event


@pytest.mark.parametrize(
    ("query", "transform"),
    [
        ("", "none"),
        ("?mirror=1", "matrix(-1, 0, 0, 1, 0, 0)"),
        ("?flip=1", "matrix(1, 0, 0, -1, 0, 0)"),
        ("?mirror=1&flip=1", "matrix(-1, 0, 0, -1, 0, 0)"),
    ],
)
async def test_mirror_and_flip(browser: Any, show: Show, query: str, transform: str) -> None:
    async with looking(browser, show.page.url + "/" + query) as tab:
        assert await tab.evaluate("getComputedStyle(document.querySelector('#stage')).transform") == transform


async def test_size_makes_letters_smaller(browser: Any, show: Show) -> None:
    show.cue(LINE)
    letters = {}
    for size in (40, 100):
        async with looking(browser, f"{show.page.url}/?size={size}") as tab:
            await shows(tab, LINE)
            letters[size] = await tab.evaluate("parseFloat(document.querySelector('.line').style.fontSize)")
    assert letters[40] < 0.6 * letters[100]


@pytest.mark.parametrize("path", ["/", "/operator", "/audience"])
@pytest.mark.parametrize("theme", ["night", "amber", "sea", "day"])
async def test_themes_have_the_contrast_of_aaa(browser: Any, show: Show, theme: str, path: str) -> None:
    async with looking(browser, f"{show.page.url}{path}?theme={theme}") as tab:
        colours = await tab.evaluate(
            "(() => { const s = getComputedStyle(document.documentElement);"
            "return Object.fromEntries(['ground','raised','ink','dim','accent','good','bad']"
            ".map(n => [n, s.getPropertyValue('--' + n).trim()])) })()"
        )
    assert contrast(colours["ink"], colours["ground"]) >= 7
    assert contrast(colours["ink"], colours["raised"]) >= 7
    for name in ("dim", "accent", "good", "bad"):
        assert contrast(colours[name], colours["ground"]) >= 4.5, name
        assert contrast(colours[name], colours["raised"]) >= 4.5, name


def contrast(one: str, two: str) -> float:
    """WCAG 2's contrast of two colours written #rrggbb."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    dark, light = sorted((luminance(one), luminance(two)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(("motion", "moves"), [("reduce", False), ("no-preference", True)])
async def test_motion_is_short_and_left_out_where_unwanted(browser: Any, show: Show, motion: str, moves: bool) -> None:
    async with looking(browser, show.page.url, reduced_motion=motion) as tab:
        await tab.evaluate(
            "(() => { window.durations = []; const animate = Element.prototype.animate;"
            "Element.prototype.animate = function (frames, how) { durations.push(how.duration);"
            "return animate.call(this, frames, how) } })()"
        )
        show.cue(LINE)
        await shows(tab, LINE)
        durations = await tab.evaluate("durations")
        assert bool(durations) is moves
        assert all(duration <= 120 for duration in durations)


async def test_a_storm_of_cues_ends_with_the_last_one_and_few_flashes(browser: Any, show: Show) -> None:
    async with looking(browser, show.page.url) as tab:
        await tab.evaluate(
            "(() => { window.started = []; const animate = Element.prototype.animate; Element.prototype.animate ="
            "function (...how) { started.push(performance.now()); return animate.apply(this, how) } })()"
        )
        for i in range(150):
            show.cue(f"line number {i} of a storm")
        await shows(tab, "line number 149 of a storm")
        started = await tab.evaluate("started")
        assert all(later - earlier >= 333 for earlier, later in pairwise(started))


async def test_the_line_stays_while_the_show_is_away_and_is_right_when_it_is_back(browser: Any) -> None:
    async with running() as first:
        port = first.page.address[1]
        first.cue(LINE)
        context = await browser.new_context(viewport={"width": 1024, "height": 768})
        tab = await context.new_page()
        await tab.goto(first.page.url)
        await shows(tab, LINE)
    await tab.wait_for_selector("#stage.lost")
    await holds(tab, "/no link · \\d+ s/.test(document.querySelector('.mark').textContent)")
    await shows(tab, LINE)
    async with running(port) as second:
        await tab.wait_for_selector("#stage:not(.lost)")
        await shows(tab, "Harbour Lights")
        second.cue("Back again", next="and on")
        await shows(tab, "Back again")
        await holds(tab, "document.querySelector('.next').textContent === 'and on'")
        assert await tab.inner_text(".mark") == ""
    await context.close()


async def test_a_page_in_use_for_a_long_show_keeps_its_size(browser: Any, show: Show) -> None:
    async with looking(browser, show.page.url) as tab:
        nodes = "document.querySelectorAll('*').length"
        show.cue("line 0 of a long show")
        await shows(tab, "line 0 of a long show")
        before = await tab.evaluate(nodes)
        for i in range(1000):
            show.cue(f"line {i % 10} of a long show")
            if i % 50 == 0:
                await shows(tab, f"line {i % 10} of a long show")
        await shows(tab, "line 9 of a long show")
        assert await tab.evaluate(nodes) == before


# -- the operator


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_desk_fits_every_display(browser: Any, show: Show, size: tuple[int, int]) -> None:
    async with looking(browser, show.page.url + "/operator?pads=Lights,Intro", size) as tab:
        for text in LINES:
            show.cue(text, next=text, held=True)
            await holds(tab, "text => document.querySelector('#line').textContent === text", arg=text)
            assert await tab.evaluate(OVERFLOW) == []
        small = await tab.evaluate(
            "[...document.querySelectorAll('.desk button')].filter(b => b.offsetParent"
            " && (b.getBoundingClientRect().height < 32 || b.scrollWidth > b.clientWidth + 1)).map(b => b.textContent)"
        )
        assert small == []


async def test_every_pad_gives_its_order(browser: Any, show: Show) -> None:
    async with looking(browser, show.page.url + "/operator", (390, 844), has_touch=True) as tab:
        await tab.wait_for_selector("#speech[aria-checked=true]")
        wanted = [
            "next_line", "again", "hold", "clear", "keep", "veto", "swap", "veto_next",
            "previous_section", "next_section", "previous_song", "next_song",
        ]  # fmt: skip
        for what in wanted:
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


async def test_free_pads_press_and_release(browser: Any, show: Show) -> None:
    async with looking(browser, show.page.url + "/operator?pads=Lights,Intro") as tab:
        await tab.get_by_role("button", name="Lights").click()
        await until(lambda: len(show.events) == 2, "the pad")
        assert [(e.pad, e.released) for e in show.events if isinstance(e, PadPress)] == [
            ("Lights", False),
            ("Lights", True),
        ]


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
    monkeypatch.setattr(server, "is_loopback", lambda address: False)
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
        await tab.reload()
        await tab.wait_for_selector("#desk:not(.watching):not(.lost)")
        await tab.click("#next-line")
        await until(lambda: len(show.events) == 2, "the order after the reload")
        await tab.goto(show.page.url + "/operator?pin=1967&theme=sea")
        await holds(tab, "!location.search.includes('pin')")


async def test_a_pin_in_the_address_opens_a_teleprompters_keys(browser: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "is_loopback", lambda address: False)
    async with running(pin="1967") as show:
        async with looking(browser, show.page.url) as tab:
            await tab.keyboard.press("PageDown")
            await holds(tab, "document.querySelector('.notice').textContent.includes('PIN')")
        async with looking(browser, show.page.url + "/?pin=1967") as tab:
            await until(lambda: show.page._clients[-1].allowed, "the PIN")
            await tab.keyboard.press("PageDown")
            await until(lambda: show.events, "the key")


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


async def test_nothing_is_fetched_from_elsewhere(browser: Any, show: Show) -> None:
    for path in ("/", "/operator", "/audience"):
        context = await browser.new_context()
        tab = await context.new_page()
        asked: list[str] = []
        tab.on("request", lambda request, asked=asked: asked.append(request.url))
        await tab.goto(show.page.url + path)
        await holds(tab, "document.querySelector('#stage:not(.lost), #desk:not(.lost)')")
        assert asked
        assert all(url.startswith(show.page.url) for url in asked), json.dumps(asked)
        await context.close()
