"""Programs that musicians use, sending to the endpoint and listening to it."""

import asyncio
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from stagelyric.gear.osc.input import Osc
from stagelyric.testing.waiting import until
from stagelyric.types.actions import Do
from stagelyric.types.events import Command, Event, OscMessage
from stagelyric.types.lines import Cue, Line, State

LIMIT = 30.0
STATE = State("Harbour Lights", "verse", 3, "up now", "up next", 37, 96.0, False, False, True)
CUE = Cue(Line("Hold the light — Montréal", "model"), "Harbour Lights", "verse", "now", 1.0, 12)


class Heard(list[Event]):
    """The events, and a wait for as many as are to come."""

    @property
    def dos(self) -> list[Do]:
        return [event.do for event in self if isinstance(event, Command)]

    async def wait(self, count: int) -> None:
        await until(lambda: len(self) >= count, f"{count} events")


@asynccontextmanager
async def serving() -> AsyncIterator[tuple[Osc, Heard]]:
    heard, osc = Heard(), Osc(port=0)
    async with osc.running(heard.append):
        yield osc, heard


async def program(*arguments: str, **environment: str) -> str:
    """Runs it to its end; gives what it printed."""
    running = await asyncio.create_subprocess_exec(
        *arguments,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=os.environ | environment,
    )
    try:
        printed, _ = await asyncio.wait_for(running.communicate(), LIMIT)
    except TimeoutError:
        running.kill()
        await running.wait()
        raise
    return printed.decode(errors="replace")


def for_port(source: str, port: int, where: Path) -> str:
    where.write_text(source.replace("PORT", str(port)))
    return str(where)


@pytest.mark.needs("oscsend")
async def test_oscsend_with_every_type() -> None:
    async with serving() as (osc, heard):
        port = str(osc.address[1])
        for arguments in [
            ("/stagelyric/line",),
            ("/stagelyric/line", "i", "0"),
            ("/stagelyric/keep", "T"),
            ("/stagelyric/veto", "F"),
            ("/stagelyric/hold", "I"),
            ("/stagelyric/song", "h", "2"),
            ("/stagelyric/song", "s", "2"),
            ("/stagelyric/section", "S", "chorus"),
            ("/stagelyric/word", "ss", "harbour", "lights"),
            ("/stagelyric/say", "s", "Montréal — 🎤"),
            ("/stagelyric/wildness", "d", "0.25"),
            ("/stagelyric/wildness", "f", "1.5"),
            ("/live/x", "ifsTFNIchdm", "1", ".5", "x", "c", "5", ".25", "0190407f"),
        ]:
            await program("oscsend", "127.0.0.1", port, *arguments)
        await heard.wait(11)
        assert heard.dos == [
            Do("next_line"),
            Do("keep"),
            Do("hold"),
            Do("song", 2),
            Do("song", "2"),
            Do("goto", "chorus"),
            Do("word", "harbour lights"),
            Do("say", "Montréal — 🎤"),
            Do("wildness", 0.25),
        ]
        last = heard[-1]
        assert isinstance(last, OscMessage)
        assert last.arguments == (1, 0.5, "x", True, False, None, True, "c", 5, 0.25, b"\x01\x90\x40\x7f")
        assert osc.counts.malformed == 1  # the wildness of 1.5


@pytest.mark.needs("oscdump", "oscsend")
async def test_oscdump_subscribes_and_is_told() -> None:
    async with serving() as (osc, heard):
        osc.state(STATE)
        free = Osc(port=0)
        async with free.running(heard.append):
            port = str(free.address[1])
        dump = await asyncio.create_subprocess_exec("oscdump", "-L", port, stdout=asyncio.subprocess.PIPE)
        try:
            assert dump.stdout is not None
            # It is not known when it has begun to listen: ask until it answers.
            for _ in range(50):
                await program("oscsend", "127.0.0.1", str(osc.address[1]), "/stagelyric/subscribe", "i", port)
                try:
                    first = await asyncio.wait_for(dump.stdout.readline(), 0.2)
                    break
                except TimeoutError:
                    continue
            osc.show(CUE)
            osc.alert("no pedal")
            lines = [first]
            while b"/stagelyric/error" not in lines[-1]:
                lines.append(await asyncio.wait_for(dump.stdout.readline(), 5))
        finally:
            dump.kill()
            await dump.wait()
        printed = [re.sub(r"^\S+ ", "", line.decode()).strip() for line in lines]
        assert printed[:4] == [
            '/stagelyric/song s "Harbour Lights"',
            '/stagelyric/section s "verse"',
            '/stagelyric/next s "up next"',
            "/stagelyric/pool i 37",
        ]
        assert printed[-2:] == [
            '/stagelyric/cue sssi "Hold the light — Montréal" "Harbour Lights" "verse" 12',
            '/stagelyric/error s "no pedal"',
        ]


PD = r"""#N canvas 0 0 600 400 12;
#X obj 10 10 loadbang;
#X obj 10 40 t b b b b b b b;
#X msg 500 70 connect 127.0.0.1 PORT;
#X msg 400 70 1;
#X msg 300 70 0;
#X msg 200 70 list Harbour Lights;
#X msg 150 70 99 red balloons;
#X msg 100 70 2;
#X msg 10 70 \; pd quit;
#X obj 400 120 oscformat stagelyric line;
#X obj 200 120 oscformat stagelyric song;
#X obj 150 150 oscformat stagelyric say;
#X obj 100 180 oscformat stagelyric section;
#X obj 200 240 list prepend send;
#X obj 200 270 list trim;
#X obj 200 300 netsend -u -b;
#X connect 0 0 1 0;
#X connect 1 6 2 0;
#X connect 1 5 3 0;
#X connect 1 4 4 0;
#X connect 1 3 5 0;
#X connect 1 2 6 0;
#X connect 1 1 7 0;
#X connect 1 0 8 0;
#X connect 2 0 15 0;
#X connect 3 0 9 0;
#X connect 4 0 9 0;
#X connect 5 0 10 0;
#X connect 6 0 11 0;
#X connect 7 0 12 0;
#X connect 9 0 13 0;
#X connect 10 0 13 0;
#X connect 11 0 13 0;
#X connect 12 0 13 0;
#X connect 13 0 14 0;
#X connect 14 0 15 0;
"""


@pytest.mark.needs("pd")
async def test_pure_data_whose_numbers_are_all_floats(tmp_path: Path) -> None:
    async with serving() as (osc, heard):
        patch = for_port(PD, osc.address[1], tmp_path / "press.pd")
        printed = await program("pd", "-nogui", "-noaudio", "-nomidi", "-stderr", patch)
        assert "error" not in printed
        await heard.wait(4)
        assert heard.dos == [
            Do("next_line"),
            Do("song", "Harbour Lights"),
            Do("say", "99 red balloons"),
            Do("goto", 2),
        ]
        assert osc.counts.received == 5  # one was the release


SCLANG = """
n = NetAddr("127.0.0.1", PORT);
n.sendMsg("/stagelyric/line");
n.sendMsg("/stagelyric/song", 2);
n.sendMsg("/stagelyric/hold", true);
n.sendMsg("/stagelyric/hold", false);
n.sendMsg("/stagelyric/say", "Hold the light on the water");
n.sendMsg("/stagelyric/wildness", 0.25);
n.sendBundle(0.2, ["/stagelyric/keep"], ["/stagelyric/again", 1.0]);
n.sendBundle(nil, ["/stagelyric/veto"]);
0.exit;
"""


@pytest.mark.needs("sclang")
async def test_supercollider_whose_bundles_lie_in_the_future(tmp_path: Path) -> None:
    async with serving() as (osc, heard):
        script = for_port(SCLANG, osc.address[1], tmp_path / "press.scd")
        environment = {"QTWEBENGINE_DISABLE_SANDBOX": "1", "QT_QPA_PLATFORM": "offscreen", "HOME": str(tmp_path)}
        await program("sclang", script, **environment)
        await heard.wait(8)
        assert heard.dos == [
            Do("next_line"),
            Do("song", 2),
            Do("hold"),
            Do("say", "Hold the light on the water"),
            Do("wildness", 0.25),
            Do("veto"),
            Do("keep"),
            Do("again"),
        ]
        assert 0.1 < heard[6].at - heard[5].at < 1.0
        assert heard[6].at == heard[7].at


CHUCK = """
OscOut out;
out.dest("127.0.0.1", PORT);
out.start("/stagelyric/line"); out.send();
out.start("/stagelyric/song"); 2 => out.add; out.send();
out.start("/stagelyric/wildness"); 0.25 => out.add; out.send();
out.start("/stagelyric/say"); "Hold the light" => out.add; out.send();
"""


@pytest.mark.needs("chuck")
async def test_chuck(tmp_path: Path) -> None:
    async with serving() as (osc, heard):
        await program("chuck", "--silent", for_port(CHUCK, osc.address[1], tmp_path / "press.ck"))
        await heard.wait(4)
        assert heard.dos == [Do("next_line"), Do("song", 2), Do("wildness", 0.25), Do("say", "Hold the light")]


CSOUND = """<CsoundSynthesizer>
<CsInstruments>
instr 1
OSCsend 1, "127.0.0.1", PORT, "/stagelyric/song", "s", "Harbour Lights"
OSCsend 1, "127.0.0.1", PORT, "/stagelyric/wildness", "f", 0.25
turnoff
endin
</CsInstruments>
<CsScore>
i1 0 0.1
e
</CsScore>
</CsoundSynthesizer>
"""


@pytest.mark.needs("csound")
async def test_csound(tmp_path: Path) -> None:
    async with serving() as (osc, heard):
        await program("csound", "-n", "-d", for_port(CSOUND, osc.address[1], tmp_path / "press.csd"))
        await heard.wait(2)
        assert heard.dos == [Do("song", "Harbour Lights"), Do("wildness", 0.25)]
