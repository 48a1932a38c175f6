"""The pages' own letters: served by us, under their licence, and the same lines whatever the system's fonts are."""

import os
from pathlib import Path
from typing import Any

import aiohttp
import programs
import pytest

from stagelyric.web import files

from .conftest import FLAGS, Show
from .pages import looking, shows

LINES = ["Don't let the kettle hear you say her name", "Őszi eső a kikötőn", "Polly ties the boat by feel"]
NO_FONTS = '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>{}</dir></fontconfig>'
SET = """() => [...document.querySelectorAll(".row")].map((row) => {
  const range = document.createRange();
  range.selectNodeContents(row);
  return [row.textContent, Math.round(range.getBoundingClientRect().width)];
})"""


async def test_the_font_is_ours_to_give_and_comes_with_its_licence(show: Show) -> None:
    async with aiohttp.ClientSession() as http:
        async with http.get(show.page.url + "/static/bricolage-text.woff2") as answer:
            assert (answer.status, answer.content_type, answer.charset) == (200, "font/woff2", None)
            assert (await answer.read())[:4] == b"wOF2"
        async with http.get(show.page.url + "/static/bricolage-license.txt") as answer:
            assert "SIL OPEN FONT LICENSE" in (await answer.text()).upper()
        async with http.get(show.page.url) as answer:
            assert "font-src 'self'" in answer.headers["Content-Security-Policy"]


def test_each_page_loads_its_cut_of_the_font_before_its_first_line() -> None:
    pages = files.read()
    for address, page in files.PAGES.items():
        assert f'"/static/bricolage-{page.cut}.woff2" as="font"'.encode() in pages[address].body
    named = {path.name for path in files.FOLDER.glob("*.woff2")}
    styles = "".join(path.read_text("utf-8") for path in files.FOLDER.glob("*.css"))
    assert named
    assert all(f'url("/static/{name}")' in styles for name in named)


@pytest.mark.needs("chromium")
async def test_lines_are_set_alike_with_and_without_system_fonts(show: Show, tmp_path: Path) -> None:
    from playwright import async_api as playwright

    (tmp_path / "fonts.conf").write_text(NO_FONTS.format(tmp_path / "none"), encoding="utf-8")
    found: list[Any] = []
    async with playwright.async_playwright() as driver:
        alone = os.environ | {"FONTCONFIG_FILE": str(tmp_path / "fonts.conf")}
        worlds: list[dict[str, Any]] = [dict(os.environ), alone]
        for env in worlds:
            browser = await driver.chromium.launch(executable_path=programs.chromium(), args=FLAGS, env=env)
            for page in ("", "audience"):
                async with looking(browser, f"{show.page.url}/{page}", (1920, 1080)) as tab:
                    for text in LINES:
                        show.cue(text)
                        await shows(tab, text)
                        await tab.evaluate("document.fonts.ready.then(() => true)")
                        found.append(await tab.evaluate(SET))
            await browser.close()
    half = len(found) // 2
    assert found[:half] == found[half:]
