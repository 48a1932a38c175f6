"""The pages in a real Chromium: what a musician sees, at every size, whatever happens to the link."""

import json
from itertools import pairwise
from typing import Any

import pytest

from stagelyric.testing.waiting import until
from stagelyric.types.events import KeyPress

from .conftest import LINE, Show
from .pages import IN_CHROMIUM, LINES, OVERFLOW, SIZES, TITLE, contrast, holds, looking, show_of_the_file, shows

playwright = pytest.importorskip("playwright.async_api")

pytestmark = IN_CHROMIUM
show = show_of_the_file


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


@pytest.mark.parametrize("path", ["/", "/audience"])
async def test_a_long_title_takes_no_room_from_the_line(browser: Any, show: Show, path: str) -> None:
    async with looking(browser, show.page.url + path, (390, 844)) as tab:
        show.tell(song=TITLE)
        show.cue(LINE, next=TITLE)
        await shows(tab, LINE)
        assert await tab.evaluate(OVERFLOW) == []
        await holds(tab, "document.querySelector('.where').textContent.startsWith('Everything')")


async def test_no_line_of_46_letters_stands_in_three_rows(browser: Any, show: Show) -> None:
    """Lines such as the frames give, and the widest and the oddest that may come."""
    lines = [
        "Don't let the kettle hear you say her name now", "Incomprehensibly the Llanfairpwllgwyngyll tram",
        "WWWWWWW MMMMMMMM WWWWWWW MMMMMMMM WWWWWWW MMMM", "I i l l I t f j i l I l i t f l j I l i i l i",
        "Nobody in Montréal remembers the harbour wall", "So", "Agnes, Agnes, the window seat is yours, Agnes",
    ]  # fmt: skip
    for path in ("/", "/audience"):
        async with looking(browser, show.page.url + path, (1920, 1080)) as tab:
            for text in lines:
                assert len(text) <= 46
                show.cue(text)
                await shows(tab, text)
                assert await tab.locator(".row").count() <= 2, text


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
        show.page.due(36.0)
        show.page.beat(34.0, 96.0)
        await holds(tab, "document.querySelector('.left').textContent === 'in 2'")
        assert await tab.evaluate(where) == before
        # What is the operator's business is nowhere on the singer's page.
        assert "held" not in await tab.inner_text("#stage")
        assert "FCB1010" not in await tab.inner_text("#stage")


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
    async with looking(browser, show.page.url + "/?previous=0") as tab:
        show.cue("And nobody calls")
        await shows(tab, "And nobody calls")
        assert await tab.inner_text(".previous") == ""


async def test_the_line_to_come_is_larger_than_the_line_before(browser: Any, show: Show) -> None:
    size = "at => parseFloat(getComputedStyle(document.querySelector(at)).fontSize)"
    for query, wide in (("", (1920, 1080)), ("?theme=day", (1024, 768)), ("", (390, 844))):
        async with looking(browser, f"{show.page.url}/{query}", wide) as tab:
            show.cue("Nobody sails")
            show.cue(LINE, next="She sold the harbour to the sea and never looked back")
            await shows(tab, LINE)
            await holds(tab, "document.querySelector('.next').textContent.startsWith('She sold')")
            assert await tab.evaluate(size, ".next") > 1.2 * await tab.evaluate(size, ".previous")


async def test_before_the_first_line_the_song_is_named(browser: Any, show: Show) -> None:
    async with looking(browser, show.page.url) as tab:
        await shows(tab, "Harbour Lights")
        assert await tab.locator(".line.title").count() == 1
        for text in ("Nobody sails", LINE, "Row me home"):
            show.cue(text)
            await shows(tab, text)
            assert await tab.locator(".line.title").count() == 0


async def test_between_two_songs_the_singer_sees_the_new_title_and_the_line_to_come(browser: Any, show: Show) -> None:
    show.cue(LINE, song="Harbour Lights", next="Row me home")
    async with looking(browser, show.page.url) as tab:
        await shows(tab, LINE)
        height = await tab.evaluate("document.querySelector('.box').getBoundingClientRect().top")
        show.tell(song="The Night Bus to Leith", next="Agnes has the window seat")
        await shows(tab, "The Night Bus to Leith")
        await tab.wait_for_selector(".line.title")
        await holds(tab, "document.querySelector('.next').textContent.startsWith('Agnes')")
        assert (await tab.inner_text(".previous")).replace("’", "'") == LINE
        assert await tab.evaluate("document.querySelector('.box').getBoundingClientRect().top") == height
        assert await tab.inner_text(".where") == "last of Harbour Lights"
        async with looking(browser, show.page.url) as late:
            await shows(late, "The Night Bus to Leith")
        show.cue("Agnes has the window seat")
        await shows(tab, "Agnes has the window seat")
        assert await tab.inner_text(".previous") == ""
        assert await tab.locator(".line.title").count() == 0


async def test_a_song_chosen_on_a_cleared_stage_is_told_to_the_singer_alone(browser: Any, show: Show) -> None:
    show.cue(LINE, song="Harbour Lights")
    async with looking(browser, show.page.url) as tab, looking(browser, show.page.url + "/audience") as room:
        await shows(tab, LINE)
        await shows(room, LINE)
        show.cue(None)
        await tab.wait_for_selector("#stage.empty")
        show.tell(song="The Night Bus to Leith", next="Agnes has the window seat")
        await shows(tab, "The Night Bus to Leith")
        await holds(tab, "document.querySelector('.next').textContent.startsWith('Agnes')")
        assert await tab.inner_text(".previous") == ""
        await room.wait_for_selector("#stage.empty")
        show.cue("Agnes has the window seat")
        await shows(room, "Agnes has the window seat")


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
    assert letters[40] < 0.7 * letters[100]


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
    assert contrast(colours["accent"], colours["ground"]) >= 7  # what is being sung
    for name in ("dim", "accent", "good", "bad"):
        assert contrast(colours[name], colours["ground"]) >= 4.5, name
        assert contrast(colours[name], colours["raised"]) >= 4.5, name


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


async def test_the_teleprompter_weighs_no_more_than_250_kb_with_its_font(browser: Any, show: Show) -> None:
    context = await browser.new_context(service_workers="block")
    tab = await context.new_page()
    weights: dict[str, int] = {}

    async def weigh(response: Any) -> None:
        weights[response.url] = len(await response.body())

    tab.on("response", weigh)
    await tab.goto(show.page.url)
    show.cue(LINE)
    await shows(tab, LINE)
    await holds(tab, "document.fonts.check('600 100px \"Bricolage Text\"')")
    assert [url for url in weights if url.endswith(".woff2")], weights
    assert sum(weights.values()) <= 250_000, weights
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


async def test_syllables_light_up_with_the_beat_and_move_nothing(browser: Any, show: Show) -> None:
    sung = "[...document.querySelectorAll('.syllable.sung, .syllable.now')].map(e => e.textContent)"
    now = "document.querySelector('.syllable.now')?.textContent ?? ''"
    where = "JSON.stringify([...document.querySelectorAll('.row')].map(r => r.getBoundingClientRect()))"
    async with looking(browser, show.page.url) as tab:
        show.cue(LINE)
        await shows(tab, LINE)
        assert await tab.evaluate(sung) == []
        before = await tab.evaluate(where)
        words = LINE.split()
        for place, word in enumerate(words):
            show.page.beat(33.0 + place, 96.0)
            await holds(tab, f"word => ({now}) === word", arg=word)
            assert await tab.evaluate(sung) == words[: place + 1]
        assert await tab.evaluate(where) == before
        assert await tab.inner_text(".bar") == f"bar {(32 + len(words)) // 4 + 1}"
        show.cue(LINE)  # again: from the first syllable
        await holds(tab, f"{sung}.length === 0")


async def test_by_the_bar_the_light_fills_the_bar_and_off_it_is_dark(browser: Any, show: Show) -> None:
    lit = "document.querySelectorAll('.syllable.sung, .syllable.now').length"
    async with (
        looking(browser, show.page.url + "/?light=bar") as bar,
        looking(browser, show.page.url + "/?light=off") as off,
    ):
        show.cue(LINE)  # with beat 33: its bar begins with beat 36
        await shows(bar, LINE)
        await shows(off, LINE)
        show.page.beat(35.0, 6.0)  # a beat in ten seconds
        await holds(bar, "document.querySelector('.bar').textContent === 'bar 9'")
        assert await bar.evaluate(lit) == 0
        show.page.beat(38.0, 6.0)
        words = len(LINE.split())
        await holds(bar, f"{lit} === {words // 2 + 1}")
        show.page.beat(39.9, 2000.0)  # the rest within this beat, by the page's own clock
        await holds(bar, f"{lit} === {words}")
        assert await off.evaluate(lit) == 0


async def test_a_late_display_shows_the_line_without_pretending_to_know_the_syllable(browser: Any, show: Show) -> None:
    show.cue(LINE)
    async with looking(browser, show.page.url) as tab:
        await shows(tab, LINE)
        show.page.beat(40.0, 96.0)
        await holds(tab, "document.querySelector('.bar').textContent === 'bar 11'")
        assert await tab.locator(".syllable").count() == 0


async def test_a_display_is_turned_by_keys_and_stays_so(browser: Any, show: Show) -> None:
    transform = "getComputedStyle(document.querySelector('#stage')).transform"
    async with looking(browser, show.page.url + "/?name=drums") as tab:
        show.cue(LINE, next="soon")
        await shows(tab, LINE)
        for key in ("Alt+m", "Alt+f", "Alt+n", "Alt+t", "Alt+Minus", "Alt+p", "Alt+l"):
            await tab.keyboard.press(key)
        assert await tab.evaluate(transform) == "matrix(-1, 0, 0, -1, 0, 0)"
        assert await tab.inner_text(".next") == ""
        assert await tab.evaluate("document.documentElement.dataset.theme") == "amber"
        await tab.reload()
        await shows(tab, LINE)
        assert await tab.evaluate(transform) == "matrix(-1, 0, 0, -1, 0, 0)"
        assert await tab.evaluate("location.search") == (
            "?name=drums&mirror=1&flip=1&next=0&theme=amber&size=90&previous=0&light=bar"
        )
        assert show.events == []


async def test_the_heap_of_a_long_show_does_not_grow(browser: Any, show: Show) -> None:
    async with looking(browser, show.page.url) as tab:
        control = await tab.context.new_cdp_session(tab)

        async def heap(cues: int) -> float:
            for number in range(cues):
                show.cue(f"line {number} of {cues} in a long, long show", next=f"line {number + 1}")
                show.page.beat(float(number), 96.0)
                if number % 50 == 49:
                    await shows(tab, f"line {number} of {cues} in a long, long show")
            for _ in range(3):
                await control.send("HeapProfiler.collectGarbage")
            used = await control.send("Runtime.getHeapUsage")
            return float(used["usedSize"])

        await heap(200)
        before = await heap(200)
        after = await heap(1000)
    assert after - before < 200_000, (before, after)  # bytes: a leak of one small node a cue would be as much
