"""The rehearsal page: over HTTP, and in a real Chromium."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from stagelyric.rehearsal.desk import Rehearsal, WriterlessError, Writes
from stagelyric.rehearsal.files import Drafts
from stagelyric.testing.waiting import until
from stagelyric.types.actions import Do
from stagelyric.types.events import Command
from stagelyric.types.lines import Ask, Line
from stagelyric.web import guard
from stagelyric.web.desk import Desk
from stagelyric.web.server import Page

from .conftest import START, Show, chromium
from .pages import OVERFLOW, holds, looking

pytestmark = pytest.mark.asyncio(loop_scope="module")
WIDE = "document.documentElement.scrollWidth <= innerWidth"
WRITTEN = ("The kettle is cold", "The boats go by", "A coat on the floor", "Four at the door")


async def write(ask: Ask, start: int, count: int, earlier: Sequence[str]) -> list[Line]:
    return [Line(text, "frame") for text in WRITTEN[start : start + count]]


async def nobody(ask: Ask, start: int, count: int, earlier: Sequence[str]) -> list[Line]:
    raise WriterlessError


@asynccontextmanager
async def rehearsing(folder: Path, write: Writes = write, **options: Any) -> AsyncIterator[Show]:
    show = Show(Page("127.0.0.1", 0, **options))
    verse = Ask(rhyme="AABB", syllables=(4, 9))
    show.page.rehearsal = Rehearsal(Drafts(folder), write, lambda song, section: verse if section == "verse" else None)
    show.page.state(START)
    async with show.page.running(show.events.append):
        yield show


@pytest_asyncio.fixture(loop_scope="module")
async def show(tmp_path: Path) -> AsyncIterator[Show]:
    async with rehearsing(tmp_path) as show:
        yield show


async def test_drafts_options_and_looks_over_http(show: Show) -> None:
    base = f"{show.page.url}/api/rehearsal"
    async with aiohttp.ClientSession() as session:
        put = {"song": "Harbour Lights", "lines": ["rain on the door", "…"], "revision": 0}
        async with session.post(f"{base}/draft", json=put) as response:
            assert (await response.json())["revision"] == 1
        async with session.post(f"{base}/draft", json=put) as response:  # as an old page would
            assert response.status == 409
            assert (await response.json())["lines"] == ["rain on the door", "…"]
        async with session.get(f"{base}/draft", params={"song": "Harbour Lights"}) as response:
            assert (await response.json())["lines"] == ["rain on the door", "…"]
        wish = {"kind": "line", "at": 1, "lines": put["lines"], "song": "Harbour Lights", "section": "verse"}
        async with session.post(f"{base}/options", json=wish) as response:
            assert (await response.json())["options"] == list(WRITTEN)
        look = {"text": "We were four", "at": 1, "lines": put["lines"], "song": "x", "section": "verse"}
        async with session.post(f"{base}/look", json=look) as response:
            assert await response.json() == {"syllables": 3, "fits": False, "rhymes": "perfect"}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("draft", {"song": "", "lines": [], "revision": 0}),
        ("draft", {"song": "x", "lines": "x", "revision": 0}),
        ("draft", {"song": "x", "lines": ["x"] * 401, "revision": 0}),
        ("draft", {"song": "x", "lines": [], "revision": "0"}),
        ("options", {"kind": "poem", "song": "x", "section": "verse"}),
        ("options", {"kind": "line", "at": 1.5, "song": "x", "section": "verse"}),
        ("look", {"text": "x" * 501, "song": "x", "section": "verse"}),
        ("look", {"text": "x", "song": "x", "section": "nowhere"}),
        ("look", ["x"]),
    ],
)
async def test_what_is_asked_wrongly_is_said_in_a_sentence(show: Show, path: str, body: object) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{show.page.url}/api/rehearsal/{path}", json=body) as response,
    ):
        assert response.status == 400
        assert "wanted" in (await response.json())["error"] or "no such" in (await response.json())["error"]


async def test_beyond_this_machine_it_wants_the_pin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "is_loopback", lambda address: False)
    async with rehearsing(tmp_path, pin="4711") as show, aiohttp.ClientSession() as session:
        url = f"{show.page.url}/api/rehearsal/draft?song=x"
        async with session.get(url) as response:
            assert response.status == 403
        async with session.get(url, headers={"X-Stagelyric-Pin": "4711"}) as response:
            assert response.status == 200


@pytest.mark.needs("chromium")
async def test_the_page_asks_for_the_pin_and_goes_on_with_a_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from playwright import async_api as playwright

    monkeypatch.setattr(guard, "is_loopback", lambda address: False)
    async with (
        rehearsing(tmp_path, pin="4711") as show,
        chromium(playwright) as browser,
        looking(browser, show.page.url + "/rehearse", (390, 844)) as tab,
    ):
        asked: list[dict[str, str]] = []
        tab.on("request", lambda request: asked.append(request.headers))
        show.cue("Rain on the door")
        await tab.fill("#pin-field", "4711")
        await tab.press("#pin-field", "Enter")
        await holds(tab, "!document.querySelector('#pin').open")
        await holds(
            tab, "document.querySelector('#up-look').textContent !== '' || document.querySelector('#draft-box li')"
        )
        await until(lambda: any("x-stagelyric-token" in headers for headers in asked))
        assert "4711" not in str(asked)
        assert "4711" not in await tab.evaluate("JSON.stringify({...sessionStorage})")


async def test_a_baked_show_grants_no_wish_and_says_so_calmly(tmp_path: Path) -> None:
    async with rehearsing(tmp_path, nobody) as show, aiohttp.ClientSession() as session:
        wish = {"kind": "stanza", "song": "Harbour Lights", "section": "verse"}
        async with session.post(f"{show.page.url}/api/rehearsal/options", json=wish) as response:
            assert response.status == 409
            assert (await response.json())["error"] == f"{WriterlessError()}."


@pytest.mark.needs("chromium")
@pytest.mark.parametrize(("path", "at"), [("/rehearse", "#room"), ("/operator", "#panel-rehearse")])
async def test_a_baked_show_offers_no_wish(tmp_path: Path, path: str, at: str) -> None:
    from playwright import async_api as playwright

    async with (
        rehearsing(tmp_path, nobody) as show,
        chromium(playwright) as browser,
    ):
        assert show.page.rehearsal is not None
        await show.page.rehearsal.save("Harbour Lights", ["Row the boat", "\u2026"], 0)
        for baked in (None, {"file": "friday.bake", "of": [[48]]}):
            show.page.desk = Desk("Friday", baked=baked)
            async with looking(browser, show.page.url + path, (390, 844)) as tab:
                show.cue("Rain on the door")
                if path == "/operator":
                    await tab.click("#tab-rehearse")
                await tab.wait_for_selector(f"{at} .draft .gap")
                wishes = "([at, on]) => document.querySelector(`${at} .more`).hidden === on"
                await holds(tab, wishes, arg=[at, baked is not None])
                assert await tab.is_visible(f"{at} .heard") == (baked is None)
                assert await tab.is_enabled(f"{at} .gap") == (baked is None)
                assert await tab.is_visible(f"text={WriterlessError()}") == (baked is not None)
                assert await tab.is_enabled(f"{at} .judge .keep")
                assert await tab.evaluate(OVERFLOW if path == "/operator" else WIDE) in ([], True)


@pytest.mark.needs("chromium")
async def test_a_song_grows_on_the_page(show: Show) -> None:
    from playwright import async_api as playwright

    async with chromium(playwright) as browser, looking(browser, show.page.url + "/rehearse", (390, 844)) as tab:
        show.cue("Rain on the door")
        await holds(tab, "document.querySelector('#up').textContent === 'Rain on the door'")
        await holds(tab, "document.querySelector('#up-look').textContent.startsWith('4 syllables')")
        await tab.click("#about .judge .keep")
        await until(lambda: show.events == [Command(show.events[0].at, show.events[0].source, Do("keep"))])
        assert show.page.rehearsal is not None
        show.page.rehearsal.judgement("keep", "Rain on the door", "Harbour Lights", "verse")  # as the stage would
        await tab.wait_for_selector("#draft-box textarea")

        await tab.click("#about .judge button:nth-child(2)")
        await tab.fill("#about .edit input", "Rain at the window")
        await tab.press("#about .edit input", "Enter")
        await holds(tab, "document.querySelectorAll('#draft-box textarea').length === 2")

        await tab.click("#draft-box .row button:nth-child(1)")
        await tab.click("#draft-box .gap")
        await tab.click(f"#choice button:has-text('{WRITTEN[3]}')")
        await holds(tab, "!document.querySelector('#draft-box .gap')")
        await tab.click("[aria-label='Move up line 3']")
        await tab.click("[aria-label='Take out line 1']")
        await until(
            lambda: (
                show.page.rehearsal is not None
                and show.page.rehearsal._drafts["Harbour Lights"].lines == (WRITTEN[3], "Rain at the window")
            )
        )
        await tab.click("#draft-box .row button:nth-child(3)")
        await holds(tab, "document.querySelectorAll('#draft-box textarea').length === 3")
        await tab.click("[data-wish=stanza]")
        await tab.click("#choice .whole")
        await holds(tab, "document.querySelectorAll('#draft-box textarea').length === 6")
        assert (await show.page.rehearsal.draft("Harbour Lights")).lines[-3:] == WRITTEN[:3]
        await tab.reload()  # what was done before can still be undone, edit by edit
        await holds(tab, "document.querySelectorAll('#draft-box textarea').length === 6")
        await tab.click("#draft-box .row button:nth-child(3)")
        await holds(tab, "document.querySelectorAll('#draft-box textarea').length === 3")
        for size in ((390, 844), (1024, 768), (1920, 1080)):
            await tab.set_viewport_size({"width": size[0], "height": size[1]})
            assert await tab.evaluate(WIDE), size


@pytest.mark.needs("chromium")
async def test_a_song_grows_on_the_desk_by_keyboard_alone(show: Show) -> None:
    from playwright import async_api as playwright

    assert show.page.rehearsal is not None
    await show.page.rehearsal.save("Harbour Lights", ["Row the boat", "\u2026"], 0)
    async with chromium(playwright) as browser, looking(browser, show.page.url + "/operator", (390, 844)) as tab:
        show.cue("Rain on the door")
        await tab.focus("#tab-pads")
        await tab.keyboard.press("End")
        await holds(tab, "document.querySelector('#panel-rehearse .label .look').textContent.startsWith('4 syllables')")
        await tab.focus("#panel-rehearse [data-wish=rhyme]")
        await tab.keyboard.press("Enter")
        await holds(tab, "!!document.activeElement.closest('.options')")
        await tab.keyboard.press("Enter")
        await holds(
            tab,
            "text => document.querySelector('#panel-rehearse .draft').lastChild.querySelector('.words').value === text",
            arg=WRITTEN[0],
        )

        await tab.focus("#panel-rehearse [aria-label='Line 1']")
        await tab.keyboard.press("End")
        await tab.keyboard.type(" ashore")
        show.page.rehearsal.judgement("keep", "Rain on the door", "Harbour Lights", "verse")  # a pedal keeps a line
        await holds(tab, "document.querySelectorAll('#panel-rehearse textarea').length === 3")
        await tab.keyboard.type(" now")
        await tab.keyboard.press("Enter")
        wanted = ("Row the boat ashore now", "\u2026", WRITTEN[0], "Rain on the door")
        await until(
            lambda: show.page.rehearsal is not None and show.page.rehearsal._drafts["Harbour Lights"].lines == wanted
        )
        await tab.focus("#panel-rehearse .draft li:nth-child(4) [aria-label^='Move up']")
        await tab.keyboard.press("Enter")
        await tab.keyboard.press("Enter")  # it keeps the focus where it goes
        await until(
            lambda: (
                show.page.rehearsal is not None
                and show.page.rehearsal._drafts["Harbour Lights"].lines[1] == "Rain on the door"
            )
        )
        assert show.events == []  # no key was taken for a pedal's
        for size in ((320, 568), (844, 390), (1024, 768), (1920, 1080)):
            await tab.set_viewport_size({"width": size[0], "height": size[1]})
            assert await tab.evaluate(OVERFLOW) == [], size
            assert await tab.is_visible("#next-line"), size


@pytest.mark.needs("chromium")
@pytest.mark.parametrize("size", [(1024, 768), (1920, 1080), (1080, 1920)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_the_page_fills_its_screen_and_a_long_draft_scrolls_by_itself(show: Show, size: tuple[int, int]) -> None:
    from playwright import async_api as playwright

    assert show.page.rehearsal is not None
    await show.page.rehearsal.save("Harbour Lights", [f"Line {number} of many" for number in range(80)], 0)
    async with chromium(playwright) as browser, looking(browser, show.page.url + "/rehearse", size) as tab:
        show.cue("Rain on the door", next="Nobody sails")
        await holds(tab, "document.querySelectorAll('#draft-box textarea').length === 80")
        show.page.rehearsal.judgement("keep", "Rain on the door", "Harbour Lights", "verse")
        await holds(tab, "document.querySelectorAll('#draft-box textarea').length === 81")
        last, foot, tall, high = await tab.evaluate(
            "(() => { const bottom = at => document.querySelector(at).getBoundingClientRect().bottom;"
            "return [bottom('#draft-box li:last-child'), bottom('#draft-box'), document.scrollingElement.scrollHeight,"
            " innerHeight] })()"
        )
        assert tall <= high
        assert high - 30 < foot <= high
        assert last < foot, "what was kept last is in sight"
        line, card = await tab.evaluate(
            "['#up', '.try'].map(at => document.querySelector(at).getBoundingClientRect().height)"
        )
        assert line > 0.15 * card
