"""Datagrams, right and wrong, to messages."""

import math
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from osc_wire import bundle, message, string, timetag

from stagelyric.gear.osc.packets import ARGUMENTS, DEPTH, LONGEST, MESSAGES, MalformedError, Message, ahead, read

WALL = 1_763_890_000.25


def only(datagram: bytes) -> Message:
    ((tag, found),) = read(datagram)
    assert tag == 1
    return found


@pytest.mark.parametrize(
    ("tags", "sent", "found"),
    [
        ("i", [-7], (-7,)),
        ("f", [0.5], (0.5,)),
        ("d", [0.1], (0.1,)),
        ("h", [-(2**40)], (-(2**40),)),
        ("s", ["Montréal 🎤"], ("Montréal 🎤",)),
        ("S", ["symbol"], ("symbol",)),
        ("b", [b"\0\1\2"], (b"\0\1\2",)),
        ("b", [b""], (b"",)),
        ("c", ["é"], ("é",)),
        ("r", [0xFF00FF80], (0xFF00FF80,)),
        ("m", [b"\1\x90\x3c\xff"], (b"\1\x90\x3c\xff",)),
        ("t", [2**64 - 1], (2**64 - 1,)),
        ("TFNI", [], (True, False, None, True)),
        ("", [], ()),
        ("[i[s]]f", [1, "a", 0.5], (1, "a", 0.5)),
        ("cSIs", ["x", "y", "z"], ("x", "y", True, "z")),
    ],
)
def test_every_type_is_read(tags: str, sent: list[object], found: tuple[object, ...]) -> None:
    data = message("/a", tags, *sent)
    got = only(data)
    assert (got.address, got.arguments, got.data) == ("/a", found, data)
    assert [type(argument) for argument in got.arguments] == [type(argument) for argument in found]


def test_a_bare_address_has_no_arguments() -> None:
    assert only(string("/stagelyric/line")).arguments == ()


@pytest.mark.parametrize(
    "datagram",
    [
        b"",
        b"\0",
        b"hello",
        b"/",
        b"/abc",
        b"/abcdefg",
        string("no-slash") + string(","),
        string("/a")[:-1],
        string("/a") + string("i") + b"\0\0\0\1",
        string("/a") + b"\0\0\0\0",
        string("/a") + string(",i"),
        string("/a") + string(",i") + b"\0\0\0",
        string("/a") + string(",i") + b"\0" * 8,
        string("/a") + string(",d") + b"\0" * 4,
        string("/a") + string(",s") + b"abcd",
        string("/a") + string(",") + b"\0" * 4,
        string("/a") + b",i\0x" + b"\0" * 4,
        b"/a\0x" + string(","),
        string("/a") + string(",b") + struct.pack(">i", -4),
        string("/a") + string(",b") + struct.pack(">i", 2**31 - 1) + b"abcd",
        string("/a") + string(",b") + struct.pack(">i", 3) + b"abcd",
        string("/a") + string(",c") + struct.pack(">I", 0xD800),
        string("/a") + string(",c") + struct.pack(">I", 0x110000),
        message("/a", "[i", 1),
        message("/a", "i]", 1),
        message("/a", "]["),
        message("/a", "[" * (DEPTH + 1) + "]" * (DEPTH + 1)),
        message("/a", "T" * (ARGUMENTS + 1)),
        string("/a") + string(",x"),
        message("/a", "is", 1, "a").replace(b",is", b",zs"),
        bundle(message("/a", "i", 1))[:-4],
        b"#bundle\0" + b"\0" * 4,
        b"#bundlx\0" + b"\0" * 8,
        bundle(b""),
        bundle(message("/a", "i", 1), b"what"),
        bundle() + struct.pack(">i", -4) + b"\0\0\0\0",
        bundle() + struct.pack(">i", 400) + b"/a\0\0",
        bundle(*[string("/a")] * (MESSAGES + 1)),
        message("/a", "b", bytes(LONGEST)),
    ],
)
def test_what_is_no_packet_is_refused(datagram: bytes) -> None:
    with pytest.raises(MalformedError):
        read(datagram)


# The five that python-osc gets wrong: it loops for ever, blocks, shifts arguments, and twice raises something else.
def test_a_negative_element_size_ends() -> None:
    with pytest.raises(MalformedError, match="-4 bytes"):
        read(b"#bundle\0" + struct.pack(">Qii", 1, -4, 0))


def test_tags_it_does_not_know_shift_nothing() -> None:
    assert only(message("/a", "csi", "x", "word", 5)).arguments == ("x", "word", 5)
    with pytest.raises(MalformedError, match="unknown type tag"):
        read(string("/a") + string(",zi") + struct.pack(">ii", 1, 2))


@pytest.mark.parametrize("data", [string(b"/\xff\xfe"), string("/a") + string(",s") + string(b"caf\xe9")])
def test_text_that_is_not_utf_8_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedError, match="UTF-8"):
        read(data)


def test_bundles_nest_eight_deep() -> None:
    data = message("/a")
    for _ in range(DEPTH):
        data = bundle(data)
    assert only(data).address == "/a"
    with pytest.raises(MalformedError, match="nested"):
        read(bundle(data))
    for _ in range(792):
        data = bundle(data)
    with pytest.raises(MalformedError):
        read(data)


def test_a_bundle_gives_its_messages_in_order_with_their_timetags() -> None:
    early, late = timetag(WALL + 0.5), timetag(WALL + 1.0)
    data = bundle(
        message("/a"),
        bundle(message("/b"), timetag=late),
        bundle(message("/c")),  # inside what is due later, "now" means then
        timetag=early,
    )
    assert [(tag, found.address) for tag, found in read(data)] == [(early, "/a"), (late, "/b"), (early, "/c")]
    assert read(bundle()) == []


def test_one_wrong_message_refuses_the_whole_bundle() -> None:
    with pytest.raises(MalformedError):
        read(bundle(message("/a"), string("/b") + string(",s") + string(b"\xff")))


@pytest.mark.parametrize(
    ("tag", "wait"),
    [
        (1, 0.0),
        (0, 0.0),
        (timetag(WALL + 0.25), 0.25),
        (timetag(WALL + 2.0), 2.0),
        (timetag(WALL + 2.01), 0.0),
        (timetag(WALL + 1e6), 0.0),
        (timetag(WALL - 0.25), 0.0),
        (2**64 - 1, 0.0),
    ],
)
def test_a_timetag_up_to_two_seconds_ahead_is_honoured(tag: int, wait: float) -> None:
    assert ahead(tag, WALL) == pytest.approx(wait, abs=1e-6)


def test_timetags_go_on_over_the_turn_of_2036() -> None:
    last = 2**32 - 2_208_988_800 - 0.5  # half a second before
    assert ahead(timetag(last + 1.0), last) == pytest.approx(1.0, abs=1e-6)
    assert ahead(timetag(last - 1.0), last + 1.0) == 0.0


TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)
CARRIED = {
    "i": st.integers(-(2**31), 2**31 - 1),
    "h": st.integers(-(2**63), 2**63 - 1),
    "t": st.integers(0, 2**64 - 1),
    "r": st.integers(0, 2**32 - 1),
    "f": st.floats(width=32, allow_nan=False),
    "d": st.floats(allow_nan=False),
    "s": TEXT,
    "S": TEXT,
    "b": st.binary(max_size=9),
    "c": st.characters(exclude_categories=["Cs"]),
    "m": st.binary(min_size=4, max_size=4),
}
ARGUMENT = st.one_of(
    *[st.tuples(st.just(tag), values) for tag, values in CARRIED.items()],
    st.sampled_from([("T", True), ("F", False), ("N", None), ("I", True)]),
)


@st.composite
def messages(draw: st.DrawFn) -> tuple[bytes, str, tuple[object, ...]]:
    address = "/" + draw(st.sampled_from(["stagelyric/say", "stagelyric/song", "a", "live/scene"])) + draw(TEXT)
    given_arguments = draw(st.lists(ARGUMENT, max_size=6))
    tags = "".join(tag for tag, _ in given_arguments)
    data = message(address, tags, *[value for tag, value in given_arguments if tag not in "TFNI"])
    return data, address, tuple(value for _, value in given_arguments)


@given(messages())
def test_what_was_sent_is_what_is_read(sent: tuple[bytes, str, tuple[object, ...]]) -> None:
    data, address, arguments = sent
    got = only(data)
    assert (got.address, got.arguments) == (address, arguments)
    assert only(bundle(data)) == got


def written_again(found: Message) -> bytes:
    """The message from what was read and the tags of its own bytes."""
    start = (len(found.address.encode()) // 4 + 1) * 4
    tags = found.data[start + 1 : found.data.find(b"\0", start)].decode() if start < len(found.data) else ""
    kinds = tags.replace("[", "").replace("]", "")
    assert len(kinds) == len(found.arguments)
    pairs = zip(kinds, found.arguments, strict=True)
    again = message(found.address, tags, *[value for tag, value in pairs if tag not in "TFNI"])
    return again if start < len(found.data) else again[:start]


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    data = bytearray(draw(messages())[0])
    if draw(st.booleans()):
        data = bytearray(bundle(bytes(data), draw(messages())[0], bundle(draw(messages())[0])))
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(data)))
        match draw(st.sampled_from(["flip", "cut", "insert", "nul"])):
            case "flip" if place < len(data):
                data[place] = draw(st.integers(0, 255))
            case "cut":
                del data[place : place + draw(st.integers(1, 8))]
            case "insert":
                data[place:place] = draw(st.binary(min_size=1, max_size=8))
            case "nul" if place < len(data):
                data[place] = 0
    return bytes(data)


@given(st.one_of(mutated(), st.binary(max_size=64), st.binary(max_size=48).map(lambda raw: b"#bundle\0" + raw)))
@settings(max_examples=400, deadline=500)
def test_whatever_is_read_says_what_the_bytes_say(datagram: bytes) -> None:
    try:
        found = read(datagram)
    except MalformedError:
        return
    for _, one in found:
        assert one.data in datagram
        nan = any(isinstance(argument, float) and math.isnan(argument) for argument in one.arguments)
        assert nan or written_again(one) == one.data
