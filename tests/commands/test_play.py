"""A press becomes a line on the page, whoever presses: with programs that nobody here wrote."""

import asyncio
import codecs
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import aiohttp
import psutil
import pytest
from jack import Jack, server
from product import SETLIST, playing
from programs import chromium, require

from stagelyric.commands import play as play_command
from stagelyric.gates.family import is_clean
from stagelyric.gates.quoting import quoting
from stagelyric.gear.journal import journal as memory
from stagelyric.testing.play import LIMIT, Play
from stagelyric.testing.ports import free_port


async def run(*command: str, **environment: str) -> None:
    process = await asyncio.create_subprocess_exec(
        *command, env=os.environ | environment, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL
    )
    async with asyncio.timeout(LIMIT):
        await process.wait()


@pytest.mark.needs("oscsend")
async def test_oscsend(tmp_path: Path) -> None:
    async with playing(tmp_path) as play, play.display() as display:
        upcoming = display.state["next"]
        await run("oscsend", "127.0.0.1", str(play.osc), "/stagelyric/line", "i", "1")
        await display.until(lambda: len(display.cues) == 1)
        assert display.cues[0]["text"] == upcoming
        assert (display.cues[0]["number"], display.cues[0]["origin"]) == (1, "frame")
        assert "".join(display.cues[0]["syllables"]).replace("-", "")


PD = """#N canvas 0 0 400 300 10;
#X obj 10 10 loadbang;
#X msg 10 40 connect 127.0.0.1 PORT;
#X obj 10 200 netsend -u -b;
#X obj 150 10 loadbang;
#X obj 150 40 delay 300;
#X msg 150 70 1;
#X obj 150 100 oscformat stagelyric line;
#X obj 150 130 list prepend send;
#X obj 150 160 list trim;
#X obj 250 40 delay 1500;
#X msg 250 70 \\; pd quit;
#X connect 0 0 1 0;
#X connect 1 0 2 0;
#X connect 3 0 4 0;
#X connect 4 0 5 0;
#X connect 5 0 6 0;
#X connect 6 0 7 0;
#X connect 7 0 8 0;
#X connect 8 0 2 0;
#X connect 3 0 9 0;
#X connect 9 0 10 0;
"""


@pytest.mark.needs("pd")
async def test_pure_data(tmp_path: Path) -> None:
    async with playing(tmp_path) as play, play.display() as display:
        patch = tmp_path / "press.pd"
        patch.write_text(PD.replace("PORT", str(play.osc)))
        await run("pd", "-nogui", "-noaudio", "-nomidi", "-stderr", str(patch))
        await display.until(lambda: len(display.cues) == 1)
        assert display.cues[0]["song"] == "Harbour Lights"


@pytest.mark.needs("sclang")
async def test_supercollider(tmp_path: Path) -> None:
    async with playing(tmp_path) as play, play.display() as display:
        script = tmp_path / "press.scd"
        script.write_text(
            f'n = NetAddr("127.0.0.1", {play.osc}); n.sendMsg("/stagelyric/line", true); {{ 0.exit }}.defer(0.5);'
        )
        await run("sclang", str(script), QTWEBENGINE_DISABLE_SANDBOX="1", QT_QPA_PLATFORM="offscreen")
        await display.until(lambda: len(display.cues) == 1)


@pytest.fixture
def jack() -> Iterator[Jack]:
    require("jack")
    with server() as running:
        yield running


async def connected(play: Play, jack: Jack, source: str) -> None:
    """Joins a sender to the port that `play` has opened on the server."""
    async with asyncio.timeout(LIMIT):
        while True:
            ports = await asyncio.to_thread(jack.ports)
            ours = [port for port in ports if "stagelyric" in port.lower()]
            if source in ports and ours:
                await asyncio.to_thread(jack.connect, source, ours[0])
                return
            await asyncio.sleep(0.1)


@pytest.mark.needs("jack_midiseq")
async def test_jack_midiseq(tmp_path: Path, jack: Jack) -> None:
    async with playing(tmp_path, environment=jack.env) as play, play.display() as display:
        jack.sequence("pedal", (0, 60, 4000), (12_000, 61, 4000))
        await connected(play, jack, "pedal:out")
        await display.until(lambda: len(display.cues) >= 3)
        assert [cue["number"] for cue in display.cues[:3]] == [1, 2, 3]


@pytest.mark.needs("csound")
async def test_csound(tmp_path: Path, jack: Jack) -> None:
    orchestra = "instr 1\nnoteondur 1, 60, 100, 0.2\nendin"
    async with playing(tmp_path, environment=jack.env) as play, play.display() as display:
        score = "\n".join(f"i1 {at} 0.3" for at in range(1, 60))  # our MIDI finds its port in whatever second
        jack.csound(tmp_path, orchestra, f"{score}\ne 61")
        await display.until(lambda: len(display.cues) >= 3)


@pytest.mark.needs("chromium")
async def test_a_key_on_the_page_in_chromium(tmp_path: Path) -> None:
    from playwright import async_api as playwright

    async with playing(tmp_path) as play, playwright.async_playwright() as browsers:
        browser = await browsers.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"])
        page = await browser.new_page()
        await page.goto(play.url)
        async with play.display() as display:
            upcoming = display.state["next"]
            await page.wait_for_function("document.readyState === 'complete'")
            await page.keyboard.press("PageDown")
            await display.until(lambda: len(display.cues) == 1)
            # The words are set apart for balanced breaks; the page has them all, in their order.
            await page.wait_for_function(
                "words => document.body.innerText.replace(/\\s+/g, ' ').replace(/\u2019/g, \"'\").includes(words)",
                arg=upcoming,
            )
        await browser.close()


@pytest.mark.slow
async def test_a_generator_killed_again_and_again_costs_no_line(tmp_path: Path) -> None:
    async with playing(tmp_path, ready=48) as play, play.display() as display:
        for press in range(60):
            if press % 10 == 5:
                for victim in play.writers():
                    victim.kill()
            play.send("/stagelyric/line", 1)
            await display.until(lambda: len(display.cues) == press + 1)  # noqa: B023
        assert [cue["number"] for cue in display.cues] == list(range(1, 61))
        assert {cue["origin"] for cue in display.cues} <= {"frame", "model", "safety"}
        model = [cue["text"] for cue in display.cues if cue["origin"] in ("frame", "model")]
        assert len(model) >= 48
        assert len(set(model)) == len(model)
        await display.until(lambda: "ended by signal 9" in str(display.messages))
        await play.ready(96)  # and it writes again


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGSTOP on Windows")
async def test_a_generator_that_hangs_is_started_anew(tmp_path: Path) -> None:
    async with playing(tmp_path, "--lines-ahead", "4000") as play, play.display() as display:
        (hung,) = play.writers()
        hung.suspend()
        play.send("/stagelyric/line", 1)
        await display.until(lambda: len(display.cues) == 1)
        await display.until(lambda: any("was stopped" in str(message.get("text")) for message in display.messages))
        ready = (await play.state())["ready"]
        await play.ready(ready + 32)
        assert play.writers()[0].pid != hung.pid


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL on Windows")
async def test_a_show_that_is_killed_has_written_down_every_line(tmp_path: Path) -> None:
    async with playing(tmp_path, ready=32) as play, play.display() as display:
        for press in range(25):
            play.send("/stagelyric/line", 1)
            await display.until(lambda: len(display.cues) == press + 1)  # noqa: B023
        children = play.writers()
        await play.kill()
        shown = display.lines
    await asyncio.to_thread(psutil.wait_procs, children, timeout=LIMIT)
    assert not any(child.is_running() for child in children)
    rows = [row for row in memory.records(play.journal, "last") if row["kind"] == "cue"]
    assert [row["text"] for row in rows] == shown


async def lines_of_a_rig(folder: Path, presses: list[tuple[str, float | str]], kill_at: int | None = None) -> list[str]:
    async with playing(folder, ready=192) as play, play.display() as display:
        for number, (address, value) in enumerate(presses):
            if number == kill_at:
                for victim in play.writers():
                    victim.kill()
            wanted = len(display.cues) + (address == "/stagelyric/line")
            if address == "/stagelyric/line":
                await play.ready(1)  # else the ladder answers, and what is ready is a matter of time
            play.send(address, value)
            await display.until(lambda: len(display.cues) == wanted)  # noqa: B023
        return display.lines


@pytest.mark.slow
async def test_two_rigs_with_one_seed_show_the_same_lines(tmp_path: Path) -> None:
    presses: list[tuple[str, float | str]] = [("/stagelyric/line", 1)] * 100
    presses += [("/stagelyric/section", "chorus")] + [("/stagelyric/line", 1)] * 40
    presses += [("/stagelyric/section", "verse")] + [("/stagelyric/line", 1)] * 60
    first, second = await asyncio.gather(
        lines_of_a_rig(tmp_path / "main", presses), lines_of_a_rig(tmp_path / "backup", presses, kill_at=101)
    )
    assert len(first) == 200
    assert first == second
    assert len(set(first)) == 200


async def test_a_pool_that_was_full_is_there_at_once_the_next_time(tmp_path: Path) -> None:
    async with playing(tmp_path, ready=112) as play:  # so that the first 96 are on the disk
        first = await play.state()
        assert "first lines are being written" in play.printed
    # The next show finds them though nothing can write: its model's folder has no weights any more.
    async with playing(tmp_path) as play:
        again = await play.state()
        assert again["ready"] >= 96
        assert again["next"] == first["next"]
        await play.until(lambda: play.printed.count("stop      Ctrl-C") == 2)
        assert play.printed.count("first lines are being written") == 1


@pytest.mark.parametrize("comes", [True, False])
async def test_the_page_is_told_of_once_a_press_gives_a_line(
    comes: bool, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not before there is a line, and in the end also where none comes."""
    monkeypatch.setattr(play_command, "FIRST_LINE", 60.0 if comes else 0.05)
    stage = SimpleNamespace(begun=False)
    waiting = asyncio.create_task(
        play_command._wait_for_first(cast(Any, SimpleNamespace(stage=stage)), asyncio.Event())
    )
    await asyncio.sleep(0)
    assert "first lines" in capsys.readouterr().out
    assert not waiting.done()
    stage.begun = comes
    async with asyncio.timeout(LIMIT):
        await waiting


async def test_a_show_without_a_seed_goes_on_where_the_last_one_ended(tmp_path: Path) -> None:
    seedless = 'title = "Open end"\n[[songs]]\ntitle = "One"\nnames = ["Polly"]\n'
    seen: list[str] = []
    for _ in range(2):
        async with playing(tmp_path, setlist=seedless, ready=16) as play, play.display() as display:
            for press in range(5):
                play.send("/stagelyric/line", 1)
                await display.until(lambda: len(display.cues) == press + 1)  # noqa: B023
            seen += display.lines
    assert len(set(seen)) == 10


async def test_a_word_stands_in_the_line(tmp_path: Path) -> None:
    async with playing(tmp_path, ready=16) as play, play.display() as display:
        play.send("/stagelyric/word", "umbrella")
        await display.until(lambda: len(display.cues) == 1)
        assert display.cues[0]["origin"] == "word"
        assert "umbrella" in display.cues[0]["text"].lower()
        assert display.cues[0]["text"].lower() != "umbrella"


async def test_nothing_unfit_gets_on_the_stage_from_outside(tmp_path: Path) -> None:
    unfit = codecs.decode("fuvg", "rot13")
    async with playing(tmp_path, ready=16) as play, play.display() as display, aiohttp.ClientSession() as http:
        for written in (unfit, unfit.upper(), unfit.replace("i", "1"), " ".join(unfit), "\u200b".join(unfit)):
            play.send("/stagelyric/say", f"Oh {written}")
            async with http.post(f"{play.url}/api/do", json={"do": {"say": written}}) as answer:
                assert answer.status < 500
            play.send("/stagelyric/word", written)
        await display.until(lambda: len(display.cues) == 5)  # a line for each word, none for what was said
        assert not any(cue["origin"] in ("written", "word") for cue in display.cues)
        assert all(is_clean(cue["text"]) for cue in display.cues)
        play.send("/stagelyric/say", "Thank you, Leith")
        await display.until(lambda: display.lines[-1] == "Thank you, Leith")


async def test_the_band_s_word_on_a_line_outlives_the_show(tmp_path: Path) -> None:
    async with playing(tmp_path, ready=16) as play, play.display() as display:
        play.send("/stagelyric/line", 1)
        await display.until(lambda: len(display.cues) == 1)
        play.send("/stagelyric/veto", 1)
        await display.until(lambda: len(display.cues) == 2)
        vetoed = display.lines[0]
    async with playing(tmp_path, ready=16) as play:
        assert (await play.state())["next"] != vetoed


async def test_what_is_never_to_be_quoted_is_not_even_where_it_was_kept(tmp_path: Path) -> None:
    """Lines that lie on disk and a line that the band kept stand in the file that the next show must not quote."""
    async with playing(tmp_path, ready=16) as play, play.display() as display:
        for number in range(1, 9):
            play.send("/stagelyric/line", 1)
            await display.until(lambda number=number: len(display.cues) == number)  # type: ignore[misc]
        play.send("/stagelyric/keep", 1)
        sung = display.lines
    (tmp_path / "others.txt").write_text("\n".join(sung), encoding="utf-8")
    never = 'never_quote = "others.txt"\n' + SETLIST
    async with playing(tmp_path, setlist=never, ready=0) as play, play.display() as display:
        for number in range(1, 11):  # the first before there are new lines: down the ladder
            play.send("/stagelyric/line", 1)
            await display.until(lambda number=number: len(display.cues) == number)  # type: ignore[misc]
            if number == 4:
                await play.ready(8)
        assert quoting(display.lines, [tmp_path / "others.txt"]) == set()
        assert {cue["origin"] for cue in display.cues} <= {"frame", "model", "safety"}


async def test_ports_that_are_taken_are_named(tmp_path: Path) -> None:
    async with playing(tmp_path) as play:
        for option, port in (("--port", play.page), ("--osc-port", play.osc)):
            other = {"--port": "--osc-port", "--osc-port": "--port"}[option]
            command = [sys.executable, "-m", "stagelyric", "play", str(tmp_path / "set.toml"), "--midi", "none"]
            command += ["--no-open", option, str(port), other, str(free_port()), "--journal", str(tmp_path / "j")]
            second = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, timeout=LIMIT)
            assert second.returncode == 1
            assert str(port) in second.stderr
            assert "Traceback" not in second.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nowhere.toml"], "nowhere.toml: wanted a setlist file, found none"),
        (["{set}", "--model", "char-rn"], 'did you mean "char-rnn"?'),
        (["{set}", "--rig", "nowhere.toml"], "wanted a rig file"),
        (["{set}", "--port", "99999"], "99999"),
        ([], "wanted a setlist"),
    ],
)
def test_what_is_wrong_before_the_show_is_refused_plainly(tmp_path: Path, arguments: list[str], says: str) -> None:
    (tmp_path / "set.toml").write_text('title = "T"\n[[songs]]\ntitle = "S"\n')
    command = [sys.executable, "-m", "stagelyric", "play"]
    command += [argument.replace("{set}", str(tmp_path / "set.toml")) for argument in arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT)
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr
