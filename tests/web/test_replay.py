"""A recorded night on the pages again: the same cues in their order, and nothing that a page can change."""

import asyncio
import sqlite3
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import recorded

from stagelyric.commands.journal_page import Shown, perform_beside
from stagelyric.gear.journal import journal as memory
from stagelyric.gear.journal.journal import Journal
from stagelyric.stage import moments, replay
from stagelyric.stage.moments import NightAgain
from stagelyric.testing.play import LIMIT, Display
from stagelyric.testing.ports import free_port
from stagelyric.testing.waiting import until
from stagelyric.types.json import JsonObject
from stagelyric.types.lines import Cue, Line
from stagelyric.web import files, guard

from .conftest import LINE, Show
from .pages import IN_CHROMIUM, OVERFLOW, holds, looking, show_of_the_file
from .test_accessibility import faults

pytestmark = IN_CHROMIUM[0]
show = show_of_the_file
in_chromium = IN_CHROMIUM[1]

BEGAN = 1_700_000_000.0
# When, in which song, and what; "" clears the stage.
SUNG = (
    (0.0, "Harbour Lights", LINE), (4.0, "Harbour Lights", "Nobody sails"), (8.0, "Harbour Lights", ""),
    (9.0, "Harbour Lights", "The boats go by"), (40.0, "Café Noir", "A coat on the floor"),
    (44.0, "Café Noir", "Four at the door"),
)  # fmt: skip
TEXTS = [text for _, _, text in SUNG]


async def a_night(file: Path, sung: Sequence[tuple[float, str, str]] = SUNG) -> None:
    """A night in the journal, of which only the lines are known: how they are performed again is tested elsewhere."""
    made = Journal(file, title="Friday", seed=1, model="m", version="0")
    async with made.running():
        for number, (at, song, text) in enumerate(sung, 1):
            line = Line(text, "frame") if text else None
            made.show(Cue(line, song, "verse", "now", 0.0, number, BEGAN + at, at * 2))
            if text == "Nobody sails":
                made.judged("keep", text, song, "verse", BEGAN + at + 1)


@asynccontextmanager
async def again(folder: Path, at: float = 0.0, *, playing: bool = True) -> AsyncIterator[Shown]:
    file = folder / "journal.sqlite3"
    await a_night(file)
    rows = memory.records(file, "last")
    night = moments.again(replay.prepare(rows), rows)
    shown = Shown("Friday", night, rows, at=at)
    shown.player.play(playing)
    async with shown.running():
        yield shown
    assert [row["text"] for row in memory.records(file, "last")] == [row["text"] for row in rows]


@asynccontextmanager
async def display(url: str, page: str = "", origin: str | None = None) -> AsyncIterator[Display]:
    address = f"{url.replace('http', 'ws')}/live?page={page}{'&also=' if origin else ''}"
    async with aiohttp.ClientSession() as session, session.ws_connect(address, origin=origin) as link:
        display = Display(link)
        await display.until(lambda: "replay" in display.told)
        yield display
        display.reading.cancel()


async def test_the_same_cues_come_in_the_same_order(tmp_path: Path) -> None:
    async with again(tmp_path, playing=False) as shown, display(shown.page.url) as screen:
        shown.player.ask({"speed": 100})
        shown.player.ask({"play": True})

        def is_over() -> bool:  # the messages that it plays and that it has ended may come together
            told = [message["playing"] for message in screen.messages if message["type"] == "replay"]
            return told[-2:] == [True, False]

        await screen.until(is_over)
        assert screen.lines == [text for text in TEXTS if text]
        assert [cue["number"] for cue in screen.cues] == [1, 2, 4, 5, 6]
        assert [cue["song"] for cue in screen.cues] == [song for _, song, text in SUNG if text]
        assert sum(message["type"] == "clear" for message in screen.messages) == 1
        assert shown.player.moment.state.line == "Four at the door"


async def test_a_night_that_was_performed_again_comes_over_the_wire_as_it_was(tmp_path: Path) -> None:
    await recorded.a_night(tmp_path / "journal.sqlite3", seed=2, presses=100)
    rows = memory.records(tmp_path / "journal.sqlite3", "last")
    night = moments.again(replay.prepare(rows), rows)
    assert night.lacks == ""
    shown = Shown("Friday", night, rows)
    shown.player.play(False)
    async with shown.running(), display(shown.page.url) as screen:
        shown.player.ask({"to": moments.LEAD - 0.1})
        shown.player.ask({"play": True})
        given = [(row["number"], row["song"], row["text"]) for row in rows if row["kind"] == "cue"]
        await screen.until(lambda: len(screen.cues) >= len(given))
        assert [(cue["number"], cue["song"], cue["text"]) for cue in screen.cues] == given
        assert len(given) > 4


async def test_it_opens_as_it_was_written_down_and_goes_on_performed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await recorded.a_night(tmp_path / "journal.sqlite3", seed=2, presses=100)
    rows = memory.records(tmp_path / "journal.sqlite3", "last")
    night = replay.prepare(rows)
    written = moments.written(night, rows)
    last = [moment for moment in written.moments if moment.cue and moment.cue.line][-1]  # the night may end cleared
    shown = Shown("Friday", written, rows, at=last.at)
    shown.player.play(False)

    def broken() -> NightAgain:
        raise RuntimeError("no such night")

    async with shown.running(), display(shown.page.url, "operator") as screen:
        await screen.until(lambda: "set" in screen.told and screen.state["line"] == last.state.line)
        assert [song["title"] for song in screen.told["set"]["songs"]][:2] == ["Harbour Lights", "Café Noir"]
        await perform_beside(shown, broken)
        assert "since performing it failed (no such night)" in capsys.readouterr().err
        assert screen.state["next"] == ""
        await perform_beside(shown, lambda: moments.again(night, rows))
        await screen.until(lambda: screen.state["next"] != "")
        assert screen.cues == [], "the line that is up is not shown once more"
        assert shown.night.lacks == capsys.readouterr().err == ""


async def test_what_is_pressed_changes_nothing_and_is_answered_calmly(tmp_path: Path) -> None:
    presses: list[JsonObject] = [
        {"do": "next_line"}, {"key": "PageDown"}, {"pad": "A"}, {"do": "keep"}, {"words": True}, {"learn": "start"},
    ]  # fmt: skip
    async with again(tmp_path, playing=False) as shown, display(shown.page.url, "operator") as desk:
        assert desk.told["access"] == {"type": "access", "allowed": False, "pin": False, "why": shown.why}
        before = desk.state
        for press in presses:
            desk.told.pop("error", None)
            await desk.link.send_json(press)
            await desk.until(lambda: "error" in desk.told)
            assert desk.told["error"]["text"] == "This is a replay: presses change nothing."
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{shown.page.url}/api/do", json="next_line") as answer,
        ):
            assert answer.status == 403
        assert desk.state == before
        assert desk.cues == []


async def test_the_desk_has_the_set_and_the_log_up_to_the_moment(tmp_path: Path) -> None:
    async with again(tmp_path, at=13.0, playing=False) as shown, display(shown.page.url, "operator") as desk:
        await desk.until(lambda: "journal" in desk.told and "set" in desk.told)
        assert [song["title"] for song in desk.told["set"]["songs"]] == ["Harbour Lights", "Café Noir"]
        kinds = [entry["kind"] for entry in desk.told["journal"]["entries"]]
        assert kinds == ["cue", "cue", "keep", "clear", "cue"]
        shown.player.ask({"to": 8.5})
        await desk.until(lambda: len(desk.told["journal"]["entries"]) == 3)
        shown.player.ask({"to": 46.0})
        await desk.until(lambda: desk.told["journal"]["entries"][-1]["text"] == "A coat on the floor")


async def test_a_page_of_this_machine_moves_it_and_another_may_watch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with again(tmp_path) as shown, display(shown.page.url, "replay") as deck, display(shown.page.url) as screen:
        assert deck.told["replay"]["steers"]
        await deck.link.send_json({"replay": {"play": False}})
        await deck.link.send_json({"replay": {"to": 43.5}})
        await screen.until(lambda: screen.lines[-1:] == ["A coat on the floor"])
        await deck.until(lambda: not deck.told["replay"]["playing"])
        await deck.link.send_json({"replay": {"to": "noon"}})
        await deck.until(lambda: "error" in deck.told)
        assert "A replay wants play" in deck.told["error"]["text"]
        async with display(shown.page.url, origin="http://192.168.1.9:7740") as other:
            await is_refused(other, "another server's")
        monkeypatch.setattr(guard, "is_loopback", lambda address: False)
        async with display(shown.page.url, "replay") as far:
            await is_refused(far, "here one may watch.")
        assert shown.player.at == 43.5


async def is_refused(page: Display, why: str) -> None:
    assert not page.told["replay"]["steers"]
    await page.link.send_json({"replay": {"to": 0}})
    await page.until(lambda: "error" in page.told)
    assert why in page.told["error"]["text"]


async def test_a_show_can_not_be_moved(show: Show) -> None:
    async with aiohttp.ClientSession() as session:
        async with session.ws_connect(show.page.url + "/live") as link:
            await link.send_json({"replay": {"play": False}})
            while (message := await link.receive_json(timeout=20))["type"] != "error":
                pass
            assert message["text"].startswith("This is a show, not a replay")
        async with session.get(show.page.url + "/replay") as answer:
            assert answer.status == 404
    assert "/replay" not in files.read()


@in_chromium
@pytest.mark.parametrize(
    ("size", "theme"),
    [((390, 844), "night"), ((844, 390), "amber"), ((1024, 768), "day"), ((1920, 1080), "sea")],
)
async def test_the_page_that_moves_it_in_chromium(
    browser: Any, tmp_path: Path, size: tuple[int, int], theme: str
) -> None:
    async with again(tmp_path, at=4.0) as shown:
        tab = await browser.new_page(viewport={"width": size[0], "height": size[1]})
        complaints: list[str] = []
        tab.on("pageerror", lambda fault: complaints.append(str(fault)))
        tab.on("console", lambda m: complaints.append(m.text) if "Content Security" in m.text else None)
        await tab.goto(f"{shown.page.url}/replay?theme={theme}")
        prompter = tab.frame_locator("iframe").first.locator(".line")
        await holds(
            tab, "document.querySelector('#replay:not(.lost)') && document.querySelector('#songs').length === 2"
        )
        await tab.click("#play")
        await until(lambda: not shown.player.playing)
        await tab.focus("#seek")
        await tab.keyboard.press("End")
        await until(lambda: shown.player.at == shown.night.length)
        await prompter.filter(has_text="Four at the door").wait_for()
        await tab.click("#back")  # to the beginning of the line that is up, then to the one before
        await until(lambda: shown.player.at == 47.0)
        await tab.click("#back")
        await prompter.filter(has_text="A coat on the floor").wait_for()
        assert await tab.evaluate(OVERFLOW) == []
        assert await faults(tab) == []
        await tab.evaluate("document.activeElement.blur()")
        await tab.keyboard.press("Space")
        await until(lambda: shown.player.playing)
        if size[1] > 480:  # a phone on its side has no room for these
            await tab.select_option("#songs", "0")
            await until(lambda: shown.player.at < 30)
            await tab.select_option("#speed", "8")
            await until(lambda: shown.player.speed == 8)
        assert await tab.evaluate("Object.keys(localStorage).filter((key) => key.includes('last')).length") == 0
        assert complaints == []
        await tab.close()


@in_chromium
async def test_the_rehearsal_page_says_that_it_is_a_replay(browser: Any, tmp_path: Path) -> None:
    async with again(tmp_path) as shown, looking(browser, f"{shown.page.url}/rehearse") as tab:
        await holds(tab, "why => document.querySelector('#told').textContent === why", shown.why)


async def test_the_command_serves_it_and_leaves_the_journal_as_it_was(tmp_path: Path) -> None:
    file, port = tmp_path / "journal.sqlite3", free_port()
    await a_night(file)
    before = dump(file)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "stagelyric", "journal", "replay", "--journal", str(file), "--page", "--port", str(port),
        "--from", "5", "--speed", "0.1", "--no-open",
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    assert process.stdout is not None
    told = b""
    try:
        async with asyncio.timeout(LIMIT):
            while b"Ctrl-C" not in told:
                line = await process.stdout.readline()
                assert line, told
                told += line
            async with display(f"http://127.0.0.1:{port}") as screen:
                await screen.until(lambda: screen.state["line"] == "A coat on the floor")  # it is up for 40 seconds
        process.terminate()
        await process.wait()
    finally:
        with suppress(ProcessLookupError):
            process.kill()
    assert b"shown as it was written down, since the journal lacks how it began" in told
    assert b"5 lines in 0:51" in told
    assert dump(file) == before


def dump(file: Path) -> list[str]:
    database = sqlite3.connect(file)
    found = list(database.iterdump())
    database.close()
    return found
