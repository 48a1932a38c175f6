"""MIDI bytes that come split, run together or broken off."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stagelyric.gear.midi.input import Reader
from stagelyric.gear.midi.stream import Stream

DATA = st.integers(0, 127)
MESSAGE = st.one_of(
    st.tuples(st.sampled_from([0x80, 0x9F, 0xA3, 0xB0, 0xE1, 0xF2]), DATA, DATA).map(bytes),
    st.tuples(st.sampled_from([0xC0, 0xD5, 0xF3]), DATA).map(bytes),
    st.sampled_from([b"\xf8", b"\xfa", b"\xfc", b"\xf6"]),
)
NOISE = st.one_of(
    st.lists(DATA, max_size=6).map(lambda data: b"\xf0" + bytes(data)),  # an exclusive message without its end
    st.lists(DATA, max_size=6).map(lambda data: b"\xf0" + bytes(data) + b"\xf7"),
    st.sampled_from([b"\xf4", b"\xf5", b"\xfd", b"\xf7", b"\xf9"]),
)


@given(st.lists(st.tuples(NOISE | st.just(b""), MESSAGE), max_size=12), st.data())
def test_whole_messages_come_through_whatever_stands_between(
    pairs: list[tuple[bytes, bytes]], data: st.DataObject
) -> None:
    sent = b"".join(noise + message for noise, message in pairs)
    stream, found, at = Stream(), list[bytes](), 0
    while at < len(sent):
        size = data.draw(st.integers(1, len(sent) - at))
        found += stream.feed(sent[at : at + size])[0]
        at += size
    assert found == [message for _, message in pairs]


@given(st.binary(max_size=60))
def test_any_bytes_are_read(packet: bytes) -> None:
    Reader().read(0.0, "p", packet)


@pytest.mark.parametrize(
    ("packets", "values"),
    [
        (["f0 7f 00 02 7f 01 7f", "b0 40 7f", "b0 40 00"], [127, 0]),
        (["b0", "40", "7f"], [127]),
        (["b0 40 7f 40 00"], [127, 0]),  # running status
        (["b0 40 f8 7f"], [127]),  # the clock comes within other messages
        (["b0 40", "f0 7e 7f 06 01 f7", "b0 40 7f"], [127]),
        (["f4", "f5 b0 40 7f", "fd"], [127]),
    ],
)
def test_a_press_is_heard_after_what_is_broken(packets: list[str], values: list[int]) -> None:
    reader = Reader()
    found = [event for packet in packets for event in reader.read(0.0, "p", bytes.fromhex(packet))]
    assert [event.value for event in found if hasattr(event, "value")] == values
