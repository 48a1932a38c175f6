"""Pages in a real Chromium whose link is lost, whose show is away, or who have two servers."""

from typing import Any

import pytest

from stagelyric.testing.waiting import until

from .conftest import LINE, Show, running
from .pages import IN_CHROMIUM, holds, looking, show_of_the_file, shows

playwright = pytest.importorskip("playwright.async_api")

pytestmark = IN_CHROMIUM
show = show_of_the_file


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


async def test_of_two_servers_the_one_that_lives_is_shown(browser: Any) -> None:
    async with running() as second:
        async with running() as first:
            port = first.page.address[1]
            context = await browser.new_context(viewport={"width": 1024, "height": 768})
            tab = await context.new_page()
            await tab.goto(f"{first.page.url}/?also={second.page.url}")
            await until(lambda: second.page.displays, "the second link")
            first.cue(LINE)
            number = second.cue(LINE)
            await shows(tab, LINE)
            await until(lambda: second.page.displays[0].painted == number, "the second server's news of the painting")
            second.tell(next="only the second knows")
            await tab.keyboard.press("PageDown")
            await until(lambda: first.events, "the key")
            assert second.events == []  # a page of another server may watch
        await holds(tab, "document.querySelector('.next').textContent === 'only the second knows'")
        assert await tab.locator("#stage.lost").count() == 0
        second.cue("And on it goes")
        await shows(tab, "And on it goes")
        async with running(port) as again:
            await until(lambda: again.page.displays, "the first server's link")
            again.cue("from the start")
            second.cue("and this is the show")
            await shows(tab, "and this is the show")
        await shows(tab, "and this is the show")
    await tab.wait_for_selector("#stage.lost")
    await shows(tab, "and this is the show")
    await context.close()


async def test_pedals_reach_both_servers_that_know_each_other(browser: Any) -> None:
    async with (
        running() as first,
        running(also=[first.page.url]) as second,
        looking(browser, f"{first.page.url}/?also={second.page.url}") as tab,
    ):
        await until(lambda: second.page.displays, "the second link")
        await tab.keyboard.press("PageDown")
        await until(lambda: len(first.events) == 2 and len(second.events) == 2, "the key on both")


async def test_a_display_that_is_opened_anew_while_the_show_is_away_has_its_line(browser: Any) -> None:
    async with running() as first:
        port = first.page.address[1]
        context = await browser.new_context()
        tab = await context.new_page()
        await tab.goto(first.page.url)
        await tab.evaluate("navigator.serviceWorker.ready.then(() => true)")
        first.cue(LINE, next="soon")
        await shows(tab, LINE)
        await until(lambda: first.page.displays[0].painted == first.now.number, "the painting")
    await tab.reload()
    await tab.wait_for_selector("#stage.lost")
    await shows(tab, LINE)
    await holds(tab, "/no link · \\d+ s/.test(document.querySelector('.mark').textContent)")
    async with running(port) as second:
        second.cue("Back again")
        await shows(tab, "Back again")
        await tab.reload()
        await shows(tab, "Back again")
    await context.close()


async def test_a_display_that_is_opened_anew_finds_the_second_server(browser: Any) -> None:
    async with running() as second:
        async with running() as first:
            context = await browser.new_context()
            tab = await context.new_page()
            await tab.goto(f"{first.page.url}/?also={second.page.url}&pin=1967")
            kept = "caches.match('/?also=' + encodeURIComponent(also)).then(Boolean)"
            await tab.evaluate("navigator.serviceWorker.ready.then(() => true)")
            await holds(tab, f"also => {kept}", arg=second.page.url)
            addresses = await tab.evaluate("caches.open('stagelyric').then(s => s.keys()).then(k => k.map(r => r.url))")
            assert not [address for address in addresses if "1967" in address]
        await tab.reload()
        second.cue("And on it goes")
        await shows(tab, "And on it goes")
        assert await tab.locator("#stage.lost").count() == 0
        await context.close()


async def test_what_the_show_says_is_never_kept_by_the_worker(browser: Any, show: Show) -> None:
    async with looking(browser, show.page.url) as tab:
        await tab.evaluate("navigator.serviceWorker.ready.then(() => true)")
        await tab.reload()
        await tab.evaluate("fetch('/api/state').then(answer => answer.json())")
        kept = await tab.evaluate(
            "caches.open('stagelyric').then(s => s.keys()).then(k => k.map(r => new URL(r.url).pathname))"
        )
    assert {"/", "/operator", "/audience", "/static/core.js"} <= set(kept)
    assert not [path for path in kept if path.startswith(("/api", "/live"))]


async def test_a_display_that_was_frozen_is_right_again(browser: Any, show: Show) -> None:
    async with looking(browser, show.page.url) as tab:
        control = await tab.context.new_cdp_session(tab)
        show.cue("before it slept")
        await shows(tab, "before it slept")
        await control.send("Page.setWebLifecycleState", {"state": "frozen"})
        for number in range(40):
            show.cue(f"line {number} while it slept")
        await control.send("Page.setWebLifecycleState", {"state": "active"})
        await shows(tab, "line 39 while it slept")
