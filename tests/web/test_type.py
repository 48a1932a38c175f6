"""The pages' own letters: served by us, under their licence, and the same lines whatever the system's fonts are."""

import os
import re
from pathlib import Path
from typing import Any

import aiohttp
import programs
import pytest

from stagelyric.web import files

from .conftest import FLAGS, Show
from .pages import looking

LINES = ["Don't let the kettle hear you say her name", "Őszi eső a kikötőn", "Polly ties the boat by feel"]
# Two ways to break them are nearly as good.
NEARLY = [
    "Chicken scrape off Ivy rock", "Somewhere to see the day", "Esther Cole says a long child", "We said what we meant",
    "Or loud Mr Tallow sound", "For there were laid a very sleep", "The simple price of man",
]  # fmt: skip
SCREENS = [(1920, 1080), (3840, 2160), (1024, 768)]
NO_FONTS = '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>{}</dir></fontconfig>'
SET_ALL = """async ([page, lines]) => {
  const [{ LOOK }, { mountStage }, { EMPTY, options }] = await Promise.all(
    [`/static/${page}.js`, "/static/stage.js", "/static/core.js"].map((script) => import(script)),
  );
  await document.fonts.load(`600 100px "${LOOK.font}"`);
  const root = Object.assign(document.body.appendChild(document.createElement("main")), { className: "stage" });
  const stage = mountStage(root, options(""), LOOK);
  const rows = () => [...root.querySelectorAll(".line .row")].map((row) => {
    const range = document.createRange();
    range.selectNodeContents(row);
    return [row.textContent, Math.round(range.getBoundingClientRect().width)];
  });
  return lines.map((line, i) => {
    stage.render({ ...EMPTY, song: "Harbour Lights", number: i + 1, line, next: lines[i + 1] || "" });
    return rows();
  });
}"""
SAMPLES = Path(__file__).parents[2] / "docs" / "samples.md"
SHORT = 46  # characters of a line that takes no more than two rows


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


def sung(every: int = 1) -> list[str]:
    """Lines of the shipped models and frames, up to `SHORT` characters; one in `every`."""
    lines = re.findall(r"^   (\S.*?)\\\\?$", SAMPLES.read_text("utf-8"), re.MULTILINE)
    return [line for line in dict.fromkeys(lines) if len(line) <= SHORT][::every]


async def rows_of(url: str, lines: list[str], env: dict[str, Any]) -> dict[tuple[str, tuple[int, int]], Any]:
    """By page and screen, for each line: its rows, each with its width in pixels. In a browser with `env`'s fonts."""
    from playwright import async_api as playwright

    found = {}
    async with playwright.async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=programs.chromium(), args=FLAGS, env=env)
        for page, path in (("teleprompter", ""), ("audience", "audience")):
            for size in SCREENS:
                async with looking(browser, f"{url}/{path}", size) as tab:
                    found[page, size] = await tab.evaluate(SET_ALL, [page, lines])
        await browser.close()
    return found


@pytest.mark.needs("chromium")
async def test_a_line_takes_two_rows_at_most_the_same_without_system_fonts(show: Show, tmp_path: Path) -> None:
    (tmp_path / "fonts.conf").write_text(NO_FONTS.format(tmp_path / "none"), encoding="utf-8")
    lines = [*LINES, *NEARLY, *sung(every=15)]
    assert len(lines) > 40
    usual = await rows_of(show.page.url, lines, dict(os.environ))
    for place, all_rows in usual.items():
        assert [rows for rows in all_rows if not 1 <= len(rows) <= 2] == [], place
    assert usual == await rows_of(show.page.url, lines, os.environ | {"FONTCONFIG_FILE": str(tmp_path / "fonts.conf")})
