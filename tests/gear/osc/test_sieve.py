"""A host that is not heard and floods is kept out of the socket, and nobody else is."""

import asyncio
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stagelyric.gear.osc.input import Osc
from stagelyric.gear.osc.sieve import AWAY, FLOOD, MOST, Sieve, program
from stagelyric.testing.waiting import until
from stagelyric.types.events import Event, Notice


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def hosts(*numbers: int) -> list[str]:
    return [f"127.0.0.{number}" for number in numbers]


def sent(target: tuple[str, int], source: str, count: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stream:
        stream.bind((source, 0))
        for _ in range(count):
            stream.sendto(b"/stagelyric/line\0\0\0\0,\0\0\0", target)


@pytest.mark.needs("linux")
@given(out=st.sets(st.integers(2, 40), min_size=1, max_size=8), others=st.sets(st.integers(2, 40), max_size=4))
def test_only_those_that_are_named_are_kept_out(out: set[int], others: set[int]) -> None:
    clock = Clock()
    sieve = Sieve(clock)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as bound:
        bound.bind(("0.0.0.0", 0))
        bound.setblocking(False)
        target = ("127.0.0.1", bound.getsockname()[1])
        sieve.bind(bound)
        for host in hosts(*out):
            assert [sieve.turned_away(host) for _ in range(FLOOD)] == [False] * (FLOOD - 1) + [True]
            clock.now += 1.0
        for host in hosts(*out, *others, 1):
            sent(target, host, 1)
        assert heard(bound) == sorted(hosts(*(others - out), 1))
        clock.now += AWAY
        assert sieve.look() is None
        for host in hosts(*out):
            sent(target, host, 1)
        assert heard(bound) == sorted(hosts(*out))


def heard(bound: socket.socket) -> list[str]:
    found = []
    while True:
        try:
            found.append(bound.recvfrom(2000)[1][0])
        except BlockingIOError:
            return sorted(found)


def test_a_host_that_is_turned_away_now_and_then_and_this_machine_are_not_kept_out() -> None:
    clock = Clock()
    sieve = Sieve(clock)
    for _ in range(4):
        assert not any(sieve.turned_away("10.0.0.7") for _ in range(FLOOD - 1))
        clock.now += 1.0
    assert not any(sieve.turned_away("127.0.0.1") or sieve.turned_away("fe80::1") for _ in range(2 * FLOOD))
    assert len(program([f"10.0.0.{number}" for number in range(MOST)])) == 8 * (MOST + 6)


@pytest.mark.needs("linux")
async def test_presses_are_heard_beside_a_flood_of_who_is_not_allowed() -> None:
    events: list[Event] = []
    osc = Osc("0.0.0.0", 0, allow=["127.0.0.1"])
    async with osc.running(events.append):
        target = ("127.0.0.1", osc.address[1])
        sent(target, "127.0.0.9", 2 * FLOOD)
        await until(lambda: osc.counts.refused >= FLOOD, "the flood to be noticed")
        await asyncio.sleep(0.1)
        before = osc.counts.refused
        sent(target, "127.0.0.9", 20_000)  # far more than the socket's buffer has room for
        sent(target, "127.0.0.1", 3)
        await until(lambda: len([event for event in events if not isinstance(event, Notice)]) == 3, "the presses")
        assert osc.counts.refused == before
