"""Lamps on a pedal board: which messages go out when, and on a real JACK server, where they arrive."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import jack
import pytest
from jack import Jack

from stagelyric.gear.midi.input import Midi
from stagelyric.gear.midi.output import Lamp, Lights, MidiOut
from stagelyric.testing.waiting import until
from stagelyric.types.events import ControlChange, Event, NoteOff, NoteOn
from stagelyric.types.lines import Cue, Line, State

LINE = Line("Hold the light on the water", "model")
UP = Cue(LINE, "Harbour Lights", "verse", "now", 0.0, 1)
CLEAR = Cue(None, "Harbour Lights", "verse", "now", 0.0, 2)


def state(ready: int = 40, line: str = LINE.text, cleared: bool = False) -> State:
    return State("Harbour Lights", "verse", 1, line, "", ready, 96.0, False, cleared, True)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What would go down to the driver."""
    messages: list[str] = []
    monkeypatch.setattr(
        "stagelyric.gear.midi.ports.Ports.send", lambda ports, message: messages.append(message.hex(" "))
    )
    return messages


@pytest.mark.parametrize(
    ("lamp", "on", "off"),
    [
        (Lamp("note", 60, 1), "90 3c 7f", "80 3c 00"),
        (Lamp("note", 36, 10, on=5, off=64), "99 24 05", "89 24 40"),
        (Lamp("control", 102), "bf 66 7f", "bf 66 00"),
    ],
)
def test_a_lamp_is_a_note_or_a_control(lamp: Lamp, on: str, off: str) -> None:
    assert (lamp.message(True).hex(" "), lamp.message(False).hex(" ")) == (on, off)


async def test_lamps_change_with_the_show_and_only_then(sent: list[str]) -> None:
    out = MidiOut(["board"], Lights(Lamp("note", 60), Lamp("note", 61), Lamp("note", 62), error_seconds=0.01))
    for _ in range(2):
        out.show(UP)
        out.state(state(ready=40))
    assert sent == ["9f 3c 7f"]
    out.state(state(ready=7))
    out.state(state(ready=8))
    out.show(CLEAR)
    assert sent[1:] == ["9f 3d 7f", "8f 3d 00", "8f 3c 00"]
    out.alert("a port is gone")
    out.alert("another one too")
    await until(lambda: sent[4:] == ["9f 3e 7f", "8f 3e 00"], "the error's lamp to go out")


async def test_a_lamp_may_be_left_out(sent: list[str]) -> None:
    out = MidiOut(["board"], Lights(line=None, low=None, error=None))
    out.show(UP)
    out.state(state(ready=0))
    out.alert("!")
    assert sent == []


async def test_every_lamp_goes_out_at_the_end(sent: list[str]) -> None:
    out = MidiOut([], Lights(Lamp("note", 60), Lamp("control", 20)))
    async with out.running():
        out.show(UP)
        out.state(state(ready=0))
    assert sent == ["9f 3c 7f", "bf 14 7f", "8f 3c 00", "bf 14 00"]


@pytest.fixture
def server(jack_server: Jack, monkeypatch: pytest.MonkeyPatch) -> Jack:
    for name, value in jack_server.env.items():
        monkeypatch.setenv(name, value)
    return jack_server


@asynccontextmanager
async def board() -> AsyncIterator[list[Event]]:
    """Our own MIDI in as the pedal board: its port "stagelyric:in" is connected by hand."""
    heard: list[Event] = []
    async with Midi(["none but who connects"], poll_seconds=0.1).running(heard.append):
        yield heard


def notes(heard: list[Event]) -> list[Event]:
    return [event for event in heard if isinstance(event, NoteOn | NoteOff)]


@pytest.mark.needs("jack")
async def test_the_lamps_arrive_through_a_port_that_others_connect_to(monkeypatch: pytest.MonkeyPatch) -> None:
    # About one opening in eight carries nothing here, and why is not known: a fresh server and fresh ports then.
    for attempt in range(5):
        with jack.server() as fresh:
            for name, value in fresh.env.items():
                monkeypatch.setenv(name, value)
            try:
                await lamps_arrive(fresh)
                return
            except TimeoutError:
                if attempt == 4:
                    raise


async def lamps_arrive(server: Jack) -> None:
    out = MidiOut([], Lights(line=Lamp("note", 60, 3)), poll_seconds=0.1)
    async with board() as heard:
        async with out.running():
            await until(lambda: {"stagelyric:in", "stagelyric-out:out"} <= set(server.ports()), "both ports")
            await asyncio.to_thread(server.connect, "stagelyric-out:out", "stagelyric:in")
            for _ in range(100):
                out.show(CLEAR)
                out.show(UP)
                await asyncio.sleep(0.05)
                if any(isinstance(event, NoteOn) for event in heard):
                    break
            else:
                raise TimeoutError("the lamp was not lit")
            out.state(state(ready=3))
            await until(lambda: any(isinstance(event, ControlChange) for event in heard), "the other lamp")
        await until(lambda: isinstance(notes(heard)[-1], NoteOff), "the lamp to go out")
        lamp = next(event for event in heard if isinstance(event, ControlChange))
        assert (lamp.channel, lamp.control, lamp.value) == (16, 103, 127)


@pytest.mark.needs("jack_midi_dump")
async def test_a_board_that_goes_disturbs_nothing_and_is_lit_when_it_is_back(server: Jack) -> None:
    told: list[str] = []
    out = MidiOut(["monitor"], poll_seconds=0.1)
    async with out.running(lambda event: told.append(getattr(event, "text", ""))):
        await until(lambda: any("no MIDI output matches" in text for text in told), "the notice")
        for _ in range(2):
            monitor = server.play("jack_midi_dump")
            await until(lambda: out.ports == ("midi-monitor:input",), "the port")
            out.show(UP)
            monitor.terminate()
            monitor.wait()
            await until(lambda: out.ports == (), "its loss")
            out.show(CLEAR)
    assert [text for text in told if "is gone" in text] == [
        'MIDI output "midi-monitor:input" is gone; it is taken up again when it is back'
    ] * 2
