"""Program by action: what musicians use drives everything there is to be done, in a running show.

Pure Data and SuperCollider speak through the exported patches.
"""

import asyncio
import contextlib
import os
import socket
import time
from collections.abc import Callable, Coroutine, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from jack import Jack
from product import playing
from programs import needing
from rig import hydrogen
from rig.acts import ACTS, FIRST, MISSING, SECONDS, SEEN, Act, check, seen, setlist, shown

from stagelyric.patches.export import write
from stagelyric.patches.supercollider import method
from stagelyric.patches.target import Target
from stagelyric.testing.play import LIMIT, Display, Play, packet
from stagelyric.testing.ports import free_port

Drive = Callable[[Play, Path], Coroutine[Any, Any, None]]
Player = Callable[[Jack, Path, Callable[[], bool]], None]  # told whether anything has been heard of it
STARTING = 4.0  # seconds in which our MIDI finds a player's port


async def run(*command: str, **environment: str) -> str:
    """Runs a program to its end; gives what it printed."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=os.environ | environment,
    )
    try:
        async with asyncio.timeout(LIMIT):
            printed, _ = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        raise
    return printed.decode(errors="replace")


async def liblo(play: Play, folder: Path) -> None:
    for act in ACTS:
        tag = {str: "s", int: "i", float: "f"}[type(act.value)]
        await run("oscsend", "127.0.0.1", str(play.osc), act.address, tag, str(act.value))
        await asyncio.sleep(act.wait)


async def pure_data(play: Play, folder: Path) -> None:
    write(folder, Target(osc_port=play.osc))
    patch = folder / "pure-data" / "acts.pd"
    patch.write_text(_pd(play.osc), encoding="utf-8")
    printed = await run("pd", "-nogui", "-noaudio", "-nomidi", "-stderr", str(patch))
    complaints = [line for line in printed.splitlines() if not line.startswith("told:")]  # a line may sing of a mirror
    assert not any("rror" in line or "couldn't create" in line for line in complaints), printed
    # The round trip: what went up came back into Pd.
    assert "told: cue Thank\\ you\\,\\ Leith Harbour\\ Lights verse 3" in printed, printed


def _pd(port: int) -> str:
    """loadbang, a delay for each act, the abstraction, a print."""
    lines = ["#N canvas 0 0 900 600 12;", "#X obj 10 10 loadbang;", f"#X obj 10 500 stagelyric 127.0.0.1 {port};",
             "#X obj 10 540 print told;"]  # fmt: skip
    cords = ["#X connect 1 0 2 0;"]
    at = 800.0
    for act in (*ACTS, None):
        place = len(lines) - 1
        lines += [f"#X obj 10 40 delay {at:.0f};", f"#X msg 10 70 {act.words if act else chr(92) + '; pd quit'};"]
        cords += [f"#X connect 0 0 {place} 0;", f"#X connect {place} 0 {place + 1} 0;"]
        if act is not None:
            cords.append(f"#X connect {place + 1} 0 1 0;")
            at += act.wait * 1000
    return "\n".join([*lines, *cords]) + "\n"


async def supercollider(play: Play, folder: Path) -> None:
    write(folder, Target(osc_port=play.osc))
    classes = folder / "supercollider"
    (folder / "sclang.yaml").write_text(f"includePaths:\n    - {classes}\nexcludePaths: []\n", encoding="utf-8")
    steps = "\n".join(f"s.{method(act.address)}({_sc(act)}); {act.wait}.wait;" for act in ACTS)
    script = folder / "acts.scd"
    script.write_text(
        "s = Stagelyric.new;\ns.on(\\cue, { |text, song, section, number| "
        '"told: % % % %".format(number, text, song, section).postln });\n'
        "s.on(\\nothing, { |text| text.postln });\n"
        f"Routine {{ 1.wait;\n{steps}\ns.free; 0.3.wait; 0.exit }}.play(SystemClock);\n",
        encoding="utf-8",
    )
    environment = {"QTWEBENGINE_DISABLE_SANDBOX": "1", "QT_QPA_PLATFORM": "offscreen", "HOME": str(folder)}
    printed = await run("sclang", "-l", str(folder / "sclang.yaml"), str(script), **environment)
    assert "told: 3 Thank you, Leith Harbour Lights verse" in printed, printed
    assert "ERROR" not in printed, printed


def _sc(act: Act) -> str:
    if act.address == "/stagelyric/speech":
        return "true" if act.value else "false"
    if act.do.value is None:
        return ""
    return f'"{act.value}"' if isinstance(act.value, str) else str(act.value)


async def chuck(play: Play, folder: Path) -> None:
    lines = [f'OscOut out;\nout.dest("127.0.0.1", {play.osc});']
    for act in ACTS:
        value = f'"{act.value}"' if isinstance(act.value, str) else str(act.value)
        lines.append(f'out.start("{act.address}"); {value} => out.add; out.send(); Std.system("sleep {act.wait}");')
    piece = folder / "acts.ck"
    piece.write_text("\n".join(lines), encoding="utf-8")
    await run("chuck", "--silent", "--caution-to-the-wind", str(piece))


async def csound(play: Play, folder: Path) -> None:
    instruments, score, at = "", "", 0.2
    for number, act in enumerate(ACTS, 1):
        kind = {str: "s", int: "i", float: "f"}[type(act.value)]
        value = f'"{act.value}"' if kind == "s" else str(act.value)
        # OSCsend sends where its first argument changes; the instrument ends after its first cycle.
        instruments += (
            f'instr {number}\nOSCsend 1, "127.0.0.1", {play.osc}, "{act.address}", "{kind}", {value}\nturnoff\nendin\n'
        )
        score += f"i{number} {at:.3f} 0.05\n"
        at += act.wait
    piece = folder / "acts.csd"
    piece.write_text(
        f"<CsoundSynthesizer>\n<CsInstruments>\nksmps = 64\n{instruments}</CsInstruments>\n"
        f"<CsScore>\n{score}f0 {at:.3f}\ne\n</CsScore>\n</CsoundSynthesizer>\n",
        encoding="utf-8",
    )
    # Its "null" audio goes in real time; without any, all would be sent at once.
    await run("csound", "-+rtaudio=null", "-odac", "-d", "-m0", str(piece))


async def arrived(display: Display, seconds: float) -> None:
    """Until all is seen; what is then missing is told by `check`."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await display.until(lambda: len(shown(seen(display))) >= len(shown(SEEN)), 2 * seconds)


OSC = {liblo: "oscsend", pure_data: "pd", supercollider: "sclang", chuck: "chuck", csound: "csound"}


@pytest.mark.parametrize("program", needing(OSC))
async def test_osc_programs_do_everything(program: Drive, tmp_path: Path) -> None:
    async with playing(tmp_path / "show", setlist=setlist(), ready=0) as play, play.display() as display:
        (tmp_path / "patches").mkdir()
        async with asyncio.TaskGroup() as both:  # a program that fails ends the wait for what it does
            both.create_task(program(play, tmp_path / "patches"))
            both.create_task(display.until(lambda: len(shown(seen(display))) >= len(shown(SEEN))))
    check(display, tmp_path / "show")


@pytest.fixture
def server(jack_server: Jack) -> Iterator[Jack]:
    yield jack_server
    jack_server.stop_players()


def jack_midiseq(server: Jack, folder: Path, heard: Callable[[], bool]) -> None:
    """A loop whose first pass is all that is needed."""
    at, notes = STARTING, list[tuple[int, int, int]]()
    for place, act in enumerate(ACTS):
        notes.append((int(at * 48_000), FIRST + place, 2_400))
        at += act.wait
    server.sequence("player", *notes, loop=int((at + 60) * 48_000))


def jack_csound(server: Jack, folder: Path, heard: Callable[[], bool]) -> None:
    at, score = STARTING, ""
    for place, act in enumerate(ACTS):
        score += f"i1 {at:.3f} 0.05 {FIRST + place}\n"
        at += act.wait
    orchestra = "instr 1\nmidiout_i 144, 3, p4, 100\nmidiout_i 144, 3, p4, 0\nendin"
    server.csound(folder, orchestra, f"{score}f0 {at + 60:.3f}\ne", client="player")


def jack_hydrogen(server: Jack, folder: Path, heard: Callable[[], bool]) -> None:
    """The drum machine: told by OSC to play its song, as soon as our MIDI hears its port."""
    at, notes = 0.2, list[tuple[float, int]]()
    for place, act in enumerate(ACTS):
        notes.append((at, FIRST + place))
        at += act.wait
    port = free_port()
    process = hydrogen.start(server, folder, notes, port)
    over = time.monotonic() + LIMIT
    while "stagelyric" not in server.call("jack_lsp", "-c", hydrogen.OUT):
        assert time.monotonic() < over, server.call("jack_lsp", "-c")
        time.sleep(0.1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        tried = time.monotonic() + 20  # on a machine that is busy enough nothing ever has no more to do
        while not hydrogen.is_up(process) and time.monotonic() < tried:
            pass
        while not heard() and time.monotonic() < over:
            for order in (hydrogen.STOP, hydrogen.PLAY):  # from the beginning, should it play what nobody hears
                sender.sendto(packet(order, 1.0), ("127.0.0.1", port))
            waits = time.monotonic() + 5
            while not heard() and time.monotonic() < waits:
                time.sleep(0.05)


MIDI = {jack_midiseq: "jack_midiseq", jack_csound: "csound", jack_hydrogen: "hydrogen"}


def _any_seen(display: Display) -> bool:
    return bool(shown(seen(display)))


@pytest.mark.parametrize("player", needing(MIDI))
@pytest.mark.slow
async def test_midi_programs_do_everything(player: Player, server: Jack, tmp_path: Path) -> None:
    show = playing(tmp_path / "show", environment=server.env, setlist=setlist(), ready=0)
    async with show as play, play.display() as display:
        async with asyncio.timeout(LIMIT):
            while "stagelyric:in" not in await asyncio.to_thread(
                server.ports
            ):  # our driver is up, and looks every second
                await asyncio.sleep(0.1)
        heard = partial(_any_seen, display)
        driving = asyncio.create_task(asyncio.to_thread(player, server, tmp_path, heard))
        await arrived(display, LIMIT + STARTING + SECONDS)
        await driving
        server.stop_players()
    check(display, tmp_path / "show")


def test_the_acts_are_all_there_and_played_within_seconds() -> None:
    """So that the whole table stays a part of every run."""
    assert set() == MISSING
    assert SECONDS < 6
