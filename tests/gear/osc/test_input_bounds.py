"""What the OSC endpoint refuses, and what it keeps no more than so much of: floods, bundles, subscribers, rubbish."""

import asyncio
import logging
import socket
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from osc_wire import bundle, message, string, timetag

from stagelyric.gear.osc.addresses import TABLE
from stagelyric.gear.osc.input import PENDING, Osc
from stagelyric.gear.osc.output import OF_ONE_HOST, SUBSCRIBERS
from stagelyric.testing.clock import ManualClock
from stagelyric.testing.waiting import until
from stagelyric.types.actions import Do
from stagelyric.types.events import Beat, Command, Event, Notice, OscMessage, Tempo

from .endpoint import LINE, SENDER, WALL, dos, unserved


async def test_what_waits_is_bounded() -> None:
    osc, events = unserved(wall=lambda: WALL)
    later = bundle(LINE, timetag=timetag(WALL + 1.5))
    for _ in range(PENDING + 5):
        osc.receive(later, SENDER)
    assert len(events) == 5
    for handle in osc._pending:
        handle.cancel()


async def test_a_bundle_is_run_in_order_and_skips_what_it_cannot_do() -> None:
    osc, events = unserved()
    osc.receive(bundle(LINE, message("/stagelyric/wildness", "f", 2.0), message("/stagelyric/again")), SENDER)
    assert dos(events) == [Do("next_line"), Do("again")]
    assert osc.counts.malformed == 1


async def test_only_the_allowed_are_heard() -> None:
    osc, events = unserved(allow=["192.168.1.0/24", "10.0.0.7", "fe80::/10"])
    for host in ("192.168.1.20", "10.0.0.7", "::ffff:192.168.1.9", "fe80::1%eth0"):
        osc.receive(LINE, (host, 5000))
    assert len(dos(events)) == 4
    for host in ("192.168.2.20", "127.0.0.1", "10.0.0.8", "::1", "::ffff:10.0.0.8"):
        osc.receive(LINE, (host, 5000))
        osc.receive(b"rubbish", (host, 5000))
    assert len(dos(events)) == 4
    assert (osc.counts.refused, osc.counts.malformed) == (10, 0)
    for number in range(3000):
        osc.receive(LINE, (f"10.1.{number // 250}.{number % 250}", 5000))
    assert len(osc._allowed) <= 1024
    with pytest.raises(ValueError, match="does not appear"):
        Osc(allow=["the drummer"])


async def test_unknown_addresses_are_counted_and_still_seen() -> None:
    wanted = {"/live/scene/launch"}
    osc, events = unserved(known=wanted)
    osc.receive(message("/live/scene/launch", "i", 1), SENDER)
    assert osc.counts.unknown == 0
    osc.receive(message("/live/other"), SENDER)
    osc.receive(message("/stagelyric/lien"), SENDER)
    assert osc.counts.unknown == 2
    assert [event.address for event in events if isinstance(event, OscMessage)] == [
        "/live/scene/launch",
        "/live/other",
        "/stagelyric/lien",
    ]
    watching, _ = unserved()
    watching.receive(message("/live/other"), SENDER)
    assert watching.counts.unknown == 0
    watching.receive(message("/stagelyric/lien"), SENDER)
    assert watching.counts.unknown == 1


async def test_a_pattern_stands_for_every_address_it_matches() -> None:
    osc, events = unserved(known={"/live/scene/launch", "/live/{odd}"})
    osc.receive(message("/stagelyric/{keep,hold}", "i", 1), SENDER)
    assert dos(events) == [Do("hold"), Do("keep")]
    osc.receive(message("/stagelyric/{keep,hold}", "i", 0), SENDER)
    osc.receive(message("/stagelyric/{ping,subscribe}"), SENDER)
    assert (len(dos(events)), osc.counts.unknown) == (2, 1)
    osc.receive(message("/live/*/launch", "i", 1), SENDER)
    osc.receive(message("/live/{odd}", "i", 1), SENDER)
    found = [event for event in events if isinstance(event, OscMessage)][1:]
    assert [(event.address, event.arguments) for event in found] == [
        ("/live/scene/launch", (1,)),
        ("/live/{odd}", (1,)),
    ]
    assert (osc.counts.unknown, osc.counts.malformed) == (1, 0)


async def test_numbers_that_are_not_finite_reach_no_trigger() -> None:
    osc, events = unserved()
    for number in (float("nan"), float("inf")):
        osc.receive(message("/fader", "f", number), SENDER)
        osc.receive(message("/stagelyric/line", "d", number), SENDER)
    assert osc.counts.malformed == 4
    assert not [event for event in events if not isinstance(event, Notice)]


async def test_what_is_turned_away_is_told_once_a_second(caplog: pytest.LogCaptureFixture) -> None:
    clock = ManualClock()
    osc, events = unserved(clock=clock, allow=["127.0.0.1"])
    with caplog.at_level(logging.WARNING):
        for _ in range(40):
            for _ in range(20):
                osc.receive(b"rubbish", SENDER)
            osc.receive(message("/stagelyric/lien"), SENDER)
            osc.receive(LINE, ("10.0.0.1", 5000))
            clock.jump(0.125)
    assert (osc.counts.malformed, osc.counts.unknown, osc.counts.refused) == (800, 40, 40)
    assert len(caplog.messages) == 5
    assert caplog.messages[0] == (
        "OSC turned away: 1 malformed; the last from 127.0.0.1:9001: neither a message nor a bundle"
    )
    assert "160 malformed, 8 unknown, 8 refused" in caplog.messages[1]
    # The stage is told of each kind once a minute.
    notices = [event for event in events if isinstance(event, Notice)]
    assert [(notice.at, notice.text) for notice in notices] == [
        (100.0, caplog.messages[0]),
        (101.0, caplog.messages[1]),
    ]
    assert osc._telling is not None  # the rest is told in a second even if nothing more comes
    osc._telling.cancel()
    clock.jump(1)
    osc._tell_late()
    assert len(caplog.messages) == 6
    assert osc._telling is None
    clock.jump(60)
    osc.receive(b"rubbish", SENDER)
    assert sum(isinstance(event, Notice) for event in events) == 3


async def test_subscribers_are_bounded() -> None:
    osc, _ = unserved()
    for number in range(OF_ONE_HOST + 2):
        osc.receive(message("/stagelyric/subscribe", "i", 2000 + number), SENDER)
    assert len(osc._subscribers) == OF_ONE_HOST
    assert osc.counts.refused == 2
    osc.receive(message("/stagelyric/subscribe", "i", 2000), SENDER)
    assert osc.counts.refused == 2
    for number in range(SUBSCRIBERS - OF_ONE_HOST + 2):
        osc.receive(message("/stagelyric/subscribe"), (f"192.0.2.{number}", 9000))
    assert len(osc._subscribers) == SUBSCRIBERS
    assert osc.counts.refused == 4
    assert osc._telling is not None
    osc._telling.cancel()


def sound(event: Event) -> bool:
    """Whether the show could take this event as it is."""
    match event:
        case Command(do=Do("say" | "word" | "heard", value)):
            return isinstance(value, str) and bool(value.strip()) and "\x1b" not in value
        case Command(do=Do("song" | "goto", value)):
            return bool(value) if isinstance(value, str) else type(value) is int and value >= 1
        case Command(do=Do("wildness", value)):
            return isinstance(value, float) and 0.0 <= value <= 1.0
        case Command(do=Do(_, value)):
            return value is None
        case Tempo(bpm=bpm):
            return 20 <= bpm <= 999
        case Beat(beat=beat):
            return 0 <= beat <= 1e9
        case OscMessage(address=address):
            return address not in TABLE
    return isinstance(event, Notice)


NUMBERS = [("i", 0), ("i", 1), ("i", -3), ("f", 0.0), ("f", 0.5), ("f", 2.0), ("h", 2**62), ("d", 1e300)]


ODD_NUMBERS = [("f", float("nan")), ("d", float("inf")), ("t", 2**64 - 1)]


TEXTS = [("s", ""), ("s", "word"), ("s", "\x1b[2J"), ("S", "é"), ("b", b"xyz"), ("c", "x")]


CARRIED = st.sampled_from([*NUMBERS, *ODD_NUMBERS, *TEXTS, *[(tag, None) for tag in "TFNI[]"]])


@given(
    st.sampled_from(sorted(TABLE)),
    st.lists(CARRIED, max_size=3),
    st.lists(st.tuples(st.integers(0, 200), st.integers(0, 255)), max_size=3),
    st.booleans(),
)
@settings(max_examples=400, deadline=500)
def test_no_datagram_raises_or_makes_a_wrong_event(
    address: str, arguments: list[tuple[str, object]], changes: list[tuple[int, int]], bundled: bool
) -> None:
    tags = "".join(tag for tag, _ in arguments)
    data = message(address, tags, *[value for tag, value in arguments if tag not in "TFNI[]"])
    changed = bytearray(bundle(data, LINE) if bundled else data)
    for place, value in changes:
        changed[place % len(changed)] = value

    async def main() -> None:
        osc, events = unserved(wall=lambda: WALL)
        osc.receive(bytes(changed), SENDER)
        for handle in [*osc._pending, *([osc._telling] if osc._telling else [])]:
            handle.cancel()
        assert all(sound(event) for event in events)
        assert len(events) <= 3
        assert osc.counts.received == 1

    asyncio.run(main())


def test_a_flood_of_rubbish_stalls_nothing(run: Callable[..., None]) -> None:
    rubbish = [
        b"",
        bytes(9000),
        b"/" * 1500,
        string("/a") + string("," + "z" * 200),
        bundle() + b"\xff\xff\xff\xfc\0\0\0\0",
        string("/a") + string(",s") + string(b"\xff" * 300),
        message("/stagelyric/wildness", "f", 9.0),
        message("/stagelyric/nothing", "T" * 200),
    ]

    async def main() -> None:
        events: list[Event] = []
        osc = Osc(port=0)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            async with osc.running(events.append):
                for turn in range(250):
                    for data in rubbish:
                        other.sendto(data, osc.address)
                    other.sendto(LINE, osc.address)
                    # The sender shares our thread: wait, so that the kernel's buffer drops nothing.
                    await until(lambda turn=turn: osc.counts.received == (turn + 1) * 9)  # type: ignore[misc]
        assert dos(events) == [Do("next_line")] * 250
        assert osc.counts.malformed == 250 * 7
        assert osc.counts.unknown == 250
        assert sum(isinstance(event, Notice) for event in events) <= 20

    run(main)
