"""MIDI in against a real JACK server and programs that nobody here wrote: sequencers, csound, a clock."""

import importlib.util
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path

import psutil
import pytest
from jack import Jack

from stagelyric.gear.midi import ports
from stagelyric.gear.midi.input import Midi
from stagelyric.gear.midi.ports import list_ports
from stagelyric.testing.waiting import until
from stagelyric.types.events import ClockPulse, ControlChange, Event, NoteOff, NoteOn, Notice, ProgramChange, Transport
from stagelyric.types.extras import how_to_get

POLL = 0.1
NOTES = ((0, 60, 2400), (8000, 63, 2400), (16000, 67, 2400))


@pytest.fixture
def server(jack_server: Jack, monkeypatch: pytest.MonkeyPatch) -> Iterator[Jack]:
    """The module's server, alive and with nobody left on it from the test before."""
    for name, value in jack_server.env.items():
        monkeypatch.setenv(name, value)
    jack_server.start()
    yield jack_server
    jack_server.stop_players()


class Heard(list[Event]):
    """What was emitted, sorted into what tests ask for."""

    def of(self, *kinds: type[Event]) -> list[Event]:
        return [event for event in self if isinstance(event, kinds)]

    def notes(self) -> list[int]:
        return [event.note for event in self if isinstance(event, NoteOn)]

    def said(self, text: str) -> list[str]:
        return [event.text for event in self if isinstance(event, Notice) and text in event.text]


@asynccontextmanager
async def listening(*wanted: str, poll_seconds: float = POLL) -> AsyncIterator[tuple[Heard, Midi]]:
    heard, midi = Heard(), Midi(wanted, poll_seconds=poll_seconds)
    async with midi.running(heard.append):
        yield heard, midi


def drivers() -> list[psutil.Process]:
    """The driver processes of this one that run."""
    return [child for child in psutil.Process().children() if "stagelyric.gear.midi.process" in words(child)]


def words(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.NoSuchProcess:  # it ended between two looks; a zombie is one too
        return ""


@pytest.mark.needs("jack_midiseq")
async def test_a_sequencers_notes_come_in_their_order(server: Jack) -> None:
    async with listening() as (heard, midi):
        server.sequence("seq", *NOTES)
        await until(lambda: len(heard.of(NoteOff)) >= 8, "notes")
        assert midi.ports == ("seq:out",)
    notes = heard.notes()
    first = [60, 63, 67].index(notes[0])
    assert notes == [[60, 63, 67][(first + place) % 3] for place in range(len(notes))]
    sounding = heard.of(NoteOn, NoteOff)
    assert [event.at for event in sounding] == sorted(event.at for event in sounding)
    on = heard.of(NoteOn)[0]
    assert isinstance(on, NoteOn)
    assert (on.channel, on.port, on.source) == (1, "seq:out", "midi seq:out")


@pytest.mark.needs("package:JACK-Client")
async def test_bytes_of_every_kind_come_as_they_were_sent(server: Jack) -> None:
    """Through JACK-Client: RtMidi gives nothing from a system exclusive message's beginning to its end."""
    sender = server.feed("raw")
    async with listening("raw") as (heard, midi):
        await until(lambda: midi.ports, "the port")
        for event in (
            "f0 7e 7f 09 01", "b0 50 7f", "f0 43", "90 3c 64 f8", "f4 01 02", "90 3e", "64", "40 64", "f9 fd fa",
            "f0" + " 11" * 700, "f2 08 00 fb", "c5 07", "90 43 64",
        ):  # fmt: skip
            sender(event)
        await until(lambda: 67 in heard.notes(), "the last note")
    assert heard.notes() == [60, 62, 64, 67]
    assert [(event.control, event.value) for event in heard.of(ControlChange)] == [(80, 127)]  # type: ignore[attr-defined]
    assert [event.action for event in heard.of(Transport)] == ["start", "position", "continue"]  # type: ignore[attr-defined]
    assert len(heard.of(ClockPulse)) == len(heard.of(ProgramChange)) == 1


@pytest.mark.needs("package:JACK-Client")
async def test_the_clock_is_told_by_its_frames_however_late_it_is_heard(server: Jack) -> None:
    command = (sys.executable, "-P", str(Path(__file__).parents[2] / "bench" / "bench_clock.py"), "--send", "103")
    async with listening("sender") as (heard, midi):
        server.play(*command)
        await until(lambda: midi.ports, "the port")
        await until(lambda: len(heard.of(ClockPulse)) > 150, "six beats")
    pulses = [event.at for event in heard.of(ClockPulse)]
    gaps = [later - earlier for earlier, later in pairwise(pulses[20:])]
    exact = 60 / 103 / 24
    off = sorted(abs(gap - exact) for gap in gaps)
    assert off[len(off) // 2] < 0.0005  # a block is 5.3 ms
    # A server without hardware loses blocks on a machine that is full: those gaps are long, and no clock's fault.
    kept = [gap for gap in gaps if abs(gap - exact) < 0.005]
    assert len(kept) > len(gaps) * 0.8
    assert abs(sum(kept) / len(kept) / exact - 1) < 0.002


@pytest.mark.needs("csound")
async def test_csound_plays_every_kind_of_message_in_one_burst(server: Jack, tmp_path: Path) -> None:
    orchestra = """
instr 1
midiout_i 144, 3, 60, 100
midiout_i 176, 1, 80, 127
midiout_i 176, 1, 80, 0
midiout_i 176, 2, 0, 1
midiout_i 176, 2, 32, 2
midiout_i 192, 2, 5, 0
midiout_i 176, 1, 123, 0
midiout_i 144, 3, 60, 0
mrtmsg 1
mrtmsg 0
endin
"""

    def whole_burst() -> list[Event]:
        """From a burst's first message on: of the one under way as the port is opened only the rest is heard."""
        events = [event for event in heard if not isinstance(event, Notice)]
        return events[next((at for at, event in enumerate(events) if isinstance(event, NoteOn)), len(events)) :]

    async with listening("csound") as (heard, midi):
        server.csound(tmp_path, orchestra, "i1 0 0.1\ni1 + .\n" * 200 + "e")
        await until(lambda: len(whole_burst()) >= 9, "csound's burst")
        assert midi.ports == ("csound_out:port",)
    assert midi.reader.ignored >= 1  # control 123, as a DAW's Stop sends it
    events = whole_burst()[:9]
    kinds = [NoteOn, *[ControlChange] * 4, ProgramChange, NoteOff, Transport, Transport]
    assert [type(event) for event in events] == kinds
    _, down, up, _, _, program, _, begin, end = events
    assert isinstance(down, ControlChange)
    assert isinstance(up, ControlChange)
    assert (down.control, down.value, up.value, up.previous) == (80, 127, 0, 127)
    assert isinstance(program, ProgramChange)
    assert (program.channel, program.program, program.bank) == (2, 5, 130)
    assert [begin.action, end.action] == ["start", "stop"]  # type: ignore[attr-defined]


@pytest.mark.needs("jack_midi_clock", "jack_transport")
async def test_jacks_transport_and_its_clock(server: Jack) -> None:

    def transport(order: str) -> None:
        subprocess.run(["jack_transport"], input=f"{order}\n".encode(), stdout=subprocess.DEVNULL, timeout=30)

    async with listening() as (heard, midi):
        server.play("jack_midi_clock", "-b", "120")
        await until(lambda: midi.ports, "the clock's port")
        transport("play")
        await until(lambda: len(heard.of(ClockPulse)) >= 24, "24 pulses")
        transport("stop")
        await until(lambda: any(event.action == "stop" for event in heard.of(Transport)), "the stop")  # type: ignore[attr-defined]
    assert [event.action for event in heard.of(Transport)] == ["start", "stop"]  # type: ignore[attr-defined]


@pytest.mark.needs("jack_midiseq")
async def test_other_programs_may_connect_to_us(server: Jack) -> None:
    async with listening("FCB1010") as (heard, midi):
        server.sequence("seq", *NOTES)
        await until(lambda: {"seq:out", "stagelyric:in"} <= set(server.ports()), "both ports")
        await until(lambda: heard.said("no MIDI input matches"), "the notice")
        server.connect("seq:out", "stagelyric:in")
        await until(lambda: len(heard.notes()) >= 3, "notes")
        assert midi.ports == ()
        assert {event.port for event in heard.of(NoteOn)} == {"stagelyric"}  # type: ignore[attr-defined]
        assert len(heard.of(Notice)) == 1


@pytest.mark.needs("jack_midiseq")
async def test_several_ports_at_once_and_only_those_wanted(server: Jack) -> None:
    for name in ("pedal-left", "pedal-right", "keys"):
        server.sequence(name, *NOTES)
    await until(lambda: sum(port.endswith(":out") for port in server.ports()) == 3, "three sequencers")
    async with listening("left", "KEYS") as (heard, midi):
        await until(lambda: {event.port for event in heard.of(NoteOn)} >= {"pedal-left:out", "keys:out"}, "both")  # type: ignore[attr-defined]
        assert set(midi.ports) == {"pedal-left:out", "keys:out"}
    assert "pedal-right:out" not in {event.port for event in heard.of(NoteOn)}  # type: ignore[attr-defined]
    async with listening("pedal") as (heard, midi):
        await until(lambda: heard.said("'pedal-left:out' and 'pedal-right:out' both match"), "the error")
        assert midi.ports == ()
    assert set(list_ports().inputs) >= {"pedal-left:out", "pedal-right:out", "keys:out"}
    assert list_ports().api == "jack"


@pytest.mark.needs("jack_midiseq")
async def test_a_port_is_taken_up_again_each_time_it_is_back(server: Jack) -> None:
    async with listening() as (heard, midi):
        for turn in range(4):
            player = server.sequence("pedal", *NOTES)
            await until(lambda: midi.ports, "the port")
            before = len(heard.notes())
            await until(lambda before=before: len(heard.notes()) > before, "its notes")  # type: ignore[misc]
            player.kill()
            player.wait()
            await until(lambda turn=turn: len(heard.said("is gone")) == turn + 1, "the notice")  # type: ignore[misc]
            assert midi.ports == ()
    assert len(heard.said('pedal:out" is back')) == 3


@pytest.mark.needs("jack_midiseq")
async def test_a_program_started_again_between_two_looks_is_heard_again(server: Jack) -> None:
    """Its port is there at either look, but it is another one: JACK's own word is needed to know."""
    async with listening(poll_seconds=2.0) as (heard, _):
        for _ in range(2):
            player = server.sequence("pedal", *NOTES)
            before = len(heard.notes())
            await until(lambda before=before: len(heard.notes()) > before, "its notes")  # type: ignore[misc]
            player.kill()
            player.wait()
            await until(lambda: "pedal:out" not in server.ports(), "JACK to see it")


@pytest.mark.needs("jack_midiseq")
async def test_the_server_dies_and_the_show_goes_on(server: Jack) -> None:
    async with listening() as (heard, midi):
        for turn in range(2):
            server.sequence("pedal", *NOTES)
            await until(lambda: midi.ports, "the port")
            before = len(heard.notes())
            await until(lambda before=before: len(heard.notes()) > before, "its notes")  # type: ignore[misc]
            server.kill()
            await until(lambda turn=turn: len(heard.said('"pedal:out" is gone')) == turn + 1, "the notice")  # type: ignore[misc]
            await until(lambda turn=turn: len(heard.said("once a driver works here")) == turn + 1, "why")  # type: ignore[misc]
            assert midi.ports == ()
            server.start()
        server.sequence("pedal", *NOTES)
        before = len(heard.notes())
        await until(lambda: len(heard.notes()) > before, "notes from the new server")
    assert len(heard.said("is gone")) == 2
    assert len(heard.said('pedal:out" is back')) == 2


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="needs signals")
@pytest.mark.needs("jack_midiseq")
async def test_a_driver_that_dies_or_hangs_is_replaced(server: Jack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "_SILENT_SECONDS", 2.0)
    monkeypatch.setattr(ports, "_ENDING_SECONDS", 0.2)
    async with listening() as (heard, midi):
        server.sequence("pedal", *NOTES)
        for turn, blow in enumerate((signal.SIGKILL, signal.SIGSEGV, signal.SIGSTOP)):
            await until(lambda: midi.ports, "the port")
            before = len(heard.notes())
            await until(lambda before=before: len(heard.notes()) > before, "its notes")  # type: ignore[misc]
            (driver,) = drivers()
            os.kill(driver.pid, blow)
            await until(lambda turn=turn: len(heard.said("is gone")) == turn + 1, "the notice")  # type: ignore[misc]
        await until(lambda: midi.ports, "the port")
    assert len(heard.said('pedal:out" is back')) == 3
    assert drivers() == []


async def test_it_is_told_once_where_no_driver_works_and_when_one_does(
    server: Jack, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.kill()
    async with listening() as (heard, _):
        await until(lambda: heard.said("once a driver works here"), "the notice")
        server.start()
        await until(lambda: heard.said("MIDI input is there now (jack)"), "the other notice")
    assert len(heard.of(Notice)) == 2


async def test_it_is_told_once_where_no_driver_is_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("rtmidi", "supriya_midi"):
        (tmp_path / f"{name}.py").write_text("raise ImportError('not installed')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    async with listening() as (heard, _):
        await until(lambda: heard.said(how_to_get("midi")), "the notice")
    assert len(heard) == 1


async def test_a_driver_that_never_comes_up_is_told_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "rtmidi.py").write_text("import os; os.abort()")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    async with listening(poll_seconds=0.01) as (heard, _):
        await until(lambda: heard.said("its driver does not start"), "the notice")
        await until(drivers, "another try")
    assert len(heard) == 1


@pytest.mark.parametrize("binding", [name for name in ("rtmidi", "supriya_midi") if importlib.util.find_spec(name)])
@pytest.mark.needs("jack_midiseq")
async def test_each_binding_does(binding: str, server: Jack, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    hidden = {"jack", "rtmidi"} - {binding}  # without JACK-Client the binding itself listens
    for name in hidden:
        (tmp_path / f"{name}.py").write_text("raise ImportError('not installed')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path), prepend=os.pathsep)
    assert list_ports().binding == binding
    async with listening() as (heard, midi):
        player = server.sequence("pedal", *NOTES)
        await until(lambda: len(heard.notes()) >= 3, "notes")
        player.kill()
        await until(lambda: heard.said("is gone"), "the notice")
        server.sequence("pedal", *NOTES)
        await until(lambda: midi.ports, "the port")
        server.kill()
        await until(lambda: len(heard.said("is gone")) == 2, "the notice")


async def test_leaving_leaves_no_process_behind() -> None:
    async with listening():
        pass  # left before anything was up
    async with listening():
        await until(drivers, "the driver")
    assert drivers() == []
