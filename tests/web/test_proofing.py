"""The proof on a page: what is struck and changed there is in the file at once, and nobody else's page can do it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from baked.shows import baked

from stagelyric.baked import file as files
from stagelyric.commands.bake_page import Proof
from stagelyric.types.devices import ListenError
from stagelyric.web.proofing import proofing

from .conftest import chromium


@pytest.fixture
def show(tmp_path: Path) -> Path:
    path = tmp_path / "show.bake"
    files.write(path, baked())
    return path


@pytest.fixture
async def address(show: Path) -> AsyncIterator[str]:
    async with proofing(Proof(show), 0) as address:
        yield address


async def said(address: str, path: str, body: Any, status: int = 200, **headers: str) -> Any:
    async with aiohttp.ClientSession() as session, session.post(address + path, json=body, headers=headers) as answer:
        assert answer.status == status, await answer.text()
        return await answer.json()


async def test_an_edit_is_in_the_file_and_a_look_is_not(address: str, show: Path) -> None:
    told = await said(address, "/api/check", {"change": [[4, "A gull comes knokking"]]})
    assert [line["number"] for line in told["lines"]] == [4]
    assert "knokking" in told["lines"][0]["faults"][0]
    assert files.read(show).bake == baked()
    told = await said(address, "/api/edit", {"strike": [1], "change": [[4, "A gull at the window pane"]]})
    assert told["counted"] == "24 lines, 1 struck, 1 changed"
    assert files.read(show).bake.touched == (1, 1)
    await said(address, "/api/edit", {"restore": [1, 4]})
    assert files.read(show).bake == baked()


@pytest.mark.parametrize(
    "body",
    [
        [],
        3,
        {"strike": 3},
        {"strike": ["x"]},
        {"change": [[4]]},
        {"change": [[4, "see you tonight"]]},
        {"strike": [99]},
    ],
)
async def test_what_can_t_be_done_is_a_sentence(address: str, show: Path, body: Any) -> None:
    assert (await said(address, "/api/edit", body, 400))["error"]
    assert files.read(show).bake == baked()


async def test_another_site_s_page_is_refused(address: str, show: Path) -> None:
    await said(address, "/api/edit", {"strike": [1]}, 403, Origin="http://evil.example")
    await said(address, "/api/edit", {"strike": [1]}, 403, Host="evil.example")
    assert files.read(show).bake == baked()


async def test_a_port_that_is_taken_is_said(address: str, show: Path) -> None:
    with pytest.raises(ListenError, match="cannot open on"):
        async with proofing(Proof(show), int(address.rpartition(":")[2])):
            pass


@pytest.mark.needs("chromium", "package:axe-playwright-python")
async def test_by_keyboard_alone_and_for_everybody(address: str, show: Path) -> None:
    import axe_playwright_python
    from playwright import async_api as playwright

    axe = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text("utf-8")
    async with chromium(playwright) as browser:
        tab = await browser.new_page(viewport={"width": 390, "height": 844}, bypass_csp=True)
        await tab.goto(address)
        await tab.focus("#line-4 .text")
        await tab.keyboard.press("Control+A")
        await tab.keyboard.type("A gull comes knokking at the door")
        await tab.keyboard.press("Enter")
        await tab.wait_for_selector("#line-4.changed")
        await tab.focus("#line-5 button")
        await tab.keyboard.press("Enter")
        await tab.wait_for_selector("#line-5.struck")
        assert "knokking" in await tab.inner_text("#line-4 .faults")
        assert await tab.inner_text("#counted") == "24 lines, 1 struck, 1 changed"
        await tab.evaluate(axe)
        found = await tab.evaluate("axe.run(document, {resultTypes: ['violations']})")
        assert [(fault["id"], fault["nodes"][0]["html"]) for fault in found["violations"]] == []
        assert await tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert files.read(show).bake.touched == (1, 1)
