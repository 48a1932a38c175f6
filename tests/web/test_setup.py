"""The setup page: over HTTP, against hostile requests, and the whole way in a real Chromium."""

import asyncio
import contextlib
import io
import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from stagelyric.setlist.rendering import MARK, SAME
from stagelyric.setup import desk
from stagelyric.setup.desk import LARGEST, Setup
from stagelyric.web import guard
from stagelyric.web.server import Page

from .conftest import START, Show, chromium
from .pages import holds

pytestmark = pytest.mark.asyncio(loop_scope="module")

SET = """# Ours; nobody else's.
title = "Friday"
seed = 7                # the same as last week

[[triggers]]            # the left pedal
on = { control = 80 }
do = "next_line"

# The opener.
[[songs]]
title = "Harbour Lights"
tempo = 96              # never faster
[[songs.sections]]
name = "verse"
syllables = [7, 9]
rhyme = "AABB"          # as we sing it
safety = ["Rain on the door"]

[[songs]]
title = "Night Bus"
"""


@asynccontextmanager
async def setting_up(file: Path, **options: Any) -> AsyncIterator[Show]:
    setup = Setup(file, **options)
    show = Show(Page("127.0.0.1", 0, setup=setup))
    show.page.state(START)
    async with setup.running(), show.page.running(show.events.append):
        yield show


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("set") / "set.toml"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def page(file: Path) -> AsyncIterator[Page]:
    async with setting_up(file) as show:
        yield show.page


@pytest.fixture(scope="module", autouse=True)
def _patient() -> Iterator[None]:
    """A check of a second is not to be late on a machine that does more pressing things."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(desk, "SECONDS", 120.0)
        yield


@pytest.fixture(autouse=True)
def written(file: Path) -> None:
    file.write_text(SET, "utf-8")


async def asked(page: Page, order: str = "", body: Any = None, **options: Any) -> tuple[int, dict[str, Any]]:
    url = f"{page.url}/api/setup{order}"
    async with aiohttp.ClientSession() as session:
        options |= {} if body is None else {"json": body}
        async with session.post(url, **options) if options else session.get(url) as response:
            return response.status, json.loads(await response.text())


async def test_a_look_says_what_check_says_and_writes_nothing(page: Page, file: Path) -> None:
    status, told = await asked(page)
    assert (status, told["file"]) == (200, "set.toml")
    assert "faults" not in told  # the page asks for them when it shows the set: they take longer
    edited = told["set"]
    status, found = await asked(page, "/check", {"revision": told["revision"], "set": edited})
    assert (status, found["faults"]) == (200, [])
    edited["songs"][0] |= {"tempo": "fast", "lyrics": "none.txt"}
    edited["songs"][1] = {SAME: "songs/1"}
    status, found = await asked(page, "/check", {"revision": told["revision"], "set": edited})
    assert status == 200
    assert [(one["keys"], one["short"]) for one in found["faults"]] == [
        (["songs", 0, "tempo"], 'wanted a number, found "fast"'),
        (["songs", 0, "lyrics"], 'wanted a file beside the setlist, found none at "none.txt"'),
    ]
    assert found["changes"] == [
        "-tempo = 96              # never faster",
        '+tempo = "fast"              # never faster',
        '+lyrics = "none.txt"',
    ]
    assert file.read_text("utf-8") == SET


async def test_a_set_is_saved_with_its_comments_and_no_fault(page: Page, file: Path) -> None:
    _, told = await asked(page)
    edited = told["set"]
    edited["songs"][0]["sections"][0]["syllables"] = [9, 7]
    status, refused = await asked(page, "/save", {"revision": told["revision"], "set": edited})
    assert status == 422
    assert "wanted the fewest first, found [9, 7]" in refused["faults"][0]["text"]
    assert file.read_text("utf-8") == SET
    edited["songs"][0]["sections"][0]["syllables"] = [6, 9]
    status, now = await asked(page, "/save", {"revision": told["revision"], "set": edited})
    assert status == 200
    assert file.read_text("utf-8") == SET.replace("[7, 9]", "[6, 9]")
    assert now["revision"] != told["revision"]
    assert (await asked(page, "/save", {"revision": now["revision"], "set": now["set"]}))[0] == 200


async def test_what_somebody_else_wrote_is_not_overwritten(page: Page, file: Path) -> None:
    _, told = await asked(page)
    theirs = SET.replace("= 96 ", "= 97 ")
    file.write_text(theirs, "utf-8")
    told["set"]["seed"] = 8
    status, refused = await asked(page, "/save", {"revision": told["revision"], "set": told["set"]})
    assert (status, file.read_text("utf-8")) == (409, theirs)
    assert "changed by somebody else" in refused["error"]
    assert "+seed = 8                # the same as last week" in refused["changes"]
    found = (await asked(page, "/check", {"revision": told["revision"], "set": told["set"]}))[1]
    assert found["stale"] is True


async def test_a_file_that_can_t_be_read_is_told_with_its_fault(page: Page, file: Path) -> None:
    file.write_text('title = "x\n', "utf-8")
    status, told = await asked(page)
    assert (status, told["set"]) == (200, None)
    assert "not valid TOML" in told["faults"][0]["text"]


@pytest.mark.parametrize(
    ("order", "body", "status"),
    [
        ("/check", [], 400),
        ("/check", {"set": {}}, 400),
        ("/check", {"set": {}, "revision": ["x"]}, 400),
        ("/save", {"set": {}, "revision": "0" * 64}, 409),
        ("/save", {"revision": None, "set": 3}, 400),
        ("/save", {"revision": None, "set": {"songs": [{SAME: "../../etc/passwd"}]}}, 400),
        ("/save", {"revision": None, "set": {"songs": [{MARK: "songs/0", "title": None}]}}, 422),
        ("/save", {"revision": None, "set": {"songs": "x"}, "file": "/etc/passwd"}, 400),
        ("/make", {"title": "x", "words": ["y"]}, 404),
        ("/told", {}, 405),
    ],
)
async def test_what_is_asked_wrongly_is_said_and_changes_nothing(
    page: Page, file: Path, order: str, body: Any, status: int
) -> None:
    if isinstance(body, dict) and "revision" in body and body["revision"] is None:
        body |= {"revision": (await asked(page))[1]["revision"]}
    if status == 405:
        async with aiohttp.ClientSession() as session, session.post(f"{page.url}/api/setup{order}") as response:
            assert response.status in (404, 405)
    else:
        found, told = await asked(page, order, body)
        assert (found, bool(told["error"])) == (status, True)
    assert file.read_text("utf-8") == SET


@pytest.mark.parametrize("data", [b"", b"\xff", b'{"set":' + b"[" * 100_000, b'{"a"\n:\r\n1}', b"NaN"])
async def test_bytes_that_are_no_request_cost_nothing(page: Page, data: bytes) -> None:
    status, told = await asked(page, "/check", data=data)
    assert status in (400, 409)
    assert told["error"]


async def test_who_may_not_may_not(page: Page, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    body = {"revision": (await asked(page))[1]["revision"], "set": {"title": "x"}}
    for headers in ({"Origin": "http://evil.example"}, {"Host": "evil.example"}):
        assert (await asked(page, "/save", body, headers=headers))[0] == 403
    assert (await asked(page, "/check", data=io.BytesIO(b" " * (LARGEST + 1))))[0] == 413
    monkeypatch.setattr(guard, "is_loopback", lambda address: False)
    for order, sent in (("", None), ("/check", body), ("/save", body)):
        status, told = await asked(page, order, sent)
        assert status == 403
        assert "own machine" in told["error"]
    assert file.read_text("utf-8") == SET


async def test_a_large_set_is_checked_beside_the_loop(page: Page, file: Path) -> None:
    song = SET.partition("# The opener.\n")[2].partition('\n[[songs]]\ntitle = "Night')[0]
    file.write_text(SET + "".join("\n" + song.replace("Lights", str(number)) for number in range(400)), "utf-8")
    _, told = await asked(page)
    told["set"]["songs"][300]["tempo"] = 97
    steps: list[float] = []

    async def watch() -> None:
        while True:
            began = time.thread_time()  # of the processor, so that a full machine is no fault
            await asyncio.sleep(0.001)
            steps.append(time.thread_time() - began)

    assert page.setup is not None
    body = json.dumps({"revision": told["revision"], "set": told["set"]}).encode()
    watching = asyncio.create_task(watch())
    status, found = await page.setup.ask("check", body)
    watching.cancel()
    assert status == 200
    assert b"+tempo = 97" in found
    assert len(steps) > 20
    assert max(steps) < 0.005


async def test_a_process_that_dies_or_rests_is_started_anew(page: Page) -> None:
    setup = page.setup
    assert setup is not None
    assert (await setup.ask("told"))[0] == 200
    asking = asyncio.create_task(setup.ask("told"))
    await asyncio.sleep(0)
    setup._child.kill()
    with contextlib.suppress(TimeoutError):  # it may have answered before
        await asking
    assert (await setup.ask("told"))[0] == 200
    setup._stop()
    assert (await setup.ask("told"))[0] == 200


async def test_without_a_file_it_says_so(tmp_path: Path) -> None:
    show = Show(Page("127.0.0.1", 0))
    async with show.page.running(show.events.append):
        status, told = await asked(show.page)
    assert status == 404
    assert "bake edit" in told["error"]


async def test_a_set_is_made_of_a_title_and_three_words(tmp_path: Path) -> None:
    file = tmp_path / "new.toml"
    async with setting_up(file, new=True) as show:
        assert (await asked(show.page))[1]["new"] is True
        assert (await asked(show.page, "/make", {"title": "Night Ferry", "words": [" "]}))[0] == 400
        status, told = await asked(
            show.page, "/make", {"title": "Night Ferry", "words": ["harbour", "rain", "letters"]}
        )
        assert status == 200
        assert told["set"]["songs"][0]["themes"] == ["harbour", "rain", "letters"]
        assert told["faults"] == []
        assert (await asked(show.page, "/make", {"title": "x", "words": ["y"]}))[0] == 409


@pytest.mark.needs("chromium", "package:axe-playwright-python")
@pytest.mark.slow
async def test_the_whole_way_by_keyboard(page: Page, file: Path) -> None:
    import axe_playwright_python
    from playwright import async_api as playwright

    axe = Path(axe_playwright_python.__file__).with_name("axe.min.js").read_text("utf-8")

    async def faults(tab: Any) -> list[Any]:
        await tab.evaluate(axe)
        found = await tab.evaluate("axe.run(document, {resultTypes: ['violations']})")
        return [(fault["id"], node["html"][:160]) for fault in found["violations"] for node in fault["nodes"]]

    async with chromium(playwright) as browser:
        tab = await browser.new_page(viewport={"width": 390, "height": 844})
        complaints: list[str] = []
        tab.on("pageerror", lambda fault: complaints.append(str(fault)))
        tab.on("console", lambda m: complaints.append(m.text) if "Content Security" in m.text else None)
        await tab.goto(page.url + "/setup")
        await holds(tab, "document.querySelectorAll('#songs li').length === 2")
        assert await faults(tab) == []
        await tab.focus("[data-song='0']")
        await tab.keyboard.press("Enter")
        await tab.focus("[id='f-songs.0.sections.0.syllables-1']")
        await tab.keyboard.press("Control+A")
        await tab.keyboard.type("4")
        await holds(
            tab, "document.querySelector('.is-span .fault').textContent === 'wanted the fewest first, found [7, 4]'"
        )
        assert (
            await tab.evaluate("window.save.disabled && document.activeElement.getAttribute('aria-invalid')") == "true"
        )
        assert await tab.inner_text("#faults button") == (
            'songs[1] "Harbour Lights", sections[1] "verse", syllables: wanted the fewest first, found [7, 4]'
        )
        assert await faults(tab) == []
        await tab.keyboard.press("Control+A")
        await tab.keyboard.type("10")
        await holds(tab, "!window.save.disabled")
        await tab.focus("[aria-label='Move down Harbour Lights']")
        await tab.keyboard.press("Enter")
        await holds(tab, "document.querySelector('#songs .title').textContent === 'Night Bus' && !window.save.disabled")
        await tab.keyboard.press("Control+s")
        await holds(tab, "window.told.textContent.startsWith('Saved in set.toml')")
        for size in ((390, 844), (1024, 768), (1920, 1080)):
            await tab.set_viewport_size({"width": size[0], "height": size[1]})
            assert await tab.evaluate("document.documentElement.scrollWidth <= innerWidth"), size
        for theme in ("day",):
            await tab.goto(f"{page.url}/setup?theme={theme}")
            await holds(tab, "document.querySelectorAll('.trigger').length === 1")
            assert await faults(tab) == []
        assert complaints == []
    now = file.read_text("utf-8")
    for line in ("# Ours; nobody else's.", "# the left pedal", "# The opener.", "# never faster", "# as we sing it"):
        assert line in now
    assert "syllables = [7, 10]" in now
    assert now.index("Night Bus") < now.index("# The opener.")
