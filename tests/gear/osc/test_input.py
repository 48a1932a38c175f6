"""The endpoint: datagrams in, events out, on both event loops."""

import asyncio
import socket
from collections.abc import Callable

import pytest
from osc_wire import bundle, message, string, timetag

from stagelyric.gear.osc import input as osc_input
from stagelyric.gear.osc.input import Osc
from stagelyric.gear.osc.output import LEASE
from stagelyric.testing.clock import ManualClock
from stagelyric.testing.waiting import until
from stagelyric.types.actions import Do
from stagelyric.types.devices import ListenError, PortInUseError
from stagelyric.types.events import Command, Event, OscMessage

from .endpoint import LINE, SENDER, STATE, WALL, dos, peer, unserved


def test_a_press_from_another_program(run: Callable[..., None]) -> None:
    async def main() -> None:
        events: list[Event] = []
        osc = Osc(port=0, clock=ManualClock(100.0))
        async with osc.running(events.append), peer() as other:
            other.transport.sendto(LINE, osc.address)
            other.transport.sendto(message("/stagelyric/song", "s", "Montréal"), osc.address)
            other.transport.sendto(message("/live/scene", "if", 3, 0.5), osc.address)
            await until(lambda: len(events) == 3)
            source = f"osc 127.0.0.1:{other.port}"
            assert events == [
                Command(100.0, source, Do("next_line")),
                Command(100.0, source, Do("song", "Montréal")),
                OscMessage(100.0, source, "/live/scene", (3, 0.5)),
            ]
            assert osc.counts.received == 3

    run(main)


def test_a_press_that_waits_in_the_socket_before_it_is_read_is_heard(
    run: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    bind = osc_input._bind

    async def pressed(host: str, port: int) -> socket.socket:
        bound = await bind(host, port)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.sendto(LINE, bound.getsockname())
        return bound

    monkeypatch.setattr(osc_input, "_bind", pressed)

    async def main() -> None:
        events: list[Event] = []
        osc = Osc(port=0)
        async with osc.running(events.append):
            await until(lambda: bool(osc.counts.received))
            assert [type(event) for event in events] == [Command]

    run(main)


def test_a_port_in_use_is_said_plainly_and_freed_on_close(run: Callable[..., None]) -> None:
    async def main() -> None:
        first = Osc(port=0)
        async with first.running(lambda event: None):
            host, port = first.address
            with pytest.raises(PortInUseError, match=f"{host} port {port}.*another program.*--osc-port"):
                async with Osc(host, port).running(lambda event: None):
                    pass
        async with Osc(host, port).running(lambda event: None):
            pass
        with pytest.raises(ListenError, match="does not have that address"):
            async with Osc("203.0.113.1", 0).running(lambda event: None):
                pass

    run(main)


def test_a_host_that_is_no_address() -> None:
    async def main() -> None:
        async with Osc("no host", 0).running(lambda event: None):
            pass

    with pytest.raises(ListenError, match='there is no address "no host"'):
        asyncio.run(main())


@pytest.mark.needs("ipv6")
def test_ipv6(run: Callable[..., None]) -> None:
    async def main() -> None:
        events: list[Event] = []
        osc = Osc("::1", 0)
        async with osc.running(events.append):
            with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as other:
                other.bind(("::1", 0))
                other.settimeout(5)
                other.sendto(LINE, osc.address)
                other.sendto(message("/stagelyric/ping"), osc.address)
                await until(lambda: osc.counts.received == 2)
                assert other.recv(100) == message("/stagelyric/pong")
                assert dos(events) == [Do("next_line")]

    run(main)


def test_ping_is_answered_with_the_same_bytes(run: Callable[..., None]) -> None:
    async def main() -> None:
        osc = Osc(port=0)
        async with osc.running(lambda event: None), peer() as other:
            rest = ("ifdhsSbcrmtTFNI[i]", 1, 0.5, 0.1, 2**40, "é", "S", b"xy", "c", 7, b"abcd", 99, 5)
            for tags, *values in (rest, ("",), ("f", float("nan"))):
                other.transport.sendto(message("/stagelyric/ping", tags, *values), osc.address)
                answer = await asyncio.wait_for(other.came.get(), 5)
                assert answer == message("/stagelyric/pong", tags, *values)
            other.transport.sendto(string("/stagelyric/ping"), osc.address)
            assert await asyncio.wait_for(other.came.get(), 5) == message("/stagelyric/pong")

    run(main)


def test_a_subscriber_is_put_right_at_once_and_told_what_happens(run: Callable[..., None]) -> None:
    async def main() -> None:
        clock = ManualClock()
        osc = Osc(port=0, clock=clock)
        async with osc.running(lambda event: None), peer() as one, peer() as two:
            osc.state(STATE)
            one.transport.sendto(message("/stagelyric/subscribe", "f", 1.0), osc.address)
            one.transport.sendto(message("/stagelyric/subscribe", "i", two.port), osc.address)
            for other in (one, two):
                assert [await other.got() for _ in range(4)] == [
                    ("/stagelyric/song", "Harbour Lights"),
                    ("/stagelyric/section", "verse"),
                    ("/stagelyric/next", "up next"),
                    ("/stagelyric/pool", 37),
                ]
            osc.alert("the MIDI port is gone")
            for other in (one, two):
                assert await other.got() == ("/stagelyric/error", "the MIDI port is gone")
            one.transport.sendto(message("/stagelyric/unsubscribe", "i", two.port), osc.address)
            await until(lambda: osc.counts.received == 3)
            osc.alert("again")
            assert await one.got() == ("/stagelyric/error", "again")
            clock.jump(LEASE)
            osc.alert("after a minute")
            one.transport.sendto(message("/stagelyric/ping"), osc.address)
            assert await one.got() == ("/stagelyric/pong",)
            assert two.came.empty()

    run(main)


def test_a_bundle_waits_for_its_time_and_is_forgotten_on_close(run: Callable[..., None]) -> None:
    async def main() -> None:
        events: list[Event] = []
        osc = Osc(port=0, wall=lambda: WALL)
        loop = asyncio.get_running_loop()
        async with osc.running(events.append):
            start = loop.time()
            soon = bundle(LINE, message("/stagelyric/keep"), timetag=timetag(WALL + 0.05))
            osc.receive(soon, SENDER)
            osc.receive(bundle(message("/stagelyric/veto"), timetag=timetag(WALL - 5)), SENDER)
            osc.receive(bundle(message("/stagelyric/hold"), timetag=timetag(WALL + 60)), SENDER)
            assert dos(events) == [Do("veto"), Do("hold")]
            await until(lambda: len(events) == 4)
            assert loop.time() - start >= 0.049
            assert dos(events)[2:] == [Do("next_line"), Do("keep")]
            osc.receive(soon, SENDER)
        await asyncio.sleep(0.08)
        assert len(events) == 4

    run(main)


def test_what_it_sends_to_itself_does_not_go_round(run: Callable[..., None]) -> None:
    async def main() -> None:
        events: list[Event] = []
        osc = Osc(port=0)
        async with osc.running(events.append), peer() as other:
            other.transport.sendto(message("/stagelyric/subscribe", "i", osc.address[1]), osc.address)
            await until(lambda: len(osc._subscribers) == 1)
            osc.state(STATE)
            osc.alert("x")
            await until(lambda: osc.counts.received == 6)
            assert events == []
        # From another machine's port of that number it is heard.
        osc._emit, osc._own_port = events.append, 7744
        osc.receive(LINE, ("203.0.113.1", 7744))
        assert dos(events) == [Do("next_line")]

    run(main)


async def test_a_subscribe_buttons_release_does_nothing() -> None:
    osc, _ = unserved()
    osc.receive(message("/stagelyric/subscribe", "f", 0.0), SENDER)
    assert osc._subscribers == {}
    osc.receive(message("/stagelyric/subscribe", "i", 53), SENDER)
    assert osc.counts.malformed == 1


def test_answers_that_nobody_takes_do_no_harm(run: Callable[..., None]) -> None:
    async def main() -> None:
        events: list[Event] = []
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as gone:
            gone.bind(("127.0.0.1", 0))
            closed = gone.getsockname()[1]
        osc = Osc(port=0, reply_to=[("127.0.0.1", closed), ("::1", closed)])
        async with osc.running(events.append), peer() as other:
            other.transport.sendto(message("/stagelyric/subscribe", "i", closed), osc.address)
            await until(lambda: osc.counts.received == 1)
            for _ in range(20):
                osc.alert("is anybody there?")
                await asyncio.sleep(0)
            other.transport.sendto(LINE, osc.address)
            await until(lambda: dos(events) == [Do("next_line")])

    run(main)
