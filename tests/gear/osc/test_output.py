"""What is sent out, seen by other sockets."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

import pytest
from osc_wire import message

from stagelyric.gear.osc import output as module
from stagelyric.gear.osc.output import LEASE, SUBSCRIBERS, OscOutput, encode
from stagelyric.gear.osc.packets import read_message
from stagelyric.testing.clock import ManualClock
from stagelyric.testing.waiting import until
from stagelyric.types.lines import Cue, Line, State

STATE = State("Harbour Lights", "verse", 3, "up now", "up next", 37, 96.0, False, False, True)
CUE = Cue(Line("Hold the light — Montréal", "model"), "Harbour Lights", "verse", "now", 1.0, 12)


class Ear:
    """Another program's socket."""

    def __init__(self, family: int = socket.AF_INET) -> None:
        self.socket = socket.socket(family, socket.SOCK_DGRAM)
        self.socket.bind(("::1" if family == socket.AF_INET6 else "127.0.0.1", 0))
        self.socket.setblocking(False)
        self.target: tuple[str, int] = self.socket.getsockname()[:2]

    def heard(self) -> list[tuple[object, ...]]:
        """Over the loopback address a datagram is there as soon as it was sent."""
        found: list[tuple[object, ...]] = []
        while True:
            try:
                one = read_message(self.socket.recv(65536))
            except BlockingIOError:
                return found
            found.append((one.address, *one.arguments))


@contextmanager
def ears(count: int) -> Iterator[list[Ear]]:
    with ExitStack() as stack:
        made = [Ear() for _ in range(count)]
        for ear in made:
            stack.enter_context(ear.socket)
        yield made


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def ear() -> Iterator[Ear]:
    with ears(1) as (one,):
        yield one


@pytest.fixture
async def out(ear: Ear, clock: ManualClock) -> AsyncIterator[OscOutput]:
    osc = OscOutput([ear.target], clock)
    async with osc.running():
        yield osc


async def test_a_cue_and_a_clear(out: OscOutput, ear: Ear) -> None:
    await out.prepare(Line("x", "model"))
    out.show(CUE)
    out.show(replace(CUE, line=None))
    out.alert("the disk is full")
    assert ear.heard() == [
        ("/stagelyric/cue", "Hold the light — Montréal", "Harbour Lights", "verse", 12),
        ("/stagelyric/clear",),
        ("/stagelyric/error", "the disk is full"),
    ]


async def test_a_syllable_for_each_beat_until_the_line_is_sung(out: OscOutput, ear: Ear) -> None:
    out.beat(3.0, 96.0)
    out.show(replace(CUE, line=Line("Hold water", "model", syllables=("Hold", "wa-", "ter"))))
    for beat in (4.0, 5.0, 6.0, 7.0):
        out.beat(beat, 96.0)
    assert ear.heard()[1:] == [("/stagelyric/syllable", index) for index in range(3)]
    out.show(replace(CUE, line=Line("Hold", "model", syllables=("Hold",))))
    out.show(replace(CUE, line=None))
    out.beat(8.0, 96.0)
    assert [found[0] for found in ear.heard()] == ["/stagelyric/cue", "/stagelyric/clear"]


async def test_only_what_changed_is_sent(out: OscOutput, ear: Ear, clock: ManualClock) -> None:
    out.state(STATE)
    assert ear.heard() == [
        ("/stagelyric/song", "Harbour Lights"),
        ("/stagelyric/section", "verse"),
        ("/stagelyric/next", "up next"),
        ("/stagelyric/pool", 37),
    ]
    clock.jump(1)
    out.state(replace(STATE, number=4, line="another", tempo=97.0))
    assert ear.heard() == []
    out.state(replace(STATE, section="chorus", next="then this", ready=36))
    assert ear.heard() == [
        ("/stagelyric/section", "chorus"),
        ("/stagelyric/next", "then this"),
        ("/stagelyric/pool", 36),
    ]


async def test_the_pool_is_paced_and_its_latest_value_arrives(out: OscOutput, ear: Ear, clock: ManualClock) -> None:
    for ready in range(100):
        out.state(replace(STATE, ready=ready))
        clock.jump(0.01)
    pools = [found[1] for found in ear.heard() if found[0] == "/stagelyric/pool"]
    assert len(pools) == 4
    assert pools[0] == 0
    timer = out._pool_timer
    assert timer is not None
    assert timer.when() - asyncio.get_running_loop().time() <= 0.25
    clock.jump(0.25)
    out._tell_pool()  # as the timer will
    assert ear.heard() == [("/stagelyric/pool", 99)]
    out._tell_pool()
    assert ear.heard() == []


async def test_the_pools_timer_fires_by_itself_and_ends_with_the_show(ear: Ear, clock: ManualClock) -> None:
    osc = OscOutput([ear.target], clock)
    async with osc.running():
        osc.state(STATE)
        clock.jump(0.249)
        osc.state(replace(STATE, ready=36))
        await asyncio.sleep(0.01)
        assert ear.heard()[-1] == ("/stagelyric/pool", 36)
        osc.state(replace(STATE, ready=35))
        timer = osc._pool_timer
    assert timer is not None
    assert timer.cancelled()
    osc.show(CUE)  # after the end: goes nowhere, raises nothing
    assert ear.heard() == []


async def test_subscribers_come_are_renewed_and_go(clock: ManualClock) -> None:
    osc = OscOutput((), clock)
    with ears(2) as (one, two):
        async with osc.running():
            assert osc.subscribe(one.target)
            assert one.heard() == []  # nothing is known yet
            osc.state(STATE)
            assert len(one.heard()) == 4
            clock.jump(LEASE - 1)
            assert osc.subscribe(one.target)
            assert osc.subscribe(two.target)
            assert (
                one.heard()
                == two.heard()
                == [
                    ("/stagelyric/song", "Harbour Lights"),
                    ("/stagelyric/section", "verse"),
                    ("/stagelyric/next", "up next"),
                    ("/stagelyric/pool", 37),
                ]
            )
            clock.jump(LEASE - 1)
            osc.alert("x")
            assert one.heard() == two.heard() == [("/stagelyric/error", "x")]
            osc.unsubscribe(two.target)
            osc.unsubscribe(("127.0.0.1", 9))
            osc.alert("y")
            assert (len(one.heard()), len(two.heard())) == (1, 0)
            clock.jump(1)
            osc.alert("z")
            assert one.heard() == []


async def test_the_places_of_those_who_left_are_free_again(clock: ManualClock) -> None:
    osc = OscOutput((), clock)
    for number in range(SUBSCRIBERS):
        assert osc.subscribe((f"127.0.0.{number}", 2000))
    assert not osc.subscribe(("127.0.0.1", 9000))
    clock.jump(LEASE)
    assert osc.subscribe(("127.0.0.1", 9000))
    assert len(osc._subscribers) == 1


async def test_who_is_told_twice_is_sent_once(out: OscOutput, ear: Ear) -> None:
    out.subscribe(ear.target)
    out.alert("x")
    assert len(ear.heard()) == 1


@pytest.mark.needs("ipv6")
async def test_ipv6(clock: ManualClock) -> None:
    ear = Ear(socket.AF_INET6)
    osc = OscOutput([ear.target], clock)
    with ear.socket:
        async with osc.running():
            osc.alert("x")
            assert ear.heard() == [("/stagelyric/error", "x")]


async def test_a_network_that_refuses_is_counted_and_never_raises(out: OscOutput) -> None:
    out.alert("x" * 70_000)  # more than a datagram holds
    assert out.unsent == 1
    out._outgoing[socket.AF_INET].close()
    out.show(CUE)
    out.state(STATE)
    assert out.unsent == 6


async def test_a_name_is_looked_up_until_it_is_there(
    ear: Ear, clock: ManualClock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tries = 0

    async def look_up(host: str, port: int) -> tuple[str, int]:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise socket.gaierror
        return ear.target

    monkeypatch.setattr(module, "_look_up", look_up)
    monkeypatch.setattr(module, "RESOLVE_EVERY", 0.0)
    osc = OscOutput([("tablet.local", 9000)], clock)
    async with osc.running():
        await until(lambda: tries == 3)
        osc.alert("x")
        assert ear.heard() == [("/stagelyric/error", "x")]
    assert [record.message for record in caplog.records] == [
        "OSC reply_to: no address for tablet.local yet; it is looked up again until there is"
    ]


async def test_localhost_is_found(clock: ManualClock) -> None:
    osc = OscOutput([("localhost", 9000)], clock)
    async with osc.running():
        await until(lambda: bool(osc._resolved))
        assert next(iter(osc._resolved))[:2] in [("127.0.0.1", 9000), ("::1", 9000)]


def test_datagrams_are_as_the_specification_says() -> None:
    assert encode("/stagelyric/clear") == message("/stagelyric/clear")
    assert encode("/stagelyric/cue", "é", "", "verse", 12) == message("/stagelyric/cue", "sssi", "é", "", "verse", 12)
    assert encode("/stagelyric/error", "a\0b\ud800") == message("/stagelyric/error", "s", "a b?")
