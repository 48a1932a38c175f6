"""Which presses are dropped: those that waited while the machine slept, and no others. Time is handed in."""

import pytest

from stagelyric.stage.asleep import ASLEEP, WAKING, Asleep
from stagelyric.testing.clock import ManualClock


@pytest.fixture
def time() -> ManualClock:
    return ManualClock()


async def test_a_busy_machine_keeps_every_press(time: ManualClock) -> None:
    said: list[str] = []
    asleep = Asleep(said.append, time)
    with asleep.watching():
        for _ in range(20):
            time.jump(30 * ASLEEP)
            assert not asleep.drops()
    await time.advance(WAKING)
    assert said == []


async def test_presses_that_waited_in_a_sleep_are_dropped_and_said_once(time: ManualClock) -> None:
    said: list[str] = []
    asleep = Asleep(said.append, time)
    with asleep.watching():
        assert not asleep.drops()
        time.suspend(3600.0)
        asleep.look()
        assert [asleep.drops() for _ in range(3)] == [True] * 3
        time.jump(WAKING / 2)
        assert asleep.drops()
        await time.advance(WAKING)
        assert not asleep.drops()
    assert said == ["the machine stood still for 3600 s: 4 presses that had waited were dropped"]


async def test_a_short_sleep_drops_nothing(time: ManualClock) -> None:
    said: list[str] = []
    asleep = Asleep(said.append, time)
    with asleep.watching():
        for _ in range(4):
            time.suspend(0.9 * ASLEEP)
            assert not asleep.drops()
        asleep.goes_on()  # told to go on, though it had not been stopped
        assert not asleep.drops()
    await time.advance(WAKING)
    assert said == []


async def test_a_show_that_was_stopped_is_told_when_it_goes_on(time: ManualClock) -> None:
    said: list[str] = []
    asleep = Asleep(said.append, time)
    with asleep.watching():
        asleep.look()
        time.jump(3.0)
        asleep.goes_on()
        assert asleep.drops()
        await time.advance(WAKING)
    assert said == ["the machine stood still for 3 s: 1 press that had waited was dropped"]
