"""What the bytes of MIDI become."""

from typing import Any

import mido
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stagelyric.gear.midi.input import Reader
from stagelyric.types.events import (
    ClockPulse,
    ControlChange,
    Event,
    NoteOff,
    NoteOn,
    ProgramChange,
    SongSelect,
    Transport,
)

FROM: dict[str, Any] = {"at": 1.5, "source": "midi FCB1010", "port": "FCB1010"}
data = st.integers(0, 127)


def read(packet: bytes, reader: Reader | None = None) -> list[Event]:
    return (reader or Reader()).read(1.5, "FCB1010", packet)


@pytest.mark.parametrize(
    ("packet", "event"),
    [
        ("92 3c 64", NoteOn(channel=3, note=60, velocity=100, **FROM)),
        ("92 3c 00", NoteOff(channel=3, note=60, **FROM)),
        ("8f 00 40", NoteOff(channel=16, note=0, **FROM)),
        ("b0 50 7f", ControlChange(channel=1, control=80, value=127, previous=0, **FROM)),
        ("b9 77 01", ControlChange(channel=10, control=119, value=1, previous=0, **FROM)),
        ("c4 07", ProgramChange(channel=5, program=7, bank=None, **FROM)),
        ("f3 05", SongSelect(song=5, **FROM)),
        ("f2 01 02", Transport(1.5, "midi FCB1010", "position", 257)),
        ("f8", ClockPulse(**FROM)),
        ("fa", Transport(1.5, "midi FCB1010", "start")),
        ("fb", Transport(1.5, "midi FCB1010", "continue")),
        ("fc", Transport(1.5, "midi FCB1010", "stop")),
    ],
)
def test_each_message_is_its_event(packet: str, event: Event) -> None:
    assert read(bytes.fromhex(packet)) == [event]


@pytest.mark.parametrize(
    "packet",
    [
        "a0 3c 40", "d0 40", "e0 00 40", "f6", "f1 10", "fe", "ff", "f9", "fd",
        "f0 7e 00 06 01 f7", "f4", "f5 01", "f7", "90 3c", "b0", "3c 40", "", "f2 01",
    ],
)  # fmt: skip
def test_other_messages_and_broken_ones_are_no_event(packet: str) -> None:
    assert read(bytes.fromhex(packet)) == []


@pytest.mark.parametrize("control", range(120, 128))
def test_channel_modes_never_fire(control: int) -> None:
    reader = Reader()
    assert read(bytes([0xB0, control, 0]), reader) == []
    assert reader.ignored == 1


def test_a_control_tells_its_value_before_by_port_channel_and_control() -> None:
    reader = Reader()
    said = [
        (event.value, event.previous)
        for port, packet in [
            ("one", "b0 50 7f"), ("one", "b0 50 00"), ("one", "b1 50 10"), ("one", "b0 51 20"), ("two", "b0 50 30"),
            ("one", "b0 50 01"),
        ]
        for event in reader.read(0.0, port, bytes.fromhex(packet))
        if isinstance(event, ControlChange)
    ]  # fmt: skip
    assert said == [(127, 0), (0, 127), (16, 0), (32, 0), (48, 0), (1, 0)]


def test_bank_select_is_a_control_and_goes_with_the_programs_of_its_channel() -> None:
    reader = Reader()
    events = read(bytes.fromhex("b0 00 02  b0 20 03  c0 07  c1 07"), reader)
    assert [type(event).__name__ for event in events[:2]] == ["ControlChange", "ControlChange"]
    assert [event.bank for event in events[2:] if isinstance(event, ProgramChange)] == [259, None]
    assert [event.bank for event in read(bytes.fromhex("b0 20 04 c0 01"), reader)[1:]] == [260]  # type: ignore[attr-defined]


def test_a_packet_may_hold_many_messages() -> None:
    events = read(bytes.fromhex("90 3c 64 f8 90 3c 00  f0 01 02 f7  c0 05  fa"))
    names = [type(event).__name__ for event in events]
    assert names == ["NoteOn", "ClockPulse", "NoteOff", "ProgramChange", "Transport"]


@given(st.lists(st.binary(max_size=12), max_size=6))
def test_no_bytes_break_it(packets: list[bytes]) -> None:
    reader = Reader()
    for packet in packets:
        for event in reader.read(0.0, "port", packet):
            assert isinstance(event, Event)


channel_messages = st.one_of(
    st.builds(
        mido.Message, st.sampled_from(["note_on", "note_off"]), channel=st.integers(0, 15), note=data, velocity=data
    ),
    st.builds(mido.Message, st.just("control_change"), channel=st.integers(0, 15), control=data, value=data),
    st.builds(mido.Message, st.just("program_change"), channel=st.integers(0, 15), program=data),
    st.builds(mido.Message, st.just("polytouch"), channel=st.integers(0, 15), note=data, value=data),
    st.builds(mido.Message, st.just("aftertouch"), channel=st.integers(0, 15), value=data),
    st.builds(mido.Message, st.just("pitchwheel"), channel=st.integers(0, 15), pitch=st.integers(-8192, 8191)),
    st.builds(mido.Message, st.just("song_select"), song=data),
    st.builds(mido.Message, st.just("songpos"), pos=st.integers(0, 16383)),
    st.builds(mido.Message, st.just("sysex"), data=st.lists(data, max_size=5)),
    st.builds(
        mido.Message,
        st.sampled_from(
            ["clock", "start", "continue", "stop", "active_sensing", "reset", "tune_request", "quarter_frame"]
        ),
    ),
)


def expected(message: mido.Message) -> tuple[object, ...] | None:
    """What a mido message ought to come to here: the event's name and its own fields."""
    match message.type:
        case "note_on" if message.velocity:
            return "NoteOn", message.channel + 1, message.note, message.velocity
        case "note_on" | "note_off":
            return "NoteOff", message.channel + 1, message.note
        case "control_change" if message.control < 120:
            return "ControlChange", message.channel + 1, message.control, message.value
        case "program_change":
            return "ProgramChange", message.channel + 1, message.program
        case "song_select":
            return "SongSelect", message.song
        case "songpos":
            return "Transport", "position", message.pos
        case "start" | "continue" | "stop":
            return "Transport", message.type, 0
        case "clock":
            return ("ClockPulse",)
        case _:
            return None


def told(event: Event) -> tuple[object, ...]:
    fields = ("channel", "note", "velocity", "control", "value", "program", "song", "action", "position")
    return (type(event).__name__, *(getattr(event, name) for name in fields if hasattr(event, name)))


@given(st.lists(channel_messages, max_size=8), st.booleans())
def test_whatever_mido_writes_is_its_event(sent: list[mido.Message], in_one_packet: bool) -> None:
    packets = [bytes(message.bytes()) for message in sent]
    if in_one_packet:
        packets = [b"".join(packets)]
    reader = Reader()
    events = [event for packet in packets for event in reader.read(0.0, "port", packet)]
    assert [told(event) for event in events] == [want for message in sent if (want := expected(message))]


def test_a_bank_by_cc_0_alone_keeps_its_own_number() -> None:
    reader = Reader()
    said = [
        (event.bank, event.bank_alone)
        for packet in ("b0 00 02", "c0 03", "b0 20 05", "c0 03")
        for event in reader.read(0.0, "one", bytes.fromhex(packet))
        if isinstance(event, ProgramChange)
    ]
    assert said == [(256, 2), (261, None)]
